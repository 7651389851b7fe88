"""The engine, whole: real library, real vectors, real HTTP; a model that behaves or does not."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from asking import free_port
from libraries import entry, page
from llama_index.core.base.response.schema import Response
from llama_index.core.schema import QueryBundle
from openai_server import OpenAIServer

from rag import Footnote, errors
from rag.answer import CUT_OFF
from rag.assemble import assemble_engine
from rag.conversation import Conversation
from rag.engine import Engine
from rag.events import Checked, Done, Event, Found, TextDelta
from rag.refusal import NOT_ANSWERED, NOTHING_ABOUT
from rag.replies import Answer, Mode, Tokens
from rag.settings import load_settings

QUESTION = "What causes grokking?"
OFF_TOPIC = "When should I prune my hydrangeas?"
REPLY = "Grokking needs a rich regime [1]. Weight norm alone does not explain it [2][3]."


@pytest.fixture(scope="module")
def footnote(starter_folder: Path) -> Iterator[Footnote]:
    with Footnote.open(library=starter_folder) as opened:
        yield opened


def make_engine(
    footnote: Footnote, server: OpenAIServer | str = "", **sections: dict[str, Any]
) -> Engine:
    """An engine over the library; without a server it quotes."""
    base_url = server if isinstance(server, str) else server.base_url
    llm = {"base_url": base_url, "model": "test-model", "timeout": 0.4, "context_window": 8192}
    sections["llm"] = llm | sections.get("llm", {})
    return assemble_engine(footnote.library, footnote.retriever, load_settings(sections))


async def collect(
    engine: Engine, question: str = QUESTION, conversation: Conversation | None = None
) -> tuple[Found, str, Answer]:
    """(what was found, the deltas joined, the answer)"""
    async with aclosing(engine.astream(question, conversation)) as stream:
        found, *between, done = [event async for event in stream]
    assert isinstance(found, Found)
    assert isinstance(done, Done)
    texts = [event.text for event in between if isinstance(event, TextDelta)]
    assert len(texts) + sum(isinstance(event, Checked) for event in between) == len(between)
    return found, "".join(texts), done.answer


async def test_a_good_answer_is_streamed_cited_and_whole(
    footnote: Footnote, openai_server: OpenAIServer
) -> None:
    openai_server.reply = REPLY
    found, shown, answer = await collect(make_engine(footnote, openai_server))
    assert [offer.number for offer in found.papers] == list(range(1, 9))
    assert shown.strip() == answer.text == REPLY
    assert [one.citations for one in answer.sentences] == [(1,), (2, 3)]
    assert [offer.number for offer in answer.papers if offer.cited] == [1, 2, 3]
    abstracts = {offer.paper.paper_id: offer.paper.abstract for offer in answer.papers}
    for item in (item for one in answer.sentences for item in one.evidence):
        assert abstracts[item.paper_id][item.start : item.end] == item.sentence
    assert (answer.mode, answer.model, answer.question) == (Mode.MODEL, "test-model", QUESTION)
    assert answer.tokens == Tokens(read=7, written=3)
    assert (answer.complete, answer.refused, answer.notice) == (True, False, "")
    assert 0 < answer.timings.retrieve_ms <= answer.timings.first_token_ms
    assert answer.timings.first_token_ms <= answer.timings.total_ms


async def test_the_first_model_listed_answers_where_none_is_set(
    footnote: Footnote, openai_server: OpenAIServer
) -> None:
    answer = await make_engine(footnote, openai_server, llm={"model": ""}).aask(QUESTION)
    assert answer.model == "test-model"
    assert [request.path for request in openai_server.requests] == [
        "/v1/models",
        "/v1/chat/completions",
    ]


async def test_stopping_closes_the_servers_stream_at_once(footnote: Footnote) -> None:
    with OpenAIServer("word " * 300, "slow") as server:
        events = make_engine(footnote, server).astream(QUESTION)
        while not isinstance(await anext(events), TextDelta):
            pass
        await events.aclose()
        ended = await asyncio.to_thread(server.chats[0].ended.wait, 1.0)
        assert ended
        assert server.chats[0].client_closed


async def test_cancelling_the_task_closes_the_servers_stream(footnote: Footnote) -> None:
    with OpenAIServer("word " * 300, "slow") as server:
        asking = asyncio.create_task(make_engine(footnote, server).aask(QUESTION))
        while not server.chats:
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await asyncio.to_thread(server.chats[0].ended.wait, 1.0)
        assert server.chats[0].client_closed


FAILURES = {
    "unauthorized": "{base} wants a key (401): Incorrect API key: none.",
    "forbidden": "{base} wants a key (403): You may not use this model.",
    "model_404": "{base} does not have the model 'test-model': "
    "The model `test-model` does not exist.",
    "bad_request": "{base} refused the request (400): temperature must be at most 2.",
    "rate_limited": "{base} asks to wait for 0 s (429): Too many requests.",
    "rate_limited_date": "{base} asks to wait for ",
    "server_error": "{base} failed (500): CUDA error: out of memory.",
    "overflow_openai": "The prompt is too long for the model at {base}: "
    "Your messages resulted in 9001 tokens. Please reduce their length.",
    "overflow_llamacpp": "The prompt is too long for the model at {base}: ",
    "overflow_vllm": "The prompt is too long for the model at {base}: ",
    "silent": "{base} said nothing for 0.4 s.",
    "hang_up": "{base} broke off before it said anything: ",
    "cut_off_at_once": "{base} broke off before it said anything: ",
    "no_choices": "The model's answer was empty.",
    "no_events": "{base} ended its reply without a word: the prompt may be too long for the model.",
    "empty": "The model's answer was empty.",
    "html_200": "{base} answered with a page, not a completion: ",
    "html_404": "{base} answered 404: ",
    "text_200": "{base} answered with text/plain, no stream.",
    "json_error": "{base} failed in the middle of its reply: Unexpected endpoint or method.",
    "other_json": "{base} answered with JSON that is no completion: 'Welcome to the shop'.",
}


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


@pytest.mark.parametrize("fault", FAILURES)
async def test_a_failure_before_any_text_is_told_and_quoted_instead(
    footnote: Footnote, fault: str
) -> None:
    with OpenAIServer(REPLY, fault) as server:
        _, shown, answer = await collect(make_engine(footnote, server))
        expected = capitalised(FAILURES[fault].format(base=server.base_url))
    assert answer.notice.startswith(expected)
    assert answer.notice.endswith(". These are quotations instead.")
    assert answer.mode is Mode.QUOTING
    assert answer.model is None
    assert answer.complete
    assert shown.strip() == answer.text
    assert answer.sentences
    assert all(sentence.citations for sentence in answer.sentences)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("unauthorized", errors.EndpointRefused),
        ("model_404", errors.ModelNotFound),
        ("rate_limited", errors.RateLimited),
        ("server_error", errors.EndpointFailed),
        ("overflow_vllm", errors.ContextOverflow),
        ("silent", errors.EndpointTimeout),
        ("html_200", errors.NotAnEndpoint),
        ("empty", errors.EndpointError),
    ],
)
async def test_without_falling_back_the_error_itself_comes_out(
    footnote: Footnote, fault: str, kind: type[errors.EndpointError]
) -> None:
    with OpenAIServer(REPLY, fault) as server, pytest.raises(errors.EndpointError) as caught:
        await make_engine(footnote, server, answer={"fall_back": False}).aask(QUESTION)
    assert type(caught.value) is kind


async def test_with_nothing_at_the_address_the_answer_quotes(footnote: Footnote) -> None:
    address = f"http://127.0.0.1:{free_port()}/v1"
    answer = await make_engine(footnote, address, llm={"model": ""}).aask(QUESTION)
    assert answer.notice.startswith(f"Nothing answers at {address}: ")
    assert answer.notice.endswith(" These are quotations instead.")
    assert answer.sentences


async def test_a_short_wait_that_the_server_asks_for_is_waited(footnote: Footnote) -> None:
    with OpenAIServer(REPLY, "rate_limited_once") as server:
        answer = await make_engine(footnote, server).aask(QUESTION)
    assert (answer.text, answer.notice) == (REPLY, "")


@pytest.mark.parametrize("fault", ["cut_off", "no_finish", "cut_in_letter"])
async def test_a_stream_that_breaks_off_after_text_is_incomplete_not_quoted(
    footnote: Footnote, fault: str
) -> None:
    with OpenAIServer(REPLY, fault) as server:
        _, shown, answer = await collect(make_engine(footnote, server))
    assert (answer.mode, answer.complete, answer.notice) == (Mode.MODEL, False, CUT_OFF)
    assert shown.strip() == answer.text
    assert answer.text.startswith("Grokking needs")


@pytest.mark.parametrize("fault", ["stalled", "error_event", "overflow_event"])
async def test_an_error_after_text_is_the_notice_even_without_falling_back(
    footnote: Footnote, fault: str
) -> None:
    with OpenAIServer(REPLY, fault) as server:
        answer = await make_engine(footnote, server, answer={"fall_back": False}).aask(QUESTION)
        assert server.base_url in answer.notice
    assert (answer.mode, answer.complete) == (Mode.MODEL, False)
    assert answer.text.startswith("Grokking needs")


async def test_a_models_refusal_names_the_nearest_papers(
    footnote: Footnote, openai_server: OpenAIServer
) -> None:
    openai_server.reply = "“Not in these papers.” But I do know a lot about it [1]."
    found, shown, answer = await collect(make_engine(footnote, openai_server))
    titles = [offer.paper.title for offer in found.papers]
    named = "; ".join(f"{title} [{n}]" for n, title in enumerate(titles[:3], start=1))
    assert shown == answer.text == f"{NOT_ANSWERED} The nearest are: {named}."
    assert (answer.refused, answer.mode, answer.model) == (True, Mode.MODEL, "test-model")
    assert [one.citations for one in answer.sentences] == [(), (1, 2, 3)]
    assert (answer.complete, answer.notice) == (True, "")


@pytest.mark.parametrize("reply", ["<think>Hm, [1].</think>", "<think>and on", " \n ", "[77]"])
async def test_a_reply_that_says_nothing_is_told_and_quoted_instead(
    footnote: Footnote, openai_server: OpenAIServer, reply: str
) -> None:
    openai_server.reply = reply
    _, shown, answer = await collect(make_engine(footnote, openai_server))
    assert answer.notice == "The model's answer was empty. These are quotations instead."
    assert (answer.mode, shown.strip()) == (Mode.QUOTING, answer.text)


async def test_html_and_odd_characters_of_a_model_stay_text(
    footnote: Footnote, openai_server: OpenAIServer
) -> None:
    openai_server.reply = "<script>alert(1)</script> & <b>bold</b> 🙂 [1]."
    answer = await make_engine(footnote, openai_server).aask(QUESTION)
    assert answer.text == openai_server.reply


async def test_an_off_topic_question_never_reaches_the_model(
    footnote: Footnote, openai_server: OpenAIServer
) -> None:
    found, shown, answer = await collect(make_engine(footnote, openai_server), OFF_TOPIC)
    assert openai_server.requests == []
    assert answer.refused
    titles = [offer.paper.title for offer in found.papers]
    named = "; ".join(f"{title} [{n}]" for n, title in enumerate(titles[:3], start=1))
    assert shown == answer.text == f"{NOTHING_ABOUT} The nearest are: {named}."
    assert (answer.mode, answer.model) == (Mode.QUOTING, None)


async def test_a_refusal_names_the_terms_that_no_paper_has(footnote: Footnote) -> None:
    answer = await make_engine(footnote).aask("How old is Meryl Streep?")
    assert answer.missing_terms == ("Meryl", "Streep")
    assert answer.text.startswith(
        "No paper here mentions “Meryl” or “Streep”, and nothing else here answers this. "
        "The nearest are: "
    )


async def test_papers_dropped_for_want_of_room_are_counted(
    footnote: Footnote, openai_server: OpenAIServer
) -> None:
    openai_server.reply = "So [1]. Not so [8]."
    answer = await make_engine(footnote, openai_server, llm={"context_window": 2400}).aask(QUESTION)
    assert 0 < answer.dropped_papers < 8
    assert len(answer.papers) == 8 - answer.dropped_papers
    assert answer.invalid_citations == 1
    openai_server.reply = "NOT IN THESE PAPERS"
    engine = make_engine(footnote, openai_server, llm={"context_window": 2400})
    refused = await engine.aask(QUESTION)
    assert refused.dropped_papers == answer.dropped_papers


async def test_numbers_stay_through_a_conversation_refusals_and_all(
    footnote: Footnote, openai_server: OpenAIServer
) -> None:
    engine = make_engine(footnote, openai_server)
    conversation = Conversation()
    numbers: dict[str, int] = {}
    for turn, question in enumerate(
        (QUESTION, OFF_TOPIC, "Does weight decay matter for grokking?", "What is RT-1?", QUESTION)
    ):
        openai_server.reply = "It is [1][2]." if turn != 2 else "NOT IN THESE PAPERS"
        found, _, answer = await collect(engine, question, conversation)
        assert answer.refused is (turn in (1, 2))
        for offer in found.papers:
            assert numbers.setdefault(offer.paper.paper_id, offer.number) == offer.number
        given = {offer.paper.paper_id: offer.number for offer in answer.papers}
        assert given.items() <= numbers.items()
        conversation = conversation.after(answer)
    assert sorted(numbers.values()) == list(range(1, len(numbers) + 1))
    assert conversation.numbers == tuple(sorted(numbers, key=numbers.__getitem__))


async def test_a_later_turn_is_cited_under_the_numbers_of_the_conversation(
    footnote: Footnote, openai_server: OpenAIServer
) -> None:
    engine = make_engine(footnote, openai_server)
    openai_server.reply = "So [1]."
    first = await engine.aask("What is RT-1?")
    openai_server.reply = "Old [1]. New [9]. Unknown [40]."
    second = await engine.aask(QUESTION, Conversation().after(first))
    assert max(offer.number for offer in second.papers) > 8
    offered = {offer.number for offer in second.papers}
    cited = {number for one in second.sentences for number in one.citations}
    assert cited == offered & {1, 9}
    assert "[40]" not in second.text


def test_llama_index_asks_through_query_and_gets_the_answer(
    footnote: Footnote, openai_server: OpenAIServer
) -> None:
    openai_server.reply = "It is [3]."
    response = make_engine(footnote, openai_server).query(QUESTION)
    assert isinstance(response, Response)
    answer = response.metadata["answer"]
    assert isinstance(answer, Answer)
    assert str(response) == answer.text == "It is [3]."
    first = response.source_nodes[0].node
    assert (first.metadata["number"], first.metadata["cited"]) == (3, True)
    by_number = {offer.number: offer.paper for offer in answer.papers}
    assert first.node_id == by_number[3].paper_id
    assert first.get_content() == by_number[3].abstract
    assert len(response.source_nodes) == 8


async def test_llama_index_asks_through_aquery_too(
    footnote: Footnote, openai_server: OpenAIServer
) -> None:
    openai_server.reply = "It is [1]."
    response = await make_engine(footnote, openai_server).aquery(QueryBundle(QUESTION))
    assert response.metadata["answer"].text == "It is [1]."


def test_llama_index_retrieves_one_node_a_paper_best_first(footnote: Footnote) -> None:
    engine = make_engine(footnote, retrieval={"papers": 5})
    nodes = engine.retrieve(QueryBundle(QUESTION))
    hits = footnote.retriever.find(QUESTION, 5).hits
    assert [node.node.node_id for node in nodes] == [hit.paper.paper_id for hit in hits]
    assert [node.score for node in nodes] == [hit.score for hit in hits]
    assert [node.node.metadata["title"] for node in nodes] == [hit.paper.title for hit in hits]
    again = engine.as_retriever().retrieve(QUESTION)
    assert [node.node.node_id for node in again] == [node.node.node_id for node in nodes]


def test_a_plain_thread_may_ask(footnote: Footnote, openai_server: OpenAIServer) -> None:
    openai_server.reply = REPLY
    engine = make_engine(footnote, openai_server)
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(engine.ask(QUESTION)))] * 1
    threads += [threading.Thread(target=lambda: answers.append(engine.ask(QUESTION)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [answer.text for answer in answers] == [REPLY, REPLY]


async def test_eight_questions_at_once_are_answered_each_its_own(footnote: Footnote) -> None:
    def reply(messages: list[dict[str, str]]) -> str:
        return "You asked: " + messages[1]["content"].rpartition("Question: ")[2] + " [1]."

    questions = [f"What causes grokking in setting {number}?" for number in range(8)]
    with OpenAIServer(reply) as server:
        engine = make_engine(footnote, server, llm={"timeout": 10.0})
        answers = await asyncio.gather(*(engine.aask(question) for question in questions))
    assert [answer.text for answer in answers] == [
        f"You asked: {question} [1]." for question in questions
    ]
    assert [answer.question for answer in answers] == questions


def test_without_an_endpoint_it_quotes_and_says_so(footnote: Footnote) -> None:
    engine = footnote.engine()
    assert not engine.streams
    assert engine.status() == "Quoting the abstracts: no model is set"
    assert engine.paper_count() == 72
    answer = engine.ask(QUESTION)
    assert (answer.mode, answer.refused, answer.notice) == (Mode.QUOTING, False, "")
    assert answer.sentences


def test_an_engine_made_from_settings_asks_the_endpoint_set(
    starter_folder: Path, openai_server: OpenAIServer
) -> None:
    llm = {"base_url": openai_server.base_url, "model": "m", "max_tokens": 99}
    openai_server.reply = "So [1]."
    with Footnote.open(library=starter_folder, llm=llm) as opened:
        engine = opened.engine()
        assert engine.streams
        assert engine.status() == f"m at {openai_server.base_url}"
        assert engine.ask(QUESTION).text == "So [1]."
    assert openai_server.chats[0].body["max_tokens"] == 99


def test_an_empty_library_says_how_to_fill_it(tmp_path: Path) -> None:
    with Footnote.open(library=tmp_path) as opened:
        engine = opened.engine()
        assert engine.examples() == ()
        with pytest.raises(errors.LibraryEmpty) as caught:
            engine.ask(QUESTION)
    assert str(caught.value) == f"the library at {tmp_path} holds no papers"
    assert caught.value.remedy == "footnote add PATH, with a saved listing page"


@pytest.mark.parametrize(
    "question",
    [
        "",
        "   ",
        "?!",
        "grokking\x00?",
        '" OR title:*',
        "why\u202e not",
        "grokking " * 2000,
        "🙂",
        "\udcff",
    ],
    ids=lambda question: ascii(question[:12]),
)
async def test_any_question_gets_an_answer(footnote: Footnote, question: str) -> None:
    started = time.perf_counter()
    answer = await make_engine(footnote).aask(question)
    assert answer.text
    assert time.perf_counter() - started < 5.0


async def test_the_engine_adds_little_before_the_first_word(
    footnote: Footnote, openai_server: OpenAIServer
) -> None:
    engine = make_engine(footnote, openai_server)
    await engine.aask(QUESTION)
    laps = []
    for _ in range(5):
        events = engine.astream(QUESTION)
        started = time.perf_counter()
        event: Event = await anext(events)
        while not isinstance(event, TextDelta):
            event = await anext(events)
        laps.append(time.perf_counter() - started)
        await events.aclose()
    assert statistics.median(laps) < 0.5, laps


async def test_checking_is_timed_and_quick(footnote: Footnote) -> None:
    engine = make_engine(footnote)
    await engine.aask(QUESTION)
    answer = await engine.aask(QUESTION)
    assert 0.0 < answer.timings.support_ms < answer.timings.total_ms
    assert answer.timings.support_ms / len(answer.sentences) < 100.0


def test_examples_are_made_anew_only_once_the_library_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Footnote.open(library=tmp_path) as empty:
        engine = make_engine(empty)
        assert engine.examples() == ()
        empty.library.add([page(entry("BEIR: A Benchmark"))])
        asked = engine.examples()
        assert asked == ("What is BEIR, and what did it show?",)
        monkeypatch.setattr(empty.library, "papers", None)
        assert engine.examples() == asked
