"""What the reader does to add papers, and what is told while they are embedded.

Owns the order of things there; leaves reading and adding to `rag.preview` and `rag.footnote`,
the work to `ui.adding.jobs`, and HTML to its neighbours.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import FootnoteError, PageError
from rag.library import Library
from rag.preview import Pasted, Preview, Source, Upload, add_preview, preview
from ui.actions import Action
from ui.adding.bar import render_end, render_end_in_bar, render_line, tell_end
from ui.adding.jobs import Stage, Work
from ui.adding.render import render_preview, render_problem, render_taken
from ui.house import House
from ui.rooms import Do, Updates
from ui.turns import Chat

if TYPE_CHECKING:
    from ui.handlers import Page

LARGEST = 64 * 2**20  # bytes of one upload
TOO_LONG = "save it as a file, then footnote add FILE, in a terminal"
PAUSE = 0.25

Refresh = Callable[[Chat], Awaitable[Updates]]


class AddingRoom:
    """`refresh` draws anew what hangs on the number of papers: header, welcome, examples."""

    def __init__(self, house: House, page: Page, refresh: Refresh) -> None:
        self._house = house
        self._page = page
        self._refresh = refresh

    @property
    def actions(self) -> Mapping[str, Do]:
        return {
            "adding-path": self._preview_path,
            "adding-starter": self._preview_starter,
            "adding-failures": self._show_failures,
            "adding-add": self._add,
            "adding-discard": self._discard,
            "rebuild": self._rebuild,
            "job-again": self._try_again,
            "job-close": self._put_aside,
        }

    # --- what adding would do -----------------------------------------------------------

    async def preview_files(self, paths: list[str] | None, chat: Chat) -> Updates:
        """Show what adding the dropped files would do; they lie in Gradio's own folder, and
        are deleted there once they are read."""
        if not paths:
            return {self._page.adding: ""}
        try:
            uploads = await asyncio.to_thread(take_uploads, paths)
        except PageError as error:
            shown: Updates = {self._page.adding: render_problem(str(error), error.remedy)}
        else:
            shown = await self._preview(chat, uploads)
        return {self._page.drop: None} | shown

    async def preview_pasted(self, text: str, chat: Chat) -> Updates:
        """Show what adding the pasted text would do. A box that is emptied, by whomever,
        takes away what was pasted, and nothing that was dropped."""
        import gradio as gr

        if len(text) > LARGEST:
            chat.pending.discard()
            problem = f"the pasted text has {len(text):,} characters; {LARGEST:,} can be read here"
            return {self._page.adding: render_problem(problem, TOO_LONG)}
        if text.strip():
            return await self._preview(chat, (Pasted(text),))
        if not any(isinstance(one, Pasted) for one in chat.pending.sources):
            return {self._page.adding: gr.skip()}
        chat.pending.discard()
        return {self._page.adding: ""}

    async def _preview_path(self, chat: Chat, action: Action) -> Updates:
        """Read a file or folder of this machine, for those who sit at it."""
        path = action.text("path").strip()
        if not self._house.own_machine:
            raise PageError(
                "a path is read only for those who sit at this machine",
                remedy="choose the file itself, or paste its text",
            )
        if not path:
            return {}
        try:
            return await self._preview(chat, (check_path(path),))
        except PageError as error:
            return {self._page.adding: render_problem(str(error), error.remedy)}

    async def _preview_starter(self, chat: Chat, action: Action) -> Updates:
        """Show the papers that ship with Footnote."""
        del action
        return await self._preview(chat, (str(files("eval").joinpath("corpus")),))

    async def _preview(self, chat: Chat, sources: Sequence[Source]) -> Updates:
        library, sources = self._house.footnote.library, tuple(sources)
        chat.pending.discard()
        try:
            previewed = await asyncio.to_thread(preview, sources, library)
        except FootnoteError as error:
            return {self._page.adding: render_problem(str(error), error.remedy)}
        chat.pending.look_at(previewed, sources)
        return {self._page.adding: render_preview(previewed)}

    async def _show_failures(self, chat: Chat, action: Action) -> Updates:
        """Show another stretch of what could not be read."""
        pending = chat.pending
        if pending.preview is None:
            return {}
        pending.first_failure = action.number("first")
        return {self._page.adding: render_preview(pending.preview, pending.first_failure)}

    async def _discard(self, chat: Chat, action: Action) -> Updates:
        del action
        chat.pending.discard()
        return {self._page.adding: "", self._page.paste: ""}

    # --- jobs ---------------------------------------------------------------------------

    async def _add(self, chat: Chat, action: Action) -> Updates:
        """Add what was shown; what has become of it meanwhile is shown first."""
        del action
        pending, footnote, jobs = chat.pending, self._house.footnote, self._house.jobs
        # Taken before anything is waited for, so that a second click finds nothing to add.
        shown, sources = pending.take()
        if shown is None:
            return {}
        try:
            fresh = await asyncio.to_thread(look_again, shown, sources, footnote.library)
        except FootnoteError:
            pending.look_at(shown, sources)
            raise
        if fresh.pages != shown.pages:
            pending.look_at(fresh, sources)
            return {self._page.adding: render_preview(fresh, moved=True)}
        add = partial(add_preview, fresh, footnote.library)
        job = jobs.put(Work(footnote.sync, add, fresh.outcome))
        taken = render_taken(job.number)
        return {self._page.adding: taken, self._page.paste: ""} | self._show_bar(chat)

    def _begin(self, chat: Chat) -> None:
        """The page was drawn just now: what ended before is in it."""
        if chat.pending.ended < 0:
            chat.pending.ended = self._house.jobs.line().ended

    async def _rebuild(self, chat: Chat, action: Action) -> Updates:
        del action
        self._begin(chat)
        self._house.jobs.rebuild()
        return self._show_bar(chat)

    async def _try_again(self, chat: Chat, action: Action) -> Updates:
        del action
        self._house.jobs.retry()
        return self._show_bar(chat)

    async def _put_aside(self, chat: Chat, action: Action) -> Updates:
        """Put aside what this tab shows in the bar: the note there, or else what failed."""
        del action
        if chat.pending.bar == chat.pending.note:
            chat.pending.note = ""
        else:
            self._house.jobs.forgive()
        return self._show_bar(chat)

    def _show_bar(self, chat: Chat) -> Updates:
        """The bar, where it is not as this tab shows it."""
        bar = render_line(self._house.jobs.line()) or chat.pending.note
        if bar == chat.pending.bar:
            return {}
        chat.pending.bar = bar
        return {self._page.job: bar}

    # --- following them -----------------------------------------------------------------

    async def watch(self, chat: Chat) -> AsyncIterator[Updates]:
        """How far the adding under way has come, until it is over; at once where none is."""
        import gradio as gr

        # A generator that ends without a word makes Gradio empty all its outputs.
        yield {self._page.job: gr.skip()}
        pending = chat.pending
        if pending.watching:
            return
        pending.watching = True
        try:
            async for updates in self._follow(chat):
                yield updates
        finally:
            pending.watching = False

    async def _follow(self, chat: Chat) -> AsyncIterator[Updates]:
        jobs = self._house.jobs
        self._begin(chat)
        while True:
            updates = await self._tell_news(chat)
            if updates:
                yield updates
            # Looked at only now: a job may have come while the news was told.
            line = jobs.line()
            if line.running:
                await asyncio.sleep(PAUSE)
            elif line.ended <= chat.pending.ended:
                return

    async def _tell_news(self, chat: Chat) -> Updates:
        """What has changed since this tab was told last; nothing where nothing has."""
        pending, line, updates = chat.pending, self._house.jobs.line(), Updates()
        ended = self._house.jobs.ended_after(pending.ended)
        job = line.running
        if job and job.report and job.stage is Stage.EMBEDDING and job.number > pending.counted:
            pending.counted = job.number
            updates |= await self._refresh(chat)
        if ended:
            pending.ended = ended[-1].number
            updates |= await self._refresh(chat)
            said = [told for one in ended if (told := tell_end(one))]
            updates |= self._note(chat, said[-1]) if said else {}
        return updates | self._show_bar(chat)

    def _note(self, chat: Chat, said: str) -> Updates:
        """Tell it on the page; in the bar, where the page offers to undo a removal."""
        chat.pending.note = render_end_in_bar(said) if chat.browsing.removed else ""
        return {} if chat.pending.note else {self._page.told: render_end(said)}


def look_again(shown: Preview, sources: Sequence[Source], library: Library) -> Preview:
    """What adding would do now. Raises PageError where a source is gone."""
    return shown if shown.is_current(library) else preview(sources, library)


def check_path(path: str) -> str:
    """The path in full. Raises PageError for one that is neither a file nor a folder: a pipe
    or a device may never end."""
    try:
        whole = Path(path).expanduser()
    except RuntimeError:  # ~name, of nobody here
        whole = Path(path)
    if not (whole.is_file() or whole.is_dir()):
        raise PageError(f"there is no file or folder {path!r}", remedy="give its whole path")
    return str(whole)


def take_uploads(paths: Sequence[str]) -> tuple[Upload, ...]:
    """The bytes of uploads, all of which are deleted. Raises PageError for one that cannot be
    read, or is too large."""
    try:
        return tuple(map(_read_upload, paths))
    finally:
        for path in paths:
            with suppress(OSError):
                Path(path).unlink()


def _read_upload(path: str) -> Upload:
    upload = Path(path)
    try:
        size = upload.stat().st_size
        if size > LARGEST:
            raise PageError(
                f"{upload.name} has {size / 2**20:,.0f} MB, more than can be sent to the page",
                remedy=f"footnote add {upload.name}, in a terminal",
            )
        return Upload(upload.name, upload.read_bytes())
    except OSError as error:
        raise PageError(f"{upload.name} cannot be read: {error.strerror or error}") from error
