"""The templates and what they may call.

Owns the environment of Jinja2 and its filters; knows nothing about what a page holds. All
that stands in a variable is escaped, but for plots, style and script, which are ours.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.metrics import BY_NAME
from eval.paired import Compared, Flip
from eval.records import Mean
from eval.report import rows, words
from rag.links import is_web_address
from rag.replies import Sentence, Support

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'; form-action 'none'"


def render(template: str, **shown: Any) -> str:
    """A page, whole: its style and script stand in it."""
    from markupsafe import Markup

    style = (HERE / "report.css").read_text(encoding="utf-8")
    script = (HERE / "report.js").read_text(encoding="utf-8")
    # What is hashed is the element's whole text, the line break after its tag included.
    digest = base64.b64encode(hashlib.sha256(f"\n{script}".encode()).digest()).decode()
    return (
        _make_environment()
        .get_template(template)
        .render(
            style=Markup(style),
            script=Markup(script),
            policy=Markup(POLICY.format(digest)),
            **shown,
        )
    )


def _make_environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([HERE, HERE.parent / "bench"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return environment


# --- filters ------------------------------------------------------------------------


def _percent(value: float) -> str:
    return f"{100 * value:.1f}%"


def _centred(difference: float, reach: float) -> str:
    """Where a difference stands on a line from -reach to reach."""
    return _percent((difference / reach + 1) / 2)


def _interval(mean: Mean) -> str:
    return words.write_range(mean.low, mean.high)


def _signed_interval(compared: Compared) -> str:
    return words.write_signed_range(compared.low, compared.high)


def _meaning(metric: str) -> str:
    return BY_NAME[metric].meaning


def _support_class(sentence: Sentence) -> str:
    return f"is-{rows.name_support(sentence).replace(' ', '-')}"


def _needs_score(sentence: Sentence) -> bool:
    return sentence.verdict is not None and sentence.verdict.support is not Support.NOT_NEEDED


def _refusal(flip: Flip) -> str:
    return words.tell_refusal(flip.refused_before, flip.refused)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "count_of": words.count_of,
    "figure": words.write_figure,
    "signed": words.write_signed,
    "probability": words.write_probability,
    "time": words.write_time,
    "measured": words.write_measured,
    "label": words.name_metric,
    "full_label": words.name_metric_fully,
    "kind": words.name_kind,
    "percent": _percent,
    "centred": _centred,
    "interval": _interval,
    "signed_interval": _signed_interval,
    "meaning": _meaning,
    "support": rows.name_support,
    "sign": rows.sign_support,
    "support_class": _support_class,
    "needs_score": _needs_score,
    "evidence": rows.tell_evidence,
    "doubt": rows.tell_doubt,
    "verbatim": rows.is_word_for_word,
    "unstated": rows.is_unstated,
    "writer": rows.name_writer,
    "other_words": rows.has_other_words,
    "small_print": rows.tell_small_print,
    "refusal": _refusal,
    "is_web": is_web_address,
}
