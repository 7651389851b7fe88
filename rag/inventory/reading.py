"""A question -> what it asks of the library's own records, if that is what it asks.

Owns the reading; knows nothing about the papers. Every clause of a question must fit a form,
else the question is about what papers say and none of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from rag.filters.dates import read_number
from rag.filters.finding import find_filters
from rag.inventory import forms
from rag.inventory.asked import Ask, Fact, InventoryQuestion, Kind, Topic
from rag.inventory.forms import BEST, REF
from rag.question import Field, Filter

LONGEST = 400  # characters of a question that is read at all
SEVERAL = 5  # papers named for "the newest papers"
NO_TOPIC = re.compile(
    r"\b(?:that|which|who|whether|how|why|when|what|if|than|because|is|are|was|were|does|do|did"
    r"|can|should)\b",
    re.IGNORECASE,
)
TOPIC_WORDS = 6


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with marks for what it refers to, and what that is."""

    text: str
    filters: tuple[Filter, ...] = ()
    given: bool = False
    numbers: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    best: Ask | None = None

    @property
    def refers(self) -> bool:
        return bool(self.given or self.numbers or self.titles)


def find_inventory_question(
    question: str,
    conversation_has_papers: bool,
    today: date,
    known_title: Callable[[str], bool] | None = None,
) -> InventoryQuestion | None:
    """What the question asks of the library's records; None where it asks anything else.

    `known_title` says of words without quotation marks whether a paper is called so.
    """
    if len(question) > LONGEST:
        return None
    text, titles = _hold_titles(" ".join(question.split()))
    asks: list[Ask] = []
    for part in _split(text):
        if known_title and not titles and (ask := _read_title(part, known_title)):
            asks.append(ask)
            continue
        clause = _mark(part, titles, conversation_has_papers or bool(asks), today)
        read = _read_clause(clause, asks[-1] if asks else None)
        if read is None:
            return None
        asks = [*asks[:-1], read] if _goes_with(clause, asks) else [*asks, read]
    return InventoryQuestion(tuple(asks)) if asks else None


def _hold_titles(question: str) -> tuple[str, tuple[str, ...]]:
    """The question with a mark for each quoted title."""
    titles = tuple(match.group(1).strip(" ,.") for match in forms.QUOTED.finditer(question))
    return forms.QUOTED.sub(REF, question), titles


def _split(text: str) -> list[str]:
    parts = [part.strip() for part in forms.CLAUSE.split(text)]
    return [part for part in parts if re.search(rf"[\w{REF}]", part)]


def _mark(part: str, titles: tuple[str, ...], refers: bool, today: date) -> Clause:
    """The clause without its conditions and without words that change nothing."""
    found = find_filters(part, today, bool)
    conditions = tuple(one for one in found if not one.orders)
    for words in dict.fromkeys(one.words for one in conditions):
        part = part.replace(words, " ", 1)
    part = forms.LEAD_IN.sub("", part)
    if not forms.DATES_FORM.fullmatch(_tidy(part)) and not forms.PAGES_FORM.fullmatch(_tidy(part)):
        part = forms.LIBRARY.sub(" ", part)
    part, best = _take_superlative(_tidy(part))
    clause = Clause(part, conditions, titles=titles if REF in part else (), best=best)
    return _take_references(clause, refers)


def _tidy(text: str) -> str:
    return re.sub(r"\s+(?=[,;?])", "", " ".join(text.split())).strip(" ,;:?!.")


def _take_superlative(text: str) -> tuple[str, Ask | None]:
    match = forms.SUPERLATIVE.search(text)
    if not match or forms.TIDINGS.search(text):
        return text, None
    groups = match.groupdict()
    number = next((groups[one] for one in ("number", "count", "top") if groups[one]), "")
    wanted = read_number(number) if number else 0
    if groups["adjective"]:
        name = re.sub(r"[\s-]+", " ", groups["adjective"].lower())
        field, relation = forms.ADJECTIVES[name]
        if not wanted and re.search(r"s$", groups["noun"] or "") and groups["noun"] != "works":
            wanted = SEVERAL
    elif groups["top"]:
        field, relation = "date" if groups["by"].lower() == "date" else "upvotes", "most"
    else:
        field, relation = _read_having(groups)
    ask = Ask(Kind.ORDER, field=Field(field), relation=relation, number=wanted)
    return f"{text[: match.start()]}{BEST}{text[match.end() :]}", ask


def _read_having(groups: dict[str, str | None]) -> tuple[str, str]:
    how = (groups["most"] or groups["long"] or "").lower()
    what = (groups["what"] or "authors").lower()
    least = re.match(r"fewest|least|smallest|lowest|minimum|shortest", how)
    return "upvotes" if "vote" in what else "authors", "least" if least else "most"


def _take_references(clause: Clause, refers: bool) -> Clause:
    text, numbers = clause.text, []
    for match in forms.NUMBERED.finditer(text):
        numbers += [int(one) for one in re.findall(r"\d{1,3}", match.group())]
    text = forms.NUMBERED.sub(f" {REF} ", text)
    given = False
    if refers and REF not in text:
        text = forms.OWN.sub(f"{REF}'s", text)
        text = forms.THIS.sub(REF, forms.THESE.sub(REF, text))
        text = re.sub(rf"\bwhich\s+ones?\b(?=.*{BEST})", f"which of {REF}", text, flags=re.I)
        given = REF in text
    elif not refers:
        text = forms.THESE_PAPERS.sub("the papers", text)
    text = _tidy(text)
    return replace(clause, text=text, numbers=tuple(numbers), given=given)


def _goes_with(clause: Clause, asks: list[Ask]) -> bool:
    """Whether a clause only asks more of the papers that the clause before it is about."""
    if not asks or clause.best or clause.numbers or clause.titles or clause.filters:
        return False
    return asks[-1].kind in (Kind.TELL, Kind.ORDER) and bool(_read_wants(clause, asks[-1]))


def _read_clause(clause: Clause, before: Ask | None) -> Ask | None:
    if before and _goes_with(clause, [before]):
        wants = dict.fromkeys((*before.wants, *_read_wants(clause, before)))
        return replace(before, wants=tuple(wants))
    for read in (_read_order, _read_tell, _read_library, _read_count, _read_list):
        if ask := read(clause):
            return _carry_over(ask, before)
    return None


def _carry_over(ask: Ask, before: Ask | None) -> Ask:
    """`How many are from 2025, and which is the oldest?`: the oldest of those."""
    if ask.kind is not Kind.ORDER or ask.filters or ask.topic.phrases or not before:
        return ask
    if before.kind not in (Kind.COUNT, Kind.LIST):
        return ask
    among = Clause("", before.filters, before.given, before.numbers)
    return _complete(ask, among, before.topic)


def _read_wants(clause: Clause, before: Ask) -> tuple[Fact, ...]:
    if forms.HOW_MANY.fullmatch(clause.text) and before.field:
        return (Fact.UPVOTES if before.field is Field.UPVOTES else Fact.AUTHOR_COUNT,)
    if forms.WHEN.fullmatch(clause.text):
        return (Fact.DATE,)
    if BEST in clause.text or not clause.given:
        return ()
    return _fits(clause.text)


def _fits(text: str) -> tuple[Fact, ...]:
    return tuple(
        dict.fromkeys(Fact(fact) for fact, form in forms.REFERENCE_FORMS if form.fullmatch(text))
    )[:1]


def _read_order(clause: Clause) -> Ask | None:
    if not clause.best:
        return None
    for form in forms.ORDER_FORMS:
        match = form.fullmatch(clause.text)
        if match and (topic := _read_topic(match.groupdict().get("topic"))) is not None:
            return _complete(clause.best, clause, topic)
    facts = _fits(clause.text)
    return replace(_complete(clause.best, clause, Topic()), wants=facts) if facts else None


def _complete(ask: Ask, clause: Clause, topic: Topic) -> Ask:
    return replace(
        ask, filters=clause.filters, topic=topic, given=clause.given, numbers=clause.numbers
    )


def _read_topic(said: str | None) -> Topic | None:
    """The phrases of a topic; None where it is a statement rather than a subject."""
    if not said:
        return Topic()
    if REF in said or BEST in said or NO_TOPIC.search(said):
        return None
    parts = re.split(r"\s*(?:,|\bor\b|\band\b)\s*", re.sub(r"\b(?:both|either)\s+", "", said))
    phrases = [" ".join(re.findall(r"[^\W_]+", part)) for part in parts]
    phrases = [re.sub(r"^(?:the|an?|any)\s+", "", one, flags=re.I) for one in phrases if one]
    if not phrases or any(len(one.split()) > TOPIC_WORDS for one in phrases):
        return None
    return Topic(tuple(phrases), not re.search(r"\bor\b", said))


def _read_tell(clause: Clause) -> Ask | None:
    if not clause.refers or clause.filters:
        return None
    if clause.titles and re.fullmatch(rf"(?:is|are)\s+{REF}|{REF}", clause.text, re.IGNORECASE):
        facts: tuple[Fact, ...] = (Fact.HERE,)
    else:
        facts = _fits(clause.text)
    if not facts:
        return None
    ask = _complete(Ask(Kind.TELL, wants=facts), clause, Topic())
    return replace(ask, titles=clause.titles)


def _read_title(part: str, known_title: Callable[[str], bool]) -> Ask | None:
    """`When was Boule or Baguette posted?`, where a paper is called so."""
    text = _tidy(forms.LEAD_IN.sub("", part))
    for fact, form in forms.TITLE_FORMS:
        match = form.fullmatch(text)
        if match and known_title(match["title"]):
            return Ask(Kind.TELL, titles=(match["title"],), wants=(Fact(fact),))
    return None


def _read_library(clause: Clause) -> Ask | None:
    if clause.filters or clause.refers:
        return None
    if forms.DATES_FORM.fullmatch(clause.text):
        return Ask(Kind.DATES)
    return Ask(Kind.PAGES) if forms.PAGES_FORM.fullmatch(clause.text) else None


def _read_count(clause: Clause) -> Ask | None:
    text, lacks, has = _take_known_fact(clause.text)
    restricted = bool(clause.filters or lacks or has)
    for form in forms.COUNT_FORMS:
        match = form.fullmatch(text)
        if match and (topic := _read_topic(match.groupdict().get("topic"))) is not None:
            return _complete(Ask(Kind.COUNT, lacks=lacks, has=has), clause, topic)
    if restricted and forms.COUNT_FRAGMENT.fullmatch(text):
        return _complete(Ask(Kind.COUNT, lacks=lacks, has=has), clause, Topic())
    return None


def _read_list(clause: Clause) -> Ask | None:
    text, lacks, has = _take_known_fact(clause.text)
    restricted = bool(clause.filters or lacks or has)
    fitting = forms.LIST_FORMS + (forms.LIST_FRAGMENTS if restricted else ())
    if (clause.refers and not restricted) or not any(form.fullmatch(text) for form in fitting):
        return None
    return _complete(Ask(Kind.LIST, lacks=lacks, has=has), clause, Topic())


def _take_known_fact(text: str) -> tuple[str, Fact | None, Fact | None]:
    """(the clause without it, the fact that must be unknown, the fact that must be known)"""
    match = forms.KNOWN_FACT.search(text)
    if not match:
        return text, None, None
    said = (match["fact"] or match["whose"] or "date").lower()
    fact = _fact_of(said)
    how = (match["how"] or match["undated"] or "").lower()
    lacks = bool(match["dont"] or match["no"] or match["without"]) or (
        bool(how) and how not in ("known", "dated")
    )
    left = _tidy(text[: match.start()])
    return (left, fact, None) if lacks else (left, None, fact)


def _fact_of(said: str) -> Fact:
    if "author" in said:
        return Fact.AUTHOR_COUNT if "count" in said or "number" in said else Fact.AUTHORS
    if "vote" in said:
        return Fact.UPVOTES
    if "arxiv" in said:
        return Fact.ARXIV
    if said in ("link", "url"):
        return Fact.LINK
    return Fact.YEAR if said == "year" else Fact.DATE
