"""The settings as a form, in a dialog. Pure: the same standing, the same HTML.

Owns how it looks and which words it uses; knows nothing about what follows. What the reader
typed is not in it: `setup.js` keeps that, so that no answer of the server undoes a word, and
a key never comes back from the server.
"""

from __future__ import annotations

from html import escape

from rag.config_file import Value
from rag.discover import LocalServer
from ui.setup.fields import ADDRESS, ALONG, FALL_BACK, FORGET, JUDGE, KEY, MODE, YES, Standing
from ui.setup.parts import (
    note,
    render_dialog,
    render_field,
    render_input,
    render_outcome,
    render_radios,
    render_select,
)
from ui.setup.state import Setup, Told

MORE = ("llm.context_window", "llm.timeout", "llm.max_tokens")
OFFERED = 6
NUMBER = ' inputmode="decimal"'


def render_form(standing: Standing, setup: Setup, path: str) -> str:
    """The dialog. `path` is the file that is written."""
    told = setup.told
    body = (
        f"{_saying(told)}{_who(standing, setup)}"
        f'<div class="fn-setup-model">'
        f"{_address(standing, told)}{_key(standing, told)}{_model(standing, setup)}"
        f"{_more(standing, told)}{_test(told)}</div>{_how(standing, told)}"
    )
    foot = (
        f'<div class="fn-setup-foot"><p title="{escape(path)}">Kept in {escape(path)}</p>'
        '<button type="button" class="fn-do" data-do="settings-close">Cancel</button>'
        '<button type="submit" class="fn-setup-save" data-do="settings-save">Save</button></div>'
    )
    form = (
        '<form data-form="settings-save" autocomplete="off" novalidate>'
        f'<div class="fn-setup-body">{body}</div>{foot}</form>'
    )
    return render_dialog(form, setup.round)


def _saying(told: Told) -> str:
    return render_outcome(told.saying) if told.saying else ""


def _who(standing: Standing, setup: Setup) -> str:
    quotes = standing.value(MODE) == "quoting" or not standing.address
    choices = (
        ("auto", "A model", "Answers in prose, from an endpoint that you name"),
        ("quoting", "Quoting only", "The abstracts’ own sentences; nothing is sent anywhere"),
    )
    radios = render_radios(MODE, choices, "quoting" if quotes else "auto", standing)
    fixed = MODE in standing.fixed or ADDRESS in standing.fixed
    below = note(MODE, standing, setup.told) + ("" if fixed else _found(setup.servers))
    return f'<fieldset class="fn-who"><legend>Who answers</legend>{radios}{below}</fieldset>'


def _found(servers: tuple[LocalServer, ...]) -> str:
    """The servers of this machine, each to be chosen at a click."""
    if not servers:
        return ""
    buttons = "".join(
        f'<button type="button" class="fn-found" data-fill="{ADDRESS}"'
        f' data-value="{escape(one.base_url)}"><b>{escape(one.name)}</b>'
        f"<span>{escape(one.base_url.split('//')[-1].removesuffix('/v1'))} · "
        f"{_count(len(one.models))}</span></button>"
        for one in servers
    )
    return f'<div class="fn-founds"><p>Running on this machine</p>{buttons}</div>'


def _count(models: int) -> str:
    return "1 model" if models == 1 else f"{models or 'no'} models"


def _address(standing: Standing, told: Told) -> str:
    more = ' inputmode="url" spellcheck="false" placeholder="http://127.0.0.1:11434/v1"'
    field = render_input(ADDRESS, standing.address, standing, told, more)
    lent = standing.lent.get(ADDRESS, "")
    hint = f"Filled in by {lent}." if lent else ""
    if standing.settings.llm.base_url.rstrip("/") != standing.address:
        hint = f"{hint} A user name or password is kept with it, not shown.".strip()
    return render_field(ADDRESS, "Address", field, hint, note(ADDRESS, standing, told))


def _key(standing: Standing, told: Told) -> str:
    """Always an empty field: a key that is kept is only said to be there."""
    state = "No key is kept; a server on this machine needs none."
    if standing.has_key:
        lent = standing.lent.get(KEY, "")
        state = f"The key in {lent} is sent." if lent else "A key is kept."
    more = f' type="password" data-kept-for="{escape(standing.address)}"'
    field = render_input(KEY, "", standing, told, more)
    boxes = _warn_key(standing) + _allow_key(standing, KEY in told.problems)
    kind = "fn-key-state" if standing.has_key else "fn-hint"
    hint = f'<span class="{kind}">{escape(state)}</span>'
    return (
        f'<div class="fn-key">{render_field(KEY, "API key", field, "", hint)}{boxes}'
        f"{note(KEY, standing, told)}</div>"
    )


def _warn_key(standing: Standing) -> str:
    """What becomes of a key that is kept: it can be forgotten, and belongs to its address."""
    if not standing.has_key or KEY in standing.lent or KEY in standing.fixed:
        return ""
    return (
        f'<label class="fn-tick fn-forget"><input type="checkbox" name="{FORGET}" value="{YES}">'
        "Remove it when saving</label>"
        f'<p class="fn-elsewhere">The key that is kept belongs to {escape(standing.address)}: it is'
        " not sent to another address. Type the key of the new one, if it wants any.</p>"
    )


def _allow_key(standing: Standing, asked: bool) -> str:
    if not standing.spare:
        return ""
    shown = " is-asked" if asked else ""
    return (
        f'<label class="fn-tick fn-elsewhere{shown}"><input type="checkbox" name="{ALONG}"'
        f' value="{YES}">Send the key in {escape(standing.spare)} to this address</label>'
    )


def _model(standing: Standing, setup: Setup) -> str:
    more = ' list="fn-models" spellcheck="false" placeholder="The first that it lists"'
    field = render_input("llm.model", str(standing.value("llm.model")), standing, setup.told, more)
    options = "".join(f'<option value="{escape(name)}"></option>' for name in setup.models)
    chips = "".join(
        f'<button type="button" data-fill="llm.model" data-value="{escape(name)}">{escape(name)}'
        "</button>"
        for name in setup.models[:OFFERED]
    )
    rest = len(setup.models) - OFFERED
    chips += f"<span>and {rest} more, in the field’s list</span>" if rest > 0 else ""
    button = (
        '<button type="button" class="fn-do" data-do="settings-models" data-with-form>'
        "List models</button>"
    )
    row = (
        f'<div class="fn-beside">{field}{button}</div><datalist id="fn-models">{options}</datalist>'
    )
    offered = f'<div class="fn-offered">{chips}</div>' if chips else ""
    beside = offered + note("llm.model", standing, setup.told)
    return render_field("llm.model", "Model", row, "", beside)


def _more(standing: Standing, told: Told) -> str:
    words = (
        ("Context window", "tokens; 0 asks the server"),
        ("Time limit", "seconds without a word"),
        ("Longest answer", "tokens"),
    )
    fields = "".join(
        render_field(
            name,
            label,
            render_input(name, _write(standing.value(name)), standing, told, NUMBER),
            hint,
            note(name, standing, told),
        )
        for name, (label, hint) in zip(MORE, words, strict=True)
    )
    opened = " open" if any(name in told.problems for name in MORE) else ""
    return (
        f'<details class="fn-unfold" id="fn-setup-more"{opened}><summary>More</summary>'
        f'<div class="fn-fields">{fields}</div></details>'
    )


def _write(number: Value) -> str:
    """Every digit of it: what is shown is what is saved again."""
    return repr(number).removesuffix(".0")


def _test(told: Told) -> str:
    outcome = render_outcome(told.endpoint) if told.endpoint else ""
    return (
        '<div class="fn-try"><button type="button" class="fn-do" data-do="settings-test"'
        ' data-with-form>Test</button><p class="fn-asking" role="status">Asking the endpoint…</p>'
        f"{outcome}</div>"
    )


def _how(standing: Standing, told: Told) -> str:
    papers = "retrieval.papers"
    ticked = " checked" if standing.value(FALL_BACK) else ""
    fixed = " disabled" if FALL_BACK in standing.fixed else ""
    return (
        "<fieldset><legend>How answers are given</legend>"
        + render_field(
            papers,
            "Papers to answer from",
            render_input(papers, str(standing.value(papers)), standing, told, NUMBER),
            "1 to 50; more papers are read more slowly",
            note(papers, standing, told),
        )
        + f'<label class="fn-tick"><input type="checkbox" name="{FALL_BACK}" value="{YES}"{ticked}'
        f"{fixed}>Quote when the endpoint fails</label>{note(FALL_BACK, standing, told)}"
        + _select("support.on_unsupported", "Without support", _UNSUPPORTED, standing)
        + _select(JUDGE, "Support is judged", _JUDGES, standing)
        + note(JUDGE, standing, told)
        + "</fieldset>"
    )


def _select(name: str, label: str, choices: tuple[tuple[str, str], ...], standing: Standing) -> str:
    return render_field(name, label, render_select(name, choices, standing), "", "")


_UNSUPPORTED = (("mark", "sentences are marked"), ("hide", "sentences start hidden"))
_JUDGES = (
    ("local", "by wording, on this machine"),
    ("endpoint", "by wording, then by the endpoint’s model"),
)
