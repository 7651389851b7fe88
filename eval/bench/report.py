"""A run's files: bench.json and report.html, a page that loads nothing.

Owns their folder and what the page shows; leaves plots and the look to others.
"""

from __future__ import annotations

import json
from pathlib import Path

from eval.bench.plots import draw_growth
from eval.bench.records import Report
from eval.bench.words import write_goal, write_value, write_verdict
from eval.report.templates import render

RUNS = Path("eval") / "runs"


def write_files(report: Report, runs: Path = RUNS) -> Path:
    """Write both files into a new folder `<date>-bench`, or that with a number; the folder."""
    folder = _make_folder(runs, f"{report.created[:10]}-bench")
    record = json.dumps(report.to_record(), ensure_ascii=False, indent=1)
    (folder / "bench.json").write_text(record + "\n", encoding="utf-8")
    (folder / "report.html").write_text(render_page(report), encoding="utf-8", newline="\n")
    return folder


def render_page(report: Report) -> str:
    """The page."""
    from markupsafe import Markup

    rows = [
        (line, write_value(line.value, line.unit), write_goal(line), write_verdict(line).lower())
        for line in report.lines
    ]
    plots = [(label, Markup(plot)) for label, plot in draw_growth(report.points)]
    return render("bench.html", report=report, rows=rows, plots=plots)


def _make_folder(runs: Path, stem: str) -> Path:
    number = 1
    while True:
        folder = runs / (stem if number == 1 else f"{stem}-{number}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            number += 1
        else:
            return folder
