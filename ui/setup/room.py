"""What the reader does with the settings, and with a conversation whose endpoint fails.

Owns the order of things there; leaves the form to its neighbours, and the files to `rag`.
Only who sits at this machine may change anything, or have an endpoint asked.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from rag.config_file import read_file, write_file
from rag.errors import PromptError, SettingsError
from rag.settings import LlmSettings, find_variables, own_config_file, with_openai_variables
from ui.actions import Action
from ui.house import House
from ui.rooms import Do, Updates
from ui.setup.asking import list_models, look_around, try_endpoint
from ui.setup.fields import FormError, Standing, find_changes, read_form, read_llm, stand
from ui.setup.form import render_form
from ui.setup.state import Outcome, Told
from ui.setup.view import render_view
from ui.told import render_told
from ui.turns import Asked, Chat

if TYPE_CHECKING:
    from ui.handlers import Page

Refresh = Callable[[Chat], Awaitable[Updates]]
Ask = Callable[[Asked, Chat], Updates]


class SetupRoom:
    """`refresh` draws anew what tells who answers: the header. `ask` takes a question as if
    it had been typed."""

    def __init__(self, house: House, page: Page, refresh: Refresh, ask: Ask) -> None:
        self._house = house
        self._page = page
        self._refresh = refresh
        self._ask = ask
        self._saving = asyncio.Lock()

    @property
    def actions(self) -> Mapping[str, Do]:
        return {
            "settings": self._open,
            "settings-close": self._close,
            "settings-look": self._look,
            "settings-models": self._list,
            "settings-test": self._test,
            "settings-save": self._save,
            "quoting": self._quote,
            "unquoting": self._ask_model,
        }

    # --- the dialog -----------------------------------------------------------------

    async def _open(self, chat: Chat, action: Action) -> Updates:
        del action
        setup = chat.setup
        setup.next()
        setup.shown, setup.models, setup.told = True, (), Told()
        return {self._page.told: ""} | await self._show(chat)

    async def _close(self, chat: Chat, action: Action) -> Updates:
        del action
        chat.setup.next()
        chat.setup.shown = False
        return {self._page.settings: ""}

    async def _look(self, chat: Chat, action: Action) -> Updates:
        """Look for servers on this machine."""
        del action
        self._check_allowed()
        chat.setup.servers = await look_around()
        return await self._show(chat)

    async def _list(self, chat: Chat, action: Action) -> Updates:
        return await self._try(chat, action, list_models)

    async def _test(self, chat: Chat, action: Action) -> Updates:
        return await self._try(chat, action, try_endpoint)

    async def _try(
        self, chat: Chat, action: Action, ask: Callable[[LlmSettings], Awaitable[Outcome]]
    ) -> Updates:
        """Ask the endpoint that is typed; an answer that was overtaken is let go."""
        self._check_allowed()
        setup = chat.setup
        asked = setup.next()
        try:
            llm = read_llm(await asyncio.to_thread(self._stand), action)
        except FormError as error:
            setup.told = Told(error.problems)
            return await self._show(chat)
        setup.asking = asyncio.ensure_future(ask(llm))
        try:
            outcome = await setup.asking
        except asyncio.CancelledError:
            if setup.round == asked:
                raise
            return {}
        if setup.round != asked:
            return {}
        setup.models = outcome.models or setup.models
        setup.told = Told(endpoint=outcome)
        return await self._show(chat)

    async def _save(self, chat: Chat, action: Action) -> Updates:
        self._check_allowed()
        chat.setup.next()
        try:
            async with self._saving:
                path = await asyncio.to_thread(self._keep, action)
        except FormError as error:
            chat.setup.told = Told(error.problems)
            return await self._show(chat)
        except (SettingsError, PromptError) as error:
            chat.setup.told = Told(saying=Outcome(False, str(error), error.remedy))
            return await self._show(chat)
        chat.setup.shown = chat.quoting = False
        told = render_told(f"Saved in {path}." if path else "Nothing was changed.", good=True)
        shown: Updates = {self._page.settings: "", self._page.told: told}
        return shown | await self._refresh(chat)

    def _keep(self, action: Action) -> str:
        """Write what was changed and answer by it; the file, or nothing where nothing was."""
        standing, path = self._stand(), own_config_file()
        settings = read_form(standing, action)
        changes = find_changes(standing, settings)
        if not changes:
            return ""
        llm = with_openai_variables(settings.llm)
        whole = settings.model_copy(update={"llm": llm})
        self._house.change_settings(whole, lambda: write_file(path, changes))
        return str(path)

    async def _show(self, chat: Chat) -> Updates:
        """The dialog as it is now, unless it was shut meanwhile."""
        if not chat.setup.shown:
            return {}
        settings = self._house.footnote.settings
        if not self._house.own_machine:
            return {self._page.settings: render_view(settings, chat.setup.round)}
        try:
            standing = await asyncio.to_thread(self._stand)
        except SettingsError as error:
            standing = Standing(settings, {}, {})
            chat.setup.told = Told(saying=Outcome(False, str(error), error.remedy))
        path = str(own_config_file())
        return {self._page.settings: render_form(standing, chat.setup, path)}

    def _stand(self) -> Standing:
        """Raises SettingsError where the user's file cannot be read."""
        in_file = read_file(own_config_file())
        return stand(self._house.footnote.settings, in_file, find_variables(), os.environ)

    def _check_allowed(self) -> None:
        if not self._house.own_machine:
            raise SettingsError(
                "the settings can be changed only on the machine that Footnote runs on",
                remedy="ask whoever started it",
            )

    # --- an endpoint that fails -----------------------------------------------------

    async def _quote(self, chat: Chat, action: Action) -> Updates:
        """Answer by quoting from now on, the question of a turn that is named at once."""
        chat.quoting = True
        return await self._refresh(chat) | self._again(chat, action)

    async def _ask_model(self, chat: Chat, action: Action) -> Updates:
        """Ask the model again from now on, the question of a turn that is named at once."""
        was = chat.quoting
        chat.quoting = False
        shown = await self._refresh(chat) if was else {}
        return shown | self._again(chat, action)

    def _again(self, chat: Chat, action: Action) -> Updates:
        asked = chat.rewind(action.number("turn"))
        return self._ask(asked, chat) if asked else {}
