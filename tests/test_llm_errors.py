"""What servers refuse, and what is no server: each with its error and its remedy."""

from __future__ import annotations

import re
import sys
import traceback

import pytest
from asking import KEY, ask, fail, fail_with, make_endpoint, text_of
from openai_server import OpenAIServer

from rag import errors
from rag.llm import Endpoint


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            "overflow_openai",
            "Your messages resulted in 9001 tokens. Please reduce their length.",
        ),
        ("overflow_llamacpp", "the request exceeds the available size, try increasing it"),
        (
            "overflow_vllm",
            "This model's maximum context length is 4096 tokens. However, you requested 9001 "
            "tokens.",
        ),
    ],
)
async def test_a_prompt_too_long_is_an_overflow_in_every_dialect(fault: str, said: str) -> None:
    error, base = await fail_with(fault)
    assert type(error) is errors.ContextOverflow
    assert str(error) == f"the prompt is too long for the model at {base}: {said}"
    assert error.remedy == "lower context_window under [llm], or papers under [retrieval]"


async def test_another_bad_request_is_refused_with_the_servers_words() -> None:
    error, base = await fail_with("bad_request")
    assert type(error) is errors.EndpointRefused
    assert str(error) == f"{base} refused the request (400): temperature must be at most 2"


@pytest.mark.parametrize(
    ("key", "fault", "message"),
    [
        (KEY, "unauthorized", "refused the key (401): Incorrect API key: [key]."),
        ("", "unauthorized", "wants a key (401): Incorrect API key: none."),
        (KEY, "forbidden", "refused the key (403): You may not use this model."),
    ],
)
async def test_a_refused_key_names_the_variable_that_mends_it(
    key: str, fault: str, message: str
) -> None:
    error, base = await fail_with(fault, key=key)
    assert type(error) is errors.EndpointRefused
    assert str(error) == f"{base} {message}"
    assert error.remedy == f"set FOOTNOTE_LLM__API_KEY to a key that {base} accepts"


async def test_a_key_that_the_server_repeats_shows_in_no_traceback_and_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    error, _ = await fail_with("unauthorized", key=KEY)
    shown = "".join(traceback.format_exception(error)) + error.remedy
    assert "[key]" in shown
    assert KEY not in shown
    assert caplog.records
    assert KEY not in caplog.text


async def test_a_key_that_would_be_cut_in_two_by_shortening_is_taken_out_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = {"message": "x" * 290 + KEY}
    monkeypatch.setitem(sys.modules["openai_faults"].STATUS_FAULTS, "bad_request", (400, words))
    error, _ = await fail_with("bad_request", key=KEY)
    assert str(error).endswith("x[key]")


def test_a_key_with_a_line_break_inside_is_refused_without_being_shown() -> None:
    with pytest.raises(errors.SettingsError) as caught:
        Endpoint("http://127.0.0.1:1/v1", "m", "sk-one\nsk-two")
    assert str(caught.value) == (
        "api_key holds a character that is not printable ASCII (it is not shown here)"
    )


async def test_space_around_a_key_is_dropped() -> None:
    with OpenAIServer() as server:
        await ask(make_endpoint(server, key=f" {KEY}\n"))
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


async def test_a_missing_model_names_those_that_the_server_has() -> None:
    with OpenAIServer(fault="model_404") as server:
        server.models = [{"id": "llama3:8b"}, {"id": "qwen3:4b"}]
        error = await fail(make_endpoint(server, model="gpt-9"))
    assert type(error) is errors.ModelNotFound
    assert str(error) == (
        f"{server.base_url} does not have the model 'gpt-9': The model `gpt-9` does not exist."
    )
    assert error.remedy == "set model to one of: llama3:8b, qwen3:4b"


async def test_of_many_models_a_missing_one_names_ten() -> None:
    with OpenAIServer(fault="model_404") as server:
        server.models = [{"id": f"m{number}"} for number in range(13)]
        error = await fail(make_endpoint(server, model="gpt-9"))
    names = ", ".join(f"m{number}" for number in range(10))
    assert error.remedy == f"set model to one of: {names} and 3 more"


@pytest.mark.parametrize("fault", ["html_200", "html_404"])
async def test_a_page_is_no_endpoint_and_its_first_words_are_quoted(fault: str) -> None:
    error, base = await fail_with(fault)
    what = "answered with a page, not a completion" if fault == "html_200" else "answered 404"
    assert type(error) is errors.NotAnEndpoint
    assert str(error) == (
        f"{base} {what}: 'Welcome to nginx! Welcome to nginx! This is no model server.'"
    )
    assert error.remedy == "check base_url: an endpoint lists its models at <base_url>/models"


async def test_plain_text_instead_of_a_stream_is_no_endpoint() -> None:
    error, base = await fail_with("text_200")
    assert type(error) is errors.NotAnEndpoint
    assert str(error) == f"{base} answered with text/plain, no stream"


async def test_json_that_is_no_completion_is_no_endpoint() -> None:
    error, base = await fail_with("other_json")
    assert type(error) is errors.NotAnEndpoint
    assert str(error) == f"{base} answered with JSON that is no completion: 'Welcome to the shop'"


async def test_an_error_with_status_200_is_a_failure() -> None:
    error, base = await fail_with("json_error")
    assert type(error) is errors.EndpointFailed
    assert str(error) == (
        f"{base} failed in the middle of its reply: Unexpected endpoint or method."
    )


@pytest.mark.parametrize("fault", [None, "html_200", "json_error"])
async def test_an_address_without_a_version_is_told_to_try_v1(fault: str | None) -> None:
    with OpenAIServer(fault=fault) as server:
        base = server.base_url.removesuffix("/v1")
        endpoint = Endpoint(base + "/", "test-model")
        with pytest.raises(errors.NotAnEndpoint) as listing:
            await endpoint.models()
        completion = await fail(endpoint)
    for error in (listing.value, completion):
        assert type(error) is errors.NotAnEndpoint
        assert error.remedy == f'try base_url = "{base}/v1"'


@pytest.mark.parametrize("fault", ["html_200", "text_200", "other_json"])
async def test_what_lists_no_models_is_no_endpoint(fault: str) -> None:
    with OpenAIServer(fault=fault) as server, pytest.raises(errors.NotAnEndpoint) as caught:
        await make_endpoint(server).models()
    assert str(caught.value).startswith(f"{server.base_url} answered with what lists no models: '")


async def test_a_listing_times_out_as_a_whole() -> None:
    with OpenAIServer(fault="silent") as server, pytest.raises(errors.EndpointTimeout) as caught:
        await make_endpoint(server, timeout=0.2).models()
    assert str(caught.value) == f"{server.base_url} said nothing for 0.2 s"


@pytest.mark.parametrize("fault", ["rate_limited_once", "starting_once"])
async def test_a_wait_that_ends_soon_is_waited_for_once(fault: str) -> None:
    with OpenAIServer(reply="All of it.", fault=fault) as server:
        assert text_of(await ask(make_endpoint(server))) == "All of it."
    assert len(server.chats) == 2


async def test_a_second_rate_limit_is_passed_on() -> None:
    with OpenAIServer(fault="rate_limited") as server:
        error = await fail(make_endpoint(server))
    assert isinstance(error, errors.RateLimited)
    assert error.retry_after == 0.05
    assert len(server.chats) == 2


@pytest.mark.parametrize(
    ("header", "seconds"), [("30", 30.0), ("5.5", 5.5), ("soon", None), ("inf", None), ("", None)]
)
async def test_a_long_or_unknown_wait_is_not_waited_for(header: str, seconds: float | None) -> None:
    with OpenAIServer(fault="rate_limited") as server:
        server.retry_after = header
        error = await fail(make_endpoint(server))
    assert isinstance(error, errors.RateLimited)
    assert error.retry_after == seconds
    assert len(server.chats) == 1


async def test_a_server_that_is_starting_up_says_when_to_ask_again() -> None:
    with OpenAIServer(fault="starting") as server:
        server.retry_after = "20"
        error = await fail(make_endpoint(server))
        assert isinstance(error, errors.RateLimited)
        assert str(error) == f"{server.base_url} asks to wait for 20 s (503): Loading model"
        assert error.remedy == "ask again in 20 s"
        server.retry_after = ""
        error = await fail(make_endpoint(server))
    assert isinstance(error, errors.EndpointFailed)
    assert str(error) == f"{server.base_url} failed (503): Loading model"


async def test_a_wait_given_as_a_date_is_read_as_seconds() -> None:
    error, base = await fail_with("rate_limited_date")
    assert isinstance(error, errors.RateLimited)
    assert error.retry_after is not None
    assert 50 < error.retry_after <= 60
    pattern = re.escape(base) + r" asks to wait for \d\d s \(429\): Too many requests\."
    assert re.fullmatch(pattern, str(error))


async def test_a_servers_own_failure_is_asked_once_and_passed_on() -> None:
    with OpenAIServer(fault="server_error") as server:
        error = await fail(make_endpoint(server))
    assert type(error) is errors.EndpointFailed
    assert str(error) == f"{server.base_url} failed (500): CUDA error: out of memory"
    assert len(server.chats) == 1
