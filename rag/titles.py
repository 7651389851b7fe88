"""When two entries are the same paper: normalised titles, arXiv ids, paper ids.

Owns identity; knows nothing about pages or SQLite.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

ARXIV_ID = re.compile(
    r"(?<![\d.])(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?(?!\d)", re.ASCII
)


def normalise_title(title: str) -> str:
    """Letters and digits only, without case or accents: how titles are compared.

    Blanks and hyphens go too, so that `Few-Shot`, `few shot` and a title wrapped inside a
    hyphenated word are one. A title without a letter or digit is compared as it stands.
    """
    plain = unicodedata.normalize("NFKD", title).casefold()
    key = "".join(character for character in plain if character.isalnum())
    return key or title.strip().casefold()


def make_paper_id(title: str, arxiv_id: str | None = None) -> str:
    """Twelve hexadecimal digits that depend on the title (and the arXiv id, if given) only."""
    name = normalise_title(title) + (f"|{arxiv_id}" if arxiv_id else "")
    return hashlib.blake2s(name.encode(), digest_size=6).hexdigest()
