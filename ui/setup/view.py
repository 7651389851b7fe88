"""The settings as they can be read from another machine. Pure: the same settings, the same HTML.

Owns what such a reader may know: no key, no password in an address, no path.
"""

from __future__ import annotations

from html import escape

from rag.settings import Settings
from ui.setup.fields import show_address
from ui.setup.parts import render_dialog


def render_view(settings: Settings, number: int) -> str:
    """The dialog, with nothing to change."""
    llm, quotes = settings.llm, settings.answer.mode == "quoting" or not settings.llm.base_url
    rows = [("Who answers", "Quoting only" if quotes else "A model")]
    if llm.base_url:
        rows += [
            ("Address", show_address(llm.base_url)),
            ("API key", "A key is kept" if llm.api_key.get_secret_value() else "None"),
            ("Model", llm.model or "The first that it lists"),
        ]
    fall_back = "These are quoted" if settings.answer.fall_back else "These fail"
    hidden = settings.support.on_unsupported == "hide"
    by_model = settings.support.judge == "endpoint"
    rows += [
        ("Papers to answer from", str(settings.retrieval.papers)),
        ("Answers when the endpoint fails", fall_back),
        ("Sentences without support", "Start hidden" if hidden else "Are marked"),
        ("Support is judged", "By wording, then by the model" if by_model else "By wording"),
    ]
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return render_dialog(
        '<div class="fn-setup-body"><p class="fn-fixed">They can be changed only by who sits at '
        f'the machine that Footnote runs on.</p><dl class="fn-facts">{listed}</dl></div>',
        number,
    )
