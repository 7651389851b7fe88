"""What a question compares: its sides, each with a name and with what is searched for.

Owns what the sides are called and which words of a question are about no subject; knows
nothing about papers. A name is cut out of the question and may be cut wrongly; the search
(rag.comparison.balance) therefore has the whole question beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.comparison.comparatives import AUXILIARY, NUMBERED, WORK
from rag.comparison.contrasts import READERS
from rag.comparison.stretches import Stretch
from rag.question import Side
from rag.replies import Offer
from rag.terms import content_words

LONGEST_QUESTION = 1500
LONGEST_NAME = 70
MOST_SIDES = 6

PERIOD = re.compile(
    r"(?:before|after|until|since|from|in|of|up\s+to|prior\s+to)(?:\s+(?:\w+\s+)?(?:19|20)\d\d)?",
    re.IGNORECASE,
)
LEAD = re.compile(
    rf"^(?:(?:and|but|so|or|then|please|now|well|how|what|which|why|when|where|who|{AUXILIARY}"
    rf"|not|n't"
    r"|i|we|you|me|us|there|any|if|whether|about|tell|show|explain|give|between|of|both|either"
    r"|exactly|really|actually|it|to|compare|the\s+(?:difference|differences)|better"
    r"|one)\b(?!-)[\s,]*)+",
    re.IGNORECASE,
)
EDGE = ' \t,;:.?!"“”‘’()–—-'
JOINED = re.compile(r"^(?:with|to|from|than|against)\s+(?!\d)", re.IGNORECASE)
TRAIL = re.compile(
    r"(?:[\s,]+(?:and|or|but|so|fares?|do|does|performs?|behaves?))+$", re.IGNORECASE
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
NAME = re.compile(r"[A-Z]")
SPEECH = re.compile(
    rf"^(?:{WORK}|group|camp|side)?\s*(?:says?|claims?|finds?|argues?|reports?|shows?|holds?"
    rf"|maintains?"
    r"|thinks?|states?|calls?|credits?|blames?|introduces?|proposes?)\s+(?:that\s+)?"
    rf"|^{WORK}\s+(?=\w+s\s)",
    re.IGNORECASE,
)

# Words of a comparison and of speaking about papers: they name no subject.
FRAME = frozenset(
    """abstract abstracts account accounts against agree agrees another argue argued argues
    article articles author authors better beside between both claim claimed claims collection
    compare compared compares comparing conclude concludes contradict contradiction contradicts
    contrast contrasts differ difference differences different differently differs disagree each
    earlier either find finds fit fits found later line lines newer next older one ones opposite
    original paper papers put recent report reported reports said same saw say says see sees set
    show shown shows studies study tell tells think thinks three together told two versus vs
    weigh work works worse""".split()
)


def find_sides(question: str) -> tuple[Side, ...]:
    """The sides of a comparison, in the order in which they are named; empty if there is none.

    Takes a question that stands alone. Time grows linearly: no more than the first 1,500
    characters are read, and every pattern is bounded.
    """
    text = " ".join(question.split())[:LONGEST_QUESTION]
    for read in READERS:
        stretches = [one for one in (_trim(text, one) for one in read(text)) if one]
        if len(distinct := _distinct(text, stretches)) >= 2:
            return _make_sides(text, distinct[:MOST_SIDES])
    return ()


def sides_of_papers(offers: Sequence[Offer]) -> tuple[Side, ...]:
    """Papers that were mentioned before, each a side of its own ("which of these ...")."""
    return tuple(
        Side(shorten(offer.paper.title), offer.paper.title, (offer.number,)) for offer in offers
    )


def shorten(name: str, longest: int = LONGEST_NAME) -> str:
    """A name fit for the head of a column: cut at a word, with an ellipsis."""
    name = " ".join(name.split())
    if len(name) <= longest:
        return name
    return name[: longest - 1].rsplit(" ", 1)[0].rstrip(EDGE) + "…"


def _trim(text: str, stretch: Stretch) -> Stretch | None:
    """Without the words that lead up to a name, and without what is around it."""
    start, end = _strip(text, stretch)
    for pattern in (LEAD, SPEECH, JOINED):
        found = pattern.match(text[start:end])
        if found and content_words(text[start + found.end() : end]):
            start += found.end()
    if found := TRAIL.search(text, start, end):
        end = found.start()
    start, end = _strip(text, (start, end))
    return (start, end) if start < end else None


def _strip(text: str, stretch: Stretch) -> Stretch:
    start, end = stretch
    while start < end and text[start] in EDGE:
        start += 1
    while end > start and text[end - 1] in EDGE:
        end -= 1
    return start, end


def _distinct(text: str, stretches: Sequence[Stretch]) -> list[Stretch]:
    """The stretches that say something of their own, in order."""
    kept: dict[frozenset[str], Stretch] = {}
    for one in stretches:
        words = text[slice(*one)]
        said = frozenset(content_words(words)) - FRAME
        if not said and (NAME.search(words) or NUMBERED.search(words) or PERIOD.fullmatch(words)):
            said = frozenset([words.lower()])
        if said:
            kept.setdefault(said, one)
    return sorted(kept.values())


def _make_sides(text: str, stretches: Sequence[Stretch]) -> tuple[Side, ...]:
    """The sides of these stretches. A period is searched for by what the question asks of it;
    "before and after 2023" names its year once."""
    sides = []
    years = YEAR.findall(" ".join(text[slice(*one)] for one in stretches))
    for start, end in stretches:
        words = text[start:end]
        numbers = tuple(int(number) for number in NUMBERED.findall(words))
        query = "" if numbers or PERIOD.fullmatch(words) else words
        bare = PERIOD.fullmatch(words) and not YEAR.search(words)
        name = f"{words} {years[-1]}" if bare and years else _name(words)
        sides.append(Side(shorten(name), query, numbers))
    return tuple(sides)


def _name(words: str) -> str:
    """Without the article, a possessive ending and an open bracket."""
    name = re.sub(r"^(?:the|a|an)\s+(?!ones?\b)|['’]s?$", "", words, flags=re.IGNORECASE)
    return name.split(" (")[0] if name.count("(") > name.count(")") else name


def strip_frame(text: str) -> str:
    """A text without the words that frame a comparison ("one study finds ...", "compare") and
    without the clauses that say nothing else; as it is where that is all of it."""
    clauses = []
    for clause in re.split(r"(?<=[.?!;:])\s+", text):
        kept = [word for word in clause.split() if re.sub(r"\W", "", word.lower()) not in FRAME]
        if content_words(" ".join(kept)):
            clauses.append(" ".join(kept))
    return " ".join(clauses) or text
