"""The command `footnote feedback`: what readers thought of the answers.

Owns its words on the terminal; knows nothing about how ratings are kept. With --json it
prints lines of an evaluation set, which `footnote eval --questions` reads once what is
missing has been filled in.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rag.cli import add_command, print_json

if TYPE_CHECKING:
    from rag.footnote import Footnote
    from rag.history import Feedback

DESCRIPTION = "list the answers that were rated; with --json as questions for `footnote eval`"
INDENT = "          "


def add_feedback(commands: Any) -> None:
    """Add the command to the terminal's; called by the entry point `footnote.commands`."""
    add_command(commands, "feedback", run_feedback, DESCRIPTION)


def run_feedback(footnote: Footnote, parsed: argparse.Namespace) -> int:
    """Print every rating, the oldest first. Raises HistoryError."""
    from rag.history import History, to_question

    history = History(footnote.library.folder)
    try:
        rated = history.ratings.list_feedback()
    finally:
        history.close()
    if parsed.json:
        for feedback in rated:
            print_json(to_question(feedback))
        return 0
    for feedback in rated:
        print("\n".join(_describe(feedback)))
    liked = sum(feedback.liked for feedback in rated)
    counts = f"{len(rated)} rated: {liked} liked, {len(rated) - liked} disliked"
    print(counts if rated else "no answer has been rated yet")
    return 0


def _describe(feedback: Feedback) -> Iterator[str]:
    from rag.history.wording import make_printable
    from rag.printout import wrap

    opinion = "liked" if feedback.liked else "disliked"
    head = f"{opinion:<{len(INDENT)}}{feedback.created:%Y-%m-%d %H:%M}  "
    yield wrap(head + make_printable(feedback.question), "", INDENT)
    if feedback.sentence is not None:
        yield wrap(f"sentence: “{make_printable(feedback.rated[0].text)}”", INDENT)
    if feedback.comment.strip():
        yield wrap(f"comment: {make_printable(feedback.comment)}", INDENT)
