"""A run, and two runs compared, in Markdown.

Owns the Markdown and its escaping: nothing that a question, a paper or a model wrote becomes
a tag, a link, a picture or a table's edge. Leaves figures to `eval.report.words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from eval.paired import Difference
from eval.records import Manifest, Mean, Score, Scored, Summary
from eval.report.rows import Shown, name_support, name_writer, show_questions
from eval.report.text import (
    group_means,
    list_missing,
    list_spreads,
    select_kinds,
    tell_lost,
)
from eval.report.words import (
    count_of,
    name_kind,
    name_metric,
    name_metric_fully,
    tell_gaps,
    tell_pairs,
    tell_refusal,
    write_counts,
    write_figure,
    write_probability,
    write_range,
    write_signed,
    write_signed_range,
)
from rag.replies import Answer, Sentence

_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~>=:@-])")


def write_report(manifest: Manifest, scored: Sequence[Scored], summary: Summary) -> str:
    """The whole of report.md."""
    blocks = [
        f"# {plain(manifest.name)}",
        _write_byline(manifest, summary),
        "## Scores",
        *(_write_group(group.value, means) for group, means in group_means(summary.means)),
        *_write_kinds(summary),
        *_write_spreads(summary),
        "## Questions, worst first",
        *(_write_question(one) for one in show_questions(scored)),
    ]
    return "\n\n".join(blocks) + "\n"


def write_difference(a: Manifest, b: Manifest, difference: Difference) -> str:
    """The whole of difference.md."""
    blocks = [
        f"# {plain(a.name)} (A) to {plain(b.name)} (B)",
        f"{count_of(difference.questions, 'question')} in both runs.",
        *(f"**Beware.** {plain(warning)}" for warning in difference.warnings),
        _write_compared(difference),
        "## Questions that flipped, worst first",
        *(_write_flips(difference) or ["None."]),
        *(f"**{what}:** {plain(', '.join(ids))}" for what, ids in list_missing(difference).items()),
        *_write_lost("A", difference),
        *_write_lost("B", difference),
    ]
    return "\n\n".join(blocks) + "\n"


def plain(text: str) -> str:
    """Text that means nothing to Markdown, in one line."""
    return _MARKS.sub(r"\\\1", escape(" ".join(text.split()), quote=False))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


# --- a run --------------------------------------------------------------------------


def _write_byline(manifest: Manifest, summary: Summary) -> str:
    facts = (
        ("Questions", f"{manifest.questions} ({manifest.questions_hash[:16]})"),
        ("Library", f"{manifest.library}, {count_of(manifest.papers, 'paper')}"
         f" ({manifest.corpus_hash[:16]})"),
        ("Model", manifest.model or "none: the answers quote"),
        ("Embedding", manifest.embedding),
        ("Footnote", f"{manifest.version} {manifest.revision}".strip()),
        ("Machine", manifest.machine),
        ("Begun", manifest.created),
    )  # fmt: skip
    counted = f"{count_of(summary.questions, 'question')}, {tell_gaps(summary)}."
    return "\n".join([counted, "", *(f"- {name}: {plain(value)}" for name, value in facts)])


def _write_group(name: str, means: Sequence[Mean]) -> str:
    rows = [
        (
            name_metric(mean.metric),
            write_figure(mean.mean),
            write_range(mean.low, mean.high),
            str(mean.n),
            str(mean.failed),
        )
        for mean in means
    ]
    head = ("Metric", "Mean", "95 % interval", "n", "Failed")
    return f"### {name}\n\n{_table(head, rows)}"


def _write_kinds(summary: Summary) -> Iterator[str]:
    kinds = select_kinds(summary)
    if not kinds:
        return
    rows = [
        (
            name_metric_fully(mean.metric),
            *(_write_cell(means.get(mean.metric)) for means in kinds.values()),
        )
        for mean in summary.means
    ]
    yield f"## Scores by type of question\n\n{_table(('Metric', *map(name_kind, kinds)), rows)}"


def _write_cell(mean: Mean | None) -> str:
    return f"{write_figure(mean.mean, 2)} ({write_counts(mean)})" if mean else ""


def _write_spreads(summary: Summary) -> Iterator[str]:
    rows = [(what, p50, p95, str(n)) for what, p50, p95, n in list_spreads(summary)]
    if rows:
        yield f"## Times\n\n{_table(('', 'p50', 'p95', 'n'), rows)}"


def _write_question(one: Shown) -> str:
    question, answer = one.scored.row.question, one.answer
    counts = f"mean {write_figure(one.mean, 2)} (n {one.n} · {one.failed} failed)"
    said = (
        f"{name_kind(question.kind)}, {plain(question.id)}",
        counts if one.scored.scores else "no score applies",
        plain(name_writer(answer)) if answer else "no answer",
    )
    blocks = [f"### {plain(question.text)}", ", ".join(said)]
    blocks.append(
        "\n".join(f"> {line}" for line in _write_answer(answer))
        if answer
        else f"> No answer: {plain(one.scored.row.error)}"
    )
    if one.scored.scores:
        blocks.append("\n".join(f"- {_write_score(score)}" for score in one.scored.scores))
    return "\n\n".join(blocks)


def _write_answer(answer: Answer) -> Iterator[str]:
    notices = [answer.notice, answer.premise.text if answer.premise else ""]
    lines = [f"*{plain(notice)}*" for notice in notices if notice]
    lines += [_write_sentence(sentence) for sentence in answer.sentences]
    if answer.comparison:
        sides = [side.name for side in answer.comparison.sides]
        for aspect in answer.comparison.aspects:
            for side, cell in zip(sides, aspect.cells, strict=True):
                lines.append(f"{plain(aspect.name)}, {plain(side)}: {_write_sentence(cell)}")
    for place, line in enumerate(lines or [plain(answer.text) or "(empty)"]):
        yield from ("", line) if place else (line,)


def _write_sentence(sentence: Sentence) -> str:
    numbers = "".join(f"\\[{number}\\]" for number in sentence.citations)
    return " ".join(filter(None, [plain(sentence.text), numbers, f"({name_support(sentence)})"]))


def _write_score(score: Score) -> str:
    label = name_metric_fully(score.metric)
    if score.value is None:
        return f"{label}: failed, {plain(score.failure)}"
    note = f" ({plain(score.note)})" if score.note else ""
    return f"{label}: {write_figure(score.value, 2)}{note}"


# --- two runs -----------------------------------------------------------------------


def _write_compared(difference: Difference) -> str:
    if not difference.metrics:
        return "No metric has a value in both runs."
    head = (
        "Metric",
        "A",
        "B",
        "B − A",
        "95 % interval",
        "n (+ in one run only)",
        "Failed A, B",
        "p",
        "p by Holm",
    )
    rows = [
        (
            name_metric_fully(one.metric),
            write_figure(one.mean_a),
            write_figure(one.mean_b),
            write_signed(one.difference),
            write_signed_range(one.low, one.high),
            tell_pairs(one),
            f"{one.failed_a}, {one.failed_b}",
            write_probability(one.p),
            write_probability(one.adjusted),
        )
        for one in difference.metrics
    ]
    return _table(head, rows)


def _write_flips(difference: Difference) -> list[str]:
    blocks = []
    for flip in difference.flips:
        lines = [
            f"### {plain(flip.text)}",
            "",
            f"{name_kind(flip.kind)}, {plain(flip.question_id)}",
        ]
        if told := tell_refusal(flip.refused_before, flip.refused):
            lines[-1] += f", {told}"
        lines += [""] if flip.changes else []
        lines += [
            f"- {name_metric_fully(one.metric)}:"
            f" {write_figure(one.before, 2)} → {write_figure(one.after, 2)}"
            for one in flip.changes
        ]
        blocks.append("\n".join(lines))
    return blocks


def _write_lost(run: str, difference: Difference) -> Iterator[str]:
    lost = difference.lost_a if run == "A" else difference.lost_b
    if lost:
        lines = [f"- {plain(tell_lost(one))}" for one in lost]
        yield "\n".join([f"**Failed in {run} only:**", "", *lines])
