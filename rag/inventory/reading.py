"""A question -> what it asks of the library's own records, if that is what it asks.

Owns the decision; knows nothing about the papers. A question asks the library where each of
its clauses asks for something that records know, and nothing of content is left over once
that and its conditions are taken out. Content that names a paper stands for this paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from rag.inventory import forms, slots
from rag.inventory.asked import Ask, Fact, InventoryQuestion, Kind
from rag.inventory.clauses import Clause, lead, read_clause, split
from rag.inventory.conditions import is_restricted
from rag.inventory.mentions import Named, find_names
from rag.inventory.neutral import repair
from rag.inventory.slots import REF
from rag.question import Field

LONGEST = 400  # characters of a question that is read at all
OF_FIELD = {Field.DATE: Fact.DATE, Field.AUTHORS: Fact.AUTHOR_COUNT, Field.UPVOTES: Fact.UPVOTES}
LISTED = frozenset({Fact.DATE, Fact.AUTHOR_COUNT, Fact.UPVOTES, Fact.TITLE})


def find_inventory_question(
    question: str,
    conversation_has_papers: bool,
    today: date,
    known_title: Named | None = None,
) -> InventoryQuestion | None:
    """What the question asks of the library's records; None where it asks anything else.

    `known_title` says of words without quotation marks whether they name a paper; " paper"
    stands behind them where the question says that they do.
    """
    if len(question) > LONGEST:
        return None
    text = " ".join(question.split())
    for said in dict.fromkeys((text, repair(text))):
        if asks := _read(said, conversation_has_papers, today, known_title):
            return InventoryQuestion(asks)
    return None


def _read(text: str, has_papers: bool, today: date, known_title: Named | None) -> tuple[Ask, ...]:
    titles = tuple(match.group(1).strip(" ,.") for match in forms.QUOTED.finditer(text))
    text = forms.QUOTED.sub(REF, text)
    if asks := _read_asks(text, titles, has_papers, today):
        return asks
    if titles or not known_title:
        return ()
    named, titles = find_names(text, known_title, today)
    return _read_asks(named, titles, has_papers, today) if titles else ()


def _read_asks(
    text: str, titles: tuple[str, ...], has_papers: bool, today: date
) -> tuple[Ask, ...]:
    asks: list[Ask] = []
    for part in split(lead(text)):
        mine = titles[: part.count(REF)]
        titles = titles[len(mine) :] if len(titles) > len(mine) else titles
        refers = has_papers or bool(asks)
        clause = read_clause(part, mine, refers, today)
        before = asks[-1] if asks else None
        more = tuple(_decide(clause, before, has_papers))
        if not more and not (clause.content or clause.refers or clause.asks):
            continue
        if not more:
            return ()
        follows = before is not None and _follows(clause, before)
        asks = [*(asks[:-1] if follows else asks), *more]
    return tuple(dict.fromkeys(asks))


def _follows(clause: Clause, before: Ask) -> bool:
    """Whether it changes what the clause before it asks for, rather than asking besides."""
    return any(one(clause, before) for one in (_goes_with, _lists_them, _counts_them))


def _decide(clause: Clause, before: Ask | None, has_papers: bool) -> Iterator[Ask]:
    """What the clause asks for; nothing where that is not for records alone."""
    whole = lead(clause.said)
    sayings = (_tidy(whole), _tidy(forms.LIBRARY.sub(" ", whole)))
    if not clause.wanted.restricts and not clause.titles:
        for kind, form in ((Kind.DATES, forms.DATES_FORM), (Kind.PAGES, forms.PAGES_FORM)):
            if any(form.fullmatch(one) for one in sayings):
                yield Ask(kind)
                return
    if clause.content or slots.NO_PAPER.search(clause.said):
        return
    if has_papers and slots.FIRST_OF_THEM.match(clause.said):
        return
    if before and _goes_with(clause, before):
        wants = dict.fromkeys((*before.wants, *_more_facts(clause, before)))
        if before.kind in (Kind.LIST, Kind.COUNT):
            wants = dict.fromkeys(one for one in wants if one not in LISTED)
        kind = Kind.LIST if wants and before.kind is Kind.COUNT else before.kind
        yield replace(before, kind=kind, wants=tuple(wants))
    elif before and _lists_them(clause, before):
        yield replace(before, kind=Kind.LIST)
    elif before and _counts_them(clause, before):
        yield replace(before, kind=Kind.COUNT)
    elif clause.apart:
        yield from _apart(clause, before)
    elif clause.bests:
        yield from (_order(clause, best, before) for best in clause.bests)
    else:
        yield from _other(clause, has_papers)


def _tidy(text: str) -> str:
    return re.sub(r"\s+(?=[,;?])", "", " ".join(text.split())).strip(" ,;:?!.")


def _complete(ask: Ask, clause: Clause) -> Ask:
    wanted = clause.wanted
    return replace(
        ask, filters=wanted.filters, topic=clause.topic, given=clause.given,
        numbers=clause.numbers, titles=clause.titles, lacks=wanted.lacks, has=wanted.has,
        page=wanted.page,
    )  # fmt: skip


def _more_facts(clause: Clause, before: Ask) -> tuple[Fact, ...]:
    if slots.HOW_MANY.match(clause.text):
        return (Fact.UPVOTES if before.field is Field.UPVOTES else Fact.AUTHOR_COUNT,)
    return clause.facts


def _goes_with(clause: Clause, before: Ask) -> bool:
    """Whether a clause only asks more of the papers that the clause before it is about."""
    if clause.bests or clause.numbers or clause.titles or clause.wanted.restricts or clause.apart:
        return False
    if clause.content or before.kind in (Kind.DATES, Kind.PAGES, Kind.APART):
        return False
    if before.kind in (Kind.COUNT, Kind.LIST) and not (clause.given and is_restricted(before)):
        return False
    if slots.HOW_MANY.match(clause.text):
        return before.field is not None
    return bool(clause.facts) and (clause.given or not clause.noun)


def _lists_them(clause: Clause, before: Ask) -> bool:
    """`How many are from 2025? List them.`"""
    if before.kind is not Kind.COUNT or clause.content or clause.facts or clause.bests:
        return False
    asks = clause.given or clause.noun or bool(slots.SHOW.match(clause.said))
    return asks and clause.lists and not (clause.counts or clause.wanted.restricts)


def _counts_them(clause: Clause, before: Ask) -> bool:
    """`Undated papers: how many?`"""
    return before.kind is Kind.LIST and bool(slots.HOW_MANY.match(clause.text))


def _apart(clause: Clause, before: Ask | None) -> Iterator[Ask]:
    if len(clause.titles) > 1 or len(clause.numbers) > 1:
        yield from (_order(clause, best, before) for best in clause.bests)
        yield _complete(Ask(Kind.APART), clause)
    elif len(clause.bests) > 1 and not clause.wanted.restricts:
        yield Ask(Kind.DATES)
    elif before and (len(before.titles) > 1 or len(before.numbers) > 1 or before.given):
        yield Ask(Kind.APART, given=before.given, numbers=before.numbers, titles=before.titles)


def _order(clause: Clause, best: Ask, before: Ask | None) -> Ask:
    """`How many are from 2025, and which is the oldest?`: the oldest of those."""
    ask = _complete(best, clause)
    wants = _more_facts(clause, best) if slots.HOW_MANY.match(clause.text) else clause.facts
    known = None if ask.has is OF_FIELD.get(best.field or Field.DATE) else ask.has
    ask = replace(ask, wants=wants, has=known)
    if clause.wanted.restricts or clause.topic.phrases or clause.titles or not before:
        return ask
    if before.kind not in (Kind.COUNT, Kind.LIST):
        return ask
    return replace(
        ask, filters=before.filters, topic=before.topic, given=before.given, page=before.page,
        numbers=before.numbers, lacks=before.lacks, has=before.has,
    )  # fmt: skip


def _other(clause: Clause, has_papers: bool) -> Iterator[Ask]:
    restricts = clause.wanted.restricts
    if clause.refers and clause.facts and not restricts:
        yield _complete(Ask(Kind.TELL, wants=clause.facts), clause)
    elif clause.refers and restricts and not (clause.counts or clause.lists):
        wanted = clause.wanted
        facts = (wanted.has, wanted.lacks, *(OF_FIELD.get(one.field) for one in wanted.filters))
        if wants := tuple(dict.fromkeys(one for one in facts if one)):
            ask = Ask(Kind.TELL, given=clause.given, numbers=clause.numbers, titles=clause.titles)
            yield replace(ask, wants=wants)
    elif clause.titles and not restricts and not clause.facts:
        if slots.DO_YOU_HAVE.search(clause.said):
            yield _complete(Ask(Kind.TELL, wants=(Fact.HERE,)), clause)
    elif clause.counts and _speaks_of_papers(clause):
        yield _complete(Ask(Kind.COUNT), clause)
    elif not clause.counts and _is_list(clause, has_papers):
        wants = tuple(one for one in clause.facts if one not in LISTED)
        sorts = Field.DATE if clause.sorts else None
        ask = Ask(Kind.LIST, field=sorts, relation=clause.sorts or "most", wants=wants)
        yield _complete(ask, clause)


def _speaks_of_papers(clause: Clause) -> bool:
    if clause.facts and not clause.wanted.restricts:
        return False
    big = re.search(r"\bhow\s+(?:big|large)\b|\bsize\b", clause.text, re.IGNORECASE)
    return clause.noun or clause.wanted.restricts or bool(big)


def _is_list(clause: Clause, has_papers: bool) -> bool:
    """Papers under a condition, or all of them; a condition alone goes on with the question
    before it, if there is one ("only those with two authors")."""
    wanted = clause.wanted
    if not wanted.restricts:
        asks = (clause.lists or clause.sorts) and not slots.POINTS.search(clause.said)
        return clause.noun and bool(asks) and not clause.refers and not clause.facts
    if wanted.lacks is Fact.LINK and not clause.noun:
        return False
    if clause.noun or clause.lists:
        return not (clause.facts and not clause.noun)
    alone = all(one.field is Field.AUTHORS for one in wanted.filters)
    return alone and not has_papers
