"""Answers and hits as LlamaIndex gives them.

Owns the conversion; knows nothing about how an answer comes to be.
"""

from __future__ import annotations

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.records import Hit
from rag.replies import Answer
from rag.retrieve import Retriever


class PaperRetriever(BaseRetriever):
    """Footnote's retrieval as a LlamaIndex retriever: one node a paper."""

    def __init__(self, retriever: Retriever, papers: int) -> None:
        super().__init__()
        self._retriever = retriever
        self._papers = papers

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._retriever.find(query_bundle.query_str, self._papers).hits
        return [make_node(hit) for hit in hits]


def make_response(answer: Answer) -> Response:
    """The answer with its papers as source nodes, the cited ones first."""
    papers = sorted(answer.papers, key=lambda offer: not offer.cited)
    nodes = [
        NodeWithScore(
            node=TextNode(
                id_=offer.paper.paper_id,
                text=offer.paper.abstract,
                metadata={
                    "title": offer.paper.title,
                    "number": offer.number,
                    "cited": offer.cited,
                },
            )
        )
        for offer in papers
    ]
    return Response(response=answer.whole_text, source_nodes=nodes, metadata={"answer": answer})


def make_node(hit: Hit) -> NodeWithScore:
    """A hit as a node with its score."""
    metadata = {"title": hit.paper.title, "date": str(hit.paper.date or "")}
    node = TextNode(id_=hit.paper.paper_id, text=hit.paper.abstract, metadata=metadata)
    return NodeWithScore(node=node, score=hit.score)
