"""Which way a sentence points: what it calls better or worse, more or less, and what it denies.

Owns the reading of one statement; knows nothing about questions, papers, or what another
statement says. Its lists are plain English, of closed or nearly closed classes: words of
comparison, of denial, of value. A thing that it cannot read points nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rag.lexicon import NEGATORS, has_direction, stem
from rag.terms import STOPWORDS

WORD = re.compile(r"[^\W\d_]+(?:['’]t)?|\d+(?:[.,]\d+)*|[;:,.!?—–()]")
NOT_ONLY = re.compile(r"\bnot\s+(?:only|just|merely|simply)\b", re.IGNORECASE)
COMPOUND = re.compile(r"\b[^\W\d_]+(?:-[^\W\d_]+){2,}\b")
ABBREVIATED = re.compile(r"\b(?:[a-z]\.){2,}")
BREAKS = frozenset(";:.!?—–")
DENIED = 5  # words that a denial reaches
LONGEST = 2000
LOOK_BACK = 14  # words between a comparison's word and its "than"
WINS = frozenset("outperform surpass exceed beat outdo outcompete excel".split())
LOSES = frozenset("underperform trail lag".split())
# Words of degree and time: they say how, not which way.
LIGHT = frozenset(
    """many much large small high low new known more most less long short first last early
        late before after fine rich close whole all every often always usually with good
        different similar same open natural real world keep hold main single several""".split()
)
# What any method may be called says nothing of which of two is meant.
COMMON = frozenset(
    """model method network approach algorithm system technique one performance result perform
        training learning setting task dataset data paper work study need make get way
        turn""".split()
)
REPORTS = frozenset(
    """show find found demonstrate suggest reveal observe report indicate prove confirm conclude
        argue note see evidence say claim verify establish discover highlight imply mean""".split()
)
VALUES = frozenset(
    """better worse improve hurt help harm benefit degrade outperform underperform damage gain
        impair worsen enhance detrimental beneficial deteriorate fragile stable unstable reliable
        unreliable brittle poor poorer poorly superior inferior""".split()
)
DENIALS = NEGATORS | {"struggle", "struggles", "struggled"}
RIVALS = re.compile(r",?\s*\b(?:while|whereas|unlike)\b\s*|;\s*")
FAILS = re.compile(
    r"\b(?:fail\w*|struggl\w*|cannot|unable|no\s+(?:benefit|effect|gain|improvement)|do(?:es)?\s+not"
    r"|poorly|suffer\w*)\b"
)
AIMS = frozenset(("to", "for", "of", "towards", "toward"))
ARTICLES = frozenset(("a", "an", "the", "our"))
AMOUNT = "amount"
RATHER = "rather"
WITHIN = frozenset(
    "in on for with under when at across within during over as from if to such by".split()
)


@cache
def stems_of(words: frozenset[str]) -> frozenset[str]:
    """The stems of a list of words; made when first needed, for the stemmer takes time."""
    return frozenset(map(stem, words))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a statement. `denied`: a negator before it reaches it; `directly`: no other
    content word stands between. `aimed`: it names an aim or a thing, and states nothing ("to
    improve", "an improved X")."""

    text: str
    stem: str
    denied: bool = False
    directly: bool = False
    aimed: bool = False


@dataclass(frozen=True, slots=True)
class Contrast:
    """`left` is called more, or better, than `right`, by `measure`; `sign` -1: less, or worse.

    `indirect`: the two are only set against each other ("while A fails, B ...").
    """

    left: frozenset[str]
    right: frozenset[str]
    measure: str
    sign: int
    indirect: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, read: its words in order, and the comparisons that it makes."""

    words: tuple[Word, ...]
    contrasts: tuple[Contrast, ...]

    @property
    def stems(self) -> frozenset[str]:
        """What it speaks of: the stems of its content words."""
        return _content(self.words)

    @property
    def topic(self) -> frozenset[str]:
        """What it speaks of without the words that say which way; of a comparison the two
        things that are compared."""
        if self.contrasts:
            first = self.contrasts[0]
            return (first.left | first.right) - stems_of(COMMON) - stems_of(LIGHT)
        return frozenset(
            one
            for one in self.stems - stems_of(COMMON) - stems_of(LIGHT)
            if not is_directed(one) and len(one) > 1
        )


@lru_cache(maxsize=4096)
def read_statement(text: str) -> Statement:
    """Read one sentence or clause, as far as its first 2,000 characters."""
    text = " ".join(text[:LONGEST].split())
    words = tuple(_read_words(text))
    contrasts = tuple(_find_contrasts(words)) or tuple(_find_rivals(text))
    return Statement(words, contrasts)


@lru_cache(maxsize=512)
def read_stems(text: str) -> frozenset[str]:
    """What a whole text speaks of: the stems of its content words."""
    return _content(tuple(_read_words(" ".join(text[: 10 * LONGEST].split()))))


def _find_rivals(text: str) -> Iterator[Contrast]:
    """`While A struggles, B does well`: what fails is worse than what is set against it."""
    parts = RIVALS.split(text.lower(), maxsplit=1)
    if len(parts) == 2 and (not parts[0].strip() or parts[0].endswith("that")):
        parts = parts[1].split(",", maxsplit=1)
    if len(parts) != 2 or bool(FAILS.search(parts[0])) == bool(FAILS.search(parts[1])):
        return
    worse, better = parts if FAILS.search(parts[0]) else parts[::-1]
    left, right = (_content(tuple(_read_words(part))) for part in (worse, better))
    yield Contrast(left, right, "better", -1, indirect=True)


def _read_words(text: str) -> Iterator[Word]:
    """The words; a compound of three or more is followed by its initials, as it is often
    abbreviated ("mixture-of-experts", "MoE")."""
    text = NOT_ONLY.sub(" ", text)
    reach, near, last = 0, False, ""
    text = ABBREVIATED.sub(lambda match: match.group().replace(".", ""), text)
    text = COMPOUND.sub(lambda match: f"{match.group()} {_initials(match.group())}", text)
    for match in WORD.finditer(text.lower().replace("’", "'")):
        token = match.group()
        if token in BREAKS or token in ",()":
            reach = 0 if token in BREAKS else reach
            yield Word(token, "")
            continue
        negates = token in DENIALS or token.endswith("n't")
        one = stem(token)
        content = not negates and token not in STOPWORDS and not is_adverb(token, one)
        denied = reach > 0 and not negates
        aimed = last in AIMS or (last in ARTICLES and token.endswith("ed"))
        yield Word(token, one, denied, near and content and denied, aimed and not denied)
        last = token
        near = negates or (near and not content)
        reach = 0 if token in ("but", "yet") else DENIED if negates else reach - 1


def is_adverb(token: str, one: str) -> bool:
    return token.endswith("ly") or one in stems_of(LIGHT)


def _initials(compound: str) -> str:
    return "".join(part[0] for part in re.split(r"[-\s]", compound))


def _content(words: Sequence[Word]) -> frozenset[str]:
    return frozenset(
        word.stem
        for word in words
        if word.stem and word.text not in STOPWORDS and word.text not in DENIALS
    )


def _find_contrasts(words: Sequence[Word]) -> Iterator[Contrast]:
    for place, word in enumerate(words):
        if word.text == "than":
            yield from _read_than(words, place)
        elif word.stem in stems_of(WINS) or word.stem in stems_of(LOSES):
            start, end = _clause(words, place, place)
            sign = (1 if word.stem in stems_of(WINS) else -1) * (-1 if word.denied else 1)
            if "by" in [one.text for one in words[place + 1 : place + 3]]:  # "outperformed by"
                sign = -sign
            left = _content(words[start:place])
            right = _content(words[place + 1 : _cut(words, place + 1, end)])
            right = right or _content(words[place + 1 : end])
            yield Contrast(left, right, "better", sign)


def _read_than(words: Sequence[Word], place: int) -> Iterator[Contrast]:
    """The comparison whose second thing stands behind this `than`."""
    start, end = _clause(words, place, place)
    if words[place - 1].text == "rather":
        yield from _read_rather(words, start, place, end)
        return
    for back in range(place - 1, max(start, place - LOOK_BACK) - 1, -1):
        found = _read_measure(words, back)
        if found:
            measure, sign = found
            sign = -sign if words[back].denied else sign
            if measure == AMOUNT:
                valued = [one.stem for one in words[start:back] if one.stem in stems_of(VALUES)]
                measure = valued[-1] if valued else AMOUNT
            right = _content(words[place + 1 : _cut(words, place + 1, end)])
            left = _content(words[start:back])
            yield Contrast(left, right, measure, sign)
            return


def _read_rather(words: Sequence[Word], start: int, place: int, end: int) -> Iterator[Contrast]:
    """`A rather than B improves it`, by the one word of value in the clause."""
    valued = {
        one.stem for one in words[start:end] if one.stem in stems_of(VALUES) and not one.denied
    }
    if len(valued) < 2:
        stop = next((at for at in range(place, end) if words[at].text == ","), end)
        left, right = _content(words[start : place - 1]), _content(words[place + 1 : stop])
        yield Contrast(left, right, (*valued, RATHER)[0], 1, indirect=True)


def _cut(words: Sequence[Word], start: int, end: int) -> int:
    """Where the thing that begins here ends: at the first word of place, time or manner that
    does not belong to its name ("models such as X", "those of X", "training on X")."""
    for place in range(start + 1, end):
        named = _content(words[start:place]) - stems_of(COMMON)
        if words[place].text in WITHIN and named and words[start].text not in ("those", "that"):
            return place
    return end


def _read_measure(words: Sequence[Word], place: int) -> tuple[str, int] | None:
    word = words[place]
    if word.text in ("better", "worse"):
        return "better", 1 if word.text == "better" else -1
    if word.text in ("more", "less", "fewer"):
        following = words[place + 1].stem if place + 1 < len(words) else ""
        if following in ("", "than"):
            following = AMOUNT
        return following, 1 if word.text == "more" else -1
    if word.text.endswith("er") and _is_graded(word):
        return word.stem, 1
    if word.stem in (stem("superior"), stem("inferior")):
        return "better", 1 if word.text == "superior" else -1
    return None


def _is_graded(word: Word) -> bool:
    """`larger`, `poorer`: a comparative whose plain form has an opposite."""
    return bool(is_directed(word.stem)) and word.text not in ("other", "rather", "later", "either")


@lru_cache(maxsize=4096)
def is_directed(one: str) -> bool:
    """Whether a stem has an opposite."""
    return has_direction(one)


def _clause(words: Sequence[Word], start: int, end: int) -> tuple[int, int]:
    """Where the clause around these places begins and ends."""
    while start > 0 and words[start - 1].text not in BREAKS:
        that = start > 1 and words[start - 1].text == "that"
        if that and words[start - 2].stem in stems_of(REPORTS):
            break
        start -= 1
    while end < len(words) and words[end].text not in BREAKS:
        end += 1
    return start, end
