"""Where sentences and clauses of a question begin and end.

Owns finding their bounds by punctuation; knows nothing about what is compared. A stretch is
(start, end) in the question.
"""

from __future__ import annotations

import re

Stretch = tuple[int, int]


def end_of_sentence(text: str, start: int) -> int:
    end = re.compile(r"[.?!](?=\s|$)|[;:](?=\s|$)|\s[-–—]\s").search(text, start)
    return end.start() if end else len(text)


def end_of_clause(text: str, start: int) -> int:
    end = re.compile(r"[.?!,;:](?=\s|$)|\s[-–—]\s").search(text, start)
    return end.start() if end else len(text)


def start_of_sentence(text: str, end: int) -> int:
    marks = [match.end() for match in re.finditer(r"[.?!;:]\s", text[:end])]
    return marks[-1] if marks else 0


def start_of_clause(text: str, end: int) -> int:
    marks = [match.end() for match in re.finditer(r"[.?!,;:(]\s|\s[-–—]\s", text[:end])]
    return marks[-1] if marks else 0
