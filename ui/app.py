"""The chat in the browser: its components, how they are wired, and the server.

Owns the layout and the server's start and end; knows nothing about retrieval, models or
files, and leaves what happens on an event to `ui.handlers`. Gradio's types do not leave
`ui/`. What the page stands on is a `House`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import threading
from typing import TYPE_CHECKING, Any

from rag.errors import SettingsError
from ui.adding.render import HEAD as ADDING_HEAD
from ui.adding.render import PATH_FORM
from ui.adding.room import LARGEST, AddingRoom
from ui.guard import KeepToItself, forbid_fetching
from ui.handlers import Handlers, Page
from ui.house import House
from ui.page import make_head, make_theme, render_brand
from ui.quick import import_gradio, make_blocks
from ui.turns import Chat

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

EXAMPLES = 6
QUESTION_CHARACTERS = 4000
# Who this browser is, and which conversation its address names, go along with the first call.
HELLO = "(act, chat) => [footnote.hello(), chat]"

Auth = tuple[str, str] | list[tuple[str, str]] | None


# --- the page -----------------------------------------------------------------------


def build(house: House) -> gr.Blocks:
    """The page, wired to what it stands on.

    Importing Gradio takes a second or two.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import_gradio()
    forbid_fetching()
    with make_blocks(
        title="Footnote", analytics_enabled=False, delete_cache=(3600, 3600)
    ) as blocks:
        page = _lay_out(house.own_machine)
        _wire(blocks, page, Handlers(house, page))
    wired: gr.Blocks = blocks
    return wired


def _lay_out(own_machine: bool) -> Page:
    import gradio as gr

    with gr.Row(elem_id="fn-top"):
        header = gr.HTML(render_brand(), elem_id="fn-header")
    with gr.Column(elem_id="fn-left"):
        fresh, find, shelf = _lay_out_shelf()
        filters = _make_html("filters")
    opening, welcome, examples, said = _lay_out_conversation()
    box, send, stop = _lay_out_composer()
    places = {name: _make_html(name) for name in ("books", "atlas", "paper")}
    drop, paste, adding = _lay_out_adding(own_machine)
    notes = {name: _make_html(name) for name in ("settings", "job", "told", "parcel")}
    return Page(
        header=header,
        fresh=fresh,
        find=find,
        shelf=shelf,
        filters=filters,
        opening=opening,
        welcome=welcome,
        examples=examples,
        box=box,
        send=send,
        stop=stop,
        drop=drop,
        paste=paste,
        adding=adding,
        # Written by `actions.js`: gr.HTML has no inputs of its own.
        act=gr.Textbox(elem_id="fn-act", visible="hidden"),
        chat=gr.State(Chat()),
        **said,
        **places,
        **notes,
    )


def _make_html(name: str) -> gr.HTML:
    import gradio as gr

    return gr.HTML(elem_id=f"fn-{name}", apply_default_css=False)


def _lay_out_conversation() -> tuple[gr.Column, gr.HTML, tuple[gr.Button, ...], dict[str, gr.HTML]]:
    import gradio as gr

    with gr.Column(elem_id="fn-middle"):
        with gr.Column(elem_id="fn-opening") as opening:
            welcome = gr.HTML(elem_id="fn-welcome")
            examples = tuple(
                gr.Button("", visible=False, elem_classes="fn-example") for _ in range(EXAMPLES)
            )
        names = ("history", "live", "waiting", "announcer", "sources")
        said = {name: _make_html(name) for name in names}
    return opening, welcome, examples, said


def _lay_out_adding(own_machine: bool) -> tuple[gr.File, gr.Textbox, gr.HTML]:
    """A dialog; `adding.js` opens and shuts it."""
    import gradio as gr

    with gr.Column(elem_id="fn-add"), gr.Column(elem_id="fn-add-card"):
        gr.HTML(ADDING_HEAD, elem_id="fn-add-top", apply_default_css=False)
        with gr.Column(elem_id="fn-add-ways"):
            paste = gr.Textbox(
                label="Paste a page",
                placeholder="The text of a listing, BibTeX, RIS, JSON …",
                lines=4,
                max_lines=4,
                elem_id="fn-paste",
            )
            drop = gr.File(
                label="Files", file_count="multiple", show_label=False, elem_id="fn-drop"
            )
            if own_machine:
                gr.HTML(PATH_FORM, elem_id="fn-add-path", apply_default_css=False)
        adding = _make_html("adding")
    return drop, paste, adding


def _lay_out_shelf() -> tuple[gr.Button, gr.Textbox, gr.HTML]:
    import gradio as gr

    with gr.Column(elem_id="fn-kept"):
        fresh = gr.Button("New conversation", elem_id="fn-fresh", size="sm")
        find = gr.Textbox(
            label="Search your conversations",
            show_label=False,
            container=False,
            placeholder="Search your conversations",
            max_length=200,
            elem_id="fn-find",
        )
        shelf = gr.HTML(elem_id="fn-shelf", apply_default_css=False)
    return fresh, find, shelf


def _lay_out_composer() -> tuple[gr.Textbox, gr.Button, gr.Button]:
    import gradio as gr

    with gr.Row(elem_id="fn-composer"):
        box = gr.Textbox(
            label="Your question",
            show_label=False,
            container=False,
            placeholder="Ask these papers",
            lines=1,
            max_lines=8,
            max_length=QUESTION_CHARACTERS,
            autofocus=True,
            elem_id="fn-box",
        )
        stop = gr.Button("Stop", elem_id="fn-stop", visible=False)
        send = gr.Button("Ask", elem_id="fn-send", variant="primary")
    return box, send, stop


def _wire(blocks: gr.Blocks, page: Page, handlers: Handlers) -> None:
    """Each answer is one event, so that a long one holds up nobody; the rest is quick. How
    many are answered at once is for the handlers' line to say, which tells who waits."""
    import gradio as gr

    quick: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    slow = quick | {"concurrency_limit": None, "trigger_mode": "multiple"}
    quick |= {"queue": False}
    shown = [page.history, page.live, page.waiting, page.announcer]
    taken = [page.box, page.opening, *shown]

    for handler in (Handlers.open, Handlers.leave):
        # Gradio hands its request to the parameter annotated with its class; the
        # annotation is but text in a module that does not import Gradio.
        handler.__annotations__["request"] = gr.Request
    known = [*page.known, *page.conversation, page.opening]
    opened = blocks.load(handlers.open, [page.act, page.chat], known, js=HELLO, **quick)
    blocks.unload(handlers.leave)
    asks = [page.box.submit, page.send.click]
    for ask in asks:
        asked = ask(handlers.take, [page.box, page.chat], taken, trigger_mode="multiple", **quick)
        asked.then(handlers.answer, page.chat, page.conversation, **slow)
    for example in page.examples:
        asked = example.click(handlers.take, [example, page.chat], taken, **quick)
        asked.then(handlers.answer, page.chat, page.conversation, **slow)
    acted = page.act.submit(
        handlers.act, [page.act, page.chat], page.rooms, trigger_mode="multiple", **quick
    )
    acted.then(handlers.answer, page.chat, page.conversation, **slow)
    _wire_adding(page, handlers.adding, quick, (opened, acted))
    page.find.change(
        handlers.find, [page.find, page.chat], page.shelf, trigger_mode="always_last", **quick
    )
    page.stop.click(handlers.stop, page.chat, page.stop, **quick)
    page.fresh.click(handlers.clear, page.chat, [page.opening, *page.conversation], **quick)


def _wire_adding(page: Page, room: AddingRoom, quick: Any, before: tuple[Any, ...]) -> None:
    """Files and pasted text come as Gradio hands them over; how far the adding has come is
    watched by each tab for itself, as long as it takes."""
    shown = [page.adding, page.drop]
    page.drop.upload(room.preview_files, [page.drop, page.chat], shown, **quick)
    page.paste.change(
        room.preview_pasted, [page.paste, page.chat], shown, trigger_mode="always_last", **quick
    )
    watched = [page.job, page.told, *page.known]
    slow = quick | {"queue": True, "concurrency_limit": None, "trigger_mode": "multiple"}
    for event in before:
        event.then(room.watch, page.chat, watched, **slow)


def serve(house: House, *, host: str, port: int, auth: Auth = None) -> None:
    """Serve the chat until Ctrl-C; says where, once connections are accepted.

    Port 0 takes any free port. Raises SettingsError where the address cannot be used.
    """
    listener = _listen(host, port)
    with listener, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(_mount(build(house), auth), listener, house))


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything slow is loaded, so that a port in use is told at once."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            raise SettingsError(
                f"port {port} on {host} is in use by another program",
                remedy=f"PORT={port + 1} make chat",
            ) from error
        raise SettingsError(
            f"the chat cannot listen on {host}, port {port}: {error}",
            remedy="set [chat] host and port in config.toml",
        ) from error


def _mount(blocks: gr.Blocks, auth: Auth) -> FastAPI:
    import gradio as gr
    from fastapi import FastAPI

    # Only where it has launched itself does Gradio look whether a path is that of an upload.
    blocks.has_launched = True
    app = FastAPI(openapi_url=None)
    app.add_middleware(KeepToItself, own_machine=auth is None)
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        auth=auth,
        max_file_size=LARGEST,
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        theme=make_theme(),
        head=make_head(),
    )
    return mounted


async def _run(app: FastAPI, listener: socket.socket, house: House) -> None:
    import uvicorn

    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.02)
    if server.started:
        print(f"Footnote is ready: {_address(listener)}", flush=True)
        threading.Thread(target=house.warm, daemon=True).start()
    await serving


def _address(listener: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}"
