"""The small part of Markdown that an answer may use, turned into safe HTML.

Owns paragraphs, lists, tables, headings (a line all in bold is one), **bold** and `code`;
knows nothing about citations. Everything is escaped first, so neither links, images nor
tags of a page's or a model's text survive: they are shown as they were written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from itertools import groupby

_BULLET = re.compile(r"^\s*[-*•]\s+")
_NUMBERED = re.compile(r"^\s*(\d{1,3})[.)]\s+")
_HEADING = re.compile(r"^#{1,6}\s+|^\s*\*\*(?=[^*]+\*\*\s*$)")
_RULE = re.compile(r"^(?=[^-]*-)[\s:|-]+$")
_INLINE = (
    # Emphasis has a length, or marks that are never closed would each be looked for to the end.
    (re.compile(r"\*\*(?=\S)(.{1,1000}?)(?<=\S)\*\*"), "strong"),
    (re.compile(r"`([^`]+)`"), "code"),
)


def to_html(text: str) -> str:
    """Turn the text into HTML blocks; nothing in it can become another tag."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return "".join(_block(block.splitlines()) for block in blocks if block.strip())


def inline(text: str) -> str:
    """Escape one line and turn its **bold** and `code` into tags."""
    html = escape(text, quote=True)
    for pattern, tag in _INLINE:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    return html


def _block(lines: list[str]) -> str:
    """A block may change its kind from line to line: `Both agree:` and then `- `."""
    groups = groupby(lines, _kind)
    return "".join(kind([line.strip() for line in group]) for kind, group in groups)


_Writer = Callable[[Sequence[str]], str]


def _kind(line: str) -> _Writer:
    if _BULLET.match(line):
        return _bullets
    if _NUMBERED.match(line):
        return _numbered
    if _HEADING.match(line):
        return _headings
    return _table if line.strip().startswith("|") else _paragraph


def _paragraph(lines: Sequence[str]) -> str:
    return f"<p>{inline(' '.join(lines))}</p>"


def _headings(lines: Sequence[str]) -> str:
    words = (_HEADING.sub("", line).removesuffix("**") for line in lines)
    return "".join(f"<h4>{inline(line)}</h4>" for line in words)


def _bullets(lines: Sequence[str]) -> str:
    items = "".join(f"<li>{inline(_BULLET.sub('', line))}</li>" for line in lines)
    return f"<ul>{items}</ul>"


def _numbered(lines: Sequence[str]) -> str:
    first = _NUMBERED.match(lines[0])
    start = first.group(1) if first else "1"
    items = "".join(f"<li>{inline(_NUMBERED.sub('', line))}</li>" for line in lines)
    return f'<ol start="{start}">{items}</ol>'


def _table(lines: Sequence[str]) -> str:
    rows = [line for line in lines if not _RULE.match(line)]
    has_head = len(lines) > 1 and bool(_RULE.match(lines[1]))
    head = f"<thead>{_row(rows[0], 'th')}</thead>" if has_head else ""
    body = "".join(_row(row, "td") for row in rows[has_head:])
    return f'<div class="fn-table"><table>{head}<tbody>{body}</tbody></table></div>'


def _row(line: str, tag: str) -> str:
    cells = line.strip().strip("|").split("|")
    return "<tr>" + "".join(f"<{tag}>{inline(cell.strip())}</{tag}>" for cell in cells) + "</tr>"
