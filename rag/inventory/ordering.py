"""The newest, the oldest, the most authors: the first of an order, its ties and its gaps.

Owns the words of an order; which papers are put in order comes from `rag.inventory.conditions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.filters.selecting import first_and_last, measure
from rag.inventory.asked import Ask, Fact
from rag.inventory.conditions import Pool, describe, is_restricted, tell_unknown
from rag.inventory.lines import NAMED, TITLE, Line, bullet, count_of, measured
from rag.question import Field
from rag.schema import Facts

NOUNS = {
    Field.DATE: "date",
    Field.AUTHORS: "number of authors",
    Field.UPVOTES: "number of upvotes",
}
# Of one paper, and of several.
FIRST = {
    (Field.DATE, "most"): ("is the newest", "are the newest"),
    (Field.DATE, "least"): ("is the oldest", "are the oldest"),
    (Field.AUTHORS, "most"): ("lists the most authors", "list the most authors"),
    (Field.AUTHORS, "least"): ("lists the fewest authors", "list the fewest authors"),
    (Field.UPVOTES, "most"): ("is the most upvoted", "are the most upvoted"),
    (Field.UPVOTES, "least"): ("is the least upvoted", "are the least upvoted"),
}
TOLD = {
    Field.DATE: Fact.DATE,
    Field.AUTHORS: Fact.AUTHOR_COUNT,
    Field.UPVOTES: Fact.UPVOTES,
}


def write_order(ask: Ask, field: Field, pool: Pool) -> Iterator[Line]:
    """The first of the papers that fit, all of them if several are, and what is not known.
    There is at least one that fits."""
    known = [one for one in pool.inside if measure(field, one) is not None]
    missing = [one for one in pool.inside if measure(field, one) is None]
    if not known:
        whole = f"the {count_of(len(pool.inside), 'paper')} that {_fit(ask, pool)}"
        whole = whole if is_restricted(ask) else pool.whole
        yield Line(f"None of {whole} has a known {NOUNS[field]}{_year(field, missing)}.")
        return
    most = ask.relation == "most"
    ranked = sorted(known, key=lambda one: measure(field, one) or (), reverse=most)
    if ask.number > 1:
        yield from _write_several(ask, field, ranked, _among(ask, field, pool))
    else:
        yield from _write_first(ask, field, ranked, _among(ask, field, pool))
    if missing:
        yield Line(f"{write_missing(field, missing, pool, is_restricted(ask))}.")
    if pool.unknown:
        yield Line(f"Besides, {tell_unknown(ask.filters, pool.unknown)}.")


def find_first(ask: Ask, field: Field, pool: Pool) -> list[Facts]:
    """The papers that share the first place."""
    known = [one for one in pool.inside if measure(field, one) is not None]
    values = [measure(field, one) or () for one in known]
    if not values:
        return []
    best = max(values) if ask.relation == "most" else min(values)
    return [one for one, value in zip(known, values, strict=True) if value == best]


def write_missing(field: Field, missing: Sequence[Facts], pool: Pool, restricted: bool) -> str:
    """`303 of the 346 papers here have no date and 4 state no year`."""
    dated = sum(one.date is not None for one in missing) if field is Field.DATE else 0
    bare = len(missing) - dated
    whole = f"these {count_of(len(pool.inside), 'paper')}" if restricted else pool.whole
    without = f"{'has' if bare == 1 else 'have'} no {NOUNS[field]}"
    yearless = f"{'states' if dated == 1 else 'state'} no year"
    if bare and dated:
        return f"{bare:,} of {whole} {without}, and {dated:,} {yearless}"
    return f"{bare or dated:,} of {whole} {without if bare else yearless}"


def _write_first(ask: Ask, field: Field, ranked: Sequence[Facts], among: str) -> Iterator[Line]:
    best = [one for one in ranked if measure(field, one) == measure(field, ranked[0])]
    ids = tuple(one.paper_id for one in best)
    one_is, several_are = FIRST[field, ask.relation]
    value = measured(field, best[0])
    if len(best) == 1:
        yield Line(f"Of {among}, “{TITLE}” {one_is}: {value}.", ids)
    else:
        yield Line(f"Of {among}, {len(best):,} {several_are}: {value}.")
        yield from (bullet(one) for one in best[:NAMED])
        if len(best) > NAMED:
            yield Line(f"{len(best) - NAMED:,} more are not named here.")
    doubtful = [one for one in ranked[len(best) :] if _may_be_first(ask, field, one, best[0])]
    if doubtful:
        beyond = "newer" if ask.relation == "most" else "older"
        text = (
            f"{count_of(len(doubtful), 'other')} may be {beyond}: the dates are too coarse to say."
        )
        yield Line(text, tuple(one.paper_id for one in doubtful[:NAMED]))


def _write_several(ask: Ask, field: Field, ranked: Sequence[Facts], among: str) -> Iterator[Line]:
    shown = ranked[: min(ask.number, NAMED)]
    _, several_are = FIRST[field, ask.relation]
    these = f"these {len(shown)}" if len(shown) > 1 else "this one"
    yield Line(
        f"Of {among}, {these} {several_are if len(shown) > 1 else FIRST[field, ask.relation][0]}:"
    )
    yield from (bullet(one) for one in shown)
    last = measure(field, shown[-1])
    tied = sum(measure(field, one) == last for one in ranked[len(shown) :])
    if tied:
        yield Line(
            f"{count_of(tied, 'more paper')} {'is' if tied == 1 else 'are'} tied with the last."
        )


def _among(ask: Ask, field: Field, pool: Pool) -> str:
    """`the 39 papers here whose date is known`."""
    number = sum(measure(field, one) is not None for one in pool.inside)
    papers = count_of(number, "paper")
    missing = [one for one in pool.inside if measure(field, one) is None]
    which = f" whose {NOUNS[field]} is known{_year(field, missing)}" if missing else ""
    if is_restricted(ask):
        fit = describe(ask, plural=number != 1)
        return f"the {papers} that {fit}{' and' if which else ''}{which}"
    if pool.given:
        return f"{'the' if which else 'these' if number > 1 else 'this'} {papers}{which}"
    return f"the {papers} here{which}"


def _fit(ask: Ask, pool: Pool) -> str:
    return describe(ask, plural=len(pool.inside) != 1)


def _year(field: Field, missing: Sequence[Facts]) -> str:
    """A date may be known without its year, and then stands in no order."""
    if field is Field.DATE and any(one.date is not None for one in missing):
        return " with its year"
    return ""


def _may_be_first(ask: Ask, field: Field, other: Facts, best: Facts) -> bool:
    """Whether its day, as far as it is stated, may be beyond the first one's."""
    if field is not Field.DATE or other.date is None or best.date is None:
        return False
    first, last = first_and_last(other.date)
    best_first, best_last = first_and_last(best.date)
    return last > best_first if ask.relation == "most" else first < best_last
