"""What the short forms of a question stand for, as the library's own abstracts say it.

Owns finding `reinforcement learning (RL)` in an abstract; knows nothing about retrieval. The
long form is the words before the bracket whose initials are the short form, the first and
simplest case of Schwartz and Hearst (2003, "A Simple Algorithm for Identifying Abbreviation
Definitions in Biomedical Text").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from rag.library import Library

ACRONYM = re.compile(r"(?<![\w-])[A-Z]{2,6}(?=s?(?![\w-]))")  # no part of "MediViSTA-SAM"
DEFINITION = re.compile(r"((?:[^\W_]+[\s-]+){2,6})\(([A-Z]{2,6})s?\)")
READ = 40
MOST = 6


def expand_acronyms(question: str, library: Library) -> str:
    """The question with the long forms behind it; as it is where no abstract tells any."""
    acronyms = list(dict.fromkeys(ACRONYM.findall(question)))[:MOST]
    longer = [long for one in acronyms if (long := find_long_form(one, library))]
    return " ".join([question, *longer])


def find_long_form(acronym: str, library: Library) -> str:
    """What most of the abstracts that explain it say; empty if none does."""
    papers = library.get([paper_id for paper_id, _ in library.match([acronym.lower()], READ)])
    counts = Counter(long for paper in papers.values() for long in _read(paper.abstract, acronym))
    return min(counts, key=lambda long: (-counts[long], long), default="")


def _read(abstract: str, acronym: str) -> Iterator[str]:
    for match in DEFINITION.finditer(abstract):
        words = re.split(r"[\s-]+", match[1].strip())[-len(acronym) :]
        if match[2] == acronym and "".join(word[0] for word in words).upper() == acronym:
            yield " ".join(words).lower()
