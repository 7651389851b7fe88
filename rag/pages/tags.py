"""The tags of saved HTML, one after the other, with their attributes.

Owns the reading of a tag as browsers read it (https://html.spec.whatwg.org/#tokenization);
knows nothing about what tags mean. No tree is built of them, since a tree's time is not in
proportion to the page where tags are left open by the thousand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

# Nothing here is tried twice over the same stretch: what is not closed runs to the end.
_TAG = re.compile(
    r"<(?:!--(?:-?>|(?:[^-]++|-(?!->))*+)"
    r"|(?P<name>[a-z][^\s/>]*+)"
    r"(?P<attributes>(?:[^>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')|[\"'=])*+)(?P<end>>?))",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[^\s/][^\s/=]*+)(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'"
    r"|(?P<open>[\"'])|(?P<bare>[^\s\"']\S*+)))?+"
)
_RAW = {
    name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}
# In an attribute, a letter or `=` behind it makes `&para` a part of an address.
_REFERENCE = re.compile(
    r"&(?:#[0-9]{1,7};?|#x[0-9a-f]{1,6};?|[a-z][a-z0-9]{0,31}(?:;|(?![a-z0-9=])))", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag by its attributes, names in lower case, and its offset.

    `whole` is False where the page ends before the tag does.
    """

    attributes: dict[str, str]
    offset: int
    whole: bool


def find_tags(text: str, mark: re.Pattern[str]) -> Iterator[Tag]:
    """The opening tags in whose attributes `mark` is found, in order."""
    at = 0
    while found := _TAG.search(text, at):
        at = found.end()
        if found["name"] is None:
            continue
        if mark.search(found["attributes"]):
            yield _read_tag(found)
        closing = _RAW.get(found["name"].lower())
        if closing and not found["attributes"].endswith("/"):  # `<title/>` in a drawing is empty
            closed = closing.search(text, at)
            at = closed.end() if closed else len(text)


def _read_tag(found: re.Match[str]) -> Tag:
    attributes: dict[str, str] = {}
    whole = bool(found["end"])
    for one in _ATTRIBUTE.finditer(found["attributes"]):
        whole &= not one["open"]
        value = one["double"] or one["single"] or one["bare"] or ""
        attributes.setdefault(one["name"].lower(), _REFERENCE.sub(_read_reference, value))
    return Tag(attributes, found.start(), whole)


def _read_reference(found: re.Match[str]) -> str:
    return unescape(found[0])
