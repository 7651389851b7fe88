"""What the reader has picked on the map: a cluster, a month, or a year.

    c3   t2024-06   t2024   nothing

Owns these names and which papers are meant; knows nothing about HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.records import PartialDate
from ui.atlas.drawn import Drawn, Spot

_CLUSTER = re.compile(r"c([1-9]\d?)", re.ASCII)
_TIME = re.compile(r"t(\d{4}(?:-(?:0[1-9]|1[0-2]))?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Choice:
    """`key` is its name, `words` what it is called; `spots` are its papers by title."""

    key: str = ""
    words: str = ""
    spots: tuple[Spot, ...] = ()


def choose(drawn: Drawn, key: str) -> Choice:
    """What a name means; nothing where no paper is meant."""
    cluster, time = _CLUSTER.fullmatch(key), _TIME.fullmatch(key)
    if cluster:
        number = int(cluster[1])
        names = [one.name for one in drawn.clusters if one.number == number]
        spots = [spot for spot in drawn.spots if spot.cluster == number]
        return _name(key, names[0], spots) if names else Choice()
    if time:
        spots = [spot for spot in drawn.spots if is_of(spot.date, time[1])]
        return _name(key, PartialDate.parse(time[1]).in_words(), spots) if spots else Choice()
    return Choice()


def is_of(date: PartialDate | None, time: str) -> bool:
    """Whether a date lies in a year or month, as ISO 8601 writes them."""
    return date is not None and (str(date) == time or str(date).startswith(f"{time}-"))


def _name(key: str, words: str, spots: list[Spot]) -> Choice:
    return Choice(key, words, tuple(sorted(spots, key=lambda spot: spot.title.casefold())))
