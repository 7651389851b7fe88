"""The answerer without a model: the sentences of the abstracts that answer, cited.

Owns which sentences are quoted and in what order; knows nothing about endpoints. A sentence
is ranked by what it has in common with the question, in meaning and in words, and by the
cues of extractive summarisation (Edmundson 1969, "New Methods in Automatic Extracting"):
findings are said in the words of findings, and towards the end.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.library import Library
from rag.records import Hit, Span
from rag.replies import Evidence, Offer, Sentence
from rag.terms import content_words
from rag.wording import contain, contain_weighted, stem_words

# Of 75 gold papers found for the development questions, the two sentences ranked highest
# hold a gold sentence for 52; by cosine alone for 36 (eval/LOG.md).
WORDS_WEIGHT = 0.2
FINDING_WEIGHT = 0.15
PLACE_WEIGHT = 0.2
OPENING_COST = 0.1
POINTER_COST = 0.3

SENTENCES_A_PAPER = 2
SENTENCES_ALONE = 4  # of a paper that is asked about alone
SENTENCE_MARGIN = 0.2
RELATED = 0.4  # the share of the best cosine of all below which a sentence is beside the point
SAME_WORDING = 0.8

FINDING = re.compile(
    r"\b(we (show|find|prove|demonstrate|observe|establish|reveal|discover|argue|conclude)"
    r"|(results|findings|experiments|analys[ei]s|evidence) (show|suggest|indicate|reveal)"
    r"|found that|show(s|ed)? that|outperform\w*|improv\w+|achiev\w+|surprisingly"
    r"|specifically|in particular|leads? to|because|due to)\b",
    re.IGNORECASE,
)
POINTER = re.compile(
    r"https?://|github|\bcode (is|are|and|will|at)\b|available at|project page", re.IGNORECASE
)
SEVERAL = re.compile(
    r"\b(papers|works|studies|authors|people|versus|vs|on offer|so far|show me|here|the two"
    r"|compar\w+|contrast\w*|(dis)?agree\w*|differs?|line up|set [^?]+ against|how do they"
    r"|who (has|have|is|are|else)|what (do we|is) know\w*|what is there|everything|anything"
    r"|explanations on|one (paper|study))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Breadth:
    """How much is quoted: papers, sentences in all, and the share of the best paper's score
    below which a paper is left out. Behind the first `full` papers each has one sentence."""

    papers: int
    sentences: int
    share: float
    full: int


# Chosen on the development questions and, for the share of gold papers, tests/data. Beside
# one breadth for all (5 papers, 8 sentences, share 0.72, margin 0.12), 56 of 130 gold
# sentences are quoted rather than 48, topical questions find 73 of 112 gold papers rather
# than 64, and of the papers quoted for pinpoint questions 41% are gold rather than 35%
# (eval/LOG.md).
PINPOINT = Breadth(papers=4, sentences=8, share=0.75, full=4)
BROAD = Breadth(papers=8, sentences=12, share=0.7, full=4)


@dataclass(frozen=True, slots=True)
class Quotation:
    """A sentence chosen from an offered paper."""

    offer: Offer
    span: Span


def choose_quotations(
    question: str, hits: Sequence[Hit], offers: Sequence[Offer], library: Library
) -> list[Quotation]:
    """The quotations that answer, paper by paper, in the order of the hits.

    Hits and offers belong together one by one. Papers that are far behind the best are left
    out, and so is a sentence that says again what is quoted already.
    """
    weights = weigh_words(question, library)
    breadth = BROAD if SEVERAL.search(question) else PINPOINT
    floor = max((hit.score for hit in hits), default=0.0) * breadth.share
    related = RELATED * max((span.score for hit in hits for span in hit.sentences), default=0.0)
    chosen: list[Quotation] = []
    near = [pair for pair in zip(hits, offers, strict=True) if pair[0].score >= floor]
    most = SENTENCES_ALONE if len(hits) == 1 else SENTENCES_A_PAPER
    for place, (hit, offer) in enumerate(near[: breadth.papers]):
        room = min(most if place < breadth.full else 1, breadth.sentences - len(chosen))
        spans = _best_spans(hit, weights, related, [one.span.text for one in chosen], room)
        chosen += [Quotation(offer, span) for span in sorted(spans, key=lambda span: span.start)]
    return chosen


def write_quotations(quotations: Sequence[Quotation]) -> tuple[str, tuple[Sentence, ...]]:
    """The answer's text, one paragraph a paper under its title, and its sentences."""
    paragraphs: dict[int, list[str]] = {}
    sentences = []
    for quotation in quotations:
        number, paper = quotation.offer.number, quotation.offer.paper
        lines = paragraphs.setdefault(number, [f"**{plain(paper.title)}**"])
        text = plain(quotation.span.text)
        lines.append(f"{text} [{number}]")
        span = quotation.span
        evidence = Evidence(paper.paper_id, span.text, span.start, span.end)
        sentences.append(Sentence(text, (number,), (evidence,)))
    text = "\n\n".join(f"{lines[0]}\n{' '.join(lines[1:])}" for lines in paragraphs.values())
    return text, tuple(sentences)


def plain(text: str) -> str:
    """A quotation without brackets around numbers: they would be taken for citations here."""
    return re.sub(r"\[(\s*\d[\d\s,;–-]*)\]", r"(\1)", text).replace("**", "")


def weigh_words(question: str, library: Library) -> dict[str, float]:
    """The question's stems with their rarity in the library; unknown words count nothing."""
    words = content_words(question)
    counts = library.count_papers_with(words)
    weights = library.weigh([word for word in words if counts[word]])
    return {stem: weight for word, weight in weights.items() for stem in stem_words(word)}


def _best_spans(
    hit: Hit, weights: Mapping[str, float], related: float, said: Sequence[str], most: int
) -> list[Span]:
    """At most so many sentences; of a paper behind the first only related ones, all nearly as
    good as its best."""
    ranked = sorted(
        (
            (_rank_span(span, hit, weights), span)
            for span in hit.sentences
            if re.search(r"\w", span.text) and not (said and span.score < related)
        ),
        key=lambda pair: (-pair[0], pair[1].start),
    )
    floor = ranked[0][0] - SENTENCE_MARGIN if ranked and said else -math.inf
    chosen: list[Span] = []
    for rank, span in ranked:
        if len(chosen) >= most or rank < floor:
            break
        if (said or chosen) and POINTER.search(span.text):
            continue  # where the code is answers nothing beside what was found
        if not _says_again(span.text, [*said, *(one.text for one in chosen)]):
            chosen.append(span)
    return chosen


def _rank_span(span: Span, hit: Hit, weights: Mapping[str, float]) -> float:
    length = max(len(hit.paper.abstract), 1)
    return (
        span.score
        + WORDS_WEIGHT * contain_weighted(weights, stem_words(span.text))
        + FINDING_WEIGHT * bool(FINDING.search(span.text))
        + PLACE_WEIGHT * span.end / length
        - OPENING_COST * (span.start == 0 and span.end < length)
        - POINTER_COST * bool(POINTER.search(span.text))
    )


def _says_again(text: str, said: Sequence[str]) -> bool:
    stems = stem_words(text)
    return any(contain(stems, stem_words(other)) >= SAME_WORDING for other in said)
