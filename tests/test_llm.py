"""The stream of a reply, from a real server on this machine."""

from __future__ import annotations

import pytest
from asking import KEY, ask, fail, fail_with, finish_of, make_endpoint, text_of
from openai_server import OpenAIServer

from rag import errors
from rag.llm import Endpoint, Piece, Usage


async def test_a_reply_comes_in_pieces_with_its_finish_and_its_usage() -> None:
    with OpenAIServer(reply="Two papers do [1][2].\n\n- one\n- two ") as server:
        pieces = await ask(make_endpoint(server))
    assert text_of(pieces) == "Two papers do [1][2].\n\n- one\n- two "
    assert len(pieces) > 5
    assert pieces[-2:] == [Piece(finish="stop"), Piece(usage=Usage(7, 3))]


async def test_the_request_holds_the_messages_the_limits_and_nothing_else() -> None:
    with OpenAIServer() as server:
        await ask(make_endpoint(server, key=KEY))
    (request,) = server.requests
    assert request.body == {
        "model": "test-model",
        "messages": [
            {"role": "system", "content": "Cite."},
            {"role": "user", "content": "Who?"},
        ],
        "max_tokens": 50,
        "temperature": 0.0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert not [name for name in request.headers if name.startswith("x-stainless")]


async def test_a_server_that_cannot_count_tokens_is_asked_for_the_count_only_once() -> None:
    with OpenAIServer() as server:
        server.knows_usage = False
        endpoint = make_endpoint(server)
        for _ in range(2):
            assert text_of(await ask(endpoint)) == "Hello from the model."
    assert ["stream_options" in request.body for request in server.chats] == [True, False, False]


async def test_without_a_key_a_server_that_needs_none_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-someone-else")
    with OpenAIServer() as server:
        assert finish_of(await ask(make_endpoint(server))) == ["stop"]
    assert server.requests[0].headers["authorization"] == "Bearer none"


async def test_an_empty_model_is_the_first_one_listed_and_is_asked_for_once() -> None:
    with OpenAIServer() as server:
        server.models = [{"id": "first"}, {"id": "second"}]
        endpoint = make_endpoint(server, model="")
        await ask(endpoint)
        await ask(endpoint)
    assert [request.path for request in server.requests] == [
        "/v1/models",
        "/v1/chat/completions",
        "/v1/chat/completions",
    ]
    assert [request.body["model"] for request in server.chats] == ["first", "first"]
    assert await endpoint.model_name() == "first"


async def test_an_empty_model_at_a_server_without_models_is_named() -> None:
    with OpenAIServer() as server:
        server.models = []
        error = await fail(make_endpoint(server, model=""))
    assert type(error) is errors.ModelNotFound
    assert str(error) == f"{server.base_url} lists no model"
    assert error.remedy == "load a model in that server, or set model to its name"


@pytest.mark.parametrize("ending", ["", "/"])
async def test_an_address_may_end_in_a_slash(ending: str) -> None:
    with OpenAIServer() as server:
        endpoint = Endpoint(server.base_url + ending, "test-model")
        assert await endpoint.models() == ("test-model",)
        assert finish_of(await ask(endpoint)) == ["stop"]


@pytest.mark.parametrize(
    ("fault", "finish"), [("length", "length"), ("content_filter", "content_filter")]
)
async def test_why_a_reply_ended_is_passed_on(fault: str, finish: str) -> None:
    with OpenAIServer(fault=fault) as server:
        assert finish_of(await ask(make_endpoint(server))) == [finish]


async def test_an_empty_reply_finishes_without_text() -> None:
    with OpenAIServer(fault="empty") as server:
        pieces = await ask(make_endpoint(server))
    assert pieces == [Piece(finish="stop"), Piece(usage=Usage(7, 3))]


async def test_a_stream_without_finish_reason_yields_no_finish() -> None:
    with OpenAIServer(reply="All of it.", fault="no_finish") as server:
        pieces = await ask(make_endpoint(server))
    assert (text_of(pieces), finish_of(pieces)) == ("All of it.", [])


async def test_a_stream_of_chunks_without_choices_has_neither_text_nor_finish() -> None:
    with OpenAIServer(fault="no_choices") as server:
        assert await ask(make_endpoint(server)) == [Piece(usage=Usage(7, 3))]


async def test_odd_events_between_the_tokens_change_nothing() -> None:
    with OpenAIServer(reply="All of it.", fault="odd_events") as server:
        pieces = await ask(make_endpoint(server))
    assert (text_of(pieces), finish_of(pieces)) == ("All of it.", ["stop"])


async def test_reasoning_beside_the_content_is_left_out() -> None:
    with OpenAIServer(reply="All of it.", fault="reasoning") as server:
        assert text_of(await ask(make_endpoint(server))) == "All of it."


async def test_a_thought_at_the_beginning_never_reaches_the_reply() -> None:
    with OpenAIServer(reply="<think>Hm, <b> or\n\nc?</think>So <think> is a tag.") as server:
        pieces = await ask(make_endpoint(server))
    assert (text_of(pieces), finish_of(pieces)) == ("So <think> is a tag.", ["stop"])


async def test_letters_that_end_lines_elsewhere_do_not_break_a_stream() -> None:
    reply = "a\u2028b\u0085c \U0001f600 é"
    with OpenAIServer(reply=reply) as server:
        assert text_of(await ask(make_endpoint(server))) == reply


async def test_a_completion_that_is_not_streamed_is_one_piece() -> None:
    with OpenAIServer(reply="All of it.", fault="plain_json") as server:
        assert await ask(make_endpoint(server)) == [Piece("All of it.", "stop", Usage(7, 3))]


@pytest.mark.parametrize("fault", ["cut_off", "cut_in_letter"])
async def test_a_stream_that_breaks_off_yields_what_came_and_no_finish(fault: str) -> None:
    with OpenAIServer(reply="One two three four.", fault=fault) as server:
        pieces = await ask(make_endpoint(server))
    assert (text_of(pieces), finish_of(pieces)) == ("One two thre", [])


@pytest.mark.parametrize("fault", ["cut_off_at_once", "hang_up"])
async def test_a_connection_that_breaks_before_any_text_is_a_failure(fault: str) -> None:
    error, base = await fail_with(fault)
    assert type(error) is errors.EndpointFailed
    assert str(error).startswith(f"{base} broke off before it said anything: ")


@pytest.mark.parametrize("fault", ["stalled", "silent", "comments"])
async def test_a_server_that_falls_silent_times_out(fault: str) -> None:
    error, base = await fail_with(fault, timeout=0.3)
    assert type(error) is errors.EndpointTimeout
    assert str(error) == f"{base} said nothing for 0.3 s"
    assert error.remedy == "raise timeout under [llm], or ask a faster model"


async def test_silence_after_the_finish_does_not_spoil_the_reply() -> None:
    with OpenAIServer(reply="All of it.", fault="stalled_after_finish") as server:
        pieces = await ask(make_endpoint(server, timeout=1.0))
    assert (text_of(pieces), finish_of(pieces)) == ("All of it.", ["stop"])


async def test_a_slow_server_that_keeps_talking_does_not_time_out() -> None:
    with OpenAIServer(reply="one two three four five", fault="slow") as server:
        server.delay = 0.3
        endpoint = make_endpoint(server, timeout=1.0)
        assert text_of(await ask(endpoint)) == "one two three four five"


async def test_an_error_in_the_middle_of_a_stream_is_a_failure() -> None:
    error, base = await fail_with("error_event")
    assert type(error) is errors.EndpointFailed
    assert str(error) == f"{base} failed in the middle of its reply: the GPU fell off"


async def test_an_overflow_in_the_middle_of_a_stream_is_an_overflow() -> None:
    error, _ = await fail_with("overflow_event")
    assert type(error) is errors.ContextOverflow


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("bad_json", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("bad_utf8", "'utf-8' codec can't decode byte 0xff in position 7: invalid start byte"),
    ],
)
async def test_an_event_that_cannot_be_read_is_a_failure(fault: str, reason: str) -> None:
    error, base = await fail_with(fault)
    assert type(error) is errors.EndpointFailed
    assert str(error) == f"{base} sent an event that cannot be read: {reason}"
