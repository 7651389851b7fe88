"""A model's reply becomes a draft: shown as it comes, checked, refused, or broken off."""

from __future__ import annotations

from contextlib import aclosing

import pytest
from openai_server import OpenAIServer

from rag.answer import (
    CUT_OFF,
    REPEATS,
    Draft,
    Limits,
    ModelAnswerer,
    Opening,
    Prose,
    find_repetition,
)
from rag.errors import ContextOverflow, EndpointFailed, EndpointTimeout
from rag.events import TextDelta
from rag.llm import Endpoint
from rag.prompts import load_prompts
from rag.records import Paper
from rag.replies import Column, Evidence, Offer, Sentence

ABSTRACT = "Weight decay shortens the delay. Nothing else does."
OFFERS = tuple(Offer(n, Paper(f"{n:012x}", f"Title {n}", ABSTRACT)) for n in (1, 2, 3))
LENGTH = "The answer reached the limit of its length ([llm] max_tokens) and is incomplete."
FILTERED = "The endpoint's content filter ended this answer: it is incomplete."


def make_answerer(
    server: OpenAIServer, *, window: int = 8192, max_tokens: int = 700, timeout: float = 0.4
) -> ModelAnswerer:
    endpoint = Endpoint(server.base_url, "test-model", timeout=timeout)
    return ModelAnswerer(endpoint, load_prompts(), Limits(window, max_tokens, 0.0))


async def draft(
    server: OpenAIServer, offers: tuple[Offer, ...] = OFFERS, **options: float
) -> tuple[list[str], Draft]:
    """(the deltas, the draft)"""
    answerer = make_answerer(server, **options)  # type: ignore[arg-type]
    async with aclosing(answerer.stream("What shortens the delay?", offers)) as pieces:
        *deltas, last = [piece async for piece in pieces]
    assert isinstance(last, Draft)
    texts = [delta.text for delta in deltas if isinstance(delta, TextDelta)]
    assert len(texts) == len(deltas)
    return texts, last


async def test_a_good_reply_streams_and_is_tied_to_its_papers(openai_server: OpenAIServer) -> None:
    openai_server.reply = "Weight decay shortens the delay [1, 2]. So [9] it is said【3】.\n"
    deltas, last = await draft(openai_server)
    assert len(deltas) > 5
    assert all(deltas)
    assert "".join(deltas).strip() == last.text
    assert last.text == "Weight decay shortens the delay [1][2]. So it is said[3]."
    evidence = [Evidence(f"{n:012x}", "Weight decay shortens the delay.", 0, 32) for n in (1, 2)]
    assert last.sentences == (
        Sentence("Weight decay shortens the delay.", (1, 2), tuple(evidence)),
        Sentence("So it is said.", (3,)),
    )
    assert (last.complete, last.refused, last.notice) == (True, False, "")
    assert last.invalid_citations == 1
    assert last.offers == OFFERS


async def test_the_model_is_given_the_rules_the_papers_and_the_question(
    openai_server: OpenAIServer,
) -> None:
    await draft(openai_server)
    body = openai_server.chats[0].body
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("test-model", 700, 0.0)
    system, user = body["messages"]
    assert system == {"role": "system", "content": load_prompts()["answer"].text}
    assert user["content"] == (
        "<papers>\n"
        + "\n\n".join(f"[{n}] Title {n}\n{ABSTRACT}" for n in (1, 2, 3))
        + "\n</papers>\n\nQuestion: What shortens the delay?"
    )


async def test_papers_that_do_not_fit_are_neither_given_nor_citable(
    openai_server: OpenAIServer,
) -> None:
    long = tuple(Offer(n, Paper(f"{n:012x}", "Title", "word " * 400)) for n in (1, 2, 3))
    openai_server.reply = "It is [1][3]."
    _, last = await draft(openai_server, long, window=2600)
    assert last.offers == long[:2]
    assert (last.text, last.invalid_citations) == ("It is [1].", 1)
    assert "[3]" not in openai_server.chats[0].body["messages"][1]["content"]


@pytest.mark.parametrize(
    "reply",
    [
        "NOT IN THESE PAPERS",
        "NOT IN THESE PAPERS.",
        "not in these papers",
        '"NOT IN THESE PAPERS"',
        "“Not in these papers.”",
        "**NOT IN THESE PAPERS**\n\nBut I know that [1] is good.",
        "\n\n > `NOT IN\nTHESE  PAPERS`",
        "<think>Is it? NO.</think>\nNOT IN THESE PAPERS",
    ],
)
async def test_a_refusal_is_recognised_and_nothing_of_it_is_shown(
    openai_server: OpenAIServer, reply: str
) -> None:
    openai_server.reply = reply
    deltas, last = await draft(openai_server)
    assert deltas == []
    assert (last.refused, last.text) == (True, "")


async def test_a_refusal_behind_a_preamble_is_recognised_too(openai_server: OpenAIServer) -> None:
    openai_server.reply = "I have read them all. NOT IN THESE PAPERS."
    _, last = await draft(openai_server)
    assert last.refused


@pytest.mark.parametrize(
    "reply",
    [
        "Not in these tests, but in practice [1].",
        "Notably, decay helps [1].",
        "NOT INDEPENDENT [1].",
        "Not",
        "Decay helps [1]. Its cause is NOT IN THESE PAPERS.",
    ],
)
async def test_what_only_begins_like_a_refusal_is_an_answer(
    openai_server: OpenAIServer, reply: str
) -> None:
    openai_server.reply = reply
    deltas, last = await draft(openai_server)
    assert (last.refused, last.text, "".join(deltas)) == (False, reply, reply)


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_an_opening_shows_nothing_of_a_refusal_however_it_comes(size: int) -> None:
    for text, shown in (
        ("  “Not in These papers.” Sorry.", ""),
        ("Not in these parts.", "Not in these parts."),
        ("**", "**"),
    ):
        opening = Opening()
        pieces = [opening.feed(text[at : at + size]) for at in range(0, len(text), size)]
        assert "".join(pieces) + opening.flush() == shown
        assert opening.refused is (shown == "")


@pytest.mark.parametrize(
    ("fault", "notice"),
    [
        ("length", LENGTH),
        ("content_filter", FILTERED),
        ("no_finish", CUT_OFF),
        ("cut_off", CUT_OFF),
        ("cut_in_letter", CUT_OFF),
        ("stalled", "{base} said nothing for 0.4 s"),
        ("error_event", "{base} failed in the middle of its reply: the GPU fell off"),
        (
            "overflow_event",
            "the prompt is too long for the model at {base}: context size exceeded",
        ),
    ],
)
async def test_a_reply_that_breaks_off_is_kept_as_far_as_it_came(fault: str, notice: str) -> None:
    with OpenAIServer("Weight decay shortens the delay [1]. Nothing else does.", fault) as server:
        deltas, last = await draft(server)
        assert not last.complete
        assert last.notice == notice.format(base=server.base_url)
    assert last.text.startswith("Weight decay")
    assert "".join(deltas).strip() == last.text


@pytest.mark.parametrize("fault", ["bad_json", "bad_utf8"])
async def test_an_unreadable_event_leaves_an_incomplete_answer(fault: str) -> None:
    with OpenAIServer("Weight decay shortens the delay [1]. Indeed it does so.", fault) as server:
        _, last = await draft(server)
        assert last.notice.startswith(f"{server.base_url} sent an event that cannot be read: ")
    assert not last.complete
    assert last.sentences[0].text.startswith("Weight decay")


async def test_half_a_mark_at_the_break_is_not_made_a_citation() -> None:
    with OpenAIServer("Decay, they say, is what helps here [1", "no_finish") as server:
        deltas, last = await draft(server)
    assert "".join(deltas) == last.text == "Decay, they say, is what helps here [1"
    assert last.sentences[0].citations == ()


@pytest.mark.parametrize("fault", ["stalled_after_finish", "odd_events", "reasoning", None])
async def test_what_servers_do_besides_leaves_the_answer_whole(fault: str | None) -> None:
    with OpenAIServer("Decay helps [1].", fault) as server:
        _, last = await draft(server)
    assert (last.text, last.complete, last.notice) == ("Decay helps [1].", True, "")


async def test_before_any_text_the_endpoints_error_is_raised() -> None:
    with OpenAIServer("", "cut_off_at_once") as server:
        with pytest.raises(EndpointFailed):
            await draft(server)
        server.fault = "silent"
        with pytest.raises(EndpointTimeout) as caught:
            await draft(server)
        assert str(caught.value) == f"{server.base_url} said nothing for 0.4 s"


async def test_a_model_that_repeats_itself_is_cut_and_said_to_be() -> None:
    with OpenAIServer("and so [1] " * 2000, "length") as server:
        _, last = await draft(server, timeout=5.0)
    assert (last.complete, last.notice) == (False, REPEATS)
    assert last.text.startswith("and so [1]")
    assert len(last.text) < 100


async def test_a_model_that_cites_nothing_gives_sentences_without_citations(
    openai_server: OpenAIServer,
) -> None:
    openai_server.reply = "Weight decay helps. So does luck, at times."
    _, last = await draft(openai_server)
    assert last.sentences == (
        Sentence("Weight decay helps."),
        Sentence("So does luck, at times."),
    )
    assert last.complete


async def test_a_model_that_cites_only_wrong_numbers_has_them_counted(
    openai_server: OpenAIServer,
) -> None:
    openai_server.reply = "Decay helps [7]. So does luck [8, 9]."
    deltas, last = await draft(openai_server)
    assert last.text == "".join(deltas) == "Decay helps. So does luck."
    assert last.invalid_citations == 3
    assert not any(sentence.citations for sentence in last.sentences)


async def test_a_reply_in_another_language_is_cited_all_the_same(
    openai_server: OpenAIServer,
) -> None:
    openai_server.reply = "Gewichtszerfall verkürzt die Wartezeit [1]. 减重有效 [2]。"
    _, last = await draft(openai_server)
    assert last.sentences[0].citations[0] == 1
    assert {number for one in last.sentences for number in one.citations} == {1, 2}


LONG = tuple(Offer(n, Paper(f"{n:012x}", f"Title {n}", "word " * 300)) for n in (1, 2, 3, 4))


async def test_the_window_is_asked_of_the_server_once(openai_server: OpenAIServer) -> None:
    openai_server.models = [{"id": "test-model", "max_model_len": 2600}]
    answerer = make_answerer(openai_server, window=0)
    assert await answerer.context_window() == 2600
    assert await answerer.context_window() == 2600
    assert [request.path for request in openai_server.requests] == ["/v1/models"]


async def test_papers_are_dropped_to_fit_what_the_server_says_it_reads(
    openai_server: OpenAIServer,
) -> None:
    openai_server.models = [{"id": "test-model", "max_model_len": 2600}]
    openai_server.reply = "It is so [1]."
    _, last = await draft(openai_server, LONG, window=0)
    assert last.offers == LONG[:2]


async def test_a_window_that_is_set_is_not_asked_for(openai_server: OpenAIServer) -> None:
    openai_server.models = [{"id": "test-model", "max_model_len": 2600}]
    _, last = await draft(openai_server, LONG, window=9000)
    assert last.offers == LONG
    assert len(openai_server.requests) == 1


async def test_a_server_that_does_not_tell_is_taken_to_read_8192_tokens(
    openai_server: OpenAIServer,
) -> None:
    assert await make_answerer(openai_server, window=0).context_window() == 8192


async def test_a_listing_that_fails_does_not_fail_the_answer() -> None:
    with OpenAIServer(reply="So it is [1].", fault=None) as server:
        server.fault = "html_404"
        answerer = make_answerer(server, window=0)
        assert await answerer.context_window() == 8192


async def test_an_overflow_is_tried_once_more_with_half_of_the_papers(
    openai_server: OpenAIServer,
) -> None:
    openai_server.reads, openai_server.reply = 6000, "So it is [1][4]."
    _, last = await draft(openai_server, LONG)
    assert last.offers == LONG[:2]
    assert (last.text, last.invalid_citations) == ("So it is [1].", 1)
    assert len(openai_server.chats) == 2


async def test_an_overflow_with_half_of_the_papers_is_an_error(
    openai_server: OpenAIServer,
) -> None:
    openai_server.reads = 500
    with pytest.raises(ContextOverflow):
        await draft(openai_server, LONG)
    assert len(openai_server.chats) == 2


async def test_an_overflow_with_a_single_paper_is_not_tried_again(
    openai_server: OpenAIServer,
) -> None:
    openai_server.reads = 500
    with pytest.raises(ContextOverflow):
        await draft(openai_server, LONG[:1])
    assert len(openai_server.chats) == 1


async def test_a_reply_that_goes_round_in_circles_is_stopped(openai_server: OpenAIServer) -> None:
    openai_server.reply = "Weight decay helps [1]." + " It shortens the delay [2]." * 300
    deltas, last = await draft(openai_server)
    assert last.text.startswith("Weight decay helps [1]. It shortens the delay [2].")
    assert last.text.count("shortens") <= 2
    assert (last.complete, last.notice) == (False, REPEATS)
    assert len("".join(deltas)) < 300
    assert openai_server.chats[0].ended.wait(2)
    assert openai_server.chats[0].client_closed


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("A sentence that is long. " * 3, 0),
        ("So. " + "A sentence that is long. " * 4, len("So. A sentence that is long. ")),
        ("no " * 15, 0),
        ("no " * 16, 12),
        ("so" * 20, 0),
        ("-" * 120, 0),
        ("-" * 250, 51),
        ("| a | b |\n" + "| not stated in the abstract " * 5, 0),
    ],
)
def test_what_counts_as_going_round_in_circles(text: str, kept: int) -> None:
    assert find_repetition(text) == kept


SIDES = (Column("decay", (1,)), Column("dropout", (2, 3)), Column("<papers>", (), found=False))


async def test_a_comparison_is_asked_for_with_its_sides(openai_server: OpenAIServer) -> None:
    openai_server.reply = (
        "They differ [1][2].\n\n| Aspect | decay | dropout | none |\n|---|---|---|---|\n"
        "| finding | shortens the delay [1] | does nothing [2] | not stated in the abstract |\n"
    )
    answerer = make_answerer(openai_server)
    async with aclosing(answerer.stream("Do they?", OFFERS, SIDES)) as pieces:
        *deltas, last = [piece async for piece in pieces]
    assert isinstance(last, Draft)
    shown = "".join(one.text for one in deltas if isinstance(one, TextDelta))
    assert "|" not in shown
    assert shown.strip() == last.text == "They differ [1][2]."
    assert last.comparison is not None
    assert last.comparison.sides == SIDES
    assert [cell.citations for cell in last.comparison.aspects[0].cells] == [(1,), (2,), ()]
    asked = openai_server.chats[0].body["messages"][1]["content"]
    assert "- decay: [1]\n- dropout: [2][3]\n- : no paper" in asked


def test_nothing_of_a_table_is_let_through_however_it_comes() -> None:
    prose = Prose(held=True)
    text = "So [1].\nAnd.\n | a | b |\n|---|---|\nmore"
    assert "".join(map(prose.feed, text)) in ("So [1].\nAnd.\n ", "So [1].\nAnd.\n")
    assert "".join(map(Prose(held=False).feed, text)) == text
