"""How answers, conversations and their papers leave Footnote: Markdown, a page, references.

Owns the ways out; knows nothing about where a file is put. Everything here is a pure function
of records: the same answers, the same text, and nothing that stands in a record (a title, an
abstract, a model's words, a question) can become markup, a link or a command in any of them.
"""

from __future__ import annotations

from rag.export.bibtex import to_bibtex
from rag.export.file_name import file_name
from rag.export.markdown import to_markdown, to_table
from rag.export.outline import cited_papers
from rag.export.page import to_html
from rag.export.ris import to_ris
from rag.export.spreadsheet import to_csv

__all__ = [
    "cited_papers",
    "file_name",
    "to_bibtex",
    "to_csv",
    "to_html",
    "to_markdown",
    "to_ris",
    "to_table",
]
