"""Settings -> an engine.

Owns which stages an engine is made of; knows nothing about how any of them works.
"""

from __future__ import annotations

from rag.address import Address
from rag.answer import Limits, ModelAnswerer
from rag.check import Checker
from rag.engine import Engine, Options, Stages
from rag.entailment import EntailmentJudge
from rag.errors import SettingsError
from rag.gather import Gatherer
from rag.judge import EndpointJudge
from rag.library import Library
from rag.llm import Endpoint
from rag.prompts import load_prompts
from rag.retrieve import Retriever
from rag.rewrite import Rewriter
from rag.settings import LlmSettings, Settings, SupportSettings
from rag.support.judging import SupportJudge
from rag.understand import Understander
from rag.write import Writer

QUOTING = "Quoting the abstracts: no model is asked"


def assemble_engine(library: Library, retriever: Retriever, settings: Settings) -> Engine:
    """The engine that the settings describe; one that quotes asks no endpoint for anything.

    Raises SettingsError or PromptError.
    """
    llm, local = settings.llm, SupportJudge()
    quoting = settings.answer.mode == "quoting"
    answerer = _make_answerer(llm) if llm.base_url and not quoting else None
    rewriter = Rewriter(answerer.endpoint, answerer.prompts["standalone"]) if answerer else None
    papers = settings.retrieval.papers
    stages = Stages(
        Understander(library, rewriter),
        Gatherer(library, retriever, local, papers),
        Writer(library, answerer, fall_back=settings.answer.fall_back),
        Checker(local) if quoting else _make_checker(local, settings.support, answerer),
    )
    label = QUOTING if quoting else ""
    if answerer:
        address = Address.parse(llm.base_url).shown
        label = f"{llm.model or 'The first model listed'} at {address}"
    hide = settings.support.on_unsupported == "hide"
    return Engine(library, retriever, stages, Options(papers, hide, label))


def _make_answerer(llm: LlmSettings) -> ModelAnswerer:
    key = llm.api_key.get_secret_value()
    endpoint = Endpoint(llm.base_url, llm.model, key, timeout=llm.timeout)
    limits = Limits(llm.context_window, llm.max_tokens, llm.temperature)
    return ModelAnswerer(endpoint, load_prompts(), limits)


def _make_checker(
    local: SupportJudge, support: SupportSettings, answerer: ModelAnswerer | None
) -> Checker:
    if support.entailment:
        return Checker(local, EntailmentJudge(support.entailment))
    if support.judge == "local":
        return Checker(local)
    if answerer is None:
        raise SettingsError(
            'settings: support.judge is "endpoint", and no endpoint is set',
            remedy='set [llm] base_url, or [support] judge = "local"',
        )
    return Checker(local, EndpointJudge(answerer.endpoint, answerer.prompts["support"]))
