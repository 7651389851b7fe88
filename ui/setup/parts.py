"""The parts of the settings' dialog: fields, choices, notes, what came of asking.

Owns the look of a single part; knows nothing about which settings there are.
"""

from __future__ import annotations

from html import escape

from ui.setup.fields import Standing
from ui.setup.state import Outcome, Told

TITLE = "fn-setup-title"


def render_dialog(inside: str, number: int) -> str:
    """The dialog around its content; `number` makes two that say the same differ, so that
    the browser learns of both."""
    return (
        '<div class="fn-setup-back"><section class="fn-setup" role="dialog" aria-modal="true"'
        f' aria-labelledby="{TITLE}" tabindex="-1" data-round="{number}">'
        f'<header><h2 id="{TITLE}">Settings</h2><button type="button" class="fn-x"'
        ' data-do="settings-close" aria-label="Close the settings">'
        f'<span aria-hidden="true">×</span></button></header>{inside}</section></div>'
    )


def render_field(name: str, label: str, field: str, hint: str, below: str) -> str:
    """A labelled field with a hint, and what is told of it below."""
    said = f'<span class="fn-hint">{escape(hint)}</span>' if hint else ""
    return (
        f'<div class="fn-field"><label for="{_id(name)}">{escape(label)}</label>{field}{said}'
        f"{below}</div>"
    )


def render_input(name: str, value: str, standing: Standing, told: Told, more: str) -> str:
    """A line to type in; `more` are attributes, ours."""
    kind = "" if " type=" in more else ' type="text"'
    fixed = " readonly" if name in standing.fixed else ""
    described = f' aria-describedby="{_id(name)}-note"'
    wrong = ' aria-invalid="true"' if name in told.problems else ""
    return (
        f'<input id="{_id(name)}" name="{name}"{kind}{more} value="{escape(value)}"'
        f' maxlength="2000" autocomplete="off"{described}{wrong}{fixed}>'
    )


def render_radios(
    name: str, choices: tuple[tuple[str, str, str], ...], chosen: str, standing: Standing
) -> str:
    """Choices of which one is taken, each with a line that says what it means."""
    fixed = " disabled" if name in standing.fixed else ""
    return "".join(
        f'<label class="fn-choice"><input type="radio" name="{name}" value="{value}"'
        f"{' checked' if value == chosen else ''}{fixed}><b>{words}</b><span>{meaning}</span>"
        "</label>"
        for value, words, meaning in choices
    )


def render_select(name: str, choices: tuple[tuple[str, str], ...], standing: Standing) -> str:
    fixed = " disabled" if name in standing.fixed else ""
    options = "".join(
        f'<option value="{value}"{" selected" if value == standing.value(name) else ""}>{words}'
        "</option>"
        for value, words in choices
    )
    return f'<select id="{_id(name)}" name="{name}"{fixed}>{options}</select>'


def note(name: str, standing: Standing, told: Told) -> str:
    """What is wrong with a field, or why it cannot be changed here."""
    problem, why = told.problems.get(name, ""), standing.fixed.get(name, "")
    if problem:
        return f'<p class="fn-wrong" id="{_id(name)}-note" role="alert">{escape(problem)}</p>'
    if why:
        return f'<p class="fn-fixed" id="{_id(name)}-note">{escape(why[:1].upper() + why[1:])}</p>'
    return ""


def render_outcome(outcome: Outcome) -> str:
    """What came of it: a line, with the way out where it went wrong."""
    kind, role = ("well", "status") if outcome.well else ("ill", "alert")
    remedy = f'<span class="fn-remedy">{escape(outcome.remedy)}</span>' if outcome.remedy else ""
    return (
        f'<p class="fn-outcome fn-{kind}" role="{role}"><b>{escape(outcome.says)}</b>{remedy}</p>'
    )


def _id(name: str) -> str:
    return f"fn-set-{name.replace('.', '-')}"
