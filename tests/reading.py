"""What tests of the browser's HTML share: papers, turns, and a reader of tags."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from rag.events import Done
from rag.records import Paper, PartialDate
from rag.replies import Answer, Evidence, Mode, Offer, Sentence
from ui.turns import Turn

ABSTRACT = "Long contexts are slow. A gate skips 91% of the blocks. Code & data are out."
GATE = "A gate skips 91% of the blocks."
PAPER = Paper(
    "a",
    "Sparse <Attention>",
    ABSTRACT,
    ("Mira Okafor", "Tomasz Lind", "Jun Watanabe"),
    9,
    PartialDate(2025, 6, 26),
    "2506.21103",
    "https://arxiv.org/abs/2506.21103",
    112,
)
OTHER = Paper("b", "Forget Gracefully", "The cache grows. We evict.", author_count=31)
START = ABSTRACT.index(GATE)
EVIDENCE = Evidence("a", GATE, START, START + len(GATE))

EVIL = "<script>x()</script><img src=//evil onerror=x()>\"'><svg onload=x()>"


class Tags(HTMLParser):
    """Collects what a browser would make of the HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    tags.close()
    return tags


def assert_harmless(html: str) -> None:
    """No tag that loads or runs, no handler, no address but a fragment or the web."""
    for tag, attributes in read(html).tags:
        assert tag not in {"script", "img", "svg", "iframe", "object", "link", "style", "form"}
        assert not [name for name in attributes if name.startswith("on") or name == "src"]
        href = attributes.get("href") or "#"
        assert href.startswith(("#", "http://", "https://")), href


def answered(text: str, *sentences: Sentence, **changes: object) -> Turn:
    cited = {number for sentence in sentences for number in sentence.citations}
    offers = (Offer(1, PAPER, 1 in cited), Offer(2, OTHER, 2 in cited))
    answer = Answer("Q?", text, Mode.MODEL, sentences, offers, model="llama3.1")
    return Turn(3, "Q?").after(Done(replace(answer, **changes)))


def chips(html: str) -> list[tuple[str, str | None]]:
    return [
        (attributes["href"], attributes["class"])
        for tag, attributes in read(html).tags
        if tag == "a" and "cite" in (attributes.get("class") or "")
    ]
