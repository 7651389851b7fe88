"""An engine that answers from a script, at the pace of a real one, for tests of the browser.

What a question says decides what happens: "compare", "quote", "slow", "fail", "bug",
"muon" (refused), "hostile", "cut" (the stream breaks off); anything else is answered in
prose. Run it to look at the chat: `python tests/e2e/fake_engine.py [port]`.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from rag.conversation import Conversation
from rag.errors import EndpointUnreachable
from rag.records import Paper, PartialDate
from rag.replies import (
    Answer,
    Done,
    Event,
    Evidence,
    Found,
    Mode,
    Offer,
    Sentence,
    TextDelta,
    Timings,
)

PAPERS = (
    Paper(
        "p-sparse",
        "Sparse Attention That Learns Where Not to Look",
        "Long documents make attention costly, since every token looks at every other. "
        "We train a small gate that decides, for each head, which blocks of the context can "
        "be left unread. On documents of 128K tokens the gate skips 91% of the blocks and "
        "keeps 99.2% of the accuracy of full attention. Decoding becomes 3.4 times faster on "
        "one GPU, and no kernel has to be rewritten. We release the gates for four open models.",
        ("Mira Okafor", "Tomasz Lind", "Jun Watanabe", "Elena Petrova", "Sam Adeyemi"),
        9,
        PartialDate(2025, 6, 26),
        "2506.21103",
        "https://arxiv.org/abs/2506.21103",
        112,
    ),
    Paper(
        "p-cache",
        "Forget Gracefully: Evicting the Key-Value Cache by Future Use",
        "The key-value cache grows with the context and soon fills the memory. We predict "
        "which entries later tokens will attend to, and evict the others. With a quarter of "
        "the cache, our method loses 0.6 points on long-context question answering, where "
        "evicting the oldest entries loses 11.3. The predictor adds 2% to the time of a "
        "forward pass.",
        ("Aiko Brandt", "Luis Ferreira"),
        2,
        PartialDate(2025, 3),
        "2503.04417",
        "https://arxiv.org/abs/2503.04417",
        48,
    ),
    Paper(
        "p-recur",
        "Recurrent Memory Is Enough for Most of a Book",
        "We ask how much of long-context reading needs attention at all. A model that reads a "
        "book in pages and carries 256 memory vectors from page to page answers 83% of the "
        "questions that a full-attention model answers, with constant memory. Failures gather "
        "where a question needs two exact quotations from far apart.",
        ("Hanna Virtanen",),
        14,
        PartialDate(2024, 11, 8),
        "2411.05222",
        "https://arxiv.org/abs/2411.05222",
        7,
    ),
    Paper(
        "p-bench",
        "NeedleYard: Measuring Long-Context Reading Beyond Retrieval",
        "Needle-in-a-haystack tests are nearly solved, yet models still misread long reports. "
        "We collect 1,240 questions whose answers must be put together from five or more "
        "places. The best model reaches 41.7%, and scores fall by half between 16K and 128K.",
        (),
        31,
        PartialDate(None, 3, 2),
        "2503.01777",
        None,
        203,
    ),
    Paper(
        "p-tok",
        "Bytes First: Tokenizer-Free Models at Scale",
        "We train byte-level models of up to 8B parameters with patches of varying length. "
        "They match a tokenizer-based model at equal compute and are sturdier to noise.",
        ("R. Castellanos", "Ji-woo Han", "P. Novak"),
    ),
)

HOSTILE = Paper(
    "p-evil",
    '<script>window.pwned="title"</script><img src="http://evil.invalid/t.png" '
    "onerror=\"window.pwned='img'\"> Title ${window.pwned='dollar'} {{constructor}}",
    "First <script>window.pwned='abstract'</script> sentence of the abstract. "
    "<img src=x onerror=\"window.pwned='abstract-img'\"> Second ${window.pwned='t'} `x` "
    '{{#each this}}{{this}}{{/each}} sentence. <svg onload="window.pwned=1"></svg> Third.',
    ('<b onmouseover="window.pwned=1">Eve</b>', 'M"allory'),
    arxiv_id='"><script>window.pwned="id"</script>',
    url="javascript:window.pwned='url'",
)

EXAMPLES = (
    "What makes attention over long documents cheaper?",
    "Compare sparse attention with evicting the cache",
    "Quote what is said about memory",
    "Which papers measure long-context reading?",
)

PROSE = (
    ("Two of these papers make long contexts cheaper, in **different places**.", ()),
    (
        "A trained gate skips 91% of the blocks of the context and keeps 99.2% of the accuracy "
        "of full attention.",
        ((0, "On documents of 128K tokens"),),
    ),
    ("Decoding becomes 3.4 times faster without rewriting a kernel.", ((0, "Decoding becomes"),)),
    (
        "Evicting what will not be used again loses 0.6 points with a quarter of the cache, "
        "where dropping the oldest entries loses 11.3.",
        ((1, "With a quarter of"),),
    ),
    (
        "Both leave the hardest reading unsolved: on questions that need five or more places, "
        "the best model reaches 41.7%, and recurrent memory fails on exact quotations.",
        ((3, "The best model"), (2, "Failures gather")),
    ),
    ("Tokenizer-free models are cheaper still.", ((4, None),)),
)

TABLE = """Both shorten what is read, at different moments.

| | Sparse attention | Cache eviction |
|---|---|---|
| What is skipped | 91% of the blocks [1] | three quarters of the cache [2] |
| What it costs | 0.8% of the accuracy [1] | 0.6 points [2] |
| Extra time | not stated in the abstract | 2% of a forward pass [2] |

- The gate needs training for each model [1].
- The predictor runs at every step [1, 2]."""


@dataclass
class FakeEngine:
    """Keeps what was asked, and how many streams were open, finished and closed early."""

    papers: int = 346
    pace: float = 0.02
    asked: list[str] = field(default_factory=list)
    opened: int = 0
    finished: int = 0
    closed_early: int = 0

    def status(self) -> str:
        return "llama3.1 at http://127.0.0.1:11434/v1"

    def examples(self) -> tuple[str, ...]:
        return EXAMPLES

    def paper_count(self) -> int:
        return self.papers

    async def astream(self, question: str, conversation: Conversation) -> AsyncIterator[Event]:
        self.asked.append(question)
        self.opened += 1
        try:
            async for event in self._script(question, conversation):
                yield event
            self.finished += 1
        except (asyncio.CancelledError, GeneratorExit):
            self.closed_early += 1
            raise

    async def _script(self, question: str, conversation: Conversation) -> AsyncIterator[Event]:
        words = question.lower()
        papers = (HOSTILE, *PAPERS[:2]) if "hostile" in words else PAPERS
        offers = conversation.number(papers)
        await asyncio.sleep(self.pace * 8)
        if "early" in words:
            raise EndpointUnreachable("nothing answers", remedy="footnote doctor")
        yield Found(offers, 12.5)
        await asyncio.sleep(self.pace * 15)
        answer = write(question, offers)
        for number, piece in enumerate(re.findall(r"\S+\s*", answer.text)):
            self._interrupt(words, number)
            yield TextDelta(piece)
            await asyncio.sleep(5.0 if "stall" in words and number == 6 else self.pace)
        if "slow" in words:
            await asyncio.sleep(120)
        yield Done(answer)

    def _interrupt(self, words: str, number: int) -> None:
        if "fail" in words and number == 8 and self.asked.count(self.asked[-1]) == 1:
            raise EndpointUnreachable(
                "nothing answers at http://127.0.0.1:11434/v1",
                remedy="start the server, or empty [llm] base_url to answer by quoting",
            )
        if "bug" in words and number == 3:
            raise KeyError("chunk-17")


def write(question: str, offers: tuple[Offer, ...]) -> Answer:
    """The scripted answer to a question, with numbers as the conversation gave them."""
    words = question.lower()
    timings = Timings(12.5, 300.0, 2140.0)
    if "muon" in words:
        text = "None of the papers that were found says anything about the optimizer Muon."
        return Answer(
            question,
            text,
            Mode.MODEL,
            (Sentence(text),),
            offers,
            refused=True,
            missing_terms=("Muon",),
            model="llama3.1",
            timings=timings,
        )
    if "hostile" in words:
        return _hostile(question, offers)
    if "compare" in words:
        return _compared(question, offers, timings)
    if "quote" in words:
        return _quoted(question, offers, timings)
    answer = _prose(question, offers, timings)
    if "cut" in words:
        return replace(answer, complete=False, dropped_papers=2, invalid_citations=1)
    return answer


def evidence_of(paper: Paper, beginning: str) -> Evidence:
    start = paper.abstract.index(beginning)
    end = paper.abstract.find(". ", start)
    end = len(paper.abstract) if end < 0 else end + 1
    return Evidence(paper.paper_id, paper.abstract[start:end], start, end)


def _prose(question: str, offers: tuple[Offer, ...], timings: Timings) -> Answer:
    sentences = []
    written = []
    for text, rests_on in PROSE:
        numbers = tuple(offers[index].number for index, _ in rests_on)
        found = tuple(evidence_of(offers[i].paper, b) for i, b in rests_on if b)
        sentences.append(Sentence(text, numbers, found))
        marks = "".join(f"[{number}]" for number in numbers)
        written.append(f"{text[:-1]} {marks}." if marks else text)
    text = f"{written[0]}\n\n" + "\n".join(f"- {line}" for line in written[1:4])
    text += "\n\n" + " ".join(written[4:])
    return _answer(question, text, tuple(sentences), offers, timings)


def _quoted(question: str, offers: tuple[Offer, ...], timings: Timings) -> Answer:
    chosen = ((2, "A model that reads"), (1, "The key-value cache"), (0, "Decoding becomes"))
    sentences = []
    for index, beginning in chosen:
        item = evidence_of(offers[index].paper, beginning)
        sentences.append(Sentence(item.sentence, (offers[index].number,), (item,)))
    text = "\n".join(f"- {one.text} [{one.citations[0]}]" for one in sentences)
    answer = _answer(question, text, tuple(sentences), offers, timings)
    notice = "The model at http://127.0.0.1:11434/v1 does not answer; these are quotations."
    return replace(answer, mode=Mode.QUOTING, model=None, notice=notice)


def _compared(question: str, offers: tuple[Offer, ...], timings: Timings) -> Answer:
    text = TABLE.replace("[1", f"[{offers[0].number}").replace("2]", f"{offers[1].number}]")
    gate = evidence_of(offers[0].paper, "On documents of")
    evict = evidence_of(offers[1].paper, "With a quarter of")
    first, second = offers[0].number, offers[1].number
    sentences = (
        Sentence(
            "Both shorten what is read, at different moments.", (first, second), (gate, evict)
        ),
        Sentence("91% of the blocks", (first,), (gate,)),
        Sentence("three quarters of the cache", (second,), (evict,)),
        Sentence("0.8% of the accuracy", (first,), (gate,)),
        Sentence("0.6 points", (second,), (evict,)),
        Sentence(
            "2% of a forward pass", (second,), (evidence_of(offers[1].paper, "The predictor adds"),)
        ),
        Sentence(
            "The gate needs training for each model.",
            (first,),
            (evidence_of(offers[0].paper, "We train a small"),),
        ),
        Sentence("The predictor runs at every step.", (first, second), ()),
    )
    return _answer(question, text, sentences, offers, timings)


def _hostile(question: str, offers: tuple[Offer, ...]) -> Answer:
    evil = offers[0]
    item = evidence_of(evil.paper, "First <script>")
    sentence = Sentence(
        'Model <script>window.pwned="model"</script> says so.', (evil.number,), (item,)
    )
    text = (
        f'Model <script>window.pwned="model"</script> says so [{evil.number}].\n\n'
        '<img src="http://evil.invalid/m.png" onerror="window.pwned=\'m\'"> '
        "![picture](http://evil.invalid/p.png) [a link](javascript:window.pwned='md') "
        "<a href=\"javascript:window.pwned='a'\">click</a> ${window.pwned='live'} {{this}}\n\n"
        '| a | b |\n|---|---|\n| <iframe src="http://evil.invalid/"></iframe> | \ue0000\ue001 |'
    )
    return _answer(question, text, (sentence,), offers, Timings(total_ms=900))


def _answer(
    question: str,
    text: str,
    sentences: tuple[Sentence, ...],
    offers: tuple[Offer, ...],
    timings: Timings,
) -> Answer:
    cited = {number for sentence in sentences for number in sentence.citations}
    papers = tuple(replace(offer, cited=offer.number in cited) for offer in offers)
    return Answer(question, text, Mode.MODEL, sentences, papers, model="llama3.1", timings=timings)


if __name__ == "__main__":
    from ui.app import serve

    asked_port = int(sys.argv[1]) if len(sys.argv) > 1 else 7860
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 346
    serve(FakeEngine(papers=count, pace=0.03), host="127.0.0.1", port=asked_port)
