"""The words in which an answer's state is told on paper.

Owns what is said of support, filters, notices and papers; knows nothing about markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.filters.selecting import label
from rag.links import UNSEEN
from rag.pages.text import tidy
from rag.question import Field, Selection, Understood
from rag.records import Paper
from rag.replies import Answer, Column, Mode, Sentence, Support

UNSTATED = "not stated in the abstract"
BROKEN_OFF = "The model’s stream broke off: this answer is incomplete."
_LACKING = {
    Field.DATE: "no known date",
    Field.AUTHORS: "no number of authors",
    Field.AUTHOR: "no authors’ names",
    Field.UPVOTES: "no upvotes",
    Field.CODE: "no word on code",
}
_DOUBTS = {
    Support.PARTLY: "supported in part by the",
    Support.NOT_FOUND: "not found in the",
    Support.CONTRADICTED: "contradicted by the",
}
_JUDGES = {
    "wording": "by the wording of their abstracts",
    "meaning": "by a model that judged whether they follow from their abstracts",
}


def clean(text: str) -> str:
    """One line without what no reader can see, or what would turn its surroundings about."""
    return tidy(strip_unseen(text))


def strip_unseen(text: str) -> str:
    return UNSEEN.sub("", text)


def clean_lines(text: str) -> str:
    """The same for a text whose lines mean something."""
    return "\n".join(map(clean, text.splitlines()))


# --- an answer ----------------------------------------------------------------------


def tell_writer(answer: Answer) -> str:
    if answer.mode is Mode.MODEL:
        return f"Written by {clean(answer.model or 'the model')}"
    if answer.mode is Mode.LIBRARY:
        return "From the library’s records"
    return "Nothing to quote" if answer.refused else "Quoted from the abstracts"


def claims(answer: Answer) -> bool:
    """Whether its sentences claim what abstracts say: no refusal, no library's record."""
    return not answer.refused and answer.mode is not Mode.LIBRARY


def tell_count(answer: Answer) -> str:
    """`7 of 8 sentences and 3 of 4 cells supported, by the wording of their abstracts`."""
    if not claims(answer):
        return ""
    parts = [_tally(answer.sentences, "sentence"), _tally(answer.cells, "cell")]
    counted = " and ".join(filter(None, parts))
    return f"{counted} supported, {_JUDGES.get(answer.judged, answer.judged)}" if counted else ""


def _tally(sentences: Sequence[Sentence], noun: str) -> str:
    found = [one.verdict.support for one in sentences if one.verdict]
    needing = [support for support in found if support is not Support.NOT_NEEDED]
    if not needing:
        return ""
    return f"{needing.count(Support.SUPPORTED)} of {count_of(len(needing), noun)}"


def tell_notices(answer: Answer) -> tuple[str, ...]:
    """What the reader must know first."""
    notice = clean(answer.notice)
    broken = () if answer.complete else (BROKEN_OFF,)
    same = notice.replace("'", "’") == BROKEN_OFF
    return (*broken, *([notice] if notice and not (broken and same) else []))


def tell_refusal(answer: Answer) -> str:
    """`Not in these papers: Muon`; also where an answer goes on without the missing terms."""
    terms = ", ".join(map(clean, answer.missing_terms))
    if terms:
        return f"Not in these papers: {terms}"
    return "Not in these papers" if answer.refused else ""


def tell_question(answer: Answer) -> Iterator[str]:
    """How the question was understood, and what its filters did."""
    understood = answer.understood
    if understood and understood.follows and not _is_same(understood.question, answer.question):
        yield f"Understood as: {clean(understood.question)}"
    if understood and understood.filters:
        yield f"Only papers: {clean('; '.join(map(label, understood.filters)))}"
    if answer.selection:
        yield tell_selection(answer.selection, understood)


def _is_same(one: str, other: str) -> bool:
    return one.split() == other.split() or one.casefold().split() == other.casefold().split()


def tell_selection(selection: Selection, understood: Understood | None) -> str:
    """`12 papers kept; 303 have no known date and are left out`."""
    kept = f"{selection.kept:,}" if selection.kept else "No"
    words = f"{kept} {'paper' if selection.kept == 1 else 'papers'} kept"
    if not selection.unknown:
        return words
    one = selection.unknown == 1
    fields = {each.field for each in understood.filters} if understood else set()
    lacks = "cannot be judged"
    if len(fields) == 1:
        lacks = f"{'has' if one else 'have'} {_LACKING[fields.pop()]}"
    return f"{words}; {selection.unknown:,} {lacks} and {'is' if one else 'are'} left out"


def tell_small_print(answer: Answer) -> Iterator[str]:
    """Papers that did not fit, and marks that were removed."""
    if answer.dropped_papers:
        papers = count_of(answer.dropped_papers, "paper")
        yield f"{papers} found but left out: the model’s context was full"
    if answer.invalid_citations:
        marks = count_of(answer.invalid_citations, "mark")
        yield f"{marks} removed: the model cited papers that it was not given"


def tell_doubt(sentence: Sentence) -> str:
    """`not found in the abstract`, `no source`; empty where nothing is wanting."""
    support = sentence.verdict.support if sentence.verdict else None
    if not sentence.citations:
        return "" if support is Support.NOT_NEEDED else "no source"
    if support not in _DOUBTS:
        return ""
    return f"{_DOUBTS[support]} {'abstract' if len(sentence.citations) == 1 else 'abstracts'}"


def is_unstated(cell: Sentence) -> bool:
    """Whether a cell says that nothing is said; a claim without a source is no such cell."""
    if cell.text.strip(" .").lower() in ("", UNSTATED):
        return True
    return not cell.citations and not (cell.verdict and tell_doubt(cell))


def count_of(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


# --- a paper ------------------------------------------------------------------------


def tell_authors(paper: Paper) -> str:
    """All that are known, and how many more there are; `9 authors` without a name."""
    names = [clean(name) for name in paper.authors]
    total = max(paper.author_count or 0, len(names))
    if not names:
        return count_of(total, "author") if total else ""
    if total > len(names):
        return f"{', '.join(names)} and {total - len(names)} more"
    return " and ".join([*filter(None, [", ".join(names[:-1])]), names[-1]])


def name_side(side: Column, answer: Answer) -> str:
    """The side's name; one that was cut short for a screen is its paper's title, whole."""
    titles = [one.paper.title for one in answer.papers if one.number in side.papers]
    start = side.name.removesuffix("…")
    is_cut = start != side.name and len(titles) == 1 and titles[0].startswith(start)
    return titles[0] if is_cut else side.name


def tell_side(side: Column) -> str:
    """How many papers speak for the side: `2 papers`."""
    if side.found:
        return count_of(len(side.papers), "paper")
    return "nothing here about this" + ("; nearest shown" if side.papers else "")
