"""The bar under the header that says how far the jobs have come, and what has failed.

Owns its look; knows nothing about how a job is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ui.adding.jobs import Job, Line, Stage
from ui.adding.words import count, tell_report
from ui.told import render_told

REBUILD = "footnote rebuild"
FEW = 20  # papers; to embed fewer than these, behind a removal, is nobody's news
SEE = '<a class="fn-see" href="#library">See the library</a>'


def render_line(line: Line) -> str:
    """Empty where there is nothing to say."""
    if line.running:
        return _render_running(line.running, line.waiting)
    return _render_troubles(line.troubles) if line.troubles else ""


def tell_end(job: Job) -> str:
    """What a job has done; empty where that is nothing worth a word, or it failed, which the
    bar tells."""
    if job.stage is not Stage.DONE:
        return ""
    if job.report:
        return tell_report(job.report, job.work.expected)
    if job.work.rebuilds:
        return f"The index is rebuilt: {count(job.done)}."
    worth = job.done >= FEW or (job.first and job.done)
    return f"{count(job.done)} embedded." if worth else ""


def render_end(said: str) -> str:
    """What a job has done, as a note on the page."""
    return render_told(said, undo=SEE)


def render_end_in_bar(said: str) -> str:
    """The same in the bar, where the note on the page is needed for something else."""
    words = f'<p role="status"><strong>{escape(said)}</strong></p>'
    return f'<div class="fn-job">{words}{SEE}{_CLOSE}</div>'


def render_rebuild(remedy: str) -> str:
    """A button where the remedy is a command that the page can do as well; else empty."""
    if not remedy.startswith(REBUILD):
        return ""
    return '<button type="button" class="fn-deed" data-do="rebuild">Rebuild the index now</button>'


def _render_running(job: Job, waiting: int) -> str:
    queue = f" · {waiting:,} more to follow" if waiting else ""
    value = f' value="{job.done}" max="{job.total}"' if job.total else ""
    return (
        f'<div class="fn-job" data-job="{job.number}">'
        f'<progress class="fn-progress" aria-label="{_name(job)}"{value}></progress>'
        f'<p role="status"><strong>{_say(job)}</strong>'
        f'<span class="fn-meanwhile">{_say_meanwhile(job)}</span>{queue}</p></div>'
    )


def _name(job: Job) -> str:
    return "Rebuilding the index" if job.work.rebuilds else "Embedding papers"


def _say(job: Job) -> str:
    if job.stage in (Stage.WAITING, Stage.ADDING):
        return "Adding papers"
    name = "Rebuilding the index:" if job.work.rebuilds else "Embedding"
    return f"{name} {job.done:,} of {count(job.total)}" if job.total else _name(job)


def _say_meanwhile(job: Job) -> str:
    if job.work.rebuilds:
        return "questions wait until then"
    if job.first and not job.done:
        return "questions wait for the first of them"
    return "answers use those that are"


_CLOSE = (
    '<button type="button" class="fn-x" data-do="job-close" aria-label="Put this aside">'
    '<span aria-hidden="true">×</span></button>'
)


def _render_troubles(troubles: Sequence[Job]) -> str:
    """The last that failed, and how many did before it."""
    job, earlier = troubles[-1], len(troubles) - 1
    problem = job.problem
    message, remedy = (problem.message, problem.remedy) if problem else ("", "")
    said = escape(message[:1].upper() + message[1:])
    way_out = f'<span class="fn-remedy"><span>Way out</span> {escape(remedy)}</span>'
    others = f" {count(earlier, 'earlier attempt')} failed, too." if earlier else ""
    again = render_rebuild(remedy) or (
        '<button type="button" class="fn-deed" data-do="job-again">Try again</button>'
    )
    return (
        '<div class="fn-job fn-trouble" role="alert">'
        f"<p><strong>{_say_safe(job)}</strong> {said} {way_out if remedy else ''}{others}</p>"
        f"{again}{_CLOSE}</div>"
    )


def _say_safe(job: Job) -> str:
    """What failed, and what is safe all the same."""
    if job.work.rebuilds:
        return "The index was not rebuilt; the papers are safe."
    if job.report:
        return f"{tell_report(job.report, None)} They are safe, and not all embedded yet."
    if job.owes_papers:
        return "The papers were not added."
    return "Not all papers are embedded; they are safe."
