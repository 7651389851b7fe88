"""Names of clusters: the terms that tell one from the others.

Owns which terms those are; knows nothing about vectors. Class-based TF-IDF (Grootendorst
2022, "BERTopic"): a term's share of a cluster's papers times log(1 + A / f), with f the
papers that hold it anywhere and A the mean size of a cluster. It counts papers, not
occurrences, lest one abstract that repeats a word names its cluster.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rag.terms import STOPWORDS
from rag.wording import stem_words

TERMS = 3
TITLE = 2  # a term in the title counts as two papers that hold it in the abstract
PAIR = 1.6  # how much more a pair of words counts than a single one
LONGEST_TERM = 3  # words
WHOLE = 0.5  # of a term's papers: where so many hold a longer one around it, that is meant
SHOWN = 60  # characters of a title that stands for a name
FEW = 2  # papers that must hold a term, in a cluster of more
WORD = re.compile(r"[^\W\d_][\w-]*[^\W_]")
BREAK = re.compile(r"[^\w\s'’-]|\s-+\s")
LONGEST = 24
# Words that many abstracts hold whatever they are about.
DULL = STOPWORDS | frozenset(
    """paper papers work study studies result results show shows shown propose proposed proposes
    present presents introduce introduces approach approaches method methods novel new existing
    recent recently state-of-the-art sota performance improve improves improved improvement
    improvements improving achieve achieves achieved outperform outperforms significant
    significantly experiment experiments experimental demonstrate demonstrates however first
    second two three four five one several many various different based high higher low lower
    large larger small smaller better best further often well often across without within between
    et al via towards toward find findings found make makes made take takes enable enables
    enabling allow allows code available github https http www com project page framework
    frameworks address addresses challenge challenges challenging problem problems task tasks
    model models network networks neural deep learning machine training trained train data
    dataset datasets evaluate evaluation evaluations analysis ability capabilities capability
    key simple effective efficient effectively efficiently additionally moreover furthermore
    despite while including include includes like given leading lead leads provide provides
    providing full single real open current previous prior general specific important
    remains remain common number set sets et still even single end-to-end state art
    explore investigate compared comparable comparison respectively thus therefore hence
    overall whether need needs require requires required way ways time times aim extensive
    comprehensive system systems llm llms language""".split()
)
# What may stand at the end of a term although it tells nothing by itself.
HEADS = frozenset(
    """model models network networks learning training data dataset datasets task tasks problem
    problems system systems analysis evaluation framework method methods""".split()
)
APART = STOPWORDS | frozenset("between via across within without towards toward et al".split())


@dataclass(frozen=True, slots=True)
class Text:
    """What a paper says of itself."""

    title: str
    abstract: str


@dataclass(slots=True)
class _Terms:
    """How many papers of a cluster hold each term, and how it is written there."""

    weights: Counter[str] = field(default_factory=Counter)
    papers: Counter[str] = field(default_factory=Counter)
    forms: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    around: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def name_clusters(clusters: Sequence[Sequence[Text]]) -> list[str]:
    """A name for each cluster, all different: up to three terms, the most telling first.

    Terms stand as the papers write them most, each where it tells most. A cluster
    without a telling term is called by its first paper's title.
    """
    counted = [_count(texts) for texts in clusters]
    ranked = _rank(counted, [len(texts) for texts in clusters])
    names: list[str] = []
    for own, texts, terms in zip(ranked, clusters, counted, strict=True):
        chosen = _choose(own, terms)
        name = ", ".join(chosen) or _shorten(texts[0].title)
        names.append(_distinguish(name, names))
    return names


def _count(texts: Sequence[Text]) -> _Terms:
    terms = _Terms()
    for text in texts:
        title, abstract = _find(text.title), _find(text.abstract)
        for key in {*title, *abstract}:
            terms.papers[key] += 1
            terms.weights[key] += TITLE if key in title else 1
            # Titles write most words with a capital: they tell how only where no abstract does.
            written, share = (abstract, TITLE * len(texts)) if key in abstract else (title, 1)
            terms.forms[key][written[key]] += share
    for key in terms.papers:
        words = key.split(" ")
        for cut in range(1, len(words)):
            terms.around[" ".join(words[cut:])].add(key)
            terms.around[" ".join(words[:cut])].add(key)
    return terms


def _find(text: str) -> dict[str, str]:
    """The terms of a text, each by its key, as first written: words, and two or three in a
    row that only blanks part."""
    found: dict[str, str] = {}
    for part in BREAK.split(text):
        words = [(match.group(), match.start(), match.end()) for match in WORD.finditer(part)]
        for start in range(len(words)):
            for row in _rows(words[start : start + LONGEST_TERM]):
                if _tells(row[0]) and (_tells(row[-1]) or row[-1].lower() in HEADS):
                    found.setdefault(" ".join(map(_key, row)), " ".join(row))
    return found


def _rows(words: Sequence[tuple[str, int, int]]) -> Iterator[tuple[str, ...]]:
    """The first word, the first two, all three, up to where something else parts them."""
    row: list[str] = []
    end = words[0][1]
    for word, start, after in words:
        if start - end > 1 or word.lower() in APART or len(word) > LONGEST:
            return
        row.append(word)
        end = after
        yield tuple(row)


def _tells(word: str) -> bool:
    return word.lower() not in DULL and 2 < len(word) <= LONGEST


def _key(word: str) -> str:
    """Model and models are one."""
    lower = word.lower()
    return lower[:-1] if len(lower) > 3 and lower.endswith("s") and lower[-2] not in "su" else lower


def _rank(counted: Sequence[_Terms], sizes: Sequence[int]) -> list[list[str]]:
    """Each cluster's terms, most telling first; a term only where it tells most."""
    total: Counter[str] = Counter()
    for terms in counted:
        total.update(terms.weights)
    mean = sum(sizes) / max(1, len(sizes))
    best: dict[str, tuple[float, int]] = {}
    for number, (terms, size) in enumerate(zip(counted, sizes, strict=True)):
        for key, weight in terms.weights.items():
            if terms.papers[key] < min(FEW, size) or key.count(" ") == LONGEST_TERM - 1:
                continue  # three words only ever stand for two of them
            telling = weight / size * math.log(1 + mean / total[key])
            score = telling * (PAIR if " " in key else 1.0)
            best[key] = max(best.get(key, (0.0, -1)), (score, -number))
    ranked: list[list[tuple[float, str]]] = [[] for _ in counted]
    for key, (score, negative) in best.items():
        ranked[-negative].append((-score, key))
    return [[key for _, key in sorted(own)] for own in ranked]


def _choose(ranked: Sequence[str], terms: _Terms) -> list[str]:
    """The first terms that share no stem with one before them, as they are written most."""
    chosen: list[str] = []
    said: set[str] = set()
    for short in ranked:
        key = _widen(short, terms)
        stems = {stem for word in key.split() for stem in stem_words(word) or {word}}
        if stems & said:
            continue
        said |= stems
        chosen.append(_write(terms.forms[key]))
        if len(chosen) == TERMS:
            break
    return chosen


def _widen(key: str, terms: _Terms) -> str:
    """The longer term that most papers with this one mean: "graph neural network"."""
    wide = terms.around.get(key, set())
    held = {one: terms.papers[one] for one in wide if terms.papers[one] >= FEW}
    best = min(held, key=lambda one: (-held[one], one), default="")
    if not best or held[best] < WHOLE * terms.papers[key]:
        return key
    return _widen(best, terms)


def _write(forms: Mapping[str, int]) -> str:
    """As most papers write it; without the capitals of titles and sentences, if many do."""
    most = min(forms, key=lambda form: (-forms[form], form))
    plain = " ".join(word.lower() if word.istitle() else word for word in most.split())
    return plain if forms.get(plain, 0) * 4 >= forms[most] else most


def _shorten(title: str) -> str:
    return title if len(title) <= SHOWN else title[: SHOWN - 1].rstrip() + "…"


def _distinguish(name: str, taken: Sequence[str]) -> str:
    """The name, numbered where a cluster has it already."""
    number, one = 1, name
    while one in taken:
        number += 1
        one = f"{name} ({number})"
    return one
