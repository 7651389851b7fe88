"""A run, and two runs compared -> pages in HTML and Markdown.

Owns what a page holds and where it is written; leaves plots, templates and Markdown to their
own modules. The same records give the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.labelled import Bin
from eval.metrics import Group
from eval.paired import Difference
from eval.records import Kind, Manifest, Scored, Summary
from eval.report import markdown
from eval.report.plots import draw_calibration, draw_kinds, draw_support, draw_times
from eval.report.rows import flatten_settings, list_support_scores, show_questions
from eval.report.templates import render
from eval.report.text import group_means, list_missing, list_spreads, select_kinds
from eval.report.words import name_metric_fully, name_spread, tell_gaps

DRAWN_TIMES = ("retrieve_ms", "first_token_ms", "total_ms")


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Where a report lies."""

    html: Path
    markdown: Path


def write_report(
    manifest: Manifest,
    scored: Sequence[Scored],
    summary: Summary,
    folder: Path,
    curve: Sequence[Bin] | None = None,
) -> ReportFiles:
    """Write report.html, one page that loads nothing, and report.md into the folder.

    With `curve`, the local judge on labelled claims, the report has its calibration; without,
    how the support scores of the run lie, which says nothing of whether they are right.
    """
    html = render_report(manifest, scored, summary, curve)
    text = markdown.write_report(manifest, scored, summary)
    return _write(folder, "report", html, text)


def write_difference(a: Manifest, b: Manifest, difference: Difference, path: Path) -> Path:
    """Write the page at `path`, which ends in .html, and its Markdown beside it."""
    html = render(
        "difference.html",
        a=a,
        b=b,
        difference=difference,
        settings_a=flatten_settings(a.settings),
        settings_b=flatten_settings(b.settings),
        missing=list_missing(difference),
        reach=find_reach(difference),
    )
    text = markdown.write_difference(a, b, difference)
    return _write(path.parent, path.stem, html, text).html


def find_reach(difference: Difference) -> float:
    """How far to either side the bars of the differences are drawn."""
    furthest = max((max(-one.low, one.high) for one in difference.metrics), default=1.0)
    return next((reach for reach in (0.1, 0.25, 0.5) if furthest <= reach), 1.0)


def render_report(
    manifest: Manifest,
    scored: Sequence[Scored],
    summary: Summary,
    curve: Sequence[Bin] | None = None,
) -> str:
    """The page of a run."""
    from markupsafe import Markup

    scores = list_support_scores(scored)
    counts = Counter(one.row.question.kind.value for one in scored)
    support = draw_calibration(curve, "labelled claims") if curve else draw_support(scores)
    return render(
        "report.html",
        manifest=manifest,
        summary=summary,
        gaps=tell_gaps(summary),
        settings=flatten_settings(manifest.settings),
        groups=list(group_means(summary.means)),
        kinds=select_kinds(summary),
        kind_counts={kind.value: counts[kind.value] for kind in Kind if counts[kind.value]},
        kind_plots=[(label, Markup(plot)) for label, plot in _draw_all_kinds(summary)],
        times_plot=Markup(_draw_all_times(scored)),
        support_plot=Markup(support),
        support_count=len(scores),
        calibrated=bool(curve),
        spreads=list_spreads(summary),
        questions=show_questions(scored),
    )


def _draw_all_kinds(summary: Summary) -> Iterator[tuple[str, str]]:
    """(label, plot) of every metric that applies to more than one type of question."""
    kinds = select_kinds(summary)
    groups: dict[str, Group] = {}
    for group, means in group_means(summary.means):
        groups |= {mean.metric: group for mean in means}
    for place, metric in enumerate(groups):
        found = [(kind, means[metric]) for kind, means in kinds.items() if metric in means]
        if len(found) > 1:
            label = name_metric_fully(metric)
            yield label, draw_kinds(f"k{place}", label, found)


def _draw_all_times(scored: Sequence[Scored]) -> str:
    answers = [one.row.answer for one in scored if one.row.answer]
    if not answers:
        return ""
    times = [
        (name_spread(name), [getattr(one.timings, name) for one in answers]) for name in DRAWN_TIMES
    ]
    return draw_times("times", times)


def _write(folder: Path, stem: str, html: str, text: str) -> ReportFiles:
    files = ReportFiles(folder / f"{stem}.html", folder / f"{stem}.md")
    for path, content in ((files.html, html), (files.markdown, text)):
        path.write_text(content, encoding="utf-8", newline="\n")
    return files
