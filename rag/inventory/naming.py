"""Which paper is named: by its title, a part of it, its acronym, or its telling words.

    "RT-1", "Debunk the Myth", "task hinting paper" -> ids of papers

Owns the comparison of words with titles; knows nothing about what is asked of the paper.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.library import Library
from rag.terms import STOPWORDS
from rag.titles import normalise_title

NOUN = re.compile(
    r"\s+(?:paper|study|article|preprint|publication|entry|work|one)\s*$", re.IGNORECASE
)
ARTICLE = re.compile(r"^(?:the|that|this|an?|your)\s+", re.IGNORECASE)
TRIED = 50  # papers that hold all of the words, or ones like them, whose titles are looked at
ALIKE = 3  # papers that telling words may leave: "the information bottleneck paper"
LONG = 3  # telling words that are a title's whatever their letters
STEM = 4  # letters that two words have to share at their beginning


def names_paper(words: str, library: Library) -> bool:
    """Whether the words name a paper, or a few that they do not tell apart."""
    return bool(find_named(words, library))


def find_named(words: str, library: Library) -> list[str]:
    """The ids of the papers that the words name, hardly ever more than one. Raises LibraryError.

    "... paper" behind them says that they name one: then each of them has to stand in the
    title, in any order. Else they have to be its beginning, or to stand there side by side.
    """
    bare = NOUN.sub("", words).strip(" ,.;:?!")
    found = library.find_titled(bare)
    if found and (len(bare.split()) > 1 or _is_name(bare) or _is_whole(bare, found, library)):
        return found
    named = ARTICLE.sub("", bare)
    telling = [one for one in _tokens(named) if one not in STOPWORDS]
    if not telling:
        return []
    papers = library.get(library.find_titled_with(telling, TRIED))
    titles = {one: paper.title for one, paper in papers.items()}
    side_by_side = [one for one, title in titles.items() if _stands_in(named, telling, title)]
    if len(side_by_side) == 1 and (bare != words or _is_title_like(named, telling)):
        return side_by_side
    if bare == words:
        return []
    spread = [one for one, title in titles.items() if _has_all(telling, _tokens(title))]
    return spread if len(spread) <= ALIKE else []


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _is_name(words: str) -> bool:
    """Whether it has the shape of a name: "RT-1", "SAM3D", "FiLo"."""
    return bool(re.search(r"\d|\w[A-Z]", words)) and " " not in words


def _is_whole(words: str, found: Sequence[str], library: Library) -> bool:
    key = normalise_title(words)
    return any(normalise_title(one.title) == key for one in library.get(found).values())


def _is_title_like(words: str, telling: Sequence[str]) -> bool:
    """Whether no sentence is likely to hold these words but for a title's sake: "Task Hinting"
    is written so, "memorization or generalization" is not."""
    if len(telling) >= LONG or _is_name(words):
        return True
    return len(telling) > 1 and all(
        one[0].isupper() for one in re.findall(r"[^\W_]+", words) if one.lower() in telling
    )


def _stands_in(words: str, telling: Sequence[str], title: str) -> bool:
    """Whether the words, or the telling ones alone where they begin and end with these, stand
    in the title side by side."""
    if f" {' '.join(_tokens(words))} " in f" {' '.join(_tokens(title))} ":
        return True
    tokens = _tokens(words)
    if len(telling) < LONG or tokens[0] != telling[0] or tokens[-1] != telling[-1]:
        return normalise_title(words) == normalise_title(re.split(r"[:?]", title)[0])
    content = [one for one in _tokens(title) if one not in STOPWORDS]
    return f" {' '.join(telling)} " in f" {' '.join(content)} "


def _has_all(telling: Sequence[str], title: Sequence[str]) -> bool:
    return all(any(_is_same(word, one) for one in title) for word in telling)


def _is_same(word: str, other: str) -> bool:
    """Whether two words are one but for their endings: "tickets" and "ticket"."""
    if word == other:
        return True
    short, long = sorted((word, other), key=len)
    return len(short) >= STEM and len(long) - len(short) <= STEM and long.startswith(short)
