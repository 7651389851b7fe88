"""The faults of the test server: what OpenAI-compatible servers do, and what poses as one.

Owns their names and the bodies of their errors, in the dialects of the servers that send
them; knows nothing about connections (`openai_server` does).
"""

from __future__ import annotations

from typing import Any

STATUS_FAULTS: dict[str, tuple[int, dict[str, Any]]] = {
    "unauthorized": (
        401,
        {"message": "Incorrect API key: {key}.", "code": "invalid_api_key"},
    ),
    "forbidden": (403, {"message": "You may not use this model."}),
    "model_404": (404, {"message": "The model `{model}` does not exist.", "code": 404}),
    "bad_request": (400, {"message": "temperature must be at most 2", "code": None}),
    "unknown_option": (400, {"message": "Extra inputs are not permitted: stream_options"}),
    "rate_limited": (429, {"message": "Too many requests."}),
    "rate_limited_once": (429, {"message": "Too many requests."}),
    "rate_limited_date": (429, {"message": "Too many requests."}),
    "starting_once": (503, {"message": "Loading model"}),
    "starting": (503, {"message": "Loading model"}),
    "server_error": (500, {"message": "CUDA error: out of memory"}),
    "overflow_openai": (
        400,
        {
            "message": "Your messages resulted in 9001 tokens. Please reduce their length.",
            "type": "invalid_request_error",
            "code": "context_length_exceeded",
        },
    ),
    "overflow_llamacpp": (
        400,
        {
            "code": 400,
            "message": "the request exceeds the available size, try increasing it",
            "type": "exceed_context_size_error",
            "n_prompt_tokens": 9001,
        },
    ),
    "overflow_vllm": (
        400,
        {
            "message": "This model's maximum context length is 4096 tokens. However, you "
            "requested 9001 tokens.",
            "type": "BadRequestError",
            "code": 400,
        },
    ),
}
STREAM_FAULTS = (
    "slow",  # waits `delay` seconds between tokens
    "stalled",  # sends half of the reply, then nothing
    "stalled_after_finish",  # says that the reply is finished, then nothing
    "silent",  # takes the request and never answers
    "hang_up",  # takes the request and closes the connection
    "cut_off",  # closes the connection in the middle of a chunk
    "cut_off_at_once",  # the same before any token
    "cut_in_letter",  # ends, as if all were well, inside a letter of several bytes
    "no_finish",  # ends with [DONE], without a finish_reason
    "comments",  # sends comments and never an event
    "no_events",  # ends the stream at once, as if all were well
    "no_choices",  # sends only chunks with `choices: []`
    "empty",  # finishes without a token
    "length",  # finishes with finish_reason "length"
    "content_filter",  # finishes with finish_reason "content_filter"
    "error_event",  # sends an error in the middle of the stream
    "overflow_event",  # the same, about the context
    "bad_json",  # sends an event that is no JSON
    "bad_utf8",  # sends an event that is no UTF-8
    "odd_events",  # sends legal and odd events between the tokens, which mean nothing
    "reasoning",  # sends `reasoning_content` before the reply
)
BODY_FAULTS = ("plain_json", "html_200", "html_404", "text_200", "json_error", "other_json")
FAULTS = (*STATUS_FAULTS, *STREAM_FAULTS, *BODY_FAULTS)
UNSTREAMED = (*STATUS_FAULTS, *BODY_FAULTS, "silent", "hang_up")
LISTING_FAULTS = ("unauthorized", "forbidden", "server_error", "silent", *BODY_FAULTS[1:])
PAGE = (
    "<!doctype html><html><head><title>Welcome to nginx!</title><style>b {}</style></head>"
    "<body><h1>Welcome to nginx!</h1><p>This is no model server.</p></body></html>"
)
BODIES = {
    "html_200": (200, PAGE, "text/html; charset=utf-8"),
    "html_404": (404, PAGE, "text/html; charset=utf-8"),
    "text_200": (200, "It works!", "text/plain"),
    "json_error": (200, '{"error": "Unexpected endpoint or method."}', "application/json"),
    "other_json": (200, '{"message": "Welcome to the shop"}', "application/json"),
}
USAGE = {"prompt_tokens": 7, "completion_tokens": 3}
ODD_EVENTS = ([], "text", None, {"choices": [None]}, {"choices": [{}]}, {"choices": []})


def refusal(fault: str, key: str, model: str) -> tuple[int, dict[str, Any]]:
    """The status and the body with which a server refuses; some repeat the key or the model."""
    status, error = STATUS_FAULTS[fault]
    text = error["message"].replace("{key}", key).replace("{model}", model)
    return status, {"error": {**error, "message": text}}


def delta(said: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """A chunk of a stream."""
    choice = {"index": 0, "delta": said, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "choices": [choice]}


def whole(text: str) -> dict[str, Any]:
    """A completion that is not streamed."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"id": "c1", "object": "chat.completion", "choices": [choice], "usage": USAGE}
