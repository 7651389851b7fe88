"""A question as it was understood -> the papers that its answer rests on.

Owns which papers are given to the answerer and under which numbers: those that the
question means outright, those of each side of a comparison, or the best for the whole
question, within its filters. Knows nothing about how an answer is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rag.comparison.balance import Balanced, find_sides_hits
from rag.comparison.tabulate import make_columns
from rag.conversation import Conversation
from rag.filters.finding import find_filters, strip_filters
from rag.filters.kept import KeptSelections
from rag.filters.selecting import order
from rag.inventory import answer_inventory, find_inventory_question, names_paper
from rag.library import Library
from rag.premise.naming import check_premise
from rag.question import Field, Filter, Selection, Side, Understood
from rag.records import Hit
from rag.refusal import mark_cited
from rag.replies import Answer, Column, Mode, Offer, Sentence
from rag.retrieve import Retriever
from rag.scope import Scope, judge_scope
from rag.support.judging import SupportJudge

ORDERED_FROM = 3  # times as many papers as are wanted are put in order
NEAR_THE_BEST = 0.75
COMPARED_AT_LEAST = 12


@dataclass(frozen=True, slots=True)
class Gathered:
    """What an answer is made of. Hits and offers belong together one by one, best first.

    `searched` is the question without the words of its filters. A comparison has `balanced`,
    the hits of each side, and `columns`, its sides with the numbers of their papers.
    `recorded` is the answer where the library's records give it.
    """

    searched: str
    hits: tuple[Hit, ...]
    offers: tuple[Offer, ...]
    scope: Scope
    selection: Selection | None = None
    balanced: Balanced | None = None
    columns: tuple[Column, ...] = ()
    premise: Sentence | None = None
    recorded: Answer | None = None


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Finds evidence in `library`: `papers` of them, for a comparison at least twelve."""

    library: Library
    retriever: Retriever
    judge: SupportJudge
    papers: int = 8
    today: Callable[[], date] = date.today
    selections: KeptSelections = field(default_factory=KeptSelections)

    def find_recorded(self, question: str, conversation: Conversation) -> Gathered | None:
        """The answer from the library's records, to a question that asks for them."""
        asked = find_inventory_question(
            question, bool(conversation.numbers), self.today(), self._is_title
        )
        if asked is None:
            return None
        cited = next((one.cited for one in reversed(conversation.exchanges) if one.cited), ())
        numbers = [one for one in asked.numbers or cited if one <= len(conversation.numbers)]
        ids = [conversation.numbers[one - 1] for one in numbers]
        meant = self.library.get(ids)
        given = conversation.number(tuple(meant[one] for one in ids if one in meant))
        answer = answer_inventory(asked, self.library, given)
        offers = conversation.number(answer.papers)
        text, sentences = answer.write(offers)
        recorded = Answer(
            question, text, Mode.LIBRARY, sentences, papers=mark_cited(offers, sentences)
        )
        return Gathered(question, (), offers, Scope(False, (), 0.0), recorded=recorded)

    def _is_title(self, words: str) -> bool:
        return names_paper(words, self.library)

    def gather(self, understood: Understood, conversation: Conversation) -> Gathered:
        """Raises LibraryError, VectorError or EmbedderError."""
        among, selection = self._select(understood.filters)
        searched = strip_filters(understood.question, understood.filters)
        if understood.compares and not (selection and not selection.kept):
            compared = self._gather_sides(understood, searched, conversation, selection)
            if _stand_apart(compared.columns):
                return compared
        if understood.about:
            about = frozenset(conversation.numbers[number - 1] for number in understood.about)
            among = about if among is None else about & among
        hits = self._find(searched, among, understood.filters)
        offers = conversation.number(tuple(hit.paper for hit in hits))
        scope = judge_scope(searched, hits, self.library)
        if understood.about and hits:
            scope = replace(scope, refused=False)
        return Gathered(
            searched,
            hits,
            offers,
            scope,
            selection,
            premise=None if scope.refused else self._check_premise(searched, hits, offers),
        )

    def _find(
        self, searched: str, among: Collection[str] | None, filters: Sequence[Filter]
    ) -> tuple[Hit, ...]:
        """The best papers, in the order that the filters want if they want one."""
        orders = [one for one in filters if one.orders]
        if not orders:
            return self.retriever.find(searched, self.papers, among).hits
        wanted = max((int(one.value) for one in orders), default=0) or self.papers
        found = self.retriever.find(searched, ORDERED_FROM * max(wanted, self.papers), among).hits
        by_id = {hit.paper.paper_id: hit for hit in found}
        near = [hit.paper for hit in found if hit.score >= NEAR_THE_BEST * found[0].score]
        return tuple(by_id[paper.paper_id] for paper in order(orders, near)[:wanted])

    def _select(self, filters: Sequence[Filter]) -> tuple[frozenset[str] | None, Selection | None]:
        """The ids that pass, None for all, and what the filters did."""
        if not any(not one.orders for one in filters):
            return None, None
        return self.selections.select(filters, self.library)

    def _gather_sides(
        self,
        understood: Understood,
        searched: str,
        conversation: Conversation,
        selection: Selection | None,
    ) -> Gathered:
        among = [
            self._keep_side(side, understood.filters, conversation) for side in understood.sides
        ]
        k = max(self.papers, COMPARED_AT_LEAST)
        balanced = find_sides_hits(self.retriever, searched, understood.sides, k, among)
        offers = conversation.number(tuple(hit.paper for hit in balanced.hits))
        columns = make_columns(balanced, offers)
        scope = judge_scope(searched, balanced.whole, self.library)
        refused = scope.refused and not any(one.found for one in balanced.sides)
        return Gathered(
            searched,
            balanced.hits,
            offers,
            replace(scope, refused=refused),
            selection,
            balanced,
            columns,
            self._check_premise(searched, balanced.hits, offers),
        )

    def _keep_side(
        self, side: Side, filters: Sequence[Filter], conversation: Conversation
    ) -> frozenset[str] | None:
        """The papers that a side is kept to: those it means outright, those of its period."""
        if side.numbers:
            known = conversation.numbers
            return frozenset(known[one - 1] for one in side.numbers if one <= len(known))
        period = [
            one
            for one in find_filters(f"papers {side.name}", self.today())
            if one.field is Field.DATE and not one.orders
        ]
        return self._select([*filters, *period])[0]

    def _check_premise(
        self, searched: str, hits: Sequence[Hit], offers: Sequence[Offer]
    ) -> Sentence | None:
        return check_premise(searched, hits, offers, self.judge)


def _stand_apart(columns: Sequence[Column]) -> bool:
    """Whether a table would have anything to set side by side: sides that all rest on the very
    same papers are one paper's own comparison, and better told in its words."""
    found = [set(column.papers) for column in columns if column.found]
    return len(found) < 2 or any(papers != found[0] for papers in found)
