"""The settings in the page: what the form shows, tries and saves, and that no key comes back."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from e2e.fake_engine import FakeEngine
from house import make_house, make_page, open_footnote
from libraries import WordEmbedder
from openai_server import OpenAIServer
from test_app import drain, tell

import rag.assemble
from rag import Footnote
from rag.assemble import assemble_engine
from rag.config_file import read_file, write_file
from rag.errors import FootnoteError, PromptError, SettingsError
from rag.history import History
from rag.index import Index
from rag.replies import Answer, Mode
from rag.settings import find_variables, own_config_file
from ui.handlers import Handlers
from ui.house import House
from ui.keeping import Keeper
from ui.page import render_header
from ui.reading import Problem
from ui.render import render_turn
from ui.setup.asking import tell_time
from ui.setup.fields import stand
from ui.turns import Chat, Stage, Turn

SECRET = "sk-very-secret"
QUESTION = "Does evicting the key-value cache save memory?"
FORM = {
    "answer.mode": "auto",
    "answer.fall_back": "yes",
    "llm.base_url": "",
    "llm.model": "",
    "llm.timeout": "60",
    "llm.context_window": "0",
    "llm.max_tokens": "700",
    "retrieval.papers": "8",
    "support.judge": "local",
    "support.on_unsupported": "mark",
}


@pytest.fixture(autouse=True)
def _own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@dataclass
class Desk:
    """One tab at a house that answers by its settings; `seen` is all that it was shown."""

    house: House
    handlers: Handlers
    chat: Chat
    seen: list[str]

    async def do(self, name: str, **typed: str) -> dict[Any, Any]:
        shown = await self.handlers.act(tell(name, **typed), self.chat)
        shown |= await drain(self.handlers.answer(self.chat))
        self.seen += [str(value) for value in shown.values()]
        return shown

    async def save(self, **typed: str) -> dict[Any, Any]:
        return await self.do("settings-save", **FORM | unscore(typed))

    async def ask(self, question: str = QUESTION) -> Turn:
        await self.handlers.take(question, self.chat)
        shown = await drain(self.handlers.answer(self.chat))
        self.seen += [str(value) for value in shown.values()]
        return self.chat.turns[-1]


def speak(messages: list[dict[str, str]]) -> str:
    """What the model says: an answer, or, asked to rewrite a question, the same question."""
    question = messages[-1]["content"].partition("New question: ")[2]
    return question or "The cache is evicted [1]."


def unscore(typed: dict[str, str]) -> dict[str, str]:
    """`llm__model` -> `llm.model`, for a name with a dot is no parameter's."""
    return {name.replace("__", "."): value for name, value in typed.items()}


def sit_down(folder: Path, engine: Any = None, *, own_machine: bool = True) -> Desk:
    footnote = open_footnote(folder / "library")
    keeper = Keeper(History(footnote.library.folder))
    house = House(footnote, keeper, engine, own_machine=own_machine)
    return Desk(house, Handlers(house, make_page()), Chat(owner="browser-1"), [])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = sit_down(tmp_path)
    yield desk
    desk.house.footnote.close()


def field(html: str, name: str) -> str:
    """The tag of a field."""
    found = re.search(rf'<(?:input|select)[^>]* name="{re.escape(name)}"[^>]*>', html)
    assert found, name
    return found[0]


def notes(html: str) -> list[str]:
    """What is told beside the fields and across the form."""
    return re.findall(r'class="fn-(?:wrong|fixed)"[^>]*>([^<]*)<', html)


def outcome(html: str) -> tuple[str, str]:
    found = re.search(r'<p class="fn-outcome[^>]*><b>(.*?)</b>(?:<span[^>]*>(.*?)</span>)?', html)
    assert found
    return found[1], found[2] or ""


# --- the dialog ---------------------------------------------------------------------


async def test_it_opens_and_shuts(desk: Desk) -> None:
    shown = await desk.do("settings")
    assert 'role="dialog" aria-modal="true" aria-labelledby="fn-setup-title"' in shown["settings"]
    assert (await desk.do("settings-close"))["settings"] == ""


async def test_every_field_has_a_label(desk: Desk) -> None:
    html = (await desk.do("settings"))["settings"]
    labelled = set(re.findall(r'<label for="([^"]*)"', html))
    ids = set(re.findall(r'<(?:input|select) id="([^"]*)"', html))
    assert ids == labelled
    bare = [tag for tag in re.findall(r"<(?:input|select)[^>]*>", html) if " id=" not in tag]
    assert len(bare) == 3
    assert len(re.findall(r'<label class="fn-(?:choice|tick)[^"]*"><input', html)) == 3


async def test_without_an_endpoint_quoting_is_chosen(desk: Desk) -> None:
    html = (await desk.do("settings"))["settings"]
    assert '"answer.mode" value="quoting" checked' in html
    assert '"answer.mode" value="auto" checked' not in html


async def test_what_another_source_decides_is_named_and_cannot_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_LLM__BASE_URL", "http://name:pass-word@127.0.0.1:1/v1")
    monkeypatch.setenv("FOOTNOTE_SUPPORT", '{"judge": "local"}')
    desk = sit_down(tmp_path)
    html = (await desk.do("settings"))["settings"]
    assert 'value="http://127.0.0.1:1/v1"' in field(html, "llm.base_url")
    assert field(html, "llm.base_url").endswith(" readonly>")
    assert field(html, "support.judge").endswith(" disabled>")
    assert notes(html) == ["Set by FOOTNOTE_LLM__BASE_URL", "Set by FOOTNOTE_SUPPORT"]
    await desk.save(llm__base_url="http://127.0.0.1:2/v1", llm__model="m")
    assert read_file(own_config_file()) == {"llm": {"model": "m"}}
    llm = desk.house.footnote.settings.llm
    assert llm.base_url == "http://name:pass-word@127.0.0.1:1/v1"
    assert "pass-word" not in "".join(desk.seen)


async def test_what_the_command_line_says_cannot_be_changed(tmp_path: Path) -> None:
    open_footnote(tmp_path).close()
    footnote = Footnote.open(library=tmp_path, llm={"model": "said"})
    standing = stand(footnote.settings, {}, {}, {})
    assert standing.fixed == {"llm.model": "set when Footnote was started, not by the file"}
    footnote.close()


async def test_variables_are_found_one_by_one_and_by_section(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("footnote_llm__model", "m")
    monkeypatch.setenv("FOOTNOTE_CHAT", '{"port": 1}')
    assert find_variables() == {"llm.model": "FOOTNOTE_LLM__MODEL", "chat.port": "FOOTNOTE_CHAT"}


async def test_another_machine_reads_them_and_changes_nothing(tmp_path: Path) -> None:
    write_file(
        own_config_file(),
        {"llm": {"base_url": "http://name:pass-word@127.0.0.1:1/v1", "api_key": SECRET}},
    )
    desk = sit_down(tmp_path, own_machine=False)
    html = (await desk.do("settings"))["settings"]
    assert "http://127.0.0.1:1/v1" in html
    assert "They can be changed only by who sits at the machine" in html
    assert "<input" not in html
    before = own_config_file().read_text()
    for do in ("settings-save", "settings-test", "settings-models", "settings-look"):
        told = (await desk.do(do, **FORM))["told"]
        assert "only on the machine that Footnote runs on" in told
    assert own_config_file().read_text() == before
    assert not re.search(f"pass-word|{SECRET}|{re.escape(str(tmp_path))}", "".join(desk.seen))


# --- trying -------------------------------------------------------------------------


async def test_models_are_listed_from_what_is_typed(
    desk: Desk, openai_server: OpenAIServer
) -> None:
    openai_server.models = [{"id": name} for name in ("small", "<big>")]
    await desk.do("settings")
    typed = FORM | {"llm.base_url": openai_server.base_url}
    html = (await desk.do("settings-models", **typed))["settings"]
    assert '<option value="small"></option><option value="&lt;big&gt;"></option>' in html
    assert outcome(html) == ("It lists 2 models.", "")


async def test_a_test_lists_and_asks_and_tells_how_long_it_took(
    desk: Desk, openai_server: OpenAIServer
) -> None:
    await desk.do("settings")
    typed = {"llm.base_url": openai_server.base_url, "llm.model": "llama3.1", "llm.api_key": SECRET}
    html = (await desk.do("settings-test", **FORM | typed))["settings"]
    assert re.fullmatch(r"llama3\.1 answered in \d[\d.]* m?s", outcome(html)[0])
    assert [one.path for one in openai_server.requests] == ["/v1/models", "/v1/chat/completions"]
    assert openai_server.chats[0].headers["authorization"] == f"Bearer {SECRET}"
    assert openai_server.chats[0].body["max_tokens"] == 8
    assert not own_config_file().exists()
    assert desk.house.footnote.settings.llm.base_url == ""
    assert SECRET not in "".join(desk.seen)


@pytest.mark.parametrize(
    ("fault", "says", "remedy"),
    [
        (
            "unauthorized",
            "{url} refused the key (401): Incorrect API key: [key].",
            "set FOOTNOTE_LLM__API_KEY to a key that {url} accepts",
        ),
        (
            "model_404",
            "{url} does not have the model &#x27;m&#x27;: The model `m` does not exist.",
            "set model to one of: test-model",
        ),
        ("empty", "m sent an empty reply", "try another model"),
    ],
)
async def test_a_test_tells_the_true_error_without_the_key(
    desk: Desk, openai_server: OpenAIServer, fault: str, says: str, remedy: str
) -> None:
    openai_server.fault = fault
    await desk.do("settings")
    typed = {"llm.base_url": openai_server.base_url, "llm.model": "m", "llm.api_key": SECRET}
    html = (await desk.do("settings-test", **FORM | typed))["settings"]
    url = openai_server.base_url
    assert outcome(html) == (says.format(url=url), remedy.format(url=url))
    assert SECRET not in "".join(desk.seen)


async def test_a_test_ends_at_its_time_limit(desk: Desk, openai_server: OpenAIServer) -> None:
    openai_server.fault, openai_server.delay = "slow", 0.2
    openai_server.reply = "word " * 200
    await desk.do("settings")
    typed = {"llm.base_url": openai_server.base_url, "llm.model": "m", "llm.timeout": "0.5"}
    html = (await desk.do("settings-test", **FORM | typed))["settings"]
    assert outcome(html)[0] == f"{openai_server.base_url} was not done within 0.5 s"


async def test_shutting_the_dialog_ends_the_test_and_it_stays_shut(
    desk: Desk, openai_server: OpenAIServer
) -> None:
    openai_server.fault = "silent"
    await desk.do("settings")
    typed = FORM | {"llm.base_url": openai_server.base_url, "llm.model": "m"}
    testing = asyncio.create_task(desk.do("settings-test", **typed))
    while not openai_server.requests:
        await asyncio.sleep(0.01)
    began = time.monotonic()
    await desk.do("settings-close")
    assert "settings" not in await testing
    assert time.monotonic() - began < 2
    assert await asyncio.to_thread(openai_server.requests[0].ended.wait, 3)


async def test_an_empty_address_is_told_beside_it(desk: Desk) -> None:
    await desk.do("settings")
    html = (await desk.do("settings-test", **FORM))["settings"]
    assert notes(html) == ["Give the address of an endpoint first."]
    assert ' aria-invalid="true"' in field(html, "llm.base_url")


def test_times_are_told_shortly() -> None:
    assert [tell_time(seconds) for seconds in (0.0042, 0.4, 12.34)] == ["4 ms", "0.4 s", "12.3 s"]


# --- saving -------------------------------------------------------------------------


async def test_what_is_saved_answers_the_next_question(
    desk: Desk, openai_server: OpenAIServer
) -> None:
    openai_server.reply = speak
    assert (await desk.ask()).answer.mode is Mode.QUOTING  # type: ignore[union-attr]
    await desk.do("settings")
    shown = await desk.save(llm__base_url=openai_server.base_url, llm__model="test-model")
    assert shown["settings"] == ""
    assert f"Saved in {own_config_file()}." in shown["told"]
    assert f"test-model at {openai_server.base_url}" in shown["header"]
    answer = (await desk.ask()).answer
    assert (answer.mode, answer.text) == (Mode.MODEL, "The cache is evicted [1].")  # type: ignore[union-attr]
    assert read_file(own_config_file()) == {
        "llm": {"base_url": openai_server.base_url, "model": "test-model"}
    }


async def test_quoting_can_be_chosen_and_keeps_the_endpoint(
    desk: Desk, openai_server: OpenAIServer
) -> None:
    url = openai_server.base_url
    await desk.save(llm__base_url=url, support__judge="endpoint")
    shown = await desk.save(
        llm__base_url=url, support__judge="endpoint", answer__mode="quoting", answer__fall_back=""
    )
    assert "Quoting the abstracts: no model is asked" in shown["header"]
    assert (await desk.ask()).answer.mode is Mode.QUOTING  # type: ignore[union-attr]
    assert openai_server.requests == []
    assert desk.house.keeper.settings["answer"] == {"mode": "quoting", "fall_back": False}
    assert read_file(own_config_file())["answer"] == {"mode": "quoting", "fall_back": False}


async def test_saving_what_is_there_writes_nothing(desk: Desk) -> None:
    shown = await desk.save(answer__mode="quoting")
    assert "Nothing was changed." in shown["told"]
    assert not own_config_file().exists()


async def test_mistakes_are_told_beside_their_fields_and_nothing_is_saved(desk: Desk) -> None:
    await desk.do("settings")
    html = (
        await desk.save(llm__timeout="soon", retrieval__papers="0", llm__base_url="ftp://nowhere")
    )["settings"]
    assert notes(html) == [
        "base_url is &#x27;ftp://nowhere&#x27;, which is no web address: set base_url to one such"
        " as &quot;http://127.0.0.1:11434/v1&quot;",
        "Input should be greater than or equal to 1",
    ]
    html = (await desk.save(llm__timeout="soon", llm__max_tokens="1"))["settings"]
    assert notes(html) == [
        "Input should be a valid number, unable to parse string as a number",
        "Input should be greater than or equal to 16",
    ]
    assert '<details class="fn-unfold" id="fn-setup-more" open>' in html
    assert not own_config_file().exists()


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({}, "A model needs the address of its endpoint."),
        (
            {"answer__mode": "quoting", "support__judge": "endpoint"},
            "There is no endpoint to ask: none is set above.",
        ),
    ],
)
async def test_what_needs_an_endpoint_asks_for_one(
    desk: Desk, typed: dict[str, str], problem: str
) -> None:
    await desk.do("settings")
    assert notes((await desk.save(**typed))["settings"]) == [problem]


async def test_a_broken_file_is_told_and_left_alone(desk: Desk) -> None:
    path = own_config_file()
    path.parent.mkdir(parents=True)
    path.write_text("[llm\n")
    await desk.do("settings")
    html = (await desk.save(llm__base_url="http://127.0.0.1:1/v1"))["settings"]
    says, remedy = outcome(html)
    assert says.startswith(f"settings: {path} cannot be read: ")
    assert remedy == f"mend or remove {path}"
    assert path.read_text() == "[llm\n"
    assert desk.house.footnote.settings.llm.base_url == ""


async def test_an_index_that_cannot_be_used_keeps_nobody_from_saving(desk: Desk) -> None:
    other: Any = WordEmbedder("other@2")
    desk.house.footnote.index.close()
    desk.house.footnote.index = Index(desk.house.footnote.library.folder, other)
    shown = await desk.save(llm__base_url="http://127.0.0.1:1/v1", llm__timeout="5")
    assert f"Saved in {own_config_file()}." in shown["told"]
    assert "footnote rebuild" in shown["welcome"]
    assert read_file(own_config_file())["llm"]["timeout"] == 5.0
    html = (await desk.do("settings"))["settings"]
    assert (notes(html), desk.house.footnote.settings.llm.timeout) == ([], 5.0)
    assert 'value="5"' in field(html, "llm.timeout")


@pytest.mark.parametrize("kind", [PromptError, SettingsError])
async def test_what_no_engine_can_be_made_of_is_told_and_not_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: type[FootnoteError]
) -> None:
    def refuse() -> None:
        raise kind("answer.md lacks {papers}", remedy="mend it")

    monkeypatch.setattr(rag.assemble, "load_prompts", refuse)
    await desk.do("settings")
    html = (await desk.save(llm__base_url="http://127.0.0.1:1/v1"))["settings"]
    assert outcome(html) == ("answer.md lacks {papers}", "mend it")
    assert not own_config_file().exists()
    assert desk.house.footnote.settings.llm.base_url == ""


async def test_what_cannot_be_written_is_not_answered_by(desk: Desk) -> None:
    was, engine = desk.house.footnote.settings, desk.house.engine

    def refuse() -> None:
        raise SettingsError("the disk is full")

    answer = was.answer.model_copy(update={"mode": "quoting"})
    with pytest.raises(SettingsError, match=r"^the disk is full$"):
        desk.house.change_settings(was.model_copy(update={"answer": answer}), refuse)
    assert (desk.house.footnote.settings, desk.house.engine) == (was, engine)


async def test_numbers_are_shown_and_saved_with_every_digit(desk: Desk) -> None:
    typed = {"llm__context_window": "1047576", "llm__max_tokens": "1000000", "llm__timeout": "7.25"}
    await desk.save(**typed, llm__base_url="http://127.0.0.1:1/v1")
    html = (await desk.do("settings"))["settings"]
    for name, value in unscore(typed).items():
        assert f' value="{value}"' in field(html, name)
    shown = await desk.save(**typed, llm__base_url="http://127.0.0.1:1/v1")
    assert "Nothing was changed." in shown["told"]
    assert read_file(own_config_file())["llm"]["context_window"] == 1047576


# --- keys ---------------------------------------------------------------------------


async def test_a_key_is_kept_and_never_shown(
    desk: Desk,
    openai_server: OpenAIServer,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    openai_server.reply = speak
    await desk.do("settings")
    await desk.save(llm__base_url=openai_server.base_url, llm__api_key=f" {SECRET} ")
    assert read_file(own_config_file())["llm"]["api_key"] == SECRET
    assert own_config_file().stat().st_mode & 0o777 == 0o600
    html = (await desk.do("settings"))["settings"]
    assert ' value=""' in field(html, "llm.api_key")
    assert "A key is kept." in html
    await desk.save(llm__base_url=openai_server.base_url, llm__timeout="soon", llm__api_key=SECRET)
    await desk.ask()
    assert openai_server.chats[-1].headers["authorization"] == f"Bearer {SECRET}"
    openai_server.fault = "unauthorized"
    failed = await desk.ask("Does a trained gate skip blocks of the context?")
    assert "refused the key" in failed.answer.notice  # type: ignore[union-attr]
    for kind in ("markdown", "html", "bibtex"):
        desk.seen.append(str(await desk.handlers.act(tell("export", kind=kind), desk.chat)))
    assert SECRET not in "".join(desk.seen)
    assert SECRET not in repr(desk.chat)
    assert SECRET not in json.dumps(desk.house.keeper.settings)
    told = capfd.readouterr()
    assert SECRET not in told.out + told.err + caplog.text
    files = [path for path in (tmp_path / "library").rglob("*") if path.is_file()]
    assert any(path.name == "conversations.sqlite" for path in files)
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []


async def test_a_key_can_be_removed(desk: Desk) -> None:
    url = "http://127.0.0.1:1/v1"
    await desk.save(llm__base_url=url, llm__api_key=SECRET)
    await desk.save(llm__base_url=url, forget_key="yes")
    assert read_file(own_config_file()) == {"llm": {"base_url": url}}
    assert desk.house.footnote.settings.llm.api_key.get_secret_value() == ""


async def test_a_kept_key_is_not_sent_to_another_address(
    desk: Desk, openai_server: OpenAIServer
) -> None:
    await desk.save(llm__base_url="http://127.0.0.1:1/v1", llm__api_key=SECRET)
    html = (await desk.do("settings"))["settings"]
    assert 'data-kept-for="http://127.0.0.1:1/v1"' in html
    assert "The key that is kept belongs to http://127.0.0.1:1/v1: it is not sent" in html
    other = openai_server.base_url
    await desk.do("settings-test", **FORM | {"llm.base_url": other, "llm.model": "m"})
    assert {one.headers["authorization"] for one in openai_server.requests} == {"Bearer none"}
    await desk.save(llm__base_url=other)
    assert read_file(own_config_file()) == {"llm": {"base_url": other}}


async def test_a_key_that_no_header_can_hold_is_refused_unseen(desk: Desk) -> None:
    await desk.do("settings")
    html = (await desk.save(llm__base_url="http://127.0.0.1:1/v1", llm__api_key=f"{SECRET}\n é"))[
        "settings"
    ]
    assert notes(html) == [
        "api_key holds a character that is not printable ASCII (it is not shown here)"
    ]
    assert SECRET not in html


@pytest.mark.parametrize("variable", ["FOOTNOTE_LLM__API_KEY", "OPENAI_API_KEY"])
async def test_a_variables_key_goes_to_a_new_address_only_where_that_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, openai_server: OpenAIServer
) -> None:
    monkeypatch.setenv(variable, SECRET)
    desk = sit_down(tmp_path)
    url = openai_server.base_url
    await desk.do("settings")
    await desk.do("settings-test", **FORM | {"llm.base_url": url, "llm.model": "m"})
    assert {one.headers["authorization"] for one in openai_server.requests} == {"Bearer none"}
    html = (await desk.save(llm__base_url=url))["settings"]
    told = f"The key in {variable} would be sent to this address: allow that first."
    assert told in notes(html)
    assert f"Send the key in {variable} to this address" in html
    await desk.save(llm__base_url=url, key_goes_along="yes")
    assert read_file(own_config_file()) == {"llm": {"base_url": url}}
    assert desk.house.footnote.settings.llm.api_key.get_secret_value() == SECRET
    assert SECRET not in "".join(desk.seen)


async def test_a_password_in_an_address_is_kept_and_not_shown(desk: Desk) -> None:
    await desk.save(llm__base_url="http://me:pass-word@127.0.0.1:1/v1")
    html = (await desk.do("settings"))["settings"]
    assert 'value="http://127.0.0.1:1/v1"' in field(html, "llm.base_url")
    await desk.save(llm__base_url="http://127.0.0.1:1/v1/", llm__model="m")
    llm = desk.house.footnote.settings.llm
    assert (llm.base_url, llm.model) == ("http://me:pass-word@127.0.0.1:1/v1", "m")
    assert "pass-word" not in "".join(desk.seen)


# --- an endpoint that fails ---------------------------------------------------------


async def test_a_failing_endpoint_is_told_with_two_ways_on(
    desk: Desk, openai_server: OpenAIServer
) -> None:
    openai_server.fault = "server_error"
    await desk.save(llm__base_url=openai_server.base_url, llm__model="m")
    turn = await desk.ask()
    assert turn.answer
    assert (turn.answer.mode, turn.answer.fell_back) == (Mode.QUOTING, True)
    html = render_turn(turn)
    assert '<div class="fn-note fn-outage"><strong>The model did not answer</strong>' in html
    assert 'data-do="unquoting" data-turn="1">Try the model again</button>' in html
    assert 'data-do="quoting">Go on quoting</button>' in html

    asked = len(openai_server.requests)
    shown = await desk.do("quoting")
    assert "Quoting, until you ask the model again" in shown["header"]
    quoted = (await desk.ask("Does a trained gate skip blocks of the context?")).answer
    assert quoted
    assert (quoted.mode, quoted.fell_back, quoted.notice) == (Mode.QUOTING, False, "")
    assert len(openai_server.requests) == asked

    openai_server.fault, openai_server.reply = None, speak
    shown = await desk.do("unquoting", turn="1")
    assert "fn-quoting" not in shown["header"]
    assert [one.question for one in desk.chat.turns] == [QUESTION]
    assert desk.chat.turns[0].answer.mode is Mode.MODEL  # type: ignore[union-attr]


async def test_without_falling_back_a_failed_turn_can_be_quoted(
    desk: Desk, openai_server: OpenAIServer
) -> None:
    openai_server.fault = "server_error"
    await desk.save(llm__base_url=openai_server.base_url, answer__fall_back="")
    turn = await desk.ask()
    assert turn.stage is Stage.FAILED
    html = render_turn(turn)
    assert 'data-do="unquoting" data-turn="1">Try again</button>' in html
    assert 'data-do="quoting" data-turn="1">Go on quoting</button>' in html
    await desk.do("quoting", turn="1")
    assert [(one.stage, one.question) for one in desk.chat.turns] == [(Stage.DONE, QUESTION)]
    assert desk.chat.turns[0].answer.mode is Mode.QUOTING  # type: ignore[union-attr]


async def test_an_answer_that_breaks_off_stays_and_says_so(
    desk: Desk, openai_server: OpenAIServer
) -> None:
    openai_server.fault, openai_server.reply = "error_event", "The cache is evicted by guess [1]."
    await desk.save(llm__base_url=openai_server.base_url)
    html = render_turn(await desk.ask())
    assert "The cache is" in html
    assert "<strong>The answer is incomplete</strong>" in html
    assert 'data-do="quoting" data-turn="1">Go on quoting</button>' in html


def test_what_is_no_fault_of_the_endpoints_offers_no_quoting() -> None:
    failed = Turn(1, "Q?").failed(Problem("the library is locked", "wait"))
    assert "Go on quoting" not in render_turn(failed)
    noted = Answer("Q?", "Text.", Mode.QUOTING, notice="You stopped this answer.", complete=False)
    kept = Turn(1, "Q?", stage=Stage.DONE, answer=noted, text="Text.")
    assert "fn-outage" not in render_turn(kept)


async def test_a_given_engine_has_a_quoting_double_or_stands_for_itself(tmp_path: Path) -> None:
    engine = FakeEngine(pace=0.002)
    house = make_house(tmp_path, engine)
    assert house.engine_for(False) is engine
    assert house.engine_for(True).quotes  # type: ignore[attr-defined]

    class Plain:
        """An engine without one."""

    plain: Any = Plain()
    assert House(house.footnote, house.keeper, plain).engine_for(True) is plain


async def test_the_quoting_engine_is_made_once_and_anew_after_a_change(desk: Desk) -> None:
    first = desk.house.engine_for(True)
    assert desk.house.engine_for(True) is first
    await desk.save(llm__base_url="http://127.0.0.1:1/v1")
    assert desk.house.engine_for(True) is not first


def test_the_name_of_a_model_shows_no_password(tmp_path: Path) -> None:
    footnote = open_footnote(tmp_path)
    llm = footnote.settings.llm.model_copy(update={"base_url": "http://me:pass@127.0.0.1:1/v1"})
    settings = footnote.settings.model_copy(update={"llm": llm})
    engine = assemble_engine(footnote.library, footnote.retriever, settings)
    assert engine.status() == "The first model listed at http://127.0.0.1:1/v1"
    footnote.close()


def test_the_header_has_a_way_back_to_the_model() -> None:
    assert '<button type="button" data-do="unquoting">Ask the model</button>' in render_header(
        3, "m", quoting=True
    )
    assert "unquoting" not in render_header(3, "m")


def test_the_environment_of_these_tests_sets_nothing() -> None:
    assert [name for name in os.environ if name.startswith(("FOOTNOTE_", "OPENAI_"))] == []
