"""A clause of a question -> what it asks for, what it sets, and what is left over.

Owns the order in which phrases are taken out of a clause; knows nothing about which of them
make a question. Signs that are taken out become blanks, so that a word stands where it stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from rag.filters.dates import read_number
from rag.inventory import forms, slots
from rag.inventory.asked import Ask, Fact, Kind, Topic
from rag.inventory.neutral import find_content
from rag.inventory.slots import BEST, REF
from rag.inventory.wanted import Wanted, blank, take_conditions
from rag.question import Field

SEVERAL = 5  # papers named for "the newest papers"
NO_TOPIC = re.compile(
    r"\b(?:that|which|who|whether|how|why|when|what|if|than|because|is|are|was|were|does|do|did"
    r"|can|should)\b",
    re.IGNORECASE,
)
TOPIC_WORDS = 6


@dataclass(frozen=True, slots=True)
class Clause:
    """What was found in a clause. `text` has marks for references and superlatives.

    `left` is the text without anything that asks or sets something: where it holds words of
    content, the clause asks for more than records know. `counts`, `lists`: it has words that
    ask for a number or for papers; `noun`: it speaks of papers; `sorts`: as a list is to be
    ordered by date, `most` for the newest first.
    """

    said: str
    text: str
    left: str
    wanted: Wanted
    bests: tuple[Ask, ...] = ()
    facts: tuple[Fact, ...] = ()
    topic: Topic = field(default_factory=Topic)
    given: bool = False
    numbers: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    counts: bool = False
    lists: bool = False
    noun: bool = False
    apart: bool = False
    sorts: str = ""

    @property
    def refers(self) -> bool:
        return bool(self.given or self.numbers or self.titles)

    @property
    def asks(self) -> bool:
        """Whether it has any words that ask for what records know."""
        wants = self.facts or self.bests or self.apart or self.counts
        return bool(wants or self.wanted.restricts or (self.lists and self.noun))

    @property
    def content(self) -> bool:
        """Whether anything is left over."""
        return bool(find_content(self.left))


def lead(text: str) -> str:
    """The text without what leads in and what thanks."""
    if match := forms.POLITE.search(text):
        text = blank(text, *match.span())
    match = forms.LEAD_IN.match(text)
    return blank(text, 0, match.end()) if match else text


def read_clause(
    said: str, titles: tuple[str, ...], refers: bool, today: date, *, naming: bool = False
) -> Clause:
    """`refers`: the conversation has papers that "it" and "these" can mean; `naming`: the
    papers that are named have no marks yet, and no subject is looked for."""
    wanted = take_conditions(lead(said), today)
    apart = slots.APART.search(wanted.text)
    text = blank(wanted.text, *apart.span()) if apart else wanted.text
    text, sorts = _take_sort(text)
    named = 2 if naming else said.count(REF)
    text = _blank_all(forms.OF_THE_TWO, text) if named > 1 and (titles or naming) else text
    text, bests = _take_superlatives(text, named)
    text = _blank_all(forms.BEFORE_TITLE, _blank_all(forms.LIBRARY, text))
    text, numbers, given = _take_references(text, refers)
    left, facts = _take_facts(text)
    clause = Clause(
        said, text, left, wanted, bests, facts, Topic(), given, numbers,
        titles if REF in said else (), apart=bool(apart), sorts=sorts,
    )  # fmt: skip
    clause = _take_cues(clause)
    if clause.content and not naming and (bests or clause.counts) and (one := _take_topic(clause)):
        return one
    return clause


def _blank_all(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match.group()), text)


def _take_sort(text: str) -> tuple[str, str]:
    match = slots.SORTED.search(text)
    if not match or re.search(r"\btop\b", text, re.IGNORECASE):
        return text, ""
    newest = re.match(r"new|late|most|rev", match["how"] or match["by"] or "", re.IGNORECASE)
    return blank(text, *match.span()), "most" if newest else "least"


def _take_superlatives(text: str, named: int) -> tuple[str, tuple[Ask, ...]]:
    if slots.TIDINGS.search(text):
        return text, ()
    bests = []
    while match := slots.SUPERLATIVE.search(text):
        bests.append(_read_superlative(match.groupdict()))
        text = blank(text, *match.span(), mark=BEST)
    if not bests and named > 1 and (match := slots.COMPARATIVE.search(text)):
        bests.append(_read_comparative(match.groupdict()))
        text = blank(text, *match.span(), mark=BEST)
    return text, tuple(bests)


def _read_superlative(groups: dict[str, str | None]) -> Ask:
    number = next(
        (one for key in ("number", "count", "top", "many", "rank") if (one := groups[key])), ""
    )
    wanted = slots.RANKS.get(number.lower()) or read_number(number) if number else 0
    noun = groups["noun"] or groups["things"] or ""
    if not wanted and noun.lower().endswith("s") and noun.lower() != "works":
        wanted = SEVERAL
    what, relation = _find_order(groups)
    return Ask(Kind.ORDER, field=Field(what), relation=relation, number=wanted)


def _find_order(groups: dict[str, str | None]) -> tuple[str, str]:
    if groups["adjective"]:
        return slots.ADJECTIVES[re.sub(r"[\s-]+", " ", groups["adjective"].lower())]
    if groups["top"]:
        return "date" if groups["by"] == "date" else "upvotes", "most"
    if said := groups["place"] or groups["last"] or groups["back"]:
        newest = re.search(r"last|latest|most", said, re.IGNORECASE)
        return "date", "most" if newest else "least"
    how = (groups["most"] or groups["long"] or groups["more"] or "").lower()
    least = re.match(r"fewe|less|least|smallest|lowest|minimum|shortest", how)
    field = (
        "upvotes" if re.search(r"vote|like", groups["what"] or groups["whom"] or "") else "authors"
    )
    return field, "least" if least else "most"


def _read_comparative(groups: dict[str, str | None]) -> Ask:
    said = (groups["adjective"] or groups["place"] or groups["more"] or "").lower()
    least = said in ("older", "earlier", "first", "fewer", "before")
    what = groups["what"] or ""
    field = Field.DATE if not what else Field.UPVOTES if "vote" in what else Field.AUTHORS
    return Ask(Kind.ORDER, field=field, relation="least" if least else "most")


def _take_references(text: str, refers: bool) -> tuple[str, tuple[int, ...], bool]:
    numbers: list[int] = []
    while match := forms.NUMBERED.search(text):
        numbers += [int(one) for one in re.findall(r"\d{1,3}", match.group())]
        text = blank(text, *match.span(), mark=REF)
    if not refers:
        return _blank_all(forms.THESE_PAPERS, text), tuple(numbers), False
    if REF in text:
        return text, tuple(numbers), False
    for pattern in (forms.OWN, forms.THESE, forms.THIS):
        text = pattern.sub(lambda match: f"{REF}{' ' * (len(match.group()) - 1)}", text)
    if BEST in text:
        ones = re.search(r"\bwhich\s+ones?\b", text, re.IGNORECASE)
        text = blank(text, *ones.span(), mark=REF) if ones else text
    return text, tuple(numbers), REF in text


def _take_facts(text: str) -> tuple[str, tuple[Fact, ...]]:
    found = []
    for name, pattern in slots.FACTS:
        while match := pattern.search(text):
            found.append((match.start(), Fact(name)))
            text = blank(text, *match.span())
    return text, tuple(dict.fromkeys(fact for _, fact in sorted(found)))


def _take_cues(clause: Clause) -> Clause:
    left = clause.left
    counts = bool(slots.COUNT.search(left))
    lists = bool(slots.LIST.search(clause.text))
    noun = bool(slots.NOUN.search(clause.wanted.text))
    for pattern in (slots.COUNT, slots.SHOW, slots.NOUN):
        left = _blank_all(pattern, left)
    return replace(clause, left=left, counts=counts, lists=lists, noun=noun)


def _take_topic(clause: Clause) -> Clause | None:
    """With the subject that the papers are to mention, if that is all that was left over."""
    match = forms.TOPIC.search(clause.text)
    topic = _read_topic(match["topic"]) if match else None
    if not match or topic is None or not (clause.noun or clause.bests):
        return None
    return replace(clause, topic=topic, left=blank(clause.left, *match.span()))


def _read_topic(said: str) -> Topic | None:
    """The phrases of a topic; None where it is a statement rather than a subject."""
    if NO_TOPIC.search(said):
        return None
    parts = re.split(r"\s*(?:,|\bor\b|\band\b)\s*", re.sub(r"\b(?:both|either)\s+", "", said))
    phrases = [" ".join(re.findall(r"[^\W_]+", part)) for part in parts]
    phrases = [re.sub(r"^(?:the|an?|any)\s+", "", one, flags=re.I) for one in phrases if one]
    if not phrases or any(len(one.split()) > TOPIC_WORDS for one in phrases):
        return None
    return Topic(tuple(phrases), not re.search(r"\bor\b", said))


def split(text: str) -> Iterator[str]:
    """The questions of a sentence, one after another; what only names papers goes with the
    next ("Of X and Y, which came first?")."""
    before = ""
    for part in forms.CLAUSE.split(text):
        if not re.search(rf"[\w{REF}]", part):
            continue
        part = f"{before} {part}" if before else part
        named = REF in part and forms.ONLY_NAMES.fullmatch(part)
        before = part if named or forms.AMONG.match(part) else ""
        if not before:
            yield part
    if before:
        yield before
