"""The page around the conversation: header, welcome, empty library, style, script, headers.

Owns what does not change from answer to answer, and the promise that the page loads from
its own server only; knows nothing about answers. Gradio's types appear in `make_theme` only.
"""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

from ui.adding.bar import render_rebuild

if TYPE_CHECKING:
    from gradio.themes import Base

SANS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
MONO = ("ui-monospace", "SF Mono", "Menlo", "Consolas", "monospace")

# In the order of the page, which is the order in which they overrule one another.
STYLES = (
    *("page", "left", "ask", "answer", "support", "compare", "around", "foot", "sources", "hover"),
    *("places", "library/filters", "library/library", "library/view"),
    *("atlas/colours", "atlas/atlas", "atlas/lists"),
    *("adding/adding", "adding/preview", "adding/bar"),
    *("setup/setup", "setup/fields", "setup/trying", "setup/outage"),
    "narrow",
)
SCRIPTS = (
    *("actions", "places", "chat", "shelf", "hover", "back", "sort"),
    *("library/library", "atlas/names", "atlas/ground", "atlas/dots", "atlas/plot"),
    *("atlas/hands", "atlas/atlas"),
    *("adding/adding", "setup/setup"),
)

# A page with lines of text, and below a short rule the footnote's dot.
_MARK = (
    '<svg class="fn-mark" viewBox="0 0 32 32" width="30" height="30" aria-hidden="true">'
    '<rect x="1" y="1" width="30" height="30" rx="8" fill="{ground}"/>'
    '<g stroke="{ink}" stroke-width="2.2" stroke-linecap="round">'
    '<path d="M8 9.2h12.5M8 14h9.5M8 21h5"/><path d="M14.5 25h9.5" opacity=".75"/></g>'
    '<circle cx="24" cy="9.2" r="2.4" fill="{dot}"/><circle cx="9.2" cy="25" r="2.2" '
    'fill="{dot}"/></svg>'
)


_PLACES = (
    '<button type="button" class="fn-places" aria-label="Conversations and filters"'
    ' aria-expanded="false">'
    '<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" fill="none"'
    ' stroke="currentColor" stroke-width="1.6" stroke-linecap="round">'
    '<path d="M3 5.5h14M3 10h14M3 14.5h9"/></svg></button>'
)
_NAV = (
    '<nav class="fn-nav" aria-label="Places"><a href="#" data-place="chat">Ask</a>'
    '<a href="#library" data-place="library">Library</a>'
    '<a href="#map" data-place="map">Map</a></nav>'
)
_SETTINGS = (
    '<button type="button" class="fn-gear" data-do="settings" aria-label="Settings">'
    '<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" fill="none"'
    ' stroke="currentColor" stroke-width="1.5" stroke-linecap="round">'
    '<path d="M3 6h6M13 6h4M3 14h3M10 14h7"/><circle cx="11" cy="6" r="2"/>'
    '<circle cx="8" cy="14" r="2"/></svg></button>'
)


_QUOTING = (
    '<p class="fn-quoting"><span>Quoting, until you ask the model again</span>'
    '<button type="button" data-do="unquoting">Ask the model</button></p>'
)


def render_brand() -> str:
    """The mark, the name, and the ways to the places and to the settings."""
    mark = _MARK.format(ground="var(--fn-accent)", ink="var(--fn-page)", dot="var(--fn-dot)")
    return f'{_PLACES}<div class="fn-brand">{mark}<h1>Footnote</h1></div>{_NAV}'


def render_header(papers: int, status: str, *, quoting: bool = False) -> str:
    """The name, the places, how many papers there are, and who answers.

    `quoting`: the reader has chosen quotations for now, and has a way back here.
    """
    count = f"{papers:,} paper" if papers == 1 else f"{papers:,} papers"
    mode = f'<span class="fn-mode" title="{escape(status)}">{escape(status)}</span>'
    return (
        f'{render_brand()}<p class="fn-status"><span class="fn-count">{count}</span>'
        f"{'' if quoting else mode}</p>{_QUOTING if quoting else ''}{_SETTINGS}"
    )


def render_bare_header() -> str:
    """The header where nothing can be said of the library: what is set may be why."""
    return f"{render_brand()}{_SETTINGS}"


def render_welcome(papers: int) -> str:
    """What an empty conversation says, or, where there is nothing to ask about, how to begin."""
    return _INVITATION if papers else _EMPTY


def render_broken(message: str, remedy: str) -> str:
    """Shown in place of the welcome where the library cannot even be opened."""
    way_out = f'<p class="fn-remedy"><span>Way out</span> {escape(remedy)}</p>' if remedy else ""
    title = "The library cannot be read"
    deed = render_rebuild(remedy)
    if deed:
        title = "The papers are here; their index has to be made anew"
    return (
        f'<div class="fn-error" role="alert"><strong>{title}</strong>'
        f"<p>{escape(message)}</p>{way_out}{deed}</div>"
    )


_INVITATION = (
    '<div class="fn-welcome"><h2>Ask these papers.</h2>'
    "<p>Every sentence of an answer carries its footnote. Follow a number to the sentence "
    "in the abstract that says so.</p></div>"
)

_EMPTY = (
    '<div class="fn-welcome fn-empty"><h2>The library is empty.</h2>'
    "<p>Give it a page that lists papers: a saved <i>Daily Papers</i> page, an arXiv listing, "
    "a BibTeX or RIS export. Drop files anywhere here, or</p>"
    '<div class="fn-begin">'
    '<button type="button" class="fn-primary" data-do="adding" data-way="paste">'
    "Paste a page</button>"
    '<button type="button" data-do="adding" data-way="files">Choose files</button>'
    '<button type="button" data-do="adding-starter">Try the 72 starter papers</button></div>'
    '<p class="fn-terminal">Or in a terminal: <code>footnote add PATH</code></p></div>'
)


def make_head() -> str:
    """Style, script and icon for the page's head, so that no other request is needed.

    Not Gradio's `css=`: it puts a prefix before every selector, and the body's are needed.
    """
    icon = _MARK.format(ground="#2b4f9e", ink="#fbfaf7", dot="#ffc24b")
    icon = icon.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    here = files("ui")
    style = "".join(here.joinpath(f"{name}.css").read_text(encoding="utf-8") for name in STYLES)
    script = "".join(here.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    return (
        f'<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,{quote(icon)}">'
        f"<style>{style}</style><script>{script}</script>"
    )


def make_theme() -> Base:
    """Gradio's barest theme on system fonts, so that no font is fetched from anywhere."""
    from gradio.themes import Base, Color, Font

    def fonts(names: tuple[str, ...]) -> list[Font | str]:
        return list(names)

    blue = Color(
        *("#f1f4fa", "#e0e7f4", "#c5d2ea", "#9fb4dc", "#7591c9", "#4f6fb0"),
        *("#34518f", "#2b4170", "#22345a", "#1a2744", "#121b30"),
    )
    theme = Base(primary_hue=blue, neutral_hue="stone", font=fonts(SANS), font_mono=fonts(MONO))
    return theme.set(
        body_background_fill="#fbfaf7",
        body_background_fill_dark="#16171a",
        body_text_color="#23211d",
        body_text_color_dark="#e6e3dc",
    )
