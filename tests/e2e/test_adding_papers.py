"""Papers are added from the page while it is used: in a real browser."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from e2e.fake_engine import EXAMPLES, FakeEngine
from e2e.fake_papers import PAPERS
from e2e.steps import FAINT_TEXT, ask, until, wait_for
from house import make_house
from libraries import WordEmbedder

from rag.embedder import Vectors
from rag.library import Library

pytestmark = pytest.mark.browser
PASTE = "#fn-paste textarea"
FILES = "#fn-drop input[type=file]"
DIALOG = "#fn-add-card[role=dialog]"
ADD = "[data-do=adding-add]"
SIZES = [(1440, 900, "light"), (1024, 768, "dark"), (390, 844, "light"), (390, 844, "dark")]


class CountingEngine(FakeEngine):
    """Says how many papers the library has."""

    library: Library | None = None

    def paper_count(self) -> int:
        return self.library.count() if self.library else 0


class HeldEmbedder(WordEmbedder):
    """Embeds nothing while it is held."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.go.set()

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        assert self.go.wait(60)
        return super().embed_texts(texts)


class Shop:
    """A server of its own, whose library grows."""

    def __init__(self, folder: Path, papers: Any, *, own_machine: bool = True) -> None:
        self.engine = CountingEngine(pace=0.01)
        self.house = make_house(folder, self.engine, papers, own_machine=own_machine)
        self.engine.library = self.house.footnote.library
        self.embedder = HeldEmbedder()
        footnote: Any = self.house.footnote
        footnote.embedder = footnote.index._embedder = self.embedder
        self.address = ""

    def serve(self) -> Iterator[Shop]:
        import uvicorn

        from ui.app import _address, _listen, _mount, build

        with _listen("127.0.0.1", 0) as listener:
            app = _mount(build(self.house), None)
            config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
            server = uvicorn.Server(config)
            sockets = {"sockets": [listener]}
            thread = threading.Thread(target=server.run, kwargs=sockets, daemon=True)
            thread.start()
            until(lambda: server.started, 20)
            self.address = _address(listener)
            yield self
            server.should_exit = True
            thread.join(timeout=10)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    yield from Shop(tmp_path / "library", PAPERS).serve()


@pytest.fixture
def empty_shop(tmp_path: Path) -> Iterator[Shop]:
    yield from Shop(tmp_path / "library", ()).serve()


@pytest.fixture
def far_shop(tmp_path: Path) -> Iterator[Shop]:
    yield from Shop(tmp_path / "library", PAPERS, own_machine=False).serve()


@pytest.fixture
def come(browser: Any, watch: Any) -> Iterator[Callable[..., Any]]:
    """Opens a shop in a window of its own."""
    contexts = []

    def come(
        shop: Shop,
        width: int = 1440,
        height: int = 900,
        scheme: str = "light",
        ready: str = "#fn-header .fn-count",
    ) -> Any:
        size: Any = {"width": width, "height": height}
        context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watch.follow(page)
        page.goto(shop.address)
        page.locator(ready).wait_for(state="attached")
        return page

    yield come
    for context in contexts:
        context.close()


def listing(*titles: str) -> str:
    papers = [{"title": one, "abstract": f"{one} is studied. It works."} for one in titles]
    return "\n".join(map(json.dumps, papers))


def open_dialog(page: Any) -> Any:
    """By the library's own button."""
    page.goto(page.url.split("#")[0] + "#library")
    page.locator("#fn-books [data-do=adding]").first.click()
    page.locator(DIALOG).wait_for()
    return page.locator(DIALOG)


def count(page: Any) -> str:
    return str(page.locator("#fn-header .fn-count").text_content())


def test_a_pasted_page_is_shown_then_added_and_found_in_the_library(shop: Shop, come: Any) -> None:
    page = come(shop)
    assert count(page) == "5 papers"
    open_dialog(page)
    page.fill(PASTE, listing("Quiet Rivers", "Loud Brooks") + "\nnonsense")
    page.locator(".fn-sum", has_text="2 new papers, 1 not read").wait_for()
    assert page.locator(".fn-firsts .fn-title").all_inner_texts() == ["Quiet Rivers", "Loud Brooks"]
    assert page.locator(".fn-unread-lines li span").all_inner_texts() == ["pasted text, line 3"]
    assert shop.house.footnote.library.count() == 5
    page.click(ADD)
    page.locator(".fn-told", has_text="2 papers added; 1 could not be read.").wait_for()
    assert page.locator(DIALOG).is_hidden()
    assert count(page) == "7 papers"
    page.locator("#fn-books", has_text="Quiet Rivers").wait_for()
    page.locator("#fn-books [data-do=adding]").first.click()
    assert page.input_value(PASTE) == ""
    assert page.locator(".fn-preview").count() == 0


def test_what_was_added_is_told_beside_the_offer_to_undo_a_removal(shop: Shop, come: Any) -> None:
    page = come(shop)
    name = next(iter(shop.house.footnote.library.papers())).paper_id
    page.goto(f"{shop.address}/#library={name}")
    page.locator("#fn-paper").get_by_role("button", name="Remove").click()
    page.locator(".fn-told .fn-take-back").wait_for()
    open_dialog(page)
    page.fill(PASTE, listing("Quiet Rivers"))
    page.click(ADD)
    page.locator("#fn-job", has_text="1 paper added.").wait_for()
    assert page.locator(".fn-told .fn-take-back").is_visible()
    page.locator("#fn-job .fn-see").click()
    page.locator("#fn-job .fn-job").wait_for(state="detached")
    assert page.locator(".fn-told .fn-take-back").is_visible()


def test_files_are_dropped_anywhere_and_a_broken_one_says_why(
    shop: Shop, come: Any, tmp_path: Path
) -> None:
    page = come(shop)
    page.evaluate(
        """(text) => {
          const moved = new DataTransfer();
          moved.items.add(new File([text], "rivers.jsonl"));
          moved.items.add(new File(["no papers"], "broken.bin"));
          const target = document.getElementById("fn-middle");
          for (const kind of ["dragenter", "dragover", "drop"]) {
            const event = new DragEvent(kind, {bubbles: true, cancelable: true,
              dataTransfer: moved});
            target.dispatchEvent(event);
          }
        }""",
        listing("Quiet Rivers"),
    )
    page.locator(DIALOG).wait_for()
    page.locator(".fn-sum", has_text="1 new paper, 1 not read").wait_for()
    assert page.locator(".fn-source").all_inner_texts() == ["rivers.jsonl", "broken.bin"]
    assert "broken.bin" in page.locator(".fn-unread-lines li").inner_text()
    page.locator("[data-do=adding-discard]").click()
    until(lambda: page.locator(".fn-preview").count() == 0)
    chosen = tmp_path / "brooks.jsonl"
    chosen.write_text(listing("Loud Brooks"))
    page.set_input_files(FILES, [str(chosen)])
    page.locator(".fn-firsts", has_text="Loud Brooks").wait_for()
    page.click(ADD)
    until(lambda: count(page) == "6 papers")
    assert chosen.exists()


def test_a_path_is_read_by_enter(shop: Shop, come: Any, tmp_path: Path) -> None:
    page = come(shop)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.jsonl").write_text(listing("Quiet Rivers"))
    open_dialog(page)
    page.get_by_label("A file or folder on this machine").fill(str(tmp_path / "pages"))
    page.keyboard.press("Enter")
    page.locator(".fn-firsts", has_text="Quiet Rivers").wait_for()


def test_who_sits_elsewhere_is_offered_no_path(far_shop: Shop, come: Any) -> None:
    page = come(far_shop)
    open_dialog(page)
    assert page.locator(".fn-path").count() == 0
    page.evaluate("footnote.tell({do: 'adding-path', path: '/etc'})")
    refused = "a path is read only for those who sit at this machine"
    page.locator(".fn-told", has_text=refused).wait_for()
    assert page.locator(".fn-preview").count() == 0


def test_a_path_that_was_not_uploaded_is_not_read(far_shop: Shop, tmp_path: Path) -> None:
    secret = tmp_path / "secret.jsonl"
    secret.write_text(listing("Quiet Rivers"))
    told = httpx.get(f"{far_shop.address}/config").json()["dependencies"]
    event = next(one["id"] for one in told if "upload" in [target[1] for target in one["targets"]])
    file = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
    message = {"data": [[file], None], "fn_index": event, "session_hash": "elsewhere"}
    answer = httpx.post(f"{far_shop.address}/gradio_api/run/predict", json=message)
    assert answer.status_code == 500
    assert "Quiet Rivers" not in answer.text
    assert secret.exists()


def test_the_dialog_keeps_the_focus_and_gives_it_back(shop: Shop, come: Any) -> None:
    page = come(shop)
    dialog = open_dialog(page)
    assert dialog.get_attribute("aria-modal") == "true"
    inside = "document.getElementById('fn-add-card').contains(document.activeElement)"
    assert page.evaluate("document.activeElement.matches('#fn-paste textarea')")
    for key in ["Tab"] * 9 + ["Shift+Tab"] * 9:
        page.keyboard.press(key)
        assert page.evaluate(inside), key
    page.keyboard.press("Escape")
    assert dialog.is_hidden()
    assert page.evaluate("document.activeElement.dataset.do") == "adding"
    page.keyboard.press("Enter")
    dialog.wait_for()
    page.mouse.click(20, 450)
    assert dialog.is_hidden()


def test_progress_is_seen_in_a_new_tab_and_while_an_answer_comes(shop: Shop, come: Any) -> None:
    shop.embedder.go.clear()
    page = come(shop)
    open_dialog(page)
    page.fill(PASTE, listing("Quiet Rivers"))
    page.click(ADD)
    page.locator(".fn-job", has_text="Embedding 0 of 1 paper").wait_for()
    until(lambda: count(page) == "6 papers")
    assert page.locator("#fn-job progress").count() == 1
    assert page.locator("#fn-job [role=status]").count() == 1
    page = come(shop)
    page.locator(".fn-job", has_text="Embedding 0 of 1 paper").wait_for()
    ask(page, EXAMPLES[0])
    page.locator("#t1.fn-writing").wait_for()
    assert page.locator(".fn-job").is_visible()
    wait_for(page, 1)
    shop.embedder.go.set()
    page.locator(".fn-told", has_text="1 paper added.").wait_for()
    assert page.locator(".fn-job").count() == 0
    assert page.locator("#t1.fn-done").is_visible()


def test_a_huge_paste_does_not_hold_up_the_page(shop: Shop, come: Any) -> None:
    page = come(shop)
    open_dialog(page)
    text = listing(*(f"River {number}" for number in range(4000)))
    assert len(text) > 200_000
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          const box = document.querySelector("#fn-paste textarea");
          const options = {clipboardData: data, bubbles: true, cancelable: true};
          box.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        text,
    )
    page.locator(".fn-sum", has_text="4,000 new papers").wait_for()
    assert page.input_value(PASTE) == ""
    assert "pasted text.txt" in page.locator(".fn-preview").inner_text()


def test_the_empty_library_is_filled_by_a_pasted_page(empty_shop: Shop, come: Any) -> None:
    page = come(empty_shop)
    page.get_by_role("button", name="Paste a page").click()
    page.fill(PASTE, listing("Quiet Rivers"))
    page.click(ADD)
    page.get_by_role("heading", name="Ask these papers.").wait_for()
    assert count(page) == "1 paper"
    assert page.locator(".fn-example:visible").count() == len(EXAMPLES)


def test_an_index_of_another_model_is_rebuilt_by_a_button(shop: Shop, come: Any) -> None:
    shop.embedder.revision = "other@2"
    shop.house._given = None
    shop.embedder.go.clear()
    page = come(shop, ready="[data-do=rebuild]")
    page.get_by_role("button", name="Rebuild the index now").click()
    page.locator(".fn-job", has_text="Rebuilding the index: 0 of 5 papers").wait_for()
    ask(page, "Which papers measure memory?")
    shop.embedder.go.set()
    page.locator(".fn-told", has_text="The index is rebuilt: 5 papers.").wait_for()
    wait_for(page, 1)
    assert count(page) == "5 papers"


@pytest.mark.parametrize(("width", "height", "scheme"), SIZES)
def test_everything_is_legible_and_fits(
    empty_shop: Shop, come: Any, width: int, height: int, scheme: str
) -> None:
    page = come(empty_shop, width, height, scheme)
    assert page.evaluate(FAINT_TEXT) == []
    page.get_by_role("button", name="Paste a page").click()
    page.fill(PASTE, "no papers here")
    page.locator(".fn-unread").wait_for()
    assert page.evaluate(FAINT_TEXT) == []
    bad = "\n".join(['{"title": "No abstract"}'] * 120)
    page.fill(PASTE, listing("Quiet Rivers", "Quiet Rivers") + "\n" + bad)
    page.get_by_role("button", name="Later").click()
    page.locator(".fn-ways", has_text="101 to 120 of 120").wait_for()
    page.locator(".fn-rows summary").click()
    assert page.evaluate(FAINT_TEXT) == []
    card = page.locator(DIALOG).bounding_box()
    assert card["x"] >= 0
    assert card["x"] + card["width"] <= width
    assert card["y"] + card["height"] <= height
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    add = page.locator(ADD).bounding_box()
    assert add["y"] + add["height"] <= height
    empty_shop.embedder.go.clear()
    page.click(ADD)
    page.locator(".fn-job").wait_for()
    assert page.evaluate(FAINT_TEXT) == []
    empty_shop.embedder.go.set()
    page.locator(".fn-told").wait_for()
    assert page.evaluate(FAINT_TEXT) == []
