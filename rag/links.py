"""Where a link to a paper may lead.

Owns which addresses are followed, whoever wrote them; knows nothing about pages or markup.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from rag.records import Paper

# What turns the direction of text, and the characters that no text means.
UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ufeff]")
_ARXIV_ID = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?", re.IGNORECASE)


def arxiv_id(paper: Paper) -> str:
    """The paper's arXiv id; empty where it has none, or something that is none."""
    known = paper.arxiv_id or ""
    return known if _ARXIV_ID.fullmatch(known) else ""


def web_address(paper: Paper) -> str:
    """The paper's http or https address, made from its arXiv id where it has none; or empty."""
    if is_web_address(paper.url):
        return paper.url or ""
    known = arxiv_id(paper)
    return f"https://arxiv.org/abs/{quote(known)}" if known else ""


def is_web_address(url: str | None) -> bool:
    """Whether a link may lead there: http or https, with a host, and nothing hidden in it."""
    if not url or UNSEEN.search(url) or any(one.isspace() or not one.isprintable() for one in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
