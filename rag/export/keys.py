"""Citation keys: `okafor2025sparse`.

Owns how a key is made of a paper; knows nothing about formats. A key depends on nothing but
the paper, unless two papers would have the same.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from rag.records import Paper

# Letters that have no accent to lose.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_WORD = re.compile(r"[a-z0-9]+")
_TELLS_NOTHING = frozenset(
    "a an the on of for in to with by at from as and or is are be do does can how what why when "
    "where which who towards toward via into its it not".split()
)
_LONGEST_WORD = 30


def make_keys(papers: Sequence[Paper]) -> tuple[str, ...]:
    """A key for each paper, in order, none twice in any case of letters.

    Papers that would have the same each get the beginning of a digest of their id behind it,
    so that the order of the papers does not matter.
    """
    plain = [make_key(paper) for paper in papers]
    shared = {key for key, count in Counter(plain).items() if count > 1}
    keys = [
        f"{key}-{_digest(paper)[:6]}" if key in shared else key
        for key, paper in zip(plain, papers, strict=True)
    ]
    if len(set(keys)) < len(keys):
        keys = [
            f"{key}-{_digest(paper)}" if key in shared else key
            for key, paper in zip(plain, papers, strict=True)
        ]
    return tuple(keys)


def make_key(paper: Paper) -> str:
    """The first author's last name, the year, the title's first telling word; without authors
    the title's first two telling words, the year between them."""
    telling = _split(paper.title)
    words = [word for word in telling if word not in _TELLS_NOTHING] or telling
    last_name = "".join(_split(_last_name(paper)))[:_LONGEST_WORD]
    opening = [last_name] if last_name else words[:1]
    closing = words[:1] if last_name else words[1:2]
    year = f"{paper.date.year:04d}" if paper.date and paper.date.year is not None else ""
    return "".join([*opening, year, *closing]) or "paper"


def _last_name(paper: Paper) -> str:
    first = paper.authors[0] if paper.authors else ""
    before, comma, _ = first.partition(",")
    return before if comma else (first.split() or [""])[-1]


def _split(text: str) -> list[str]:
    """Words in small letters of ASCII, as keys may hold them."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    bare = "".join(one for one in plain if not unicodedata.combining(one) and one not in "'’")
    return [word[:_LONGEST_WORD] for word in _WORD.findall(bare)]


def _digest(paper: Paper) -> str:
    return hashlib.blake2s(paper.paper_id.encode(), digest_size=16).hexdigest()
