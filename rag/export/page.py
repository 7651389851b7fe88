"""Answers as one HTML page that needs nothing else: no script, no picture, no other host.

Owns the use of Jinja2, the policy that a browser is given, and the page's style; leaves what
is told to `rag.export.outline`. Whatever stands in a variable is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from rag.export import words
from rag.export.outline import make_outline
from rag.links import arxiv_id, web_address
from rag.replies import Answer

_HERE = Path(__file__).parent
# The style is allowed by its hash, and nothing else by anything (https://www.w3.org/TR/CSP3/).
_POLICY = "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'"


def to_html(answers: Sequence[Answer], title: str) -> str:
    """The answers of one conversation, oldest first; at the end the papers that they cite.

    Raises ValueError for answers that mean different papers by one number.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["authors"] = words.tell_authors
    environment.filters["address"] = web_address
    environment.filters["arxiv"] = arxiv_id
    environment.filters["clean"] = words.clean
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    # What is hashed is the element's whole text, the line breaks beside its tags included.
    digest = base64.b64encode(hashlib.sha256(f"\n{style}\n".encode()).digest()).decode()
    outline = make_outline(answers, title)
    return environment.get_template("page.html").render(
        outline=outline,
        papers={source.number: source.paper for source in outline.sources},
        style=Markup(style),
        policy=Markup(_POLICY.format(digest)),
    )
