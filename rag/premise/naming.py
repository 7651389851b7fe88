"""What a question takes for granted, and whether an abstract says the opposite.

Owns the clause that a question presupposes and the sentence that names it as wrong; knows
nothing about answers. What is presupposed follows Levinson (1983, "Pragmatics", ch. 4): the
clause under "why" or a factive verb ("prove that"), a reason given before the question
("since ..."), and the difference whose size is asked for ("how much better ..."). A premise
is named only where an abstract speaks of the same matter and points the other way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.followup.references import VERB
from rag.premise.direction import Statement, read_statement, read_stems
from rag.premise.opposition import SUPPOSED, Relation, relate
from rag.records import Hit, Span
from rag.replies import Evidence, Offer, Sentence, Support
from rag.sentences import split_sentences

BEST_HITS = 3
COVERED = 0.6  # of the claim's matter, for a sentence to speak of it
COVERED_BY_SIDES = 0.45  # where it compares the same two things besides
LONGEST_CLAIM = 300
LONGEST_QUESTION = 2000
AUX = r"(?:does|do|did|is|are|was|were|has|have|had|can|could|will|would|should)"
FACTIVE = (
    r"(?:prov(?:e|es|ed)|show(?:s|ed|n)?|demonstrate[sd]?|establish(?:es|ed)?|confirm(?:s|ed)?"
    r"|reveal(?:s|ed)?|find|found|explain(?:s|ed)?|discover(?:s|ed)?|conclude[sd]?)"
)
ASKING = r"(?:how|what|which|who|when|where|why|is|are|does|do|can|should|by)"
END = rf"(?=\s*(?:$|[?]|[,;]\s*(?:and\s+)?{ASKING}\b))"
CLAUSES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^\W*(?:so\s+|and\s+|but\s+)?(?:since|given\s+(?:that|how)|now\s+that|because|seeing\s+that"
        r"|knowing\s+that|considering\s+that|if\s+indeed|as)\s+(?P<told>[^?]+?),\s+(?:and\s+)?"
        r"(?=(?:how|what|which|who|when|where|why|is|are|does|do|can|should|will|would|by)\b)",
        rf"\bwhy\s+(?P<aux>{AUX})(?:n['’]t)?\s+it\s+that\s+(?P<told>.+?){END}",
        rf"\bwhy\s+(?P<aux>{AUX})\s+(?P<asked>.+?){END}",
        rf"\b(?:how\s+come|explains?\s+(?:why|how|that|the\s+fact\s+that)|reasons?\s+(?:why|that)"
        rf"|despite\s+the\s+fact\s+that)\s+(?P<told>.+?){END}",
        rf"\bhow\s+(?:did|do|does|have|has|could)\s+.{{1,80}}?\b{FACTIVE}\s+(?:us\s+)?that\s+(?P<told>.+?){END}",
        rf"\bwhat\s+(?:makes?|made|causes?|caused)\s+(?P<told>.+?){END}",
        rf"\bhow\s+much\s+(?P<more>(?:more\s+|less\s+)?\w+)\s+(?P<aux>{AUX})\s+(?P<asked>.+?){END}",
        rf"\b(?:by\s+)?how\s+(?:much|far|strongly)\s+(?P<aux>{AUX})\s+(?P<asked>.+?){END}",
        rf"\bwhen\s+(?P<aux>did)\s+(?P<asked>.+?\b(?:stop|start|begin|cease)\b.+?){END}",
    )
)
VERBS = re.compile(
    rf"{VERB}|improve|hurt|harm|increase|decrease|reduce|raise|lower|boost|degrade|worsen|enhance"
    r"|outperform|underperform|beat|surpass|exceed|cure|fix|prevent|cause|make|learn|transfer"
    r"|speed|slow|need|require|keep|lose|drop|fall|rise|grow|suffer|struggle|predict|memori[sz]e",
    re.IGNORECASE,
)
PREDICATE = re.compile(
    r"not|never|always|still|often|usually|so|such|more|less|fewer|better|worse|easier|harder|faster"
    r"|slower|larger|smaller|higher|lower|stronger|weaker|able|unable",
    re.IGNORECASE,
)
ABBREVIATION = re.compile(r"\b([A-Z]{2,5})s?\b")
KNOWN = re.compile(
    rf"^(?:it\s+is\s+(?:well\s+)?known\s+that|[^,]{{1,60}}?\b(?:has|have)\s+{FACTIVE}(?:\s+that)?)\s+"
    r"|\b(?:is|are)\s+(?:well\s+)?known\s+to\s+",
    re.IGNORECASE,
)


class Judged(Protocol):
    """What a judge says of a claim: `best` is (source, start, end) of what it rests on."""

    @property
    def support(self) -> Support: ...
    @property
    def best(self) -> tuple[int, int, int] | None: ...


class Judge(Protocol):
    """Holds a claim against abstracts."""

    def judge(self, claim: str, sources: Sequence[str]) -> Judged: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of an abstract that speaks of the matter, and how it stands to the claim."""

    place: int
    start: int
    end: int
    covered: float
    relation: Relation


def find_premise(question: str) -> str:
    """The clause that a question takes for granted, as a claim; empty if there is none."""
    for pattern in CLAUSES if len(question) <= LONGEST_QUESTION else ():
        match = pattern.search(question)
        if match is None:
            continue
        groups = match.groupdict()
        claim = groups.get("told") or _declare(groups)
        claim = " ".join(KNOWN.sub("", claim).split()).strip(" ,.;:?!")
        if len(claim.split()) > 2 and len(claim) <= LONGEST_CLAIM:
            return claim
    return ""


def _declare(groups: dict[str, str | None]) -> str:
    """The clause of a question in the order of a statement, as far as its verb is found."""
    asked, auxiliary = (groups["asked"] or "").split(), (groups["aux"] or "").lower()
    if more := groups.get("more"):
        if "than" not in asked:
            return ""
        asked = _put_before(asked, "than", more.split())
    if auxiliary in ("do", "does", "did"):
        verb = next((at for at in range(1, len(asked)) if _is_verb(asked[at])), 0)
        if verb and auxiliary != "do":
            ending = "" if auxiliary == "did" else _ending(asked[verb])
            asked[verb] = f"did {asked[verb]}" if auxiliary == "did" else asked[verb] + ending
        return " ".join(asked)
    place = next((at for at in range(1, len(asked)) if PREDICATE.fullmatch(asked[at])), 0)
    return " ".join([*asked[:place], auxiliary, *asked[place:]] if place else asked)


def _put_before(words: list[str], mark: str, more: list[str]) -> list[str]:
    at = words.index(mark) if mark in words else len(words)
    return [*words[:at], *more, *words[at:]]


def _is_verb(word: str) -> bool:
    """A verb in its plain form, among those that papers are spoken of with."""
    return not word.endswith(("s", "ed")) and bool(VERBS.fullmatch(word))


def _ending(verb: str) -> str:
    return "es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s"


def check_premise(
    question: str, hits: Sequence[Hit], offers: Sequence[Offer], judge: Judge
) -> Sentence | None:
    """The sentence that names what the question wrongly takes for granted, if it does.

    `hits` and `offers` belong together one by one, best first. An abstract contradicts a
    premise if the sentence that covers it best points the other way, or if the judge says
    so of a sentence that covers it.
    """
    claim = find_premise(question)
    if not claim:
        return None
    pairs = list(zip(hits, offers, strict=False))[:BEST_HITS]
    found = _find_opposite(claim, [hit for hit, _ in pairs]) or _ask(
        claim, [h for h, _ in pairs], judge
    )
    if not found:
        return None
    place, span = found
    paper = pairs[place][0].paper
    return Sentence(
        f"The question takes for granted that “{claim}”, but the abstract says otherwise:"
        f" “{span.text}”",
        (pairs[place][1].number,),
        (Evidence(paper.paper_id, span.text, span.start, span.end),),
    )


def _find_opposite(claim: str, hits: Sequence[Hit]) -> tuple[int, Span] | None:
    """The sentence that points the other way, unless as good a one points the same."""
    read = read_statement(claim)
    candidates = [one for place, hit in enumerate(hits) for one in _compare(read, place, hit)]
    clear = [one for one in candidates if one.relation is not Relation.UNCLEAR]
    if not clear:
        return None
    best = max(clear, key=lambda one: one.covered)
    agree = [one.covered for one in clear if one.relation is Relation.SAME]
    if best.relation is not Relation.OPPOSITE or max(agree, default=0) >= best.covered:
        return None
    text = hits[best.place].paper.abstract[best.start : best.end]
    return best.place, Span(text, best.start, best.end, best.covered)


def _compare(claim: Statement, place: int, hit: Hit) -> Iterator[Candidate]:
    paper = hit.paper
    context = read_stems(f"{paper.title}. {paper.abstract}")
    topic = claim.topic
    for start, end in split_sentences(paper.abstract):
        if SUPPOSED.search(paper.abstract, start, end):
            continue
        text = paper.abstract[start:end]
        source = read_statement(text)
        covered = _cover(topic, source.stems | _find_abbreviated(claim, text), context)
        if covered >= (COVERED_BY_SIDES if claim.contrasts and source.contrasts else COVERED):
            yield Candidate(place, start, end, covered, relate(claim, source, context))


def _find_abbreviated(claim: Statement, text: str) -> frozenset[str]:
    """The stems of the claim's words that the text has as an abbreviation ("TTT")."""
    words = [word for word in claim.words if word.stem]
    found: set[str] = set()
    for short in ABBREVIATION.findall(text):
        size = len(short)
        for at in range(len(words) - size + 1):
            if "".join(one.text[0] for one in words[at : at + size]) == short.lower():
                found |= {one.stem for one in words[at : at + size]}
    return frozenset(found)


def _cover(topic: frozenset[str], source: frozenset[str], context: frozenset[str]) -> float:
    """The share of the claim's matter in the sentence; what is only around it counts half."""
    if len(topic) < 2 or len(topic & source) < 2:
        return 0.0
    return (len(topic & source) + len((topic - source) & context) / 2) / len(topic)


def _ask(claim: str, hits: Sequence[Hit], judge: Judge) -> tuple[int, Span] | None:
    """The sentence by which the judge finds the claim contradicted, if it speaks of the same
    matter and does not point the same way."""
    judged = judge.judge(claim, [hit.paper.abstract for hit in hits])
    if judged.support is not Support.CONTRADICTED or judged.best is None:
        return None
    place, start, _ = judged.best
    read = read_statement(claim)
    for one in _compare(read, place, hits[place]):
        if one.start <= start < one.end and one.relation is not Relation.SAME:
            text = hits[place].paper.abstract[one.start : one.end]
            return place, Span(text, one.start, one.end, one.covered)
    return None
