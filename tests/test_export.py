"""Answers that leave Footnote: what is told, that nothing of it is markup, and that papers
come back as they went."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from e2e.conftest import browser as browser
from e2e.conftest import chromium as chromium
from e2e.steps import FAINT_TEXT
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag import Footnote
from rag.conversation import Conversation
from rag.export import (
    cited_papers,
    file_name,
    to_bibtex,
    to_csv,
    to_html,
    to_markdown,
    to_ris,
    to_table,
)
from rag.export.escaping import escape, escape_line
from rag.export.keys import make_key, make_keys
from rag.merge import start_paper
from rag.pages import read_page
from rag.pages.text import tidy
from rag.question import Field, Filter, Selection, Understood
from rag.records import Page, Paper, PartialDate
from rag.replies import (
    Answer,
    Aspect,
    Column,
    Comparison,
    Evidence,
    Mode,
    Offer,
    Sentence,
    Support,
    Verdict,
)
from rag.titles import make_paper_id

SHEEP = Paper(
    make_paper_id("Counting Sheep & Goats with k*-NN"),
    "Counting Sheep & Goats with k*-NN",
    "Sheep are counted one by one. Our counter is 91% exact where 3 < n. Goats stay uncounted.",
    ("Ada Woolf", "Ludwig van Beethoven", "Gemini Team, Google"),
    5,
    PartialDate(2025, 6, 26),
    "2506.21103",
    "https://arxiv.org/abs/2506.21103",
    categories=("cs.CL", "cs.LG"),
)
GOATS = Paper(
    make_paper_id("Why Goats Climb"),
    "Why Goats Climb",
    "Goats climb because the grass is there. They fall seldom.",
    ("Bo Lind",),
    date=PartialDate(None, 3, 2),
    url="https://goats.example/why?a=1&b=2",
)
COWS = Paper(make_paper_id("Cows"), "Cows", "Cows are not discussed by anybody else.")
FOUND = Verdict(Support.SUPPORTED, 0.97, "The wording is in the abstract.")
NOT_FOUND = Verdict(Support.NOT_FOUND, 0.1, "The wording was not found in the abstract.")
CONTRADICTED = Verdict(Support.CONTRADICTED, 0.0, "The abstract says 91, not 19.")
PARTLY = Verdict(Support.PARTLY, 0.5, "“Seldom” is in no abstract.")
NOT_NEEDED = Verdict(Support.NOT_NEEDED, 1.0, "It introduces what follows.")

HOSTILE = (
    "![p](http://evil.invalid/p.png)",
    "<script>window.pwned=1</script>",
    '<img src=x onerror="window.pwned=2">',
    "[x](javascript:window.pwned=3)",
    "[^1]: not a footnote",
    "[^7]",
    "# No heading",
    "| a | b |",
    "<!-- hidden",
    "http://evil.invalid/ and www.evil.invalid and <http://evil.invalid>",
    "```",
    "~~gone~~ **bold** __bold__ _it_",
    "- no item",
    "1. no item",
    "> no quotation",
    "---",
    "===",
    "&lt;b&gt; &#x3c;",
    "{#id .class} ^[note] $x$ @someone",
    "\\",
    "`code` ``",
    "</style></title></details>",
    "C #",
    "Ends in !",
    "\u202eturned about",
)


def evidence(paper: Paper, beginning: str) -> Evidence:
    start = paper.abstract.index(beginning)
    end = paper.abstract.index(". ", start) + 1
    return Evidence(paper.paper_id, paper.abstract[start:end], start, end)


def make_answer() -> Answer:
    """What a model wrote: supported, contradicted, not found, without a source, in a table."""
    exact = evidence(SHEEP, "Our counter")
    climb = evidence(GOATS, "Goats climb")
    sentences = (
        Sentence("Two papers count.", (), (), NOT_NEEDED),
        Sentence("The counter is 91% exact.", (3,), (exact,), FOUND),
        Sentence("It is 19% exact.", (3,), (exact,), CONTRADICTED),
        Sentence("Goats seldom climb alone.", (1, 3), (climb,), NOT_FOUND),
        Sentence("Everybody knows that.", (), (), Verdict(Support.NOT_FOUND, 0.0, "")),
    )
    text = (
        "**In short**\n\nTwo papers count.\n\n- The counter is **91% exact** [3].\n"
        "- It is `19%` exact [3].\n\nGoats seldom climb alone [1, 3]. Everybody knows that. [2024]"
    )
    cells = (
        Sentence("91% | exact", (3,), (exact,), FOUND),
        Sentence("not stated in the abstract", verdict=NOT_NEEDED),
        Sentence("counts sheep", (3,), (), PARTLY),
        Sentence("climb", (1,), (climb,), FOUND),
    )
    return Answer(
        "Which counts better?",
        text,
        Mode.MODEL,
        sentences,
        (Offer(1, GOATS, True), Offer(2, COWS), Offer(3, SHEEP, True)),
        complete=False,
        notice="The model's stream broke off: this answer is incomplete.",
        premise=Sentence("Goats do not swim; the abstract says that they climb.", (1,), (climb,)),
        understood=Understood(
            "Which counts better?",
            "Which of them counts sheep better?",
            filters=(Filter(Field.DATE, ">=", "2024", "since 2024"),),
            follows=True,
        ),
        selection=Selection(12, 3, 303),
        comparison=Comparison(
            (Column("Sheep", (3,)), Column("Goats | kids", (1,), found=False)),
            (Aspect("Exactness", cells[:2]), Aspect("What they do", cells[2:])),
        ),
        hidden=2,
        dropped_papers=2,
        invalid_citations=1,
        model="llama3.1",
    )


def make_refusal() -> Answer:
    text = "No paper here mentions “Muon”."
    offers = (Offer(1, GOATS),)
    return Answer(
        "Muon?", text, Mode.QUOTING, (Sentence(text),), offers, True, ("Muon",), notice="Slow."
    )


def make_hostile() -> Answer:
    """An answer of which every text is an attack."""
    evil = " ".join(HOSTILE)
    paper = Paper(
        "evil",
        evil,
        f"{evil}. The end.",
        (evil, "Eve"),
        arxiv_id='"><script>window.pwned=4</script>',
        url="javascript:window.pwned=5",
    )
    item = Evidence("evil", evil, 0, len(evil))
    doubt = Verdict(Support.PARTLY, 0.4, evil)
    sentence = Sentence(evil, (1,), (item,), doubt)
    text = "\n\n".join([*HOSTILE, "Fine [1](http://evil.invalid)", "[1]: http://evil.invalid"])
    return Answer(
        evil,
        text,
        Mode.MODEL,
        (sentence,),
        (Offer(1, paper, True),),
        missing_terms=HOSTILE,
        notice=evil,
        premise=sentence,
        understood=Understood(
            evil, f"{evil}!", filters=(Filter(Field.AUTHOR, "=", evil, evil),), follows=True
        ),
        comparison=Comparison((Column(evil, (1,)),), (Aspect(evil, (sentence,)),)),
        model=evil,
    )


@pytest.fixture(scope="module")
def conversation(starter_folder: Path) -> tuple[Answer, ...]:
    """An answer, a follow-up, a comparison, a library's answer and a refusal, quoted."""
    questions = (
        "What explains grokking in neural networks?",
        "And how does weight decay change that?",
        "Compare dropout with weight decay",
        "How many papers from 2024 are there?",
        "Which optimizer does Muon use for cheese?",
    )
    answers: list[Answer] = []
    known = Conversation()
    with Footnote.open(library=starter_folder) as footnote:
        engine = footnote.engine()
        for question in questions:
            answers.append(engine.ask(question, known))
            known = known.after(answers[-1])
    return tuple(answers)


# --- Markdown -----------------------------------------------------------------------

DEFINITION = re.compile(r"^\[\^(\d+)\]: (.*(?:\n(?:    .*|$))*)", re.MULTILINE)


def parse(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def walk(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from walk(token.children or [])


def kinds(text: str) -> set[str]:
    return {token.type for token in walk(parse(text))}


def words(text: str) -> str:
    """What a reader sees of the text."""
    return "".join(
        token.content if token.type in ("text", "code_inline", "text_special") else "\n"
        for token in walk(parse(text))
        if token.type not in ("inline",)
    )


def part_footnotes(text: str) -> tuple[str, dict[int, str]]:
    """(the text without its footnotes, their texts), as GitHub and Pandoc part them."""
    found = {
        int(match[1]): re.sub(r"(?m)^    ", "", match[2]).rstrip()
        for match in DEFINITION.finditer(text)
    }
    return DEFINITION.sub("", text), found


def references(text: str) -> set[int]:
    return {int(number) for number in re.findall(r"(?<!\\)\[\^(\d+)\]", text)}


def test_an_answer_is_written_with_footnotes_and_with_what_is_wanting_in_words() -> None:
    body, footnotes = part_footnotes(to_markdown([make_answer()], "Sheep & goats"))
    assert body.rstrip() == (
        "# Sheep & goats\n\n"
        "## Which counts better?\n\n"
        "- Understood as: Which of them counts sheep better?\n"
        "- Only papers: since 2024\n"
        "- 12 papers kept; 303 have no known date and are left out\n\n"
        "*Written by llama3.1 · 1 of 4 sentences and 2 of 3 cells supported, by the wording "
        "of their abstracts.*\n\n"
        "> **Note:** The model’s stream broke off: this answer is incomplete.\n\n"
        "> **What the question takes for granted:** Goats do not swim; the abstract says that "
        "they climb.[^1]\n\n"
        "### In short\n\n"
        "Two papers count.\n\n"
        "- The counter is **91% exact**[^3].\n"
        "- It is `19%` exact[^3]. *(contradicted by the abstract)*\n\n"
        "Goats seldom climb alone[^1][^3]. *(not found in the abstracts)* Everybody knows that. "
        "*(no source)* \\[2024\\]\n\n"
        "|  | Sheep (1 paper) | Goats \\| kids (nothing here about this; nearest shown) |\n"
        "| --- | --- | --- |\n"
        "| Exactness | 91% \\| exact[^3] | not stated in the abstract |\n"
        "| What they do | counts sheep[^3] *(supported in part by the abstract)* | climb[^1] |\n\n"
        "**To check**\n\n"
        "- “It is 19% exact.”: contradicted by the abstract. The abstract says 91, not 19. "
        "Nearest: “Our counter is 91% exact where 3 < n.”[^3]\n"
        "- “Goats seldom climb alone.”: not found in the abstracts. The wording was not found in "
        "the abstract. Nearest: “Goats climb because the grass is there.”[^1]\n"
        "- “counts sheep”: supported in part by the abstract. “Seldom” is in no abstract.\n\n"
        "- 2 papers found but left out: the model’s context was full\n"
        "- 1 mark removed: the model cited papers that it was not given"
    )
    assert footnotes == {
        1: "\\[1\\] Bo Lind (2 Mar, year not stated). Why Goats Climb. "
        "<https://goats.example/why?a=1&b=2>\n\n> Goats climb because the grass is there.",
        3: "\\[3\\] Ada Woolf, Ludwig van Beethoven, Gemini Team, Google and 2 more (26 Jun 2025)."
        " Counting Sheep & Goats with k\\*-NN. arXiv:2506.21103 "
        "<https://arxiv.org/abs/2506.21103>\n\n> Our counter is 91% exact where 3 < n.",
    }


def test_a_refusal_says_what_is_missing_and_counts_nothing() -> None:
    assert to_markdown([make_refusal()], "Muon") == (
        "# Muon\n\n## Muon?\n\n*Nothing to quote.*\n\n> **Note:** Slow.\n\n"
        "**Not in these papers: Muon**\n\nNo paper here mentions “Muon”.\n"
    )


def test_a_sentence_that_the_text_does_not_show_keeps_its_mark_and_its_doubt() -> None:
    answer = replace(make_answer(), text="Something else.", premise=None, comparison=None)
    body, _ = part_footnotes(to_markdown([answer], "Lost"))
    assert "\n\nSomething else.\n\nIt is 19% exact.[^3] *(contradicted by the abstract)*" in body
    assert "The counter is 91% exact" not in body


def test_papers_keep_the_numbers_of_their_conversation_and_each_has_one_footnote(
    conversation: tuple[Answer, ...],
) -> None:
    text = to_markdown(conversation, "Grokking")
    body, footnotes = part_footnotes(text)
    assert [answer.comparison is not None for answer in conversation] == [False, False, True] + [
        False
    ] * 2
    assert conversation[3].mode is Mode.LIBRARY
    assert conversation[4].refused
    assert len(re.findall(r"(?m)^\[\^", text)) == len(footnotes) > 5
    assert references(body) == set(footnotes)
    titles = {offer.number: offer.paper.title for one in conversation for offer in one.papers}
    for number, footnote in footnotes.items():
        assert f"[{number}] " in words(footnote)
        assert titles[number] in words(footnote)
    assert [token.content for token in parse(body) if token.type == "inline"][1:2] == [
        "What explains grokking in neural networks?"
    ]
    assert {"table_open", "heading_open", "em_open"} <= kinds(body)
    assert kinds(body) & {"html_inline", "html_block", "image", "code_block", "fence"} == set()


def test_the_evidence_of_every_supported_sentence_is_quoted_word_for_word(
    conversation: tuple[Answer, ...],
) -> None:
    _, footnotes = part_footnotes(to_markdown(conversation, "Grokking"))
    quoted = words("\n\n".join(footnotes.values()))
    html = text_of(to_html(conversation, "Grokking"))
    rests = [
        item.sentence
        for answer in conversation
        for one in (*answer.sentences, *answer.cells)
        if not one.is_unsupported
        for item in one.evidence
    ]
    assert len(rests) > 10
    assert [sentence for sentence in rests if sentence not in quoted] == []
    assert [sentence for sentence in rests if sentence not in html] == []


def test_answers_of_two_conversations_are_no_file() -> None:
    other = replace(make_refusal(), papers=(Offer(1, COWS),))
    with pytest.raises(ValueError, match=re.escape("[1] is two papers: not the answers of one")):
        to_markdown([make_answer(), other], "Two")


def test_the_same_answers_are_the_same_file() -> None:
    answers = [make_answer(), make_refusal()]
    again = [make_answer(), make_refusal()]
    assert to_markdown(answers, "t") == to_markdown(again, "t")
    assert to_html(answers, "t") == to_html(again, "t")


def test_a_file_without_answers_has_its_title_alone() -> None:
    assert to_markdown([], "Nothing") == "# Nothing\n"
    assert to_markdown([], " \u202e ") == "# Footnote\n"


# --- hostile texts in Markdown ------------------------------------------------------


def test_nothing_in_an_answer_becomes_markup_or_a_link() -> None:
    text = to_markdown([make_hostile()], " ".join(HOSTILE))
    body, footnotes = part_footnotes(text)
    everything = "\n\n".join([body, *footnotes.values()])
    forbidden = {"html_inline", "html_block", "image", "link_open", "fence", "code_block", "hr"}
    assert kinds(everything) & (forbidden | {"s_open"}) == set()
    assert set(footnotes) == references(body) == {1}
    tags = [token.tag for token in parse(body) if token.type == "heading_open"]
    assert tags == ["h1", "h2", "h3"]  # what the answer itself says with "# " is its heading
    assert "evil.invalid" in words(body)
    assert "\u202e" not in text


@pytest.mark.parametrize("evil", HOSTILE)
def test_a_hostile_line_is_read_as_it_was_written(evil: str) -> None:
    seen = evil.replace("\u202e", "")
    line = escape_line(seen)
    assert kinds(line) <= {"paragraph_open", "inline", "text", "text_special", "paragraph_close"}
    assert words(line).strip() == seen
    heading = f"## {line}"
    assert words(heading).strip() == seen
    assert words(f"> {line}\n\n- {line}").split("\n").count(seen) == 2


MARKS = st.lists(
    st.sampled_from([*HOSTILE, *"*_`[]()<>!#|\\~^$&;:=-+.0123456789 ab@/{}'\"é", "\n", "http://"]),
    max_size=12,
).map("".join)


@settings(deadline=None)
@given(MARKS)
@example("a * b and 3 < 5 * 2, k*-NN")
@example("*a*")
@example("1) x")
def test_any_line_is_one_paragraph_of_plain_words(text: str) -> None:
    said = tidy(text.replace("\u202e", ""))
    line = escape_line(said)
    if said:
        assert [token.type for token in parse(line)] == [
            "paragraph_open",
            "inline",
            "paragraph_close",
        ]
    assert kinds(line) <= {"paragraph_open", "inline", "text", "text_special", "paragraph_close"}
    assert words(line).strip() == said


@settings(deadline=None)
@given(MARKS)
def test_any_text_stays_in_its_cell(text: str) -> None:
    said = tidy(text.replace("\u202e", ""))
    table = f"| a | b |\n| --- | --- |\n| {escape_line(said)} | b |"
    types = [token.type for token in parse(table)]
    assert types.count("td_open") == 2
    assert kinds(table) & {"html_inline", "image", "link_open", "em_open", "strong_open"} == set()


def test_signs_that_mean_nothing_stay_readable_in_the_file_itself() -> None:
    for plain in ("a * b", "3 < 5", "snake_case", "R&D", "50%", "(x + y)", "Q: why?", "f(x) = 1"):
        assert escape(plain) == plain


# --- HTML ---------------------------------------------------------------------------

VOID = {"meta", "img", "br", "link"}


class Reader(HTMLParser):
    """The elements of a page with their attributes, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def text_of(html: str) -> str:
    return "".join(Reader(html).words)


def every_file(conversation: tuple[Answer, ...]) -> list[str]:
    return [
        to_html(conversation, "Grokking"),
        to_html([make_answer(), make_refusal()], "Sheep"),
        to_html([make_hostile()], HOSTILE[1]),
    ]


def test_a_page_holds_no_script_no_picture_and_no_foreign_address(
    conversation: tuple[Answer, ...],
) -> None:
    for html in every_file(conversation):
        page = Reader(html)
        assert page.open == []
        names = {tag for tag, _ in page.elements}
        assert names & {"script", "img", "iframe", "link", "form", "input", "base", "svg"} == set()
        attributes = {name for _, found in page.elements for name in found}
        assert {name for name in attributes if name.startswith("on")} | (
            attributes & {"src", "style", "srcset", "action"}
        ) == set()
        policies = [
            found["content"]
            for tag, found in page.elements
            if found.get("http-equiv") == "Content-Security-Policy"
        ]
        assert [one.partition(";")[0] for one in policies if one] == ["default-src 'none'"]


def test_every_link_of_a_page_leads_somewhere(conversation: tuple[Answer, ...]) -> None:
    for html in every_file(conversation):
        elements = Reader(html).elements
        ids = [found["id"] for _, found in elements if "id" in found]
        links = [found["href"] or "" for tag, found in elements if tag == "a"]
        assert len(ids) == len(set(ids))
        assert {link for link in links if link[0] == "#" and link[1:] not in ids} == set()
        assert {link for link in links if not link.startswith(("#", "https://"))} == set()


def test_a_page_tells_what_the_markdown_tells() -> None:
    html = to_html([make_answer()], "Sheep")
    said = " ".join(text_of(html).split())
    for told in (
        "Understood as: Which of them counts sheep better?",
        "Only papers: since 2024",
        "12 papers kept; 303 have no known date and are left out",
        "Written by llama3.1",
        "1 of 4 sentences and 2 of 3 cells supported, by the wording of their abstracts",
        "The model’s stream broke off: this answer is incomplete.",
        "What the question takes for granted",
        "It is 19% exact3. contradicted by the abstract",
        "Everybody knows that. no source",
        "not found in the abstracts",
        "The abstract says 91, not 19.",
        "2 papers found but left out: the model’s context was full.",
        "nothing here about this; nearest shown",
        "Gemini Team, Google and 2 more",
        "2 Mar, year not stated",
    ):
        assert told in said
    assert said.count("The model’s stream broke off") == 1
    tables = [tag for tag, _ in Reader(html).elements if tag in ("table", "th", "td")]
    assert [tables.count(tag) for tag in ("table", "th", "td")] == [1, 4, 5]


def test_a_paper_links_back_to_each_of_its_marks() -> None:
    html = to_html([make_answer()], "Sheep")
    marks = re.findall(r'<a class="cite" id="(m\d+)" href="#p3"', html)
    listed = html.partition('<li id="p3">')[2].partition("</li>")[0]
    assert re.findall(r'href="#(m\d+)"', listed) == marks
    assert len(marks) == 6


def test_hostile_texts_stand_in_a_page_as_they_were_written() -> None:
    said = text_of(to_html([make_hostile()], "Evil"))
    assert "<script>window.pwned=1</script>" in said
    assert "[x](javascript:window.pwned=3)" in said
    assert "\u202e" not in said


@pytest.fixture
def view(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens a file as a reader does; no request may leave it, nothing may be complained of."""
    contexts, requests, complaints = [], [], []

    def open_file(html: str, width: int = 1440, scheme: str = "light") -> Any:
        path = tmp_path / "answers.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_file
    for context in contexts:
        context.close()
    assert set(requests) == {(tmp_path / "answers.html").as_uri()}
    assert complaints == []


@pytest.mark.browser
def test_a_page_is_readable_at_any_width_by_day_and_night(
    view: Callable[..., Any], conversation: tuple[Answer, ...]
) -> None:
    faint = FAINT_TEXT.replace(".gradio-container *", "body *")
    assert faint != FAINT_TEXT
    for html in every_file(conversation):
        for width, scheme in product((1440, 390), ("light", "dark")):
            page = view(html, width, scheme)
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert page.evaluate(faint) == []
            assert page.evaluate("window.pwned") is None
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert ground == {"light": "rgb(251, 250, 247)", "dark": "rgb(22, 23, 26)"}[scheme]


@pytest.mark.browser
def test_a_mark_leads_to_its_paper_and_back(view: Callable[..., Any]) -> None:
    page = view(to_html([make_answer(), make_refusal()], "Sheep"))
    page.locator("article .answer a.cite").first.click()
    assert page.evaluate("location.hash") == "#p3"
    page.locator("#p3 .backs a").first.click()
    assert page.evaluate("document.querySelector(':target').className") == "cite"
    page.locator("a.doubt").first.click()
    assert "The abstract says 91, not 19." in page.locator(":target").inner_text()


@pytest.mark.browser
def test_a_printed_page_keeps_its_marks_its_doubts_and_its_evidence(
    view: Callable[..., Any],
) -> None:
    page = view(to_html([make_answer()], "Sheep"), scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for selector in ("blockquote", ".doubt", ".checks", ".grid"):
        assert page.locator(selector).first.is_visible()
    bracket = "getComputedStyle(document.querySelector('.cite'), '::before').content"
    assert page.evaluate(bracket) == '"["'
    assert not page.locator(".backs").first.is_visible()
    assert page.evaluate(FAINT_TEXT.replace(".gradio-container *", "body *")) == []


# --- BibTeX and RIS -----------------------------------------------------------------


def read_back(text: str) -> Page:
    page = read_page("page", text.encode())
    assert page.failures == ()
    return page


def known(paper: Paper) -> Paper:
    """What a reference can hold of a paper: neither upvotes nor pages."""
    return replace(
        paper, upvotes=None, pages=(), older_abstracts=(), author_count=len(paper.authors) or None
    )


def came_back(text: str) -> list[Paper]:
    return [known(start_paper(entry)) for entry in read_back(text).entries]


def test_a_paper_is_an_entry_of_bibtex() -> None:
    assert to_bibtex([SHEEP, GOATS, SHEEP]) == (
        "@misc{woolf2025counting,\n"
        "  title = {Counting Sheep \\& Goats with k*-{NN}},\n"
        "  author = {Ada Woolf and Ludwig van Beethoven and {Gemini Team, Google} and others},\n"
        "  year = {2025},\n"
        "  month = jun,\n"
        "  day = {26},\n"
        "  eprint = {2506.21103},\n"
        "  archiveprefix = {arXiv},\n"
        "  primaryclass = {cs.CL},\n"
        "  url = {https://arxiv.org/abs/2506.21103},\n"
        "  keywords = {cs.CL, cs.LG},\n"
        "  abstract = {Sheep are counted one by one. Our counter is 91\\% exact where 3 < n. "
        "Goats stay uncounted.},\n"
        "}\n\n"
        "@misc{lindgoats,\n"
        "  title = {Why Goats Climb},\n"
        "  author = {Bo Lind},\n"
        "  note = {2 Mar, year not stated},\n"
        "  url = {https://goats.example/why?a=1&b=2},\n"
        "  abstract = {Goats climb because the grass is there. They fall seldom.},\n"
        "}\n"
    )


def test_a_paper_is_a_reference_of_ris() -> None:
    assert to_ris([SHEEP, GOATS, SHEEP]) == (
        "TY  - GEN\n"
        "TI  - Counting Sheep & Goats with k*-NN\n"
        "AU  - Woolf, Ada\n"
        "AU  - Beethoven, Ludwig van\n"
        "AU  - Gemini Team Google\n"
        "PY  - 2025\n"
        "DA  - 2025/06/26/\n"
        "DB  - arXiv\n"
        "AN  - arXiv:2506.21103\n"
        "UR  - https://arxiv.org/abs/2506.21103\n"
        "KW  - cs.CL\n"
        "KW  - cs.LG\n"
        "N1  - 5 authors in all\n"
        "AB  - Sheep are counted one by one. Our counter is 91% exact where 3 < n. "
        "Goats stay uncounted.\n"
        "ER  - \n\n"
        "TY  - GEN\n"
        "TI  - Why Goats Climb\n"
        "AU  - Lind, Bo\n"
        "UR  - https://goats.example/why?a=1&b=2\n"
        "N1  - 2 Mar, year not stated\n"
        "AB  - Goats climb because the grass is there. They fall seldom.\n"
        "ER  - \n"
    )


def test_no_papers_are_an_empty_file() -> None:
    assert (to_bibtex([]), to_ris([])) == ("", "")


def test_what_is_no_arxiv_id_and_no_address_is_left_out() -> None:
    (evil,) = cited_papers([make_hostile()])
    assert "eprint" not in to_bibtex([evil])
    assert "  url" not in to_bibtex([evil])
    assert not {"AN", "UR", "DB"} & {line[:2] for line in to_ris([evil]).split("\n")}


def test_the_papers_that_answers_cite_are_listed_once_by_their_numbers() -> None:
    assert cited_papers([make_answer(), make_refusal()]) == (GOATS, SHEEP)


def test_a_key_is_made_of_name_year_and_title() -> None:
    titles = {
        ("Ümit Çelik", "On the Way to 3D"): "celik2024way",
        ("Gödel, Kurt", "A “Proof”"): "godel2024proof",
        ("刘洋", "How to Count"): "count2024",
        ("", "The Sheep and the Goats"): "sheep2024goats",
        ("", "It Is"): "it2024is",
        ("", "😀"): "2024",
        ("Ann O'Neil", "牛"): "oneil2024",
    }
    for (author, title), key in titles.items():
        paper = replace(COWS, title=title, authors=(author,) if author else ())
        assert make_key(replace(paper, date=PartialDate(2024))) == key
    assert make_key(replace(COWS, title="😀")) == "paper"


def test_papers_that_would_share_a_key_do_not_whatever_their_order() -> None:
    twins = [replace(COWS, paper_id=name) for name in ("one", "two", "three")]
    keys = dict(zip("123", make_keys(twins), strict=True))
    assert len(set(keys.values())) == 3
    assert all(re.fullmatch(r"cows-[0-9a-f]{6}", key) for key in keys.values())
    assert make_keys(twins[::-1]) == tuple(keys[name] for name in "321")
    assert make_keys(twins[:1]) == ("cows",)


def test_the_starter_papers_come_back_from_ris_as_they_went(starter: Footnote) -> None:
    papers = tuple(starter.library.papers())
    assert len(papers) > 50
    yearless = sum(bool(paper.date and paper.date.year is None) for paper in papers)
    wanted = [replace(known(one), date=one.date if has_year(one) else None) for one in papers]
    assert came_back(to_ris(papers)) == wanted
    assert yearless > 0


def has_year(paper: Paper) -> bool:
    return paper.date is not None and paper.date.year is not None


def test_the_starter_papers_come_back_from_bibtex_as_they_went(starter: Footnote) -> None:
    papers = tuple(starter.library.papers())
    wanted = [replace(known(one), date=one.date if has_year(one) else None) for one in papers]
    assert came_back(to_bibtex(papers)) == wanted


NAMES = st.lists(
    st.sampled_from(["Ada", "de", "Çelik", "O'Neil", "J.", "Qwen Team", "R&D", "李", "#1", "AND"]),
    min_size=1,
    max_size=3,
).map(" ".join)
DATES = st.one_of(
    st.none(),
    st.builds(PartialDate, st.integers(1990, 2030)),
    st.builds(PartialDate, st.integers(1990, 2030), st.integers(1, 12)),
    st.builds(PartialDate, st.integers(1990, 2030), st.integers(1, 12), st.integers(1, 28)),
)


def titles(signs: list[str]) -> st.SearchStrategy[str]:
    mixed = st.lists(st.sampled_from([*signs, *ORDINARY]), min_size=1, max_size=10).map("".join)
    return st.one_of(mixed, st.text(max_size=20)).map(visible).filter(bool)


def visible(text: str) -> str:
    """A title as a library holds it: tidied, without what no reader sees or no page is in."""
    return tidy(re.sub("[\ufeff\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ud800-\udfff]", "", text))


ORDINARY = [
    *("Sheep", "goat", " ", " and ", "BERT", "ß", "é", "😀", "\n", '"', "'", "`", "@", "=", ","),
    *("--", "<b>", "|", "(", ")", "\n@misc", "TY  - ", "ER  - ", "AU  - ", ";", "1", "/", "."),
]


def papers_of(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Paper]:
    def make(title: str, abstract: str, authors: list[str], date: PartialDate | None) -> Paper:
        return Paper(
            make_paper_id(title),
            title,
            abstract,
            tuple(authors),
            len(authors) or None,
            date,
            categories=("cs.CL",),
        )

    return st.builds(make, texts, texts, st.lists(NAMES, max_size=3), DATES)


READ_TODAY = titles(["%", "&", "_", "#"])
EVERY_SIGN = titles([*"%&_#$\\{}~^", "{}", "$k$", "$x_{i}$", "\\alpha", '\\"o', "\\'{e}", "\\%"])


@settings(deadline=None)
@given(papers_of(EVERY_SIGN))
def test_any_paper_comes_back_from_ris(paper: Paper) -> None:
    assert came_back(to_ris([paper, GOATS]))[:1] == [known(paper)]


@settings(deadline=None)
@given(READ_TODAY, DATES)
def test_a_title_with_ordinary_signs_comes_back_from_bibtex(
    title: str, date: PartialDate | None
) -> None:
    title = re.sub(r"[\\{}$~^]", "", title)
    paper = Paper(make_paper_id(title), tidy(title) or "x", "Sheep.", ("Bo Lind",), 1, date)
    wanted = replace(paper, paper_id=make_paper_id(paper.title))
    assert came_back(to_bibtex([paper, GOATS]))[:1] == [known(wanted)]


@settings(deadline=None)
@given(papers_of(EVERY_SIGN))
@example(replace(COWS, title="$5 or $6 for {braces} \\ and 50%", abstract="a_b \\% {c} $x_i$ ~^"))
def test_any_paper_comes_back_from_bibtex(paper: Paper) -> None:
    paper = replace(paper, paper_id=make_paper_id(paper.title))
    assert came_back(to_bibtex([paper, GOATS]))[:1] == [known(paper)]


@settings(deadline=None)
@given(papers_of(EVERY_SIGN))
def test_braces_of_an_entry_are_paired_and_no_sign_of_latex_is_bare(paper: Paper) -> None:
    text = to_bibtex([paper])
    depth = 0
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0
    plain = re.sub(r"\$[^$]*\$", "", text.replace("\\$", ""))
    assert re.findall(r"(?<!\\)[%&#~^]", plain) == []


# --- a table by itself -----------------------------------------------------------------


def make_table(*cells: Sentence, names: tuple[str, str] = ("Sheep", "Goats")) -> Answer:
    """An answer whose comparison has one row, of two sides."""
    sides = (Column(names[0], (1,)), Column(names[1], (2,), found=False))
    said = Sentence("Sheep climb.", (1,), (), FOUND)
    offers = (Offer(1, SHEEP, cited=True), Offer(2, GOATS, cited=True), Offer(3, COWS))
    table = Comparison(sides, (Aspect("How, and why?", cells),))
    return Answer("Q?", "Sheep climb [1].", Mode.QUOTING, (said,), offers, comparison=table)


def read_csv(answer: Answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(to_csv(answer), newline="")))


def test_a_table_is_written_as_csv_with_numbers_and_doubts() -> None:
    answer = make_table(
        Sentence('91% "exact", mostly', (1, 2), (), FOUND), Sentence("for grass", (2,), (), PARTLY)
    )
    assert to_csv(answer) == (
        "Aspect,Sheep,Goats\r\n"
        '"How, and why?","91% ""exact"", mostly [1] [2]",'
        "for grass [2] (supported in part by the abstract)\r\n"
    )
    assert read_csv(make_table(Sentence(""), Sentence("**bold**", (2,))))[1] == [
        "How, and why?",
        "not stated in the abstract",
        "bold [2]",
    ]


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", ' =HYPERLINK("http://evil")'])
def test_no_cell_is_a_formula_to_a_spreadsheet(evil: str) -> None:
    answer = make_table(Sentence(evil, (1,)), Sentence("plain", (2,)), names=(evil, "Goats"))
    assert [row[1] for row in read_csv(answer)] == [f"'{evil.strip()}", f"'{evil.strip()} [1]"]
    assert read_csv(answer)[1][2] == "plain [2]"


@given(st.text(max_size=60))
def test_any_text_is_one_cell_of_csv_that_begins_no_formula(text: str) -> None:
    rows = read_csv(make_table(Sentence(text, (1,)), Sentence(text, (2,)), names=(text, text)))
    assert [len(row) for row in rows] == [3, 3]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_a_table_is_written_as_markdown_with_the_papers_that_it_cites_alone() -> None:
    answer = make_table(Sentence("91%", (2,), (), FOUND), Sentence(""))
    assert to_table(answer) == (
        "|  | Sheep (1 paper) | Goats (nothing here about this; nearest shown) |\n"
        "| --- | --- | --- |\n"
        "| How, and why? | 91%[^2] | not stated in the abstract |\n\n"
        "[^2]: \\[2\\] Bo Lind (2 Mar, year not stated). Why Goats Climb."
        " <https://goats.example/why?a=1&b=2>\n"
    )


def test_there_is_no_table_of_an_answer_without_one() -> None:
    answer = replace(make_table(), comparison=None)
    assert (to_csv(answer), to_table(answer)) == ("", "")


# --- names of files -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("How do models forget?", "How-do-models-forget.md"),
        ("../../etc/passwd", "etc-passwd.md"),
        ('a\\b:c*d?"e<f>g|h\x00\n', "a-b-c-d-e-f-g-h.md"),
        ("CON", "footnote-CON.md"),
        ("com1", "footnote-com1.md"),
        ("…", "footnote.md"),
        ("", "footnote.md"),
        (".hidden", "hidden.md"),
        ("Zählen 数える 😀", "Zählen-数える.md"),
    ],
)
def test_a_file_is_named_after_its_title(title: str, name: str) -> None:
    assert file_name(title, "md") == name


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_title_names_a_file_on_every_system(title: str) -> None:
    name = file_name(title, "html")
    assert re.fullmatch(r"[^\W_]+(?:-[^\W_]+)*\.html", name)
    assert len(name.encode()) <= 125


def test_an_extension_is_letters_and_digits() -> None:
    with pytest.raises(ValueError, match=r"no extension of a file: '\.\./x'"):
        file_name("title", "../x")


def test_a_sides_name_that_was_cut_for_the_screen_is_its_papers_whole_title() -> None:
    cells = (Sentence("They climb.", (1,)), Sentence("They do not.", (2,)))
    cut = f"{SHEEP.title[:8].rstrip()}…"
    head = read_csv(make_table(*cells, names=(cut, "Something else…")))[0]
    assert head == ["Aspect", SHEEP.title, "Something else…"]
