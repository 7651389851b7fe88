"""Texts of others made safe to stand in Markdown, readable as they were.

Owns what is escaped, for CommonMark, GitHub and Pandoc alike; knows nothing about answers.
A backslash before a sign of ASCII's punctuation is the sign itself in all three
(https://spec.commonmark.org/0.31.2/#backslash-escapes). Signs that mean nothing where they
stand (`a * b`, `3 < 5`, `snake_case`) are left alone.
"""

from __future__ import annotations

import re

# `$`, `^`, `~`, `{` and `@` mean something to Pandoc and GitHub alone: formulas, raised and
# lowered words, attributes, names of people and of references.
_ALWAYS = re.compile(r"[\\`\[\]|$^~{}@]")
_EMPHASIS = re.compile(r"\*(?!\s)|(?<!\s)\*|(?<![^\W_])_|_(?![^\W_])")
_LAST = re.compile(r"#(?=#*$)")
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_IMAGE = re.compile(r"!(?=\\\[|$)")
# GitHub makes a link of a bare address, and of one that begins with `www.`.
_ADDRESS = re.compile(r"(?<=:)/(?=/)|(?<=\w)\.(?=[A-Za-z]{2})", re.ASCII)
_OPENING = re.compile(
    r"(?P<sign>[-+*=#>:%])|(?P<number>\(?(?:\d{1,9}|[A-Za-z]|[ivxlcdmIVXLCDM]{1,9}|#))"
    r"(?P<end>[.)])(?=\s|$)"
)


def escape(text: str) -> str:
    """One line of words, to stand anywhere but at the beginning of a line."""
    text = _ALWAYS.sub(r"\\\g<0>", text)
    for pattern in (_EMPHASIS, _LAST, _MARKUP, _ENTITY, _IMAGE, _ADDRESS):
        text = pattern.sub(r"\\\g<0>", text)
    return text


def escape_line(text: str) -> str:
    """One line of words that begins a line."""
    return guard_line(escape(text.strip()))


def guard_line(line: str) -> str:
    """An escaped line, so that its beginning opens no heading, list, quotation or rule."""
    match = _OPENING.match(line)
    if match is None:
        return line
    at = match.start("sign" if match["sign"] else "end")
    return f"{line[:at]}\\{line[at:]}"


def escape_after_mark(text: str) -> str:
    """Words right behind a mark: `[^1](…)` must be no link and `[^1]: …` no footnote."""
    return f"\\{text}" if text[:1] in ("(", ":") else text


def write_code(text: str) -> str:
    """A stretch of code. It holds no backtick; a pipe would part a table's cells even here."""
    return f"`{text}`" if "|" not in text and "`" not in text else escape(text)
