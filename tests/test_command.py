"""`footnote chat`: what is made ready before the page is served, and who may reach it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest
from e2e.fake_papers import HOSTILE
from e2e.steps import until
from house import make_house, make_listing, open_footnote
from libraries import WordEmbedder

from rag import Footnote
from rag.errors import SettingsError
from rag.settings import load_settings
from ui.adding.jobs import Line
from ui.command import (
    add_starter,
    catch_up,
    check_reach,
    is_closed,
    is_loopback,
    read_auth,
    run_chat,
)

CORPUS = Path(__file__).resolve().parents[1] / "eval" / "corpus"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"])
def test_loopback_is_recognised(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_what_other_machines_may_reach_is_no_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_a_name_and_a_password_are_wanted_both() -> None:
    assert read_auth([]) is None
    assert read_auth(["me:se:cret"]) == [("me", "se:cret")]
    for text in ("me", "me:", ":secret", "", "me: ", " :secret"):
        with pytest.raises(SettingsError, match="--auth wants NAME:PASSWORD, both of them"):
            read_auth([text])


def test_several_people_have_a_password_each() -> None:
    assert read_auth(["ann:x", "bob:y"]) == [("ann", "x"), ("bob", "y")]
    with pytest.raises(SettingsError) as caught:
        read_auth(["ann:first-one", "ann:second-one"])
    assert str(caught.value) == "--auth names 'ann' twice"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "papers.example"])
def test_an_open_address_without_a_password_is_not_served(starter: Footnote, host: str) -> None:
    parsed = argparse.Namespace(host=host, port=0, auth=None, starter=None)
    with pytest.raises(SettingsError) as caught:
        run_chat(starter, parsed)
    assert str(caught.value) == f"{host} can be reached from other machines, and no --auth is given"
    assert caught.value.remedy == (
        f"footnote chat --host {host} --auth NAME:PASSWORD, or keep to 127.0.0.1"
    )


def test_an_open_address_with_a_password_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    check_reach("127.0.0.1", None)
    assert capsys.readouterr().err == ""
    check_reach("0.0.0.0", [("me", "canary-password")])
    told = capsys.readouterr().err
    assert told.startswith("footnote: other machines can reach this chat at 0.0.0.0.")
    assert "nothing is encrypted" in told
    assert "canary" not in told


def test_a_localhost_that_leads_elsewhere_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_closed("localhost")
    leads = [(2, 1, 6, "", ("127.0.0.1", 0)), (2, 1, 6, "", ("192.0.2.7", 0))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: leads)
    assert not is_closed("localhost")


def test_the_password_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[Any] = []
    monkeypatch.setattr("ui.app.serve", lambda house, **how: served.append((house, how)))
    monkeypatch.setenv("FOOTNOTE_CHAT__AUTH", "ann:canary-1\nbob:canary-2\n")
    footnote = open_footnote(tmp_path)
    footnote.settings = load_settings()
    parsed = argparse.Namespace(host="0.0.0.0", port=0, auth=None, starter=None)
    assert run_chat(footnote, parsed) == 0
    [(house, how)] = served
    assert how["auth"] == [("ann", "canary-1"), ("bob", "canary-2")]
    assert not house.own_machine
    assert "canary" not in repr(footnote.settings)


def test_the_starter_papers_are_added_to_an_empty_library_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = sorted(CORPUS.glob("20*.txt"))
    with Footnote.open(library=tmp_path) as footnote:
        add_starter(footnote, str(pages[0]))
        assert footnote.library.count() == 18
        assert capsys.readouterr().out == (
            "The library is empty: adding the starter papers.\n18 papers added.\n"
        )
        add_starter(footnote, str(pages[1]))
        assert footnote.library.count() == 18
        assert capsys.readouterr().out == ""


def test_what_is_not_embedded_yet_is_embedded_behind_the_page(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    catch_up(house)
    assert house.jobs.line() == Line()
    house.footnote.library.add([make_listing([HOSTILE])])
    catch_up(house)
    until(lambda: house.jobs.line().running is None)
    assert house.footnote.index.counts()["vectors"] == 6


def test_an_index_of_another_model_is_left_to_the_page(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    house.footnote.index._embedder = WordEmbedder("other@2")
    house.footnote.library.add([make_listing([HOSTILE])])
    catch_up(house)
    assert house.jobs.line() == Line()
