"""The questions of a run as a report shows them, worst first.

Owns their order and what is told of each; knows nothing about how it looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from eval.records import Kind, Scored
from eval.report.words import count_of
from rag.places import MARKS
from rag.replies import Answer, Mode, Offer, Sentence, Support
from rag.titles import normalise_title

UNSTATED = "not stated in the abstract"
SIGNS = {
    Support.SUPPORTED: "✓",
    Support.PARTLY: "≈",
    Support.NOT_FOUND: "?",
    Support.CONTRADICTED: "!",
    Support.NOT_NEEDED: "",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """A paper that the answerer was given; `gold` where the set names it as right."""

    offer: Offer
    gold: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A question with what came of it.

    `mean` is over the `n` values and None where there is none; `failed` counts the judgements
    that failed. `unoffered` are the gold titles that the answerer was not given.
    """

    scored: Scored
    n: int
    failed: int
    mean: float | None
    offered: tuple[Offered, ...]
    unoffered: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        return self.scored.row.question.kind

    @property
    def answer(self) -> Answer | None:
        return self.scored.row.answer


def show_questions(scored: Sequence[Scored]) -> tuple[Shown, ...]:
    """Errors, then those with a failed judgement, then the rest; each by mean, lowest first.

    What failed counts 0 in this order, and in it only. A question to which no metric applies
    stands at the end.
    """
    shown = [show_question(one) for one in scored]
    return tuple(sorted(shown, key=_rank))


def show_question(scored: Scored) -> Shown:
    """A question with its scores counted and its papers told apart."""
    row = scored.row
    gold = {normalise_title(title): title for title in row.question.gold_titles}
    papers = row.answer.papers if row.answer else ()
    titles = {normalise_title(one.paper.title) for one in papers}
    values = [score.value for score in scored.scores if score.value is not None]
    return Shown(
        scored=scored,
        n=len(values),
        failed=len(scored.scores) - len(values),
        mean=fmean(values) if values else None,
        offered=tuple(Offered(one, normalise_title(one.paper.title) in gold) for one in papers),
        unoffered=tuple(title for key, title in gold.items() if key not in titles),
    )


def _rank(shown: Shown) -> tuple[int, float]:
    counted = shown.n + shown.failed
    low = (shown.mean or 0.0) * shown.n / counted if counted else 0.0
    if shown.answer is None:
        return 0, low
    if not counted:
        return 3, low
    return (1 if shown.failed else 2), low


# --- an answer ----------------------------------------------------------------------


def name_writer(answer: Answer) -> str:
    """Who answered."""
    if answer.refused and answer.mode is Mode.QUOTING:
        return "Refused"
    by = {
        Mode.MODEL: f"Written by {answer.model or 'the model'}",
        Mode.QUOTING: "Quoted from the abstracts",
        Mode.LIBRARY: "From the library’s records",
    }[answer.mode]
    return f"Refused; {by[0].lower()}{by[1:]}" if answer.refused else by


def tell_small_print(answer: Answer) -> list[str]:
    """What else is known of an answer, a sentence each."""
    checked = any(one.verdict for one in (*answer.sentences, *answer.cells))
    dropped, removed = answer.dropped_papers, answer.invalid_citations
    told = {
        f"Support was judged by {answer.judged}.": checked and not answer.refused,
        f"{count_of(dropped, 'paper')} found, but left out for want of room.": bool(dropped),
        f"{count_of(removed, 'citation')} removed: no such paper was given.": bool(removed),
        f"{count_of(answer.hidden, 'unsupported sentence')} hidden at first.": bool(answer.hidden),
    }
    return [line for line, holds in told.items() if holds]


def name_support(sentence: Sentence) -> str:
    """The verdict in a word."""
    return sentence.verdict.support.value if sentence.verdict else "not checked"


def sign_support(sentence: Sentence) -> str:
    """The verdict as a sign, for the eye; empty where there is nothing to mark."""
    return SIGNS[sentence.verdict.support] if sentence.verdict else ""


def tell_doubt(sentence: Sentence) -> str:
    """Why a sentence is not plainly supported; empty where it is, or was not checked."""
    plain = (Support.SUPPORTED, Support.NOT_NEEDED)
    verdict = sentence.verdict
    return verdict.reason if verdict and verdict.support not in plain else ""


def is_unstated(cell: Sentence) -> bool:
    """Whether a cell of a comparison says that its side says nothing."""
    return cell.text.strip(" .").lower() in ("", UNSTATED) and not cell.citations


def is_word_for_word(sentence: Sentence) -> bool:
    """Whether a sentence of an abstract that it rests on has its very words."""
    return any(_flat(one.sentence) == _flat(sentence.text) for one in sentence.evidence)


def tell_evidence(sentence: Sentence, answer: Answer) -> tuple[tuple[int | None, str], ...]:
    """(the paper's number, the sentence of its abstract) that a sentence rests on, but for
    those that have its very words; None where the answerer was not given the paper."""
    numbers = {offer.paper.paper_id: offer.number for offer in answer.papers}
    other = [one for one in sentence.evidence if _flat(one.sentence) != _flat(sentence.text)]
    return tuple((numbers.get(one.paper_id), one.sentence) for one in other)


def has_other_words(answer: Answer) -> bool:
    """Whether the text says anything that its sentences do not."""
    spoken = _flat("".join(sentence.text for sentence in answer.sentences))
    return _flat(MARKS.sub("", answer.text)) != spoken


def _flat(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def list_support_scores(scored: Sequence[Scored]) -> list[float]:
    """The support scores of all sentences and cells of the run that need support."""
    answers = [one.row.answer for one in scored if one.row.answer]
    verdicts = [said.verdict for one in answers for said in (*one.sentences, *one.cells)]
    needing = [one for one in verdicts if one and one.support is not Support.NOT_NEEDED]
    return [one.score for one in needing]


def flatten_settings(settings: Mapping[str, object], above: str = "") -> list[tuple[str, str]]:
    """(name, value) of every setting, names joined by dots."""
    flat = []
    for name, value in settings.items():
        if isinstance(value, Mapping):
            flat += flatten_settings(value, f"{above}{name}.")
        else:
            flat.append((f"{above}{name}", "" if value is None else str(value)))
    return flat
