"""What the reader does beside asking: conversations opened, renamed, deleted; answers asked
again, edited, copied, carried away.

Owns what each such action changes on the page; knows nothing about the layout or about how
anything is kept. An action that names nothing that is there changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from rag.errors import FootnoteError
from rag.history import HistoryError
from ui.actions import Action
from ui.keeping import Keeper
from ui.onward import render_onward
from ui.parcels import pack
from ui.render import render_turns
from ui.rooms import Do, Updates
from ui.shelf import render_shelf
from ui.sources import render_sources
from ui.support import count_of
from ui.told import render_told
from ui.turns import Asked, Chat, Stage, Turn

if TYPE_CHECKING:
    from ui.handlers import Page
    from ui.house import House

LONGEST_QUESTION = 4000
Ask = Callable[[Asked, Chat], Updates]


class Desk:
    """The actions by their names. `ask` takes a question as if it had been typed."""

    def __init__(self, page: Page, keeper: Keeper, ask: Ask) -> None:
        self._page = page
        self._keeper = keeper
        self._ask = ask
        self._parcels = 0

    @property
    def actions(self) -> Mapping[str, Do]:
        return {
            "ask": self._take,
            "drop": self._drop,
            "open": self._open,
            "renaming": self._renaming,
            "rename": self._rename,
            "delete": self._delete,
            "undelete": self._undelete,
            "retry": self._retry,
            "undo-retry": self._undo_retry,
            "edit": self._edit,
            "keep": self._keep_question,
            "copy": self._carry,
            "export": self._carry,
            "heard": self._heard,
        }

    def keep(self, chat: Chat) -> asyncio.Task[Updates]:
        """Begin to keep the last turn, now that it is over; at the end its conversation is
        listed. Which turn that is is settled now: the reader may begin anew at any moment."""
        turn, began = chat.turns[-1], chat.round
        writing = asyncio.get_running_loop().run_in_executor(None, self._keeper.keep, chat, turn)
        return asyncio.create_task(self._tell_kept(chat, turn, began, writing))

    async def _tell_kept(
        self, chat: Chat, turn: Turn, began: int, writing: Awaitable[int]
    ) -> Updates:
        try:
            kept = await writing
        except HistoryError as error:
            said = f"This answer could not be kept: {error}"
            return {self._page.told: render_told(said, error.remedy)}
        # Meanwhile the reader may have begun or opened another conversation.
        if not kept or chat.round != began:
            return {}
        chat.turns[turn.number - 1] = turn.now_kept(kept)
        return await self.show_shelf(chat)

    async def leave(self, chat: Chat) -> None:
        """The reader goes elsewhere: what was being answered is kept as far as it came."""
        turn = chat.turns[-1] if chat.busy and chat.turns else None
        chat.waiting.clear()
        chat.stop()
        if turn is None or turn.stage not in (Stage.SEARCHING, Stage.WRITING):
            return
        chat.round += 1  # the loop that answers has nothing more to say
        chat.turns[-1] = turn.stopped()
        with suppress(HistoryError):
            keep = partial(self._keeper.keep, chat, chat.turns[-1], left=True)
            await asyncio.to_thread(keep)

    async def suggest(self, chat: Chat, house: House) -> Updates:
        """Offer questions to go on with below the last answer, if it is whole and still the
        last when they are known."""
        import gradio as gr

        nothing: Updates = {self._page.waiting: gr.skip()}
        began, answer = chat.round, chat.turns[-1].answer if chat.turns else None
        if answer is None or chat.busy:
            return nothing
        try:
            offered = await asyncio.to_thread(
                lambda: house.engine.followups(answer, chat.conversation)
            )
        except FootnoteError:
            return nothing  # the answer stands without them
        asked = {one.question.casefold() for one in chat.turns}
        fresh = [one for one in offered if one.casefold() not in asked]
        over = chat.busy or chat.waiting or chat.editing or chat.round != began
        if not fresh or over or chat.turns[-1].answer is not answer:
            return nothing
        return {self._page.waiting: render_onward(fresh)}

    async def find(self, words: str, chat: Chat) -> Updates:
        """List the conversations that hold these words."""
        chat.words = words
        return await self.show_shelf(chat)

    async def show_shelf(self, chat: Chat, **told: str) -> Updates:
        shelf = await asyncio.to_thread(lambda: self._keeper.list(chat, **told))
        return {self._page.shelf: render_shelf(shelf)}

    def show_chat(self, chat: Chat) -> Updates:
        """The conversation as it is, whole."""
        import gradio as gr

        page = self._page
        return {
            page.history: render_turns(chat.turns),
            page.live: "",
            page.waiting: "",
            page.sources: render_sources(chat.turns),
            page.stop: gr.update(visible=False),
            page.opening: gr.update(visible=not chat.turns),
        }

    async def open_linked(self, chat: Chat, saved_id: str) -> Updates:
        """The shelf, and the conversation that the page's address names, if any."""
        shown: Updates = {}
        if saved_id:
            try:
                await asyncio.to_thread(self._keeper.open, chat, saved_id)
                shown = self.show_chat(chat)
            except HistoryError as error:
                shown = {self._page.announcer: str(error)}
        return shown | await self.show_shelf(chat)

    # --- conversations -------------------------------------------------------------

    async def _open(self, chat: Chat, action: Action) -> Updates:
        if chat.busy and action.text("id") == chat.saved_id:
            return await self.show_shelf(chat)
        await self.leave(chat)
        await asyncio.to_thread(self._keeper.open, chat, action.text("id"))
        return self.show_chat(chat) | await self.show_shelf(chat)

    async def _renaming(self, chat: Chat, action: Action) -> Updates:
        return await self.show_shelf(chat, renamed=action.text("id"))

    async def _rename(self, chat: Chat, action: Action) -> Updates:
        if title := action.text("title").strip():
            history = self._keeper.history
            await asyncio.to_thread(history.rename, chat.owner, action.text("id"), title)
        return await self.show_shelf(chat)

    async def _delete(self, chat: Chat, action: Action) -> Updates:
        saved_id = action.text("id")
        await asyncio.to_thread(self._keeper.history.delete, chat.owner, saved_id)
        shown: Updates = {}
        if saved_id == chat.saved_id:
            chat.clear()
            shown = self.show_chat(chat)
        return shown | await self.show_shelf(chat, deleted=saved_id)

    async def _undelete(self, chat: Chat, action: Action) -> Updates:
        saved_id = action.text("id")
        await asyncio.to_thread(self._keeper.history.undelete, chat.owner, saved_id)
        return await self.show_shelf(chat)

    # --- answers -------------------------------------------------------------------

    async def _take(self, chat: Chat, action: Action) -> Updates:
        """Ask a question that was offered, as if it had been typed."""
        question = action.text("text").strip()[:LONGEST_QUESTION]
        if not question:
            return {}
        chat.editing = 0
        return {self._page.waiting: ""} | self._ask(Asked(question), chat)

    async def _drop(self, chat: Chat, action: Action) -> Updates:
        """Ask a turn's question again without a filter."""
        asked = chat.again_without(action.number("turn"), action.text("key"))
        return self._ask(asked, chat) if asked else {}

    async def _retry(self, chat: Chat, action: Action) -> Updates:
        """Ask a turn's question again; where that takes others away, it can be undone."""
        number, turns = action.number("turn"), len(chat.turns)
        asked = chat.rewind(number)
        if asked is None:
            return {}
        shown = self._ask(asked, chat)
        if chat.saved_id and number < turns:
            chat.replaced = number
            gone = f"Asked again, and {count_of(turns - number, 'later answer')} taken away."
            shown[self._page.told] = render_told(gone, undo=UNDO)
        return shown

    async def _undo_retry(self, chat: Chat, _: Action) -> Updates:
        """Have the answers back that were taken away by asking again."""
        number, saved_id = chat.replaced, chat.saved_id
        shown: Updates = {self._page.told: ""}
        if not number or not saved_id:
            return shown
        was_kept = len(chat.turns) >= number and chat.turns[number - 1].kept > 0
        chat.stop()
        if was_kept:
            await asyncio.to_thread(self._keeper.history.undo_replace, chat.owner, saved_id)
        await asyncio.to_thread(self._keeper.open, chat, saved_id)
        return shown | self.show_chat(chat) | await self.show_shelf(chat)

    async def _edit(self, chat: Chat, action: Action) -> Updates:
        """Put a turn's question into the box; sending it replaces the turn."""
        number = action.number("turn")
        if not 1 <= number <= len(chat.turns):
            return {}
        chat.editing = number
        return {
            self._page.box: chat.turns[number - 1].question,
            self._page.waiting: EDITING,
        }

    async def _keep_question(self, chat: Chat, _: Action) -> Updates:
        """Leave the question as it was after all."""
        chat.editing = 0
        return {self._page.box: "", self._page.waiting: ""}

    async def _heard(self, chat: Chat, action: Action) -> Updates:
        """Take a note away that was read, with what it could undo."""
        del action
        chat.browsing.removed, chat.replaced = None, 0
        return {self._page.told: ""}

    async def _carry(self, chat: Chat, action: Action) -> Updates:
        """Hand the browser an answer, or the conversation, to copy or to save."""
        self._parcels += 1
        parcel = await asyncio.to_thread(pack, chat, action, self._parcels)
        return {self._page.parcel: parcel} if parcel else {}


UNDO = '<button type="button" class="fn-take-back" data-do="undo-retry">Undo</button>'
EDITING = (
    '<div class="fn-editing" role="status">Sending replaces this answer and those after it. '
    '<button type="button" data-do="keep">Keep them</button></div>'
)
