"""Which stretch of a listing is a title, which an abstract, which the rest of an abstract.

Titles and abstracts alternate, but an entry may lack one of them, or an abstract may go on
over several paragraphs. Every reading of the listing has a cost, for the order it assumes
and for how little each stretch looks like its part; the cheapest reading is found in linear
time (Viterbi, IEEE Trans. Information Theory 13(2), 1967). The costs were set against 9,877
titles and abstracts of *Daily Papers*: none of those titles ends in a full stop or is longer
than 175 characters, and in 99 of 100 most long words are capitalised.

Owns these costs; knows nothing about headers, files or records.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum


class Label(IntEnum):
    TITLE = 0
    ABSTRACT = 1
    MORE = 2


@dataclass(frozen=True, slots=True)
class Unit:
    """A line, or a block of wrapped lines joined.

    `line` and `last_line` are where it begins and ends. `starts` says that an entry must
    begin here (the one before was closed by its date); `bound` that nothing parts the unit
    from the one before, where blank lines part others.
    """

    text: str
    line: int
    last_line: int
    starts: bool = False
    bound: bool = False


Row = tuple[float, float, float]
Table = tuple[Row, Row, Row]

_LABELS = tuple(Label)

FORBIDDEN = 12.0
LACKING = 5.0
LONGEST_TITLE = 250
WORDS_OF_TITLE = 4

# [from][to] with the rows and columns title, abstract, more.
_LOOSE = ((LACKING, 0.0, FORBIDDEN), (0.0, 6.0, 3.0), (0.0, 6.0, 2.0))
_CLOSED = ((9.0, 0.0, FORBIDDEN), (4.0, 6.0, 1.0), (4.0, 6.0, 1.0))
_FRESH = ((LACKING, FORBIDDEN, FORBIDDEN), (0.0, 6.0, FORBIDDEN), (0.0, 6.0, FORBIDDEN))
_BOUND = ((LACKING, 0.0, FORBIDDEN), (3.0, 6.0, 1.0), (3.0, 6.0, 1.0))
_FIRST = (0.0, 6.0, FORBIDDEN)
_LAST = (LACKING, 0.0, 0.0)

_WORD = re.compile(r"[^\W\d_][\w'’-]{3,}")
_ITEM = re.compile(r"(?:[-*•–]|\(?(?:\d{1,2}|[ivx]{1,4}|[a-h])[.)])\s")


def label_units(units: list[Unit]) -> list[Label]:
    """The cheapest reading of a section's units, one label each."""
    if not units:
        return []
    closed = any(unit.starts for unit in units)
    costs = _add(_FIRST, _cost_parts(units[0]))
    origins: list[tuple[int, int, int]] = []
    for unit in units[1:]:
        costs, step = _step(costs, _choose_table(unit, closed=closed), _cost_parts(unit))
        origins.append(step)
    return _walk_back(_add(costs, _LAST), origins)


def _choose_table(unit: Unit, *, closed: bool) -> Table:
    if unit.starts:
        return _FRESH
    if closed:
        return _CLOSED
    return _BOUND if unit.bound else _LOOSE


def _step(costs: Row, table: Table, own: Row) -> tuple[Row, tuple[int, int, int]]:
    """The least cost of ending in each label, and the label it is reached from.

    Written out for the three labels, since a page may have millions of lines.
    """
    titled, begun, ongoing = costs
    from_title, from_abstract, from_more = table
    reached: list[float] = []
    origins: list[int] = []
    for label in (0, 1, 2):
        best, origin = titled + from_title[label], 0
        if (cost := begun + from_abstract[label]) < best:
            best, origin = cost, 1
        if (cost := ongoing + from_more[label]) < best:
            best, origin = cost, 2
        reached.append(best + own[label])
        origins.append(origin)
    return (reached[0], reached[1], reached[2]), (origins[0], origins[1], origins[2])


def _add(one: Row, other: Row) -> Row:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _walk_back(costs: Row, origins: list[tuple[int, int, int]]) -> list[Label]:
    at = costs.index(min(costs))
    labels = [Label(at)]
    for step in reversed(origins):
        at = step[at]
        labels.append(_LABELS[at])
    labels.reverse()
    return labels


def _cost_parts(unit: Unit) -> Row:
    """What it costs to take a unit for a title, an abstract, and the rest of one."""
    text = unit.text
    if len(text) > LONGEST_TITLE:
        return 9.0, 0.0, 0.0
    item = _ITEM.match(text) is not None
    stopped = text.endswith((".", ".)", '."', ".”", "。")) and not text.endswith("...")
    linked = "http://" in text or "https://" in text
    capitals = share_capitals(text)
    plain = capitals < 0.5
    title = 3.5 * stopped + 2.0 * (stopped and len(text) > 120) + 3.0 * item + 2.0 * linked
    title += 1.5 * plain + 1.0 * (plain and text[0].islower()) + 2.0 * (len(text) > 180)
    if stopped or item or len(text) > 180:
        return title, 0.5 * (len(text) < 60) + 2.0 * item, 0.0
    abstract = 2.0 if plain or linked else 5.0
    more = 0.0 if text[0].islower() and plain else 0.7 * abstract
    # Dearer than two entries without an abstract: two such titles in a row are just that.
    certain = not linked and capitals >= 0.7 and text.count(" ") >= WORDS_OF_TITLE
    return title, 2.5 * LACKING if certain else abstract, more


def share_capitals(text: str) -> float:
    """The share of words of four letters or more that hold a capital; 1 where there is none."""
    words = _WORD.findall(text)
    return sum(word != word.lower() for word in words) / len(words) if words else 1.0
