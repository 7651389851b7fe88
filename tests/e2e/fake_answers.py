"""What the scripted engine answers, with numbers as the conversation gave them.

What a question says decides: "compare", "quote", "premise", "how many" (answered from the
library), "muon" (refused), "hostile", "cut" (the stream breaks off); anything else is
answered in prose. With "checked" its sentences carry verdicts, with "hidden" those without
support start hidden.
"""

from __future__ import annotations

from dataclasses import replace

from e2e.fake_papers import evidence_of

from rag.question import Field, Filter, Selection, Side, Understood
from rag.replies import (
    Answer,
    Aspect,
    Column,
    Comparison,
    Mode,
    Offer,
    Sentence,
    Support,
    Timings,
    Tokens,
    Verdict,
)

EVIL = '<img src="http://evil.invalid/e.png" onerror="window.pwned=1">'
TIMINGS = Timings(12.5, 300.0, 2140.0, 86.0)
TOKENS = Tokens(1240, 96)
FILTERS = (
    ("since 2024", Filter(Field.DATE, ">=", "2024", "since 2024")),
    ("by okafor", Filter(Field.AUTHOR, "=", "Mira Okafor", "by Okafor")),
    ("most upvoted", Filter(Field.UPVOTES, "most", 3, "the 3 most upvoted")),
    ("hostile", Filter(Field.AUTHOR, "=", EVIL, EVIL)),
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

FOUND = Verdict(Support.SUPPORTED, 0.97, "Its words and numbers stand in one sentence.")
PARTLY = Verdict(Support.PARTLY, 0.48, "“Without rewriting” is not in the abstract's words.")
NOT_FOUND = Verdict(Support.NOT_FOUND, 0.08, "No abstract that it cites has “cheaper still”.")
CONTRADICTED = Verdict(Support.CONTRADICTED, 0.03, "The abstract says 41.7%, not 51.7%.")
NOT_NEEDED = Verdict(Support.NOT_NEEDED, 1.0, "It introduces what follows.")
VERDICTS = (NOT_NEEDED, FOUND, PARTLY, FOUND, CONTRADICTED, NOT_FOUND)

# Aspect, then for each side what is said and where; None where nothing is.
TABLE = (
    (
        "What is skipped",
        ("91% of the blocks of the context", "On documents of", FOUND),
        ("the entries that later tokens will not attend to", "We predict", FOUND),
    ),
    (
        "What it costs",
        ("0.8% of the accuracy of full attention", "On documents of", PARTLY),
        (
            "0.6 points on long-context question answering, with a quarter of the cache",
            "With a quarter of",
            FOUND,
        ),
    ),
    ("Extra time", None, ("2% of a forward pass", "The predictor adds", FOUND)),
    (
        "Needs training",
        ("yes, a small gate for each head", "We train a small", FOUND),
        ("no, only a predictor", None, NOT_FOUND),
    ),
)


def understand(question: str, without: frozenset[str]) -> Understood | None:
    """How the question is understood; None where there is nothing to say about that."""
    words = question.lower()
    filters = tuple(
        filter for said, filter in FILTERS if said in words and filter.key not in without
    )
    sides = _sides(words)
    follows = words.startswith("and ")
    if not (filters or sides or follows):
        return None
    meant = "What makes attention over long documents cheaper" if follows else question
    if follows:
        meant += f", {question[4:]}"
    if "hostile" in words:
        meant, follows = EVIL, True
    return Understood(question, meant, (), filters, sides, follows)


def _sides(words: str) -> tuple[Side, ...]:
    if "compare" not in words:
        return ()
    names = ["Sparse attention", "Cache eviction"] + ["Linear attention"] * ("linear" in words)
    return tuple(Side(EVIL if "hostile" in words else name, name) for name in names)


def select(understood: Understood | None) -> Selection | None:
    """What the filters did to 346 papers."""
    return Selection(12, 31, 303) if understood and understood.filters else None


def suppose(question: str, offers: tuple[Offer, ...]) -> Sentence | None:
    """What the question takes for granted and an abstract contradicts."""
    words = question.lower()
    if "premise" not in words:
        return None
    text = "The question takes it that a kernel must be rewritten; the abstract says that none has."
    item = evidence_of(offers[0].paper, "Decoding becomes")
    return Sentence(text, (offers[0].number,), (item,))


def write(question: str, offers: tuple[Offer, ...]) -> Answer:
    """The scripted answer to a question."""
    words = question.lower()
    answer = _write(question, words, offers)
    if "hidden" in words:
        unfound = (Support.NOT_FOUND, Support.CONTRADICTED)
        checked = [one.verdict.support for one in answer.sentences if one.verdict]
        answer = replace(answer, hidden=sum(support in unfound for support in checked))
    if "cut" in words:
        answer = replace(answer, complete=False, dropped_papers=2, invalid_citations=1)
    return answer


def _write(question: str, words: str, offers: tuple[Offer, ...]) -> Answer:
    if "muon" in words:
        return _refused(question, offers)
    if "hostile" in words:
        return _hostile(question, offers)
    if "compare" in words:
        return _compared(question, offers, "linear" in words)
    if "quote" in words:
        return _quoted(question, offers)
    if "how many" in words:
        text = f"346 papers, from 2024 to 2025. The newest is the first [{offers[0].number}]."
        told = (
            Sentence("346 papers, from 2024 to 2025."),
            Sentence("The newest is the first.", (1,)),
        )
        return replace(_answer(question, text, told, offers), mode=Mode.LIBRARY, model=None)
    return _prose(question, offers, "checked" in words)


def _refused(question: str, offers: tuple[Offer, ...]) -> Answer:
    text = "None of the papers that were found says anything about the optimizer Muon."
    refused = _answer(question, text, (Sentence(text),), offers)
    return replace(refused, refused=True, missing_terms=("Muon",))


def _prose(question: str, offers: tuple[Offer, ...], checked: bool) -> Answer:
    sentences = []
    written = []
    for (text, rests_on), verdict in zip(PROSE, VERDICTS, strict=True):
        numbers = tuple(offers[index].number for index, _ in rests_on)
        found = tuple(evidence_of(offers[i].paper, b) for i, b in rests_on if b)
        sentences.append(Sentence(text, numbers, found, verdict if checked else None))
        marks = "".join(f"[{number}]" for number in numbers)
        written.append(f"{text[:-1]} {marks}." if marks else text)
    text = f"{written[0]}\n\n" + "\n".join(f"- {line}" for line in written[1:4])
    text += "\n\n" + " ".join(written[4:])
    return _answer(question, text, tuple(sentences), offers)


def _quoted(question: str, offers: tuple[Offer, ...]) -> Answer:
    chosen = ((2, "A model that reads"), (1, "The key-value cache"), (0, "Decoding becomes"))
    sentences = []
    for index, beginning in chosen:
        item = evidence_of(offers[index].paper, beginning)
        sentences.append(Sentence(item.sentence, (offers[index].number,), (item,)))
    text = "\n".join(f"- {one.text} [{one.citations[0]}]" for one in sentences)
    answer = _answer(question, text, tuple(sentences), offers)
    notice = "The model at http://127.0.0.1:11434/v1 does not answer; these are quotations."
    return replace(answer, mode=Mode.QUOTING, model=None, notice=notice, fell_back=True)


def _compared(question: str, offers: tuple[Offer, ...], third: bool) -> Answer:
    first, second = offers[0].number, offers[1].number
    gate = evidence_of(offers[0].paper, "We train a small")
    evict = evidence_of(offers[1].paper, "We predict")
    sentences = (
        Sentence(
            "Both shorten what is read, at different moments.",
            (first, second),
            (gate, evict),
            FOUND,
        ),
        Sentence("The gate decides before reading.", (first,), (gate,), FOUND),
        Sentence("The predictor decides after it.", (second,), (evict,), PARTLY),
    )
    text = (
        f"Both shorten what is read, at different moments [{first}][{second}].\n\n"
        f"The gate decides before reading [{first}]. The predictor decides after it [{second}]."
    )
    sides = [
        Column("Sparse attention", (first, offers[3].number)),
        Column("Evicting the key-value cache", (second,)),
    ]
    if third:
        sides.append(Column("Linear attention", (offers[2].number,), found=False))
    aspects = tuple(_aspect(row[0], row[1:], offers, third) for row in TABLE)
    answer = _answer(question, text, sentences, offers)
    comparison = Comparison(tuple(sides), aspects)
    cited = {number for one in sentences for number in one.citations}
    cited |= {n for aspect in aspects for cell in aspect.cells for n in cell.citations}
    papers = tuple(replace(offer, cited=offer.number in cited) for offer in offers)
    return replace(answer, comparison=comparison, papers=papers)


def _aspect(
    name: str,
    said: tuple[tuple[str, str | None, Verdict] | None, ...],
    offers: tuple[Offer, ...],
    third: bool,
) -> Aspect:
    cells = []
    for offer, one in zip(offers, said, strict=False):
        if one is None:
            cells.append(Sentence("not stated in the abstract", verdict=NOT_NEEDED))
            continue
        text, beginning, verdict = one
        found = (evidence_of(offer.paper, beginning),) if beginning else ()
        cells.append(Sentence(text, (offer.number,), found, verdict))
    if third:
        cells.append(Sentence("not stated in the abstract"))
    return Aspect(name, tuple(cells))


def _hostile(question: str, offers: tuple[Offer, ...]) -> Answer:
    evil = offers[0]
    item = evidence_of(evil.paper, "First <script>")
    sentence = Sentence(
        'Model <script>window.pwned="model"</script> says so.', (evil.number,), (item,)
    )
    doubt = Verdict(Support.PARTLY, 0.4, EVIL)
    doubted = Sentence(f"Doubt {EVIL} here.", (evil.number,), (item,), doubt)
    text = (
        f'Model <script>window.pwned="model"</script> says so [{evil.number}].\n\n'
        f"Doubt {EVIL} here [{evil.number}].\n\n"
        '<img src="http://evil.invalid/m.png" onerror="window.pwned=\'m\'"> '
        "![picture](http://evil.invalid/p.png) [a link](javascript:window.pwned='md') "
        "<a href=\"javascript:window.pwned='a'\">click</a> ${window.pwned='live'} {{this}}\n\n"
        '| a | b |\n|---|---|\n| <iframe src="http://evil.invalid/"></iframe> | \ue0000\ue001 |'
    )
    cell = Sentence(f"cell {EVIL}", (evil.number,), (item,), doubt)
    table = Comparison((Column(EVIL, (evil.number,)),), (Aspect(EVIL, (cell,)),))
    answer = _answer(question, text, (sentence, doubted), offers)
    return replace(answer, comparison=table, premise=sentence)


def _answer(
    question: str, text: str, sentences: tuple[Sentence, ...], offers: tuple[Offer, ...]
) -> Answer:
    cited = {number for sentence in sentences for number in sentence.citations}
    papers = tuple(replace(offer, cited=offer.number in cited) for offer in offers)
    written = Answer(question, text, Mode.MODEL, sentences, papers, model="llama3.1")
    return replace(written, timings=TIMINGS, tokens=TOKENS)
