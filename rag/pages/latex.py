"""The LaTeX of bibliographies: accents, special letters, and braces that keep capitals.

Owns what may be decoded without a guess; formulas between dollar signs stay as they are.
bibtexparser's own decoding is not used, since it takes a bare per cent sign for a comment
and drops what follows.
"""

from __future__ import annotations

import re
import unicodedata

_COMBINING = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323",
    "c": "\u0327", "k": "\u0328", "b": "\u0331",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø",
    "O": "Ø", "l": "ł", "L": "Ł", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "i": "ı",
}  # fmt: skip

_SPELT = {
    "textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}", "textasciitilde": "~",
    "textasciicircum": "^", "textdollar": "$",
}  # fmt: skip

_FORMULA = re.compile(r"((?<!\\)\$(?:[^$\\]|\\[\s\S])*\$)")
_MARKED = re.compile(
    r"""\\(?:(?P<mark>["'`^~=.])\s?(?:\{\\?(?P<a>[A-Za-z])\}|\\?(?P<b>[A-Za-z])(?![A-Za-z]*\{))"""
    r"|(?P<letter>[cvHkurdb])\{\\?(?P<c>[A-Za-z])\})"
)
_LETTER = re.compile(r"\\(ss|ae|AE|oe|OE|aa|AA|dh|DH|th|TH|o|O|l|L|i)(?:\{\}|(?![A-Za-z])[ ]?)")
_BRACED = re.compile(r"\{([^\x00-\x7f])\}")
_ESCAPE = re.compile(rf"\\(?:([%&_#$])|({'|'.join(_SPELT)})(?:\{{\}}|(?![A-Za-z])[ ]?))")
_ESCAPE_OR_BRACE = re.compile(rf"{_ESCAPE.pattern}|[{{}}]")


def decode_accents(text: str) -> str:
    r"""Write `{\"o}`, `\'{e}`, `\c{c}` and `\ss` as the letters they mean, outside formulas."""
    if "\\" not in text:
        return text
    parts = _FORMULA.split(text)
    return "".join(part if at % 2 else _decode_part(part) for at, part in enumerate(parts))


def decode_text(text: str) -> str:
    r"""An abstract as it is read: accents, `\%`, `\textbackslash{}` decoded, not in formulas."""
    return _replace(_ESCAPE, decode_accents(text))


def decode_plain(text: str) -> str:
    r"""A title or a name as it is read: decoded like a text, grouping braces dropped."""
    return _replace(_ESCAPE_OR_BRACE, decode_accents(text))


def _replace(pattern: re.Pattern[str], text: str) -> str:
    """In one pass, so that a brace or a backslash that was spelt out stays."""
    parts = _FORMULA.split(text)
    return "".join(
        part if at % 2 else pattern.sub(_read_escape, part) for at, part in enumerate(parts)
    )


def _read_escape(match: re.Match[str]) -> str:
    return match[1] or _SPELT.get(match[2] or "", "")


def _decode_part(text: str) -> str:
    text = _LETTER.sub(lambda match: _LETTERS[match[1]], _MARKED.sub(_join_accent, text))
    return _BRACED.sub(r"\1", text)


def _join_accent(match: re.Match[str]) -> str:
    letter = match["a"] or match["b"] or match["c"]
    return unicodedata.normalize("NFC", letter + _COMBINING[match["mark"] or match["letter"]])
