"""The terms of a question: what to look up, and what no paper here mentions.

Owns the words of a question and which of them name something particular; knows nothing
about vectors. How common an English word is comes from `wordfreq` (Speer 2022): a term
that no paper holds is worth telling only if it is a name ("Muon", "nnU-Net") or a word
that hardly anybody uses ("cutmix"); that no abstract says "chuck" tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

STOPWORDS = frozenset(
    """a about all also an and any are as at be been being but by can could did do does doing
    for from get gets got had has have having he her here him his how i if in into is it its
    just let many may me might more most much must my no nor not of off on one only or other
    our out over own really same she should so some such tell than that the their them then
    there these they thing things this those to too under up upon us use used uses using very
    was we were what when where which while who whom whose why will with within without would
    yet you your don doesn didn isn aren wasn won can't""".split()
)
COMMON_ZIPF = 2.0
TOKEN = re.compile(r"[^\W_]+(?:[-.'’/+][^\W_]+)*\+*")
POSSESSIVE = re.compile(r"['’](s|re|ve|ll|d|t|m)$|['’]$", re.IGNORECASE)
QUANTITY = re.compile(
    r"\d[\d.,]*[a-z]{0,2}(-(bit|fold|way|shot|step|hop|layer|param\w*|year|day))?$", re.IGNORECASE
)
BEFORE_A_START = tuple('.?!:;"“([')
CALENDAR = frozenset(
    """january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday
    saturday sunday""".split()
)


class Vocabulary(Protocol):
    """What the library says about words."""

    def count_papers_with(self, phrases: list[str]) -> Mapping[str, int]:
        """For each word or phrase, how many papers hold it; `word*` stands for a beginning."""


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question as it was written; `is_name` tells that its shape is a name's."""

    text: str
    is_name: bool


def content_words(question: str) -> list[str]:
    """The words worth looking up: lower case, each once, in order, without function words."""
    words = re.findall(r"[^\W_]+", question.lower())
    return [word for word in dict.fromkeys(words) if word not in STOPWORDS]


def find_terms(question: str) -> list[Term]:
    """The words of a question, hyphenated ones whole, possessive endings off.

    A name has a capital or a digit inside, or begins with a capital in mid-sentence; in a
    question that shouts, capitals say nothing.
    """
    tokens = list(TOKEN.finditer(question))
    shouts = sum(token.group().isupper() for token in tokens) > len(tokens) / 2
    terms: list[Term] = []
    ended = 0
    for token in tokens:
        text = POSSESSIVE.sub("", token.group())
        before = question[ended : token.start()].rstrip()
        starts = before.endswith(BEFORE_A_START) or not (before or ended)
        ended = token.end()
        inner = any(character.isupper() or character.isdigit() for character in text[1:])
        terms.append(Term(text, not shouts and (inner or (text[:1].isupper() and not starts))))
    return terms


def find_missing_terms(question: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The particular terms of the question that no paper of the library holds, as written."""
    missing = []
    for term in find_terms(question):
        if _is_particular(term) and not any(
            vocabulary.count_papers_with(list(_spellings(term.text))).values()
        ):
            missing.append(term.text)
    return tuple(dict.fromkeys(missing))


def _is_particular(term: Term) -> bool:
    word = term.text.lower()
    if word in STOPWORDS or word in CALENDAR or len(word) < 2 or QUANTITY.match(word):
        return False
    if term.is_name:
        return not _is_plain_compound(term.text)
    return all(_is_rare(part) for part in _parts(word))


def _is_plain_compound(text: str) -> bool:
    """`Free-Form`, `GPT-style`: the capitals or the name are in one part, the rest is common."""
    parts = _parts(text)
    return len(parts) > 1 and not any(
        any(character.isupper() or character.isdigit() for character in part[1:])
        or _is_rare(part.lower())
        for part in parts
    )


def _is_rare(word: str) -> bool:
    from wordfreq import zipf_frequency

    return len(word) > 1 and not word.isdigit() and zipf_frequency(word, "en") < COMMON_ZIPF


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[-.'’/+]", text) if part]


def _spellings(text: str) -> Iterator[str]:
    """The ways in which an abstract may write a term."""
    parts = _parts(text.lower())
    yield " ".join(parts)
    if len(parts) > 1:
        yield "".join(parts)
        yield from _find_head(_parts(text))
        return
    word = parts[0]
    if len(word) >= 4 and not text.isupper():
        yield f"{word}*"
    figure = re.search(r"(?<=[a-z]{2})\d", word)
    cuts = {*range(3, len(word) - 2), *((figure.start(),) if figure else ())}
    for cut in sorted(cuts):
        yield f"{word[:cut]} {word[cut:]}"


def _find_head(parts: list[str]) -> Iterator[str]:
    """The name in `CLIP-based` or `muon-like`, where the rest are words of no name."""
    rare = [part.lower() for part in parts if _is_rare(part.lower())]
    written = [part.lower() for part in parts if not (part.isalpha() and part.islower())]
    for named in (rare, written):
        if len(named) == 1:
            yield named[0]
