"""Other people's text, made fit to stand in a prompt.

Owns what is taken out of it; knows nothing about papers or prompts. Nothing in an abstract or
a title may look like the prompt's own frame, like the end of a message, or like another
paper's number.
"""

from __future__ import annotations

import re
import unicodedata

# Joiners, fillers and variation selectors: letters and marks by category, and yet unseen.
HIDDEN = frozenset("\u034f\u115f\u1160\u3164\uffa0") | {chr(0xFE00 + one) for one in range(16)}
# A run of blanks, slashes and opening brackets is matched whole, so that no text takes more
# than linear time, and nothing is left of which the frame could be put together again.
FRAME = re.compile(r"([<＜﹤\s/／\\]+)(papers?\b\s*[>＞﹥]?)?", re.IGNORECASE)
FOREIGN_MARK = re.compile(
    r"[\[【［]([ ]?(?:papers?|#)?[ ]?\^?\d[\d ,;^–-]*(?:†[^\[\]【】［］]{0,60})?)[\]】］]",
    re.IGNORECASE,
)
# What a chat template or a tokenizer takes for its own: `<|im_end|>`, `</s>`, `<start_of_turn>`,
# `[/INST]`. Servers that run the model themselves read it so wherever in a message it stands.
TOKEN = re.compile(r"[<＜﹤]([|｜/]{0,2}[^\W\d][\w▁|｜:.-]{0,60})[>＞﹥]")
COMMAND = re.compile(r"\[(/?[A-Z][A-Z_]{2,30})\]")


def defuse(text: str) -> str:
    """Other people's text, fit to stand in a prompt: one line, no invisible characters, no
    frame, no word of a chat template, and none of another paper's marks `[n]`."""
    visible = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or not _is_hidden(character)
    )
    unframed = FRAME.sub(_drop_frame, " ".join(visible.split()))
    said = COMMAND.sub(r"(\1)", TOKEN.sub(r"‹\1›", " ".join(unframed.split())))
    return FOREIGN_MARK.sub(r"(\1)", said)


def _is_hidden(character: str) -> bool:
    """Whether a character shows nothing of itself, or is none (half of a surrogate pair)."""
    return character in HIDDEN or unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn", "Cs")


def _drop_frame(match: re.Match[str]) -> str:
    """A blank for `</papers>` and its like; anything else as it stands."""
    opens = any(bracket in match.group(1) for bracket in "<＜﹤")
    return " " if opens and match.group(2) else match.group()
