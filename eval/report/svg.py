"""A figure of matplotlib -> SVG that stands in a page, and in a file of its own.

Owns the drawing's colours, type and ids; knows nothing about what is drawn. Colours are
drawn as signs and then become the page's CSS variables, so that a plot is dark where the
page is; text stays text in the page's own fonts. The same figure gives the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, LINE, ACCENT, PAGE, WASH = (f"#0{n}0{n}0{n}" for n in range(1, 7))
COLOURS = {
    INK: "var(--ink, currentColor)",
    SOFT: "var(--soft, currentColor)",
    LINE: "var(--line, #bbb)",
    ACCENT: "var(--accent, #2b4f9e)",
    PAGE: "var(--page, #fff)",
    WASH: "var(--wash, #b9c6e2)",
}
TYPE = 12.0  # px
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "footnote",
    "text.parse_math": False,
    "text.usetex": False,
    "font.size": TYPE,
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": LINE,
    "axes.linewidth": 1,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "grid.color": LINE,
    "lines.solid_capstyle": "butt",
}
_FAMILY = re.compile(r"font-family: [^;\"]+;? ?|(?<=px) '[^;\"]*(?=[;\"])")
_UNUSED_ID = re.compile(r"(<g) id=\"[^\"]*\"")
_HEAD = re.compile(r".*?<svg [^>]*?viewBox=\"([^\"]*)\"[^>]*>", re.DOTALL)
_ASIDE = re.compile(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>", re.DOTALL)
_EMPTY = re.compile(r"<defs>\s*</defs>\s*")


@contextmanager
def draw(width: float, height: float) -> Iterator[Figure]:
    """An empty figure, `width` by `height` in CSS pixels, to be drawn on and written inside."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        yield Figure(figsize=(width / 72, height / 72), facecolor="none")


def clear_frame(axes: Axes) -> None:
    """Take away the box around the axes and its ground."""
    axes.set_facecolor("none")
    for spine in axes.spines.values():
        spine.set_visible(False)


def write_svg(figure: Figure, name: str, label: str) -> str:
    """The figure as one element; `name` sets its ids apart, `label` is read out for it."""
    buffer = io.StringIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    text = _ASIDE.sub("", buffer.getvalue())
    box = _HEAD.match(text)
    if box is None:
        raise ValueError("matplotlib wrote no SVG element with a viewBox")
    drawing = _EMPTY.sub("", _FAMILY.sub("", _UNUSED_ID.sub(r"\1", text[box.end() :])))
    drawing = drawing.replace("xlink:href", "href")
    drawing = re.sub(r"(id=\"|url\(#|href=\"#)", rf"\1{name}-", drawing)
    for sign, colour in COLOURS.items():
        drawing = drawing.replace(sign, colour)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box[1]}" role="img"'
        f' aria-label="{escape(label)}" font-family="ui-sans-serif, system-ui, sans-serif">'
    )
    return opening + drawing.strip()
