"""What is asked of the library's records -> the answer, exactly.

Owns the answer's order and its sentences; the words of orders and of facts are its
neighbours'. What is not known is counted and told: neither guessed nor passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.filters.selecting import measure
from rag.inventory.asked import Ask, Fact, InventoryQuestion, Kind
from rag.inventory.conditions import (
    Pool,
    Records,
    choose_papers,
    describe,
    find_day,
    is_restricted,
    tell_unknown,
)
from rag.inventory.lines import (
    NAMED,
    Line,
    bullet,
    count_of,
    count_years,
    plain,
    tell,
    write_pages,
)
from rag.inventory.naming import find_named
from rag.inventory.ordering import TOLD, find_first, write_missing, write_order
from rag.library import Library
from rag.question import Field
from rag.records import Paper
from rag.replies import Offer, Sentence
from rag.schema import Facts

TOLD_OF = 5  # papers of a list that a fact is told of one by one


@dataclass(frozen=True, slots=True)
class InventoryAnswer:
    """What the records answer: `papers` are to be numbered, in this order, and `write` then
    gives the text with their marks, and its sentences."""

    papers: tuple[Paper, ...]
    lines: tuple[Line, ...]

    def write(self, offers: Iterable[Offer]) -> tuple[str, tuple[Sentence, ...]]:
        """The text and its sentences; `offers` hold at least `papers`, under their numbers.

        The sentences have no verdict: there is nothing in an abstract to hold them against.
        """
        numbers = {offer.paper.paper_id: offer.number for offer in offers}
        text, sentences = "", []
        for line in self.lines:
            cited = tuple(numbers[one] for one in line.paper_ids if one in numbers)
            marks = "".join(f"[{number}]" for number in cited)
            gap = "\n" if line.item else " " if line.goes_on else "\n\n"
            gap = gap if text else ""
            text += f"{gap}{'- ' if line.item else ''}{line.text}{' ' if marks else ''}{marks}"
            sentences.append(Sentence(line.text, cited))
        return text, tuple(sentences)


def answer_inventory(
    asked: InventoryQuestion, library: Library, offers: Sequence[Offer] = ()
) -> InventoryAnswer:
    """The answer to each ask, one after another. Raises LibraryError.

    `offers` are the papers that the question means: where it names numbers
    (`asked.numbers`) at least the papers of these, else those that "these" or "it" stand for.
    """
    records = Records(library, offers)
    lines = [line for ask in asked.asks for line in _ANSWER[ask.kind](ask, records)]
    ids = list(dict.fromkeys(one for line in lines for one in line.paper_ids))
    papers = library.get(ids)
    return InventoryAnswer(
        tuple(papers[one] for one in ids if one in papers),
        tuple(line.fill(papers) for line in lines),
    )


def _count(ask: Ask, records: Records) -> Iterator[Line]:
    if ask == Ask(Kind.COUNT):
        yield Line(f"The library holds {count_of(records.library.count(), 'paper')}.")
        return
    pool = choose_papers(ask, records)
    opening = _open(ask, pool)
    if 0 < len(pool.inside) <= NAMED:
        yield Line(f"{opening}:")
        yield from (bullet(one) for one in _sort(ask, pool.inside))
    else:
        yield Line(f"{opening}.")


def _list(ask: Ask, records: Records) -> Iterator[Line]:
    pool = choose_papers(ask, records)
    if ask.wants and 0 < len(pool.inside) <= TOLD_OF:
        papers = records.library.get([one.paper_id for one in pool.inside])
        for paper in papers.values():
            yield from (tell(fact, paper, named=not place) for place, fact in enumerate(ask.wants))
        return
    whole = f"The library holds {count_of(len(pool.inside), 'paper')}"
    opening = _open(ask, pool) if is_restricted(ask) or pool.given else whole
    yield Line(f"{opening}{':' if pool.inside else '.'}")
    yield from (bullet(one) for one in _sort(ask, pool.inside)[:NAMED])
    yield from _rest(len(pool.inside) - NAMED)


def _rest(number: int) -> Iterator[Line]:
    if number > 0:
        yield Line(f"{number:,} more {'is' if number == 1 else 'are'} not named here.")


def _open(ask: Ask, pool: Pool) -> str:
    """`18 of the 346 papers here are known to be from 2025; 303 have no date`."""
    number = len(pool.inside)
    unknown = f"; {tell_unknown(ask.filters, pool.unknown)}" if pool.unknown else ""
    fit = describe(ask, plural=number > 1)
    if not number:
        return f"{'None of these papers' if pool.given else 'No paper here'} {fit}{unknown}"
    if not fit:
        return f"{'These' if pool.given else 'Here'} are {count_of(number, 'paper')}"
    if number == len(pool.every) > 1:
        return f"All of {pool.whole} {fit}{unknown}"
    return f"{number:,} of {pool.whole} {fit}{unknown}"


def _sort(ask: Ask, papers: Sequence[Facts]) -> list[Facts]:
    """Oldest first where dates were asked for; as an order wants them, those without a date
    last; else as they were added."""
    if ask.field is not Field.DATE and not any(one.field is Field.DATE for one in ask.filters):
        return list(papers)
    if ask.field is not Field.DATE:
        return sorted(papers, key=lambda one: measure(Field.DATE, one) or (0,))
    newest = ask.relation == "most"
    known = [one for one in papers if measure(Field.DATE, one)]
    known.sort(key=lambda one: measure(Field.DATE, one) or (), reverse=newest)
    return known + [one for one in papers if not measure(Field.DATE, one)]


def _order(ask: Ask, records: Records) -> Iterator[Line]:
    field = ask.field or Field.DATE
    pool = choose_papers(ask, records)
    yield from _unknown_titles(ask, records)
    if ask.titles and not pool.every:
        return
    if not pool.inside:
        yield Line(f"{_open(ask, pool)}.")
        return
    lines = list(write_order(ask, field, pool))
    yield lines[0]
    first = find_first(ask, field, pool) if ask.number <= 1 else []
    papers = records.library.get([one.paper_id for one in first[:NAMED]])
    for one in first[:NAMED]:
        for fact in ask.wants:
            if fact is not TOLD[field]:
                yield tell(fact, papers[one.paper_id], named=len(first) > 1)
    yield from lines[1:]


def _tell(ask: Ask, records: Records) -> Iterator[Line]:
    ids: list[str] = []
    known = {one.number: one.paper.paper_id for one in records.offers}
    for number in ask.numbers:
        if number in known:
            ids.append(known[number])
        else:
            yield Line(f"No paper has the number {number} in this conversation.")
    for title in ask.titles:
        found = find_named(title, records.library)
        ids += found
        if not found:
            yield Line(f"No paper here has the title “{plain(title)}”.")
    if not (ask.numbers or ask.titles):
        ids += known.values()
    if not (ids or ask.numbers or ask.titles):
        yield Line("No paper has been cited yet that this could mean.")
    papers = records.library.get(ids[:NAMED])
    for paper in (papers[one] for one in ids[:NAMED] if one in papers):
        yield from (tell(fact, paper, named=not place) for place, fact in enumerate(ask.wants))
    yield from _rest(len(ids) - NAMED)


def _unknown_titles(ask: Ask, records: Records) -> Iterator[Line]:
    for title in ask.titles:
        if not find_named(title, records.library):
            yield Line(f"No paper here has the title “{plain(title)}”.")


def _apart(ask: Ask, records: Records) -> Iterator[Line]:
    """How many days lie between the first and the last date of the papers that are meant."""
    papers = choose_papers(ask, records).inside
    if not papers or (len(papers) < 2 and ask.titles):
        yield from _unknown_titles(ask, records)
        return
    dates = [(one, find_day(one.date)) for one in papers]
    known = sorted((day, one.paper_id) for one, day in dates if day)
    ids = tuple(one.paper_id for one in papers)
    if len(known) < len(papers) or len(known) < 2:
        vague = [one.paper_id for one, day in dates if not day]
        for paper in records.library.get(vague).values():
            yield tell(Fact.DATE, paper)
        yield Line("How far apart they are cannot be told without the day of each.", ids)
        return
    days = (known[-1][0] - known[0][0]).days
    which = "They are" if len(known) == 2 else "The first and the last of them are"
    yield Line(f"{which} {count_of(days, 'day')} apart.", (known[0][1], known[-1][1]))


def _dates(ask: Ask, records: Records) -> Iterator[Line]:
    pool = choose_papers(ask, records)
    known = sorted(
        (one for one in pool.every if measure(Field.DATE, one)),
        key=lambda one: measure(Field.DATE, one) or (),
    )
    missing = [one for one in pool.every if not measure(Field.DATE, one)]
    if known and known[0].date and known[-1].date:
        first, last = known[0], known[-1]
        with_year = " with its year" if any(one.date for one in missing) else ""
        span = f"from {known[0].date.in_words()} to {known[-1].date.in_words()}"
        ids = tuple(dict.fromkeys((first.paper_id, last.paper_id)))
        papers = count_of(len(known), "paper")
        verb = "is" if len(known) == 1 else "are"
        yield Line(f"The {papers} whose date is known{with_year} {verb} {span}.", ids)
        yield Line(f"By year: {count_years(known)}.")
    if missing:
        yield Line(f"{write_missing(Field.DATE, missing, pool, False)}.")


def _pages(_: Ask, records: Records) -> Iterator[Line]:
    yield from write_pages([paper.pages for paper in records.library.papers()])


_ANSWER: dict[Kind, Callable[[Ask, Records], Iterator[Line]]] = {
    Kind.COUNT: _count,
    Kind.LIST: _list,
    Kind.ORDER: _order,
    Kind.TELL: _tell,
    Kind.APART: _apart,
    Kind.DATES: _dates,
    Kind.PAGES: _pages,
}
