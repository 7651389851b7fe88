"""The map as the page shows it: where every paper lies, what it is called, when it is from.

Owns the join of the kept map with the titles and dates of the library, and the choice of
colours that keeps neighbours apart; knows nothing about HTML.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from rag.atlas import Atlas, Cluster, load_or_draw
from rag.browse import Months, count_by_month
from rag.footnote import Footnote
from rag.records import PartialDate

COLOURS = 24
HUES = 12
"""The first twelve colours differ in hue, the others are the same hues, lighter."""
FEWEST = 5
"""Papers below which a map says nothing."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A paper. `x` and `y` are 0 to 1, y upwards; `cluster` is 0 where it is not on the map."""

    paper_id: str
    title: str
    date: PartialDate | None = None
    x: float = 0.0
    y: float = 0.0
    cluster: int = 0

    @property
    def is_known(self) -> bool:
        return self.cluster > 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """All that the place shows of the library. `key` changes with the map; `colours` are
    those of the clusters in their order, from 1 on."""

    key: str
    spots: tuple[Spot, ...]
    clusters: tuple[Cluster, ...]
    colours: tuple[int, ...]
    months: Months

    @property
    def on_map(self) -> tuple[Spot, ...]:
        return tuple(spot for spot in self.spots if spot.is_known)


def find_key(footnote: Footnote) -> str:
    """What changes whenever the map would. Raises LibraryError, VectorError."""
    index = footnote.index
    state = f"{footnote.library.changes()} {index.synced_to()} {index.recipe}"
    return sha256(state.encode()).hexdigest()[:12]


def draw(footnote: Footnote) -> Drawn:
    """The map, drawn now where it is not kept, which takes seconds.

    Raises LibraryError, VectorError, and RecipeMismatch for vectors of another model.
    """
    key = find_key(footnote)
    return join(footnote, load_or_draw(footnote), key)


def join(footnote: Footnote, atlas: Atlas, key: str) -> Drawn:
    """The map with what the library knows of its papers."""
    points = {point.paper_id: point for point in atlas.points}
    spots = []
    for paper in footnote.library.papers():
        point = points.get(paper.paper_id)
        where = (point.x, point.y, point.cluster) if point else (0.0, 0.0, 0)
        spots.append(Spot(paper.paper_id, paper.title, paper.date, *where))
    colours = choose_colours(atlas.clusters)
    return Drawn(key, tuple(spots), atlas.clusters, colours, count_by_month(footnote.library))


def choose_colours(clusters: Sequence[Cluster]) -> tuple[int, ...]:
    """A colour for each, from 1 on, none twice; the nearer two lie, the less alike they are."""
    free = list(range(HUES if len(clusters) <= HUES else COLOURS))
    chosen: list[int] = []
    for cluster in clusters:
        near = [
            (1 / (0.02 + (cluster.x - other.x) ** 2 + (cluster.y - other.y) ** 2), colour)
            for other, colour in zip(clusters, chosen, strict=False)
        ]
        # More clusters than colours cannot be told apart by colour anyway: begin anew.
        pool = [one for one in free if one not in chosen] or free
        chosen.append(
            min(pool, key=lambda one: sum(close * _likeness(one, other) for close, other in near))
        )
    return tuple(colour + 1 for colour in chosen)


def _likeness(one: int, other: int) -> float:
    """1 for the same colour, less the further their hues and their lightness are apart."""
    steps = abs(one - other) % HUES
    apart = min(steps, HUES - steps) + (0.8 if (one < HUES) != (other < HUES) else 0.0)
    return math.exp(-apart / 1.5)
