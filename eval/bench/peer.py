"""A process that adds papers and searches them with LlamaIndex or paper-qa, as these come.

Owns how each of the two is used; knows nothing about Footnote and imports nothing of it: it
is run by the Python of an environment of its own (eval.bench.peers), as

    .venv-peers/bin/python eval/bench/peer.py PEER MODEL PAPERS QUESTIONS

with the folder of a sentence-transformers model, papers as JSON Lines with "title" and
"abstract" and questions as a JSON list of texts. It prints one JSON object. No socket is
connected: what would ask a model or the network fails.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

DEPTH = 10  # papers of a ranking
WARM_UP = "What is this library about?"

Papers = list[dict[str, Any]]
Search = Callable[[str], list[str]]


def load_for_llama_index(model: str) -> Any:
    """Its wrapper around the model."""
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    embedding = HuggingFaceEmbedding(model_name=model)
    embedding.get_text_embedding(WARM_UP)
    return embedding


def fill_llama_index(embedding: Any, papers: Papers) -> Search:
    """VectorStoreIndex with its defaults: vectors in memory, one document a paper."""
    from llama_index.core import Document, VectorStoreIndex

    documents = [Document(text=one["abstract"], metadata={"title": one["title"]}) for one in papers]
    index = VectorStoreIndex.from_documents(documents, embed_model=embedding)
    retriever = index.as_retriever(similarity_top_k=DEPTH)
    return lambda question: [one.metadata["title"] for one in retriever.retrieve(question)]


def load_for_paper_qa(model: str) -> Any:
    """Its wrapper around the model."""
    from paperqa import Settings

    embedding = Settings(embedding=f"st-{model}").get_embedding_model()
    asyncio.run(embedding.embed_documents([WARM_UP]))
    return embedding


def fill_paper_qa(embedding: Any, papers: Papers) -> Search:
    """Docs with one text a paper, added one after the other; no language model is asked."""
    from paperqa import Doc, Docs, Text

    docs, loop = Docs(), asyncio.new_event_loop()
    for number, one in enumerate(papers):
        name = f"paper{number}"
        doc = Doc(docname=name, dockey=name, citation=one["title"])
        text = Text(text=f"{one['title']}\n{one['abstract']}", name=name, doc=doc)
        loop.run_until_complete(docs.aadd_texts([text], doc, embedding_model=embedding))

    def search(question: str) -> list[str]:
        found = docs.retrieve_texts(question, DEPTH, embedding_model=embedding)
        return [one.doc.citation for one in loop.run_until_complete(found)]

    return search


PEERS = {
    "llama-index": (load_for_llama_index, fill_llama_index),
    "paper-qa": (load_for_paper_qa, fill_paper_qa),
}


def measure(peer: str, model: str, papers: Papers, questions: list[str]) -> dict[str, Any]:
    """What `main` prints: the model is loaded and warm before the papers are added."""
    load, fill = PEERS[peer]
    embedding = load(model)
    started = time.perf_counter()
    search = fill(embedding, papers)
    adding = time.perf_counter() - started
    search(WARM_UP)  # paper-qa builds its index of texts at the first search
    times, rankings = [], []
    for question in questions:
        started = time.perf_counter()
        rankings.append(search(question))
        times.append((time.perf_counter() - started) * 1000)
    return {"papers": len(papers), "adding_s": adding, "search_ms": times, "rankings": rankings}


def forbid_network() -> None:
    """Let no socket be connected, and ask for nothing that is not on this machine."""

    def refuse(*_: object) -> None:
        raise OSError("a benchmark reaches nothing outside its own process")

    socket.socket.connect = refuse  # type: ignore[method-assign]
    os.environ |= {
        "HF_HUB_OFFLINE": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_WAIT_POLICY": "PASSIVE",
    }


def main() -> None:
    peer, model, papers, questions = sys.argv[1:]
    forbid_network()
    lines = Path(papers).read_text(encoding="utf-8").split("\n")
    read = [json.loads(line) for line in lines if line]
    asked = json.loads(Path(questions).read_text(encoding="utf-8"))
    print("\n" + json.dumps(measure(peer, model, read, asked)))


if __name__ == "__main__":
    main()
