"""What a sentence says that can be checked word by word.

Owns the tokens of a sentence: words with their stems, numbers with value and unit, names,
and what is denied; knows nothing about sources or support.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from rag.lexicon import (
    APPROXIMATORS,
    MAGNITUDES,
    MULTIPLES,
    NEGATORS,
    NOT_DENYING,
    NUMBER_WORDS,
    UNITS,
    has_direction,
    stem,
)
from rag.terms import CALENDAR, STOPWORDS

# A claim is a sentence and a source an abstract: what is longer is not read to its end.
CLAIM_TOKENS = 120
SOURCE_TOKENS = 2_500
LONGEST_WORD = 60
DENIED = 4  # words after a negator that it reaches, within its clause

TOKEN = re.compile(
    r"""(?P<name>[^\W\d_]+(?:[-.]?\d[\w]*(?:\.\d+)*)+(?:-\d+[A-Za-z]?\b)*)
    |(?P<number>[$€]?(?<![\w.])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+))
     (?P<suffix>\s?%|[×]|[^\W\d_]+)?
    |(?P<word>[^\W_]+(?:['’][^\W\d_]+)?)
    |(?P<mark>[.,;:!?()~≈])""",
    re.VERBOSE,
)
FUNCTION_WORDS = frozenset(
    word for word in STOPWORDS if word not in {"more", "most", "without", "not", "no", "only"}
)
TURNING = frozenset("but however although though whereas while yet".split())


class Kind(Enum):
    """What a token is. A FUNCTION word weighs little; a MARK separates clauses."""

    WORD = "word"
    FUNCTION = "function"
    NAME = "name"
    NUMBER = "number"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or mark of a text: `text[start:end]` is how it is written.

    `stem` is what it is compared by, `value` and `unit` a number's; `denied` tells that a
    negator reaches it, `negates` that it is one; `about` that the number is said roughly.
    """

    text: str
    start: int
    end: int
    kind: Kind
    stem: str
    value: float = 0.0
    unit: str = ""
    denied: bool = False
    negates: bool = False
    about: bool = False


@lru_cache(maxsize=256)
def read_tokens(text: str, limit: int) -> tuple[Token, ...]:
    """The first `limit` tokens of a text, marks included, in order."""
    found: list[Token] = []
    for match in TOKEN.finditer(text):
        found.append(_read(match, text))
        if len(found) >= limit:
            break
    return tuple(_deny(_join_numbers(found)))


def _read(match: re.Match[str], text: str) -> Token:
    written, start, end = match.group()[:LONGEST_WORD], match.start(), match.end()
    if match["mark"]:
        return Token(written, start, end, Kind.MARK, written)
    if match["number"]:
        return _read_number(match)
    if match["name"]:
        return Token(written, start, end, Kind.NAME, re.sub(r"[^\w]", "", written.lower()))
    return _read_word(written, start, _starts_sentence(text, start))


def _read_word(written: str, start: int, opens: bool) -> Token:
    end, lower = start + len(written), written.lower().replace("’", "'")
    negates = lower in NEGATORS or lower.endswith("n't")
    bare = lower.split("'")[0]
    if negates and lower.endswith("n't"):
        return Token(written, start, end, Kind.FUNCTION, "not", negates=True)
    if lower in NUMBER_WORDS:
        return Token(written, start, end, Kind.NUMBER, lower, NUMBER_WORDS[lower])
    if lower in MULTIPLES:
        return Token(written, start, end, Kind.NUMBER, lower, MULTIPLES[lower], "x")
    if negates and (lower in STOPWORDS or not has_direction(stem(lower))):
        kind = Kind.FUNCTION if lower in STOPWORDS else Kind.WORD
        return Token(
            written, start, end, kind, "not" if lower == "cannot" else stem(lower), negates=True
        )
    if lower in FUNCTION_WORDS or bare in FUNCTION_WORDS:
        return Token(written, start, end, Kind.FUNCTION, bare)
    inner = any(one.isupper() or one.isdigit() for one in written[1:])
    is_name = inner or (written[:1].isupper() and not opens)
    if is_name and lower not in CALENDAR:
        return Token(written, start, end, Kind.NAME, stem(bare), negates=negates)
    return Token(written, start, end, Kind.WORD, stem(bare), negates=negates)


def _starts_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 4) : start].rstrip(" \t\"'“(*-")
    return not before or before[-1] in ".?!:\n•"


def _read_number(match: re.Match[str]) -> Token:
    digits, suffix = match["number"], (match["suffix"] or "").strip()
    unit = UNITS.get(digits[0], "")
    value = float(digits.lstrip("$€").replace(",", ""))
    end = match.end()
    if suffix in MAGNITUDES and not (suffix == "T" and unit):
        value *= MAGNITUDES[suffix]
        suffix = ""
    elif suffix.lower() in UNITS:
        unit, suffix = UNITS[suffix.lower()], ""
    if suffix in ("st", "nd", "rd", "th"):
        suffix = ""
    return Token(
        match.group()[:LONGEST_WORD], match.start(), end, Kind.NUMBER, suffix.lower(), value, unit
    )


def _join_numbers(tokens: list[Token]) -> list[Token]:
    """Numbers with the magnitude ("3 million") or unit ("41 percent") that follows them."""
    joined: list[Token] = []
    for token in tokens:
        last = joined[-1] if joined else None
        word = token.text.lower()
        if last is None or last.kind is not Kind.NUMBER or token.kind is Kind.MARK:
            joined.append(token)
        elif word in MAGNITUDES and len(word) > 2 and token.kind is Kind.WORD:
            value = last.value * MAGNITUDES[word]
            joined[-1] = replace(last, text=f"{last.text} {token.text}", end=token.end, value=value)
        elif word in UNITS and not last.unit and token.kind is not Kind.NUMBER:
            joined[-1] = replace(
                last, text=f"{last.text} {token.text}", end=token.end, unit=UNITS[word]
            )
        else:
            joined.append(token)
    return joined


def _deny(tokens: list[Token]) -> list[Token]:
    """Mark what negators reach: the next few words up to the clause's end."""
    marked, reach = [], 0
    for place, token in enumerate(tokens):
        if token.kind is Kind.MARK or token.text.lower() in TURNING:
            reach = 0
        following = tokens[place + 1].text.lower() if place + 1 < len(tokens) else ""
        negates = token.negates and following not in NOT_DENYING
        about = token.kind is Kind.NUMBER and _is_rough(tokens, place)
        if reach > 0 or about or negates != token.negates:
            token = replace(token, denied=reach > 0, negates=negates, about=about)
        marked.append(token)
        reach = DENIED if negates else reach - (token.kind is not Kind.FUNCTION)
    return marked


def _is_rough(tokens: list[Token], place: int) -> bool:
    before = tokens[place - 1].text.lower() if place else ""
    earlier = tokens[place - 2].text.lower() if place > 1 else ""
    return before in APPROXIMATORS or (before == "than" and earlier in ("more", "less", "fewer"))


def same_number(claimed: Token, written: Token) -> bool:
    """Whether two numbers say the same: value and unit, 0.41 for 41%, a rough 41 for 41.3."""
    values = [(claimed.value, written.value)]
    if claimed.unit == "%" and not written.unit and written.value <= 1:
        values.append((claimed.value, written.value * 100))
    if written.unit == "%" and not claimed.unit and claimed.value <= 1:
        values.append((claimed.value * 100, written.value))
    if not any(_close(one, other, claimed.about) for one, other in values):
        return False
    return not (claimed.unit and written.unit) or claimed.unit == written.unit


def _close(one: float, other: float, rough: bool) -> bool:
    if abs(one - other) <= 1e-6 * max(abs(one), abs(other)):
        return True
    return rough and abs(one - other) <= 0.05 * max(abs(one), abs(other))
