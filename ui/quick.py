"""Gradio, without the work that it does for nothing.

Owns three savings; knows nothing about the page. Whenever it is imported, Gradio reads and parses
the source of each of its components, to write stubs for editors beside it: half of the time that
the import takes. For every output that an event leaves alone
Gradio makes the component anew, about a millisecond each and half of what an answer of this
page cost the server's event loop. HTML goes through a thread of its own that does nothing to
it, and a component that appears or goes is made anew for it; both are told as they are.
"""

from __future__ import annotations

import importlib
import inspect
from copy import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import gradio as gr


SEEN = {"__type__", "visible"}  # an update of nothing but whether it is seen


def import_gradio() -> None:
    """Import Gradio in half the time. Once it is imported, this does nothing."""
    known = inspect.getfile

    def refuse_components(thing: Any) -> str:
        # An error that Gradio expects, of classes without a file: it writes no stub then.
        if inspect.isclass(thing) and thing.__module__.startswith("gradio."):
            raise OSError(f"{thing.__name__} needs no stub")
        return known(thing)

    inspect.getfile = refuse_components  # type: ignore[assignment]
    try:
        importlib.import_module("gradio")
    finally:
        inspect.getfile = known


def make_blocks(**options: Any) -> gr.Blocks:
    """A `gr.Blocks` with these options, that handles only the outputs that an event changes."""
    import gradio as gr

    class QuickBlocks(gr.Blocks):
        async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
            outputs, skip = block_fn.outputs, gr.skip()
            if not isinstance(predictions, dict) or not {*predictions} <= {*outputs}:
                whole: list[Any] = await super().postprocess_data(block_fn, predictions, state)
                return whole
            changed = {one: new for one, new in predictions.items() if new != skip}
            told = {one: new for one, new in changed.items() if _is_ready(one, new)}
            if len(told) < len(changed):
                narrowed = copy(block_fn)
                narrowed.outputs = [one for one in outputs if one in changed and one not in told]
                rest = {one: changed[one] for one in narrowed.outputs}
                made = await super().postprocess_data(narrowed, rest, state)
                told |= zip(narrowed.outputs, made, strict=True)
            return [told.get(one, gr.skip()) for one in outputs]

    return QuickBlocks(**options)


def _is_ready(output: Any, new: Any) -> bool:
    """Whether Gradio would tell the browser just this."""
    import gradio as gr

    if isinstance(output, gr.HTML):
        return isinstance(new, str)
    return isinstance(new, dict) and new.keys() == SEEN
