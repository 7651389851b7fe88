"""Gradio's Blocks, without the work that it does for what stays as it is.

Owns one saving; knows nothing about the page. For every output that an event leaves alone
Gradio makes the component anew, about a millisecond each and half of what an answer of this
page cost the server's event loop.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import gradio as gr


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
            if not changed:
                return [gr.skip() for _ in outputs]
            narrowed = copy(block_fn)
            narrowed.outputs = [one for one in outputs if one in changed]
            told = iter(await super().postprocess_data(narrowed, changed, state))
            return [next(told) if one in changed else gr.skip() for one in outputs]

    return QuickBlocks(**options)
