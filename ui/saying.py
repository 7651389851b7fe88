"""What a reader says of one sentence: the quiet button behind it.

Owns the button, which carries what was said; the card that it opens is the browser's
(`hover.js`). Knows nothing about how a rating is kept.
"""

from __future__ import annotations

from html import escape

from ui.thumb import THUMB
from ui.turns import Turn


def render_say(turn: Turn, index: int) -> str:
    """The button behind sentence `index`, counted from 0; empty where the answer is not kept.

    The sentence is told from 1, as everywhere on the page.
    """
    if not turn.kept or turn.answer is None:
        return ""
    sentence, rated = turn.sentences[index], turn.rating(index)
    classes = ["fn-say"]
    classes += ["fn-bare"] * (not sentence.citations) + ["fn-unfound"] * sentence.is_unsupported
    liked = "" if rated is None else "yes" if rated.liked else "no"
    label = {"": "Rate this sentence", "yes": "You liked this sentence"}.get(
        liked, "You disliked this sentence"
    )
    comment = escape(rated.comment) if rated else ""
    return (
        f'<button type="button" class="{" ".join(classes)}" data-turn="{turn.number}"'
        f' data-sentence="{index + 1}" data-liked="{liked}" data-comment="{comment}"'
        f' aria-label="{label}" aria-haspopup="dialog">{THUMB}</button>'
    )
