"""`footnote chat`: what is made ready before the page is served, and who may reach it."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from e2e.fake_papers import HOSTILE
from e2e.steps import until
from house import make_house, make_listing
from libraries import WordEmbedder

from rag import Footnote
from rag.errors import SettingsError
from ui.adding.jobs import Line
from ui.command import add_starter, catch_up, is_loopback, read_auth, run_chat

CORPUS = Path(__file__).resolve().parents[1] / "eval" / "corpus"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"])
def test_loopback_is_recognised(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_what_other_machines_may_reach_is_no_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_a_name_and_a_password_are_wanted_both() -> None:
    assert read_auth(None) is None
    assert read_auth("me:se:cret") == ("me", "se:cret")
    for text in ("me", "me:", ":secret", ""):
        with pytest.raises(SettingsError, match="--auth wants NAME:PASSWORD, both of them"):
            read_auth(text)


def test_an_open_address_without_a_password_is_not_served(starter: Footnote) -> None:
    parsed = argparse.Namespace(host="0.0.0.0", port=0, auth=None, starter=None)
    with pytest.raises(SettingsError) as caught:
        run_chat(starter, parsed)
    assert str(caught.value) == (
        "0.0.0.0 can be reached from other machines, and no --auth is given"
    )


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
