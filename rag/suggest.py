"""Example questions that the library can answer.

Owns what a newcomer is offered to ask; knows nothing about answers. Subjects are the word
pairs and words that most titles share; names are what stands before a title's colon.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations, pairwise

from rag.records import Paper
from rag.terms import STOPWORDS
from rag.wording import stem_words

# Words that many titles hold and that name no subject; those of HEADS may end one.
GENERIC = frozenset(
    """neural deep machine large via based towards toward approach approaches study new
    framework analysis evaluating understanding better improving improve learn efficient
    simple general one two first how llm llms ai language foundation during beyond nothing
    something everything being""".split()
)
HEADS = frozenset(
    """model models network networks learning data method methods training benchmark
    benchmarks task tasks agents generalization generalisation""".split()
)
DULL = GENERIC | HEADS | STOPWORDS
VAGUE = frozenset("information performance distribution evaluation function attention".split())
SUBJECT = re.compile(r"(ing|tion|sion|ness|ity|ance|ence|graphy|logy|ment)$")
NAME = re.compile(r"^([A-Z][\w-]*[A-Z0-9][\w-]*)\s*:")
WORD = re.compile(r"[A-Za-z][A-Za-z-]+")
FORMS = (
    "What do these papers find about {}?",
    "What do these papers say about {}, and do they agree?",
    "What helps with {}?",
    "Which papers study {}, and what do they conclude?",
)
PAIR = 1.8  # how much more a pair of words counts than a single one
LONGEST_TITLE = 120
TITLES = 4000  # the newest: more would only take longer
NAMED = 80
ALIKE = 0.08


def suggest_questions(papers: Iterable[Paper], count: int = 6) -> tuple[str, ...]:
    """Up to `count` questions: subjects that several papers share, and papers by name."""
    listed = list(papers)
    subjects = find_subjects([paper.title for paper in listed[-TITLES:]], len(FORMS))
    named = {match.group(1): paper for paper in listed if (match := NAME.match(paper.title))}
    compared = _find_alike(named)
    questions = [form.format(subject) for form, subject in zip(FORMS, subjects, strict=False)]
    if compared:
        questions.insert(1, f"How do {compared[0]} and {compared[1]} differ?")
    said = stem_words(" ".join((*subjects, *(named[name].title for name in compared))))
    alone = [name for name in named if name not in compared]
    fresh = [name for name in alone if not stem_words(named[name].title) & said - _dull_stems()]
    about = [f"What is {name}, and what did it show?" for name in (*fresh, *alone)]
    questions[4:4] = about[:1]
    questions += about[1:]
    questions += [
        f"What is “{paper.title}” about?"
        for paper in listed[: count * 2]
        if not NAME.match(paper.title) and len(paper.title) <= LONGEST_TITLE
    ]
    return tuple(dict.fromkeys(questions))[:count]


def find_subjects(titles: Sequence[str], count: int) -> list[str]:
    """The word pairs, then words, that the most titles share; none overlaps another.

    "Model" and "models" count as one, named as most titles have it.
    """
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for title in titles:
        found = {text.removesuffix("s"): text for text in _candidates(title)}
        for key, text in found.items():
            forms[key][text] += 1
    ranked = [
        (number.total() * (PAIR if " " in key else 1), max(number, key=lambda text: number[text]))
        for key, number in forms.items()
        if number.total() >= (3 if " " in key else 4)
    ]
    chosen: list[str] = []
    for _, text in sorted(ranked, key=lambda pair: (-pair[0], pair[1])):
        if len(chosen) == count:
            break
        particular = stem_words(text) - _dull_stems()
        if particular and not any(particular & stem_words(other) for other in chosen):
            chosen.append(text)
    return chosen


def _candidates(title: str) -> Iterator[str]:
    """What a title may be about: words that end as subjects do, and pairs of neighbours."""
    for part in re.split(r"[^\w\s-]", title):
        words = [word.lower() for word in WORD.findall(part)]
        yield from (word for word in words if SUBJECT.search(word) and not _is_vague(word))
        for one, two in pairwise(words):
            if not _is_dull(one) and (two in HEADS or not _is_dull(two)):
                yield f"{one} {two}"


def _is_vague(word: str) -> bool:
    return word in VAGUE or word.count("-") > 1 or _is_dull(word)


def _is_dull(word: str) -> bool:
    return word in DULL or len(word) < 4


@cache
def _dull_stems() -> frozenset[str]:
    return stem_words(" ".join((*GENERIC, *HEADS)))


def _find_alike(named: dict[str, Paper]) -> tuple[str, ...]:
    """The two named papers of one subject, by their titles, whose words have the most in
    common, counted by their rarity; none where that is little."""
    listed = list(named.items())[:NAMED]
    words = {name: stem_words(f"{paper.title} {paper.abstract}") for name, paper in listed}
    titles = {name: stem_words(paper.title) - _dull_stems() for name, paper in listed}
    spread = Counter(stem for stems in words.values() for stem in stems)
    weights = {stem: math.log(len(words) / number) for stem, number in spread.items()}
    best: tuple[str, ...] = ()
    alike = ALIKE
    for one, other in combinations(words, 2):
        if len(titles[one] & titles[other]) < 2:
            continue
        both = sum(weights[stem] for stem in words[one] & words[other])
        either = sum(weights[stem] for stem in words[one] | words[other])
        if both > alike * either:
            best, alike = (one, other), both / either
    return best


def find_shared(
    papers: Sequence[Paper], others: Sequence[Paper], question: str, count: int
) -> list[str]:
    """The subjects in the titles of `others` that one of the `papers` speaks of as well and
    that the question does not name; those that most of all of them speak of first.

    A subject stands word for word in two of them, so that it is more than a chance pair.
    """
    asked = stem_words(question) | _dull_stems()
    told = [f"{one.title} {one.abstract}".casefold() for one in {*papers, *others}]
    own = [stem_words(f"{one.title} {one.abstract}") for one in papers]
    ranked: dict[str, float] = {}
    for subject in (text for one in others for text in _candidates(one.title)):
        words = stem_words(subject)
        spread = sum(subject.removesuffix("s") in text for text in told)
        if spread > 1 and words - asked and _names(subject) and any(words <= one for one in own):
            ranked[subject] = spread * (PAIR if " " in subject else 1)
    chosen: list[str] = []
    for subject in sorted(ranked, key=lambda one: (-ranked[one], one)):
        if not any((stem_words(subject) & stem_words(other)) - asked for other in chosen):
            chosen.append(subject)
    return chosen[:count]


def _names(subject: str) -> bool:
    """Whether it ends as the name of a subject does, and not as an adjective."""
    last = subject.rpartition(" ")[2]
    noun = SUBJECT.search(last) or last in HEADS or last.endswith("s")
    return bool(noun) and "-" not in subject and last != "question"
