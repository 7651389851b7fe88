"""What two sides have in common and where they part, said without a model.

Owns the words before a table of quotations; knows nothing about how papers are found. It
tells what was looked at and no more: which telling words both abstracts hold, what each
finds in its own words, and whether these words point in opposite directions. It never says
that two papers agree.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from rag.comparison.balance import Balanced, SideHits
from rag.comparison.roles import Role, score_cues, score_roles
from rag.comparison.tabulate import trim
from rag.library import Library
from rag.quote import POINTER, plain, weigh_words
from rag.records import Hit, Span
from rag.replies import Evidence, Offer, Sentence
from rag.terms import STOPWORDS
from rag.wording import contain_weighted, stem_words

LONGEST_FINDING = 260
MOST_TERMS = 3
RARE = 0.08  # the share of the papers beyond which a term tells nothing
CONNECTIVES = frozenset(
    """additionally again almost along already although always among another available based because
    become besides better beyond cannot consequently currently despite different due each either
    especially even every existing extensive few finally first four furthermore further given hence
    here however important including indeed instead interestingly known large largely later least
    less like likely mainly many moreover mostly namely nevertheless new notably novel often on
    order particular particularly previous previously rather recent recently result results second
    several show shown significantly similar simple simply since specifically state still study
    surprisingly therefore though three through thus together two typically unlike usually various
    well whether while whose widely work works yet""".split()
)
WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
SHARED_STEMS = 2
UP = re.compile(
    r"\b(?:improv|increas|enhanc|boost|outperform|help|gain|benefi|better|higher|more|robust"
    r"|succe|generaliz"
    r"|generalis|strong|exceed|surpass|larger|faster|accura|reliabl|effectiv|suffic|rais"
    r"|possible|match)\w*",
    re.IGNORECASE,
)
DOWN = re.compile(
    r"\b(?:hurt|degrad|decreas|reduc|worse|fail|lower|drop|harm|collaps|less|weak|fragil"
    r"|brittle|deteriorat"
    r"|struggl|limit|underperform|poor|suffer|insuffic|unstab|unable|impossib)\w*",
    re.IGNORECASE,
)
NOT = re.compile(
    r"\b(?:not|no|never|cannot|without|neither|nor|n't|hardly|rarely)\b|n['’]t\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A side's most telling sentence."""

    name: str
    number: int
    hit: Hit
    span: Span


def write_opening(
    balanced: Balanced, offers: Sequence[Offer], question: str, library: Library
) -> tuple[str, tuple[Sentence, ...]]:
    """(the text with its marks, its sentences): what is shared, then what each side finds,
    then whose wording is opposed, then the sides that no paper is about."""
    numbers = {offer.paper.paper_id: offer.number for offer in offers}
    weights = weigh_words(question, library)
    there = [one for one in balanced.sides if one.found and one.hits]
    findings = list(_find_findings(there, numbers, weights))
    told: list[tuple[str, Sentence]] = []
    told += _tell_shared(there, numbers, library)
    told += [_quote(one, weights) for one in findings]
    told += _tell_opposed(findings)
    told += [_tell_absent(one, numbers) for one in balanced.sides if not one.found or not one.hits]
    return "\n\n".join(text for text, _ in told), tuple(sentence for _, sentence in told)


def _mark(numbers: Sequence[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)


def _tell_shared(
    there: Sequence[SideHits], numbers: Mapping[str, int], library: Library
) -> Iterator[tuple[str, Sentence]]:
    hits = [one.hits[0] for one in there]
    papers = {hit.paper.paper_id: hit for hit in hits}
    if len(there) < 2:
        return
    cited = tuple(numbers[one] for one in papers)
    if len(papers) == 1:
        words = f"The sides rest on the same paper, {plain(hits[0].paper.title)}."
        yield f"{words[:-1]} {_mark(cited)}.", Sentence(words, cited)
        return
    terms = find_shared_terms([hit.paper.abstract for hit in papers.values()], library)
    if not terms:
        return
    named = [f"“{term}”" for term in terms]
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    words = f"{'Both' if len(papers) == 2 else 'All of them'} speak of {listed}"
    evidence = tuple(
        Evidence(paper_id, span.text, span.start, span.end)
        for paper_id, hit in papers.items()
        for span in sorted(hit.sentences, key=lambda span: span.start)
        if _holds(span.text, terms[0].lower())
    )
    yield f"{words} {_mark(cited)}.", Sentence(f"{words}.", cited, _first_of_each(evidence))


def _first_of_each(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    first: dict[str, Evidence] = {}
    for item in evidence:
        first.setdefault(item.paper_id, item)
    return tuple(first.values())


def find_shared_terms(abstracts: Sequence[str], library: Library) -> list[str]:
    """Up to three terms of one to three words that all the abstracts hold, the rarest in the
    library first; no term is part of another."""
    shared = set.intersection(*(set(_terms(text)) for text in abstracts))
    counts = library.count_papers_with(sorted(shared))
    most = max(len(abstracts), RARE * library.count())
    ranked = sorted(
        (term for term in shared if 0 < counts[term] <= most),
        key=lambda term: (-_tell(term, counts[term]), term),
    )
    chosen: list[str] = []
    for term in ranked:
        words = stem_words(term)
        if not any(words & stem_words(other) for other in chosen):
            chosen.append(term)
        if len(chosen) == MOST_TERMS:
            break
    return [_as_written(term, abstracts[0]) for term in chosen]


def _as_written(term: str, abstract: str) -> str:
    words = r"\W+".join(map(re.escape, term.split()))
    found = re.search(rf"(?<!\w){words}(?!\w)", abstract, re.I)
    return found.group() if found else term


def _tell(term: str, count: int) -> float:
    return (1.0 + 0.6 * term.count(" ")) / math.sqrt(1.0 + count)


def _terms(text: str) -> Iterator[str]:
    words = [match.group().lower() for match in WORD.finditer(text)]
    for length in (1, 2, 3):
        for start in range(len(words) - length + 1):
            if _is_term(term := words[start : start + length]):
                yield " ".join(term)


def _is_term(words: Sequence[str]) -> bool:
    if {words[0], words[-1]} & (STOPWORDS | CONNECTIVES) or any(map(str.isdigit, words)):
        return False
    return len(words[0]) > 3 if len(words) == 1 else not set(words[1:-1]) & STOPWORDS


def _holds(text: str, term: str) -> bool:
    return f" {term} " in f" {' '.join(match.group().lower() for match in WORD.finditer(text))} "


def _find_findings(
    there: Sequence[SideHits], numbers: Mapping[str, int], weights: Mapping[str, float]
) -> Iterator[Finding]:
    """Of each side the sentence of its first paper that tells most of what was found."""
    for one in there:
        hit = one.hits[0]
        last = max((span.start for span in hit.sentences), default=0) or 1
        ranked = [
            (
                score_roles(span.text, span.start / last)[Role.FINDING]
                + 1.5 * span.score
                + contain_weighted(weights, stem_words(span.text))
                - bool(POINTER.search(span.text)),
                span,
            )
            for span in hit.sentences
            if score_cues(span.text, Role.FINDING) or len(hit.sentences) == 1
        ] or [(span.score, span) for span in hit.sentences]
        if ranked:
            best = max(ranked, key=lambda pair: (pair[0], -pair[1].start))[1]
            yield Finding(one.side.name, numbers[hit.paper.paper_id], hit, best)


def _quote(one: Finding, weights: Mapping[str, float]) -> tuple[str, Sentence]:
    said = plain(trim(one.span.text, Role.FINDING, weights, LONGEST_FINDING))
    evidence = Evidence(one.hit.paper.paper_id, one.span.text, one.span.start, one.span.end)
    return f"**{plain(one.name)}:** {said} [{one.number}]", Sentence(
        said, (one.number,), (evidence,)
    )


def _tell_opposed(findings: Sequence[Finding]) -> Iterator[tuple[str, Sentence]]:
    for one, other in combinations(findings, 2):
        ways = _read_way(one.span.text), _read_way(other.span.text)
        shared = stem_words(one.span.text) & stem_words(other.span.text)
        if one.number == other.number or ways[0][0] * ways[1][0] >= 0 or len(shared) < SHARED_STEMS:
            continue
        words = f"Their wording points in opposite directions: “{ways[0][1]}” and “{ways[1][1]}”."
        text = (
            f"Their wording points in opposite directions: “{ways[0][1]}” [{one.number}] and"
            f" “{ways[1][1]}” [{other.number}]."
        )
        evidence = tuple(
            Evidence(said.hit.paper.paper_id, said.span.text, said.span.start, said.span.end)
            for said in (one, other)
        )
        yield text, Sentence(words, (one.number, other.number), evidence)


def _read_way(sentence: str) -> tuple[int, str]:
    """(1, 0 or -1, the word that says so): up or down, a word behind a negation the reverse."""
    total, told = 0, ""
    for sign, pattern in ((1, UP), (-1, DOWN)):
        for match in pattern.finditer(sentence):
            before = " ".join(sentence[: match.start()].split()[-4:])
            denied = NOT.search(before)
            total += -sign if denied else sign
            if not told:
                told = f"{denied.group()} … {match.group()}" if denied else match.group()
    way = (total > 0) - (total < 0)
    return way, _word_of_way(sentence, way) or told


def _word_of_way(sentence: str, way: int) -> str:
    pattern = UP if way > 0 else DOWN
    found = pattern.search(sentence) if way else None
    return found.group() if found else ""


def _tell_absent(one: SideHits, numbers: Mapping[str, int]) -> tuple[str, Sentence]:
    near = [hit.paper for hit in one.hits if hit.paper.paper_id in numbers]
    name = plain(one.side.name)
    if not near:
        words = f"No paper here is about “{name}”."
        return words, Sentence(words)
    listed = "; ".join(f"{plain(paper.title)} [{numbers[paper.paper_id]}]" for paper in near)
    titles = "; ".join(plain(paper.title) for paper in near)
    words = f"No paper here is about “{name}”; the nearest are: "
    cited = tuple(numbers[paper.paper_id] for paper in near)
    return f"{words}{listed}.", Sentence(f"{words}{titles}.", cited)
