"""What is told of a paper wherever it is shown: byline, date, upvotes, authors, link.

Owns that wording as HTML; knows nothing about where it stands. Pure, and escapes everything
a page wrote, because `gr.HTML` shows it unsanitised.
"""

from __future__ import annotations

from html import escape

from rag.links import web_address
from rag.records import Paper

AUTHORS_SHOWN = 8


def render_meta(paper: Paper, *more: str) -> str:
    """Byline, date and upvotes, as far as they are known, and `more`, which is HTML."""
    parts = [render_byline(paper), escape(paper.date.in_words()) if paper.date else ""]
    if paper.upvotes is not None:
        word = "upvote" if paper.upvotes == 1 else "upvotes"
        parts.append(f"{paper.upvotes:,} {word}")
    return "".join(f"<span>{part}</span>" for part in (*parts, *more) if part)


def render_byline(paper: Paper) -> str:
    """`Aiko Brandt and Luis Ferreira`, `Mira Okafor et al.`, `31 authors`, or nothing."""
    total = max(paper.author_count or 0, len(paper.authors))
    if not paper.authors:
        return f"{total} {'author' if total == 1 else 'authors'}" if total else ""
    first = escape(paper.authors[0])
    if total == 1:
        return first
    return f"{first} and {escape(paper.authors[1])}" if total == 2 else f"{first} et al."


def render_authors(paper: Paper) -> str:
    """The authors by name, the first few of many; nothing where the byline names them all."""
    total = max(paper.author_count or 0, len(paper.authors))
    if len(paper.authors) < 2:
        return ""
    shown = paper.authors[:AUTHORS_SHOWN]
    more = f" and {total - len(shown)} more" if total > len(shown) else ""
    return f'<p class="fn-authors">{escape(", ".join(shown))}{more}</p>'


def render_link(paper: Paper) -> str:
    """A link to the paper where it may be followed, else its arXiv id, or nothing."""
    url = web_address(paper)
    name = f"arXiv {paper.arxiv_id}" if paper.arxiv_id else "Open the paper"
    if not url:
        return escape(name) if paper.arxiv_id else ""
    return (
        f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">'
        f'{escape(name)}<span aria-hidden="true"> ↗</span></a>'
    )


def library_address(paper_id: str, place: str = "library") -> str:
    """Where the paper's own view is, in a place of the page; escaped."""
    return f"#{place}={escape(paper_id)}"
