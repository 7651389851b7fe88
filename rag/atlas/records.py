"""The map's records, and their JSON form in atlas.json.

Owns their fields; knows nothing about how a map is drawn.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

FORMAT = 1
"""Changes with the drawing or with the file's form: what another one wrote is drawn anew."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where a paper lies: x and y are 0 to 1, y upwards; near means alike, far says little."""

    paper_id: str
    x: float
    y: float
    cluster: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Papers that belong together: `number` counts from 1, the largest first; `x` and `y` are
    the medians of its points, `size` how many these are. No two have one name."""

    number: int
    name: str
    x: float
    y: float
    size: int


@dataclass(frozen=True, slots=True)
class Atlas:
    """A point for every paper that is embedded, by paper_id; `missing` papers are not yet."""

    points: tuple[Point, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    missing: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """Of what a map was drawn: the library's changes, those that the index has followed, and
    the recipe of the vectors."""

    changes: int
    synced_to: int
    recipe: str


def write_atlas(atlas: Atlas, state: State) -> str:
    """The text of atlas.json."""
    record = {
        "format": FORMAT,
        "state": [state.changes, state.synced_to, state.recipe],
        "points": [[one.paper_id, one.x, one.y, one.cluster] for one in atlas.points],
        "clusters": [[one.number, one.name, one.x, one.y, one.size] for one in atlas.clusters],
        "missing": atlas.missing,
    }
    return json.dumps(record, separators=(",", ":"))


def read_atlas(text: str) -> tuple[Atlas, State]:
    """What `write_atlas` wrote. Raises ValueError for anything else."""
    try:
        record = json.loads(text)
        if record["format"] != FORMAT:
            raise ValueError(f"a map of format {record['format']!r}")
        points = tuple(
            Point(str(paper_id), float(x), float(y), int(cluster))
            for paper_id, x, y, cluster in record["points"]
        )
        clusters = tuple(
            Cluster(int(number), str(name), float(x), float(y), int(size))
            for number, name, x, y, size in record["clusters"]
        )
        changes, synced_to, recipe = record["state"]
        atlas = Atlas(points, clusters, int(record["missing"]))
        return atlas, State(int(changes), int(synced_to), str(recipe))
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"no map: {error}") from error
