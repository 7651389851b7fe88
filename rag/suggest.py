"""Example questions that the library can answer.

Owns what a newcomer is offered to ask; knows nothing about answers. Subjects are the word
pairs and words that most titles share; names are what stands before a title's colon.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

from rag.records import Paper
from rag.terms import STOPWORDS
from rag.wording import stem_words

GENERIC = frozenset(
    """model models network networks neural learning deep machine data language large via based
    towards toward approach approaches method methods study new framework analysis training
    benchmark evaluating understanding better improving improve learn efficient task tasks
    simple general one two first how llm llms ai generalization generalisation""".split()
)
SUBJECT = re.compile(r"(ing|tion|sion|ness|ity|ance|ence|graphy|logy|ment)$")
NAME = re.compile(r"^([A-Z][\w-]*[A-Z0-9][\w-]*)\s*:")


def suggest_questions(papers: Iterable[Paper], count: int = 6) -> tuple[str, ...]:
    """Up to `count` questions: subjects that several papers share, and papers by name."""
    listed = list(papers)
    subjects = find_subjects([paper.title for paper in listed], 4)
    names = [match.group(1) for paper in listed if (match := NAME.match(paper.title))]
    forms = ("What do these papers find about {}?", "Do these papers agree on {}?")
    questions = [forms[place % 2].format(subject) for place, subject in enumerate(subjects)]
    about = _compare_names(listed)
    if about:
        questions.insert(1, f"How do {about[0]} and {about[1]} differ?")
    elif names:
        questions.insert(1, f"What does {names[0]} propose?")
    questions += [f"What does {name} propose, and how well does it do?" for name in names]
    questions += [f"What is “{paper.title}” about?" for paper in listed[: count if listed else 0]]
    return tuple(dict.fromkeys(questions))[:count]


def find_subjects(titles: Sequence[str], count: int) -> list[str]:
    """The word pairs, then words, that the most titles share; none overlaps another."""
    pairs: Counter[str] = Counter()
    singles: Counter[str] = Counter()
    for title in titles:
        words = re.findall(r"[A-Za-z][A-Za-z-]+", title)
        content = [word.lower() for word in words]
        singles.update({word for word in content if SUBJECT.search(word) and not _is_dull(word)})
        pairs.update(
            {
                f"{one} {two}"
                for one, two in pairwise(content)
                if one not in STOPWORDS and two not in STOPWORDS and not _is_dull(one)
            }
        )
    ranked = [(2 * seen, text) for text, seen in pairs.items() if seen >= 3]
    ranked += [(seen, text) for text, seen in singles.items() if seen >= 4]
    chosen: list[str] = []
    for _, text in sorted(ranked, key=lambda pair: (-pair[0], pair[1])):
        if not any(stem_words(text) & stem_words(other) for other in chosen):
            chosen.append(text)
    return chosen[:count]


def _is_dull(word: str) -> bool:
    return word in GENERIC or word in STOPWORDS or len(word) < 4


def _compare_names(papers: Sequence[Paper]) -> tuple[str, str] | None:
    """Two named papers whose titles have three words or more in common, and the most."""
    named = [
        (match.group(1), stem_words(paper.title[match.end() :]) - stem_words(" ".join(GENERIC)))
        for paper in papers[:2000]
        if (match := NAME.match(paper.title))
    ][:200]
    pairs = [
        (len(stems & more), one, other)
        for (one, stems), (other, more) in combinations(named, 2)
        if one != other
    ]
    shared, one, other = max(pairs, key=lambda pair: pair[0], default=(0, "", ""))
    return (one, other) if shared >= 3 else None
