"""The chat in the browser: its components, how they are wired, and the server.

Owns the layout and the server's start and end; knows nothing about retrieval, models or
files, and leaves what happens on an event to `ui.handlers`. Gradio's types do not leave
these two modules. All it asks of an engine is in `ChatEngine`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rag.errors import SettingsError
from ui.handlers import ChatEngine, Handlers, Page
from ui.keeping import Keeper
from ui.page import KeepToItself, make_head, make_theme, render_brand
from ui.turns import Chat

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

ANSWERS_AT_ONCE = 16
EXAMPLES = 6
QUESTION_CHARACTERS = 4000
# Who this browser is, and which conversation its address names, go along with the first call.
HELLO = "(act, chat) => [footnoteHello(), chat]"

Auth = tuple[str, str] | list[tuple[str, str]] | Callable[[str, str], bool] | None


# --- the page -----------------------------------------------------------------------


def build(engine: ChatEngine, keeper: Keeper) -> gr.Blocks:
    """The page, wired to the engine; conversations are kept by `keeper`.

    Importing Gradio takes some two seconds.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio as gr

    with gr.Blocks(title="Footnote", analytics_enabled=False) as blocks:
        page = _lay_out()
        _wire(blocks, page, Handlers(engine, page, keeper))
    wired: gr.Blocks = blocks
    return wired


def _lay_out() -> Page:
    import gradio as gr

    with gr.Row(elem_id="fn-top"):
        header = gr.HTML(render_brand(), elem_id="fn-header")
    fresh, find, shelf = _lay_out_shelf()
    with gr.Column(elem_id="fn-middle"):
        with gr.Column(elem_id="fn-opening") as opening:
            welcome = gr.HTML(elem_id="fn-welcome")
            examples = tuple(
                gr.Button("", visible=False, elem_classes="fn-example") for _ in range(EXAMPLES)
            )
        said = {
            name: gr.HTML(elem_id=f"fn-{name}", apply_default_css=False)
            for name in ("history", "live", "waiting", "announcer", "sources", "parcel")
        }
    box, send, stop = _lay_out_composer()
    return Page(
        header=header,
        fresh=fresh,
        find=find,
        shelf=shelf,
        opening=opening,
        welcome=welcome,
        examples=examples,
        box=box,
        send=send,
        stop=stop,
        # Written by `shelf.js`: gr.HTML has no inputs of its own.
        act=gr.Textbox(elem_id="fn-act", visible="hidden"),
        chat=gr.State(Chat()),
        **said,
    )


def _lay_out_shelf() -> tuple[gr.Button, gr.Textbox, gr.HTML]:
    import gradio as gr

    with gr.Column(elem_id="fn-left"):
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
    """Each answer is one event, so that a long one holds up nobody; the rest is quick."""
    import gradio as gr

    quick: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    slow = quick | {
        "concurrency_limit": ANSWERS_AT_ONCE,
        "concurrency_id": "answers",
        "trigger_mode": "multiple",
    }
    quick |= {"queue": False}
    shown = [page.history, page.live, page.waiting, page.announcer]
    taken = [page.box, page.opening, *shown]
    done = [page.act, page.box, page.opening, page.parcel, *page.conversation]

    for handler in (Handlers.open, Handlers.leave):
        # Gradio hands its request to the parameter annotated with its class; the
        # annotation is but text in a module that does not import Gradio.
        handler.__annotations__["request"] = gr.Request
    known = [page.header, page.welcome, *page.examples, *page.conversation, page.opening]
    blocks.load(handlers.open, [page.act, page.chat], known, js=HELLO, **quick)
    blocks.unload(handlers.leave)
    asks = [page.box.submit, page.send.click]
    for ask in asks:
        asked = ask(handlers.take, [page.box, page.chat], taken, trigger_mode="multiple", **quick)
        asked.then(handlers.answer, page.chat, page.conversation, **slow)
    for example in page.examples:
        asked = example.click(handlers.take, [example, page.chat], taken, **quick)
        asked.then(handlers.answer, page.chat, page.conversation, **slow)
    acted = page.act.submit(
        handlers.act, [page.act, page.chat], done, trigger_mode="multiple", **quick
    )
    acted.then(handlers.answer, page.chat, page.conversation, **slow)
    page.find.change(
        handlers.find, [page.find, page.chat], page.shelf, trigger_mode="always_last", **quick
    )
    page.stop.click(handlers.stop, page.chat, page.stop, **quick)
    page.fresh.click(handlers.clear, page.chat, [page.opening, *page.conversation], **quick)


# --- the server ---------------------------------------------------------------------


def serve(engine: ChatEngine, keeper: Keeper, *, host: str, port: int, auth: Auth = None) -> None:
    """Serve the chat until Ctrl-C; says where, once connections are accepted.

    Port 0 takes any free port. Raises SettingsError where the address cannot be used.
    """
    listener = _listen(host, port)
    with listener, contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(_mount(build(engine, keeper), auth), listener))


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

    app = FastAPI(openapi_url=None)
    app.add_middleware(KeepToItself)
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        auth=auth,
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


async def _run(app: FastAPI, listener: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.02)
    if server.started:
        print(f"Footnote is ready: {_address(listener)}", flush=True)
    await serving


def _address(listener: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}"
