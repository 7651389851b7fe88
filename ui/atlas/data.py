"""The points of the map, written once into the page for `plot.js` to draw.

Owns their JSON and that no title breaks out of it; knows nothing about what is drawn.
"""

from __future__ import annotations

import json

from ui.atlas.drawn import Drawn

# What means something to HTML or to a template; JSON may hold any of these escaped.
_ESCAPES = str.maketrans({one: f"\\u{ord(one):04x}" for one in "<>&$`{}'\u2028\u2029"})


def write_data(drawn: Drawn) -> str:
    """An element that nobody sees, whose text are the points, [paper_id, title, date in words,
    date in ISO 8601, x, y, cluster], and the clusters, [number, name, x, y, colour].

    No `<script>`: Gradio warns of each, whatever its type.
    """
    points = [
        [
            *(spot.paper_id, spot.title, spot.date.in_words() if spot.date else ""),
            *(str(spot.date) if spot.date else "", spot.x, spot.y, spot.cluster),
        ]
        for spot in drawn.on_map
    ]
    clusters = [
        [one.number, one.name, one.x, one.y, colour]
        for one, colour in zip(drawn.clusters, drawn.colours, strict=True)
    ]
    texts = [[_dump(row) for row in rows] for rows in (points, clusters)]
    inside = ",".join(f"[{','.join(rows)}]" for rows in texts)
    return f'<div hidden class="fn-map-data">[{inside}]</div>'


def _dump(row: list[object]) -> str:
    """A row, its strings without a character that means something to HTML or to a template."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
