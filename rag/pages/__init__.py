"""Readers of pages: whatever a user adds, made into entries, one reader a shape.

Owns the two ways in, `read_page` for bytes and `open_pages` for paths; knows nothing about
what becomes of the entries.
"""

from __future__ import annotations

from rag.pages.files import open_pages
from rag.pages.sniff import read_page

__all__ = ["open_pages", "read_page"]
