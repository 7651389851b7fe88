"""Where the things that a question compares stand in it.

Owns reading the forms of a comparison, one reader a form; knows nothing about what the things
are called in the end. A reader gives the stretches of the sides, or none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from rag.comparison import comparatives as form
from rag.comparison.stretches import (
    Stretch,
    end_of_clause,
    end_of_sentence,
    start_of_clause,
    start_of_sentence,
)
from rag.terms import content_words, find_terms

LONGEST_CHOICE = 14


def _numbered(text: str) -> list[Stretch]:
    found = [match.span() for match in form.NUMBERED.finditer(text)]
    return found if len(found) >= 2 and form.OPPOSED.search(text) else []


def _commanded(text: str) -> list[Stretch]:
    for match in form.COMMAND.finditer(text):
        end = end_of_sentence(text, match.end())
        if aspect := form.ASPECT.search(text, match.end(), end):
            end = aspect.start()
        parts = _split(text, (match.end(), end))
        if match["needs"]:
            against = form.AGAINST.search(text, match.end(), end)
            if not against:
                continue
            parts = _cut_at([against], (match.end(), end))
        if len(parts) >= 2:
            return parts
    return []


def _split(
    text: str,
    whole: Stretch,
    kinds: Sequence[re.Pattern[str]] = (form.MEMBER, form.JOINT),
) -> list[Stretch]:
    """The members of a list: "A, B and C", "A with B". Where the first has an article or is
    a name, what follows a joint must have one too, else it goes on with what was before."""
    start, end = whole
    lead = form.LEADS_LIST.match(text, start, end)
    start = lead.end() if lead else start
    strict = bool(form.DETERMINED.match(text, start, end))
    for joint in kinds:
        joints = list(joint.finditer(text, start, end))
        kept = [one for one in joints if form.DETERMINED.match(text, one.end(), end) or not strict]
        listed = len(kept) > 1 and any("," in one.group() for one in kept)
        if joint is kinds[-1] or listed:
            parts = _cut_at(kept or joints[:1], (start, end))
            return [*parts[:-1], _cut_verb(text, parts[-1])] if lead and lead["how"] else parts
    return []


def _cut_verb(text: str, stretch: Stretch) -> Stretch:
    """`B` of "how A and B get robots to ...", as far as verbs are known."""
    words = list(re.finditer(r"\S+", text[slice(*stretch)]))
    for before, word in pairwise(words):
        if form.VERBAL.fullmatch(word.group()):
            return stretch[0], stretch[0] + before.end()
    return stretch


def _cut_at(joints: Sequence[re.Match[str]], whole: Stretch) -> list[Stretch]:
    starts = [whole[0], *(one.end() for one in joints)]
    ends = [*(one.start() for one in joints), whole[1]]
    return list(zip(starts, ends, strict=True))


def _works(text: str) -> list[Stretch]:
    """`The A paper ..., the B one`: two works, or one and what is coordinated with it."""
    found: list[Stretch] = []
    works = 0
    for match in form.DESCRIBED.finditer(text):
        tail = form.TAIL.match(text, match.end())
        named = re.sub(f"{form.WORK}|{form.ARTEFACT}", "", match.group(), flags=re.IGNORECASE)
        if not content_words(named) and not tail:
            continue
        works += bool(match["work"] or match["too"])
        found.append((match.start(), tail.end() if tail else match.end()))
    if works < 2 and not form.OPPOSED.search(text):
        return []
    if works and len(found) == 1:
        found = [*_beside(text, found[0]), *found]
    return found if works else []


def _beside(text: str, work: Stretch) -> Iterator[Stretch]:
    """What stands before `and the A paper` or `than the A paper` in the same sentence."""
    start = start_of_sentence(text, work[0])
    joint = re.search(r"\s*,?\s+(?:and|or|versus|vs\.?|against)\s+$", text[start : work[0]])
    if joint and form.DETERMINED.match(text, start):
        yield (start, start + joint.start())
    elif start and re.match(r"the\s+(?:later|newer|follow-up|subsequent)\s", text[work[0] :]):
        yield (start_of_sentence(text, start - 1), start - 2)


def _one_another(text: str) -> list[Stretch]:
    for pattern in (form.SAYS_OTHERWISE, form.ONE_AND_ONE, form.ONE_ANOTHER):
        if match := pattern.search(text):
            return [match.span("one"), match.span("other")]
    if (match := form.CLAIMS.search(text)) and form.AGREE.search(text, match.end()):
        return [match.span("one"), match.span("other")]
    return []


def _periods(text: str) -> list[Stretch]:
    match = form.PERIODS.search(text)
    if match and match["year"]:
        return [match.span("one"), (match.start("other"), match.end("year"))]
    return [match.span("older"), match.span("newer")] if match else []


def _between(text: str) -> list[Stretch]:
    for match in form.BETWEEN.finditer(text):
        end = end_of_sentence(text, match.end())
        parts = _split(text, (match.end(), end))
        if len(parts) >= 2:
            return [*parts[:-1], _cut_behind(text, parts[-1])]
    return []


def _versus(text: str) -> list[Stretch]:
    joints = list(form.VERSUS.finditer(text))
    if not joints:
        return list(_heading(text))
    start = start_of_clause(text, joints[0].start())
    ends = [joint.start() for joint in joints[1:]] + [end_of_sentence(text, joints[-1].end())]
    starts = [joint.end() for joint in joints]
    parts = list(zip(starts, ends, strict=True))
    first = (start, joints[0].start())
    return [first, *parts[:-1], _cut_behind(text, parts[-1], first)]


def _heading(text: str) -> Iterator[Stretch]:
    """`A against B: what ...`, where nothing is defended."""
    head = re.match(r"[^.?!:;]{3,200}(?=[:;?.])", text)
    joint = form.AGAINST.search(head.group()) if head else None
    if (
        head
        and joint
        and not form.ASKS.match(text)
        and not form.DEFENCE.search(text[: joint.start()])
    ):
        yield (0, joint.start())
        yield _cut_behind(text, (joint.end(), head.end()))


def _together(text: str) -> list[Stretch]:
    for pattern in (form.BOTH, form.TOGETHER):
        for match in pattern.finditer(text):
            if form.INNER_VERB.search(match["all"]):
                continue
            parts = _split(text, match.span("all"), (form.MEMBER, form.AND))
            if len(parts) >= 2:
                return parts
    for match in form.LISTED_BEFORE.finditer(text):
        parts = _cut_at(list(form.MEMBER.finditer(text, *match.span("all"))), match.span("all"))
        if len(parts) >= 2:
            return parts
    return []


def _one_to_other(text: str) -> list[Stretch]:
    if match := form.EXPLAINS.search(text):
        return [match.span("one"), match.span("other")]
    if match := form.SEPARATES.search(text):
        return [match.span("one"), _cut_behind(text, match.span("other"))]
    named = (m for m in form.ONE_TO_OTHER.finditer(text) if not form.PRONOUN.fullmatch(m["one"]))
    for match in named:
        parts = _split(text, match.span("other"))
        return [match.span("one"), *parts[:-1], _cut_behind(text, parts[-1])]
    return []


def _compared(text: str) -> list[Stretch]:
    for sentence in re.finditer(r"[^.?!:;]+[.?!:;]?", text):
        match = form.COMPARED.match(text[slice(*sentence.span())].strip())
        if match and (len(content_words(match["one"])) > 0):
            offset = sentence.start() + len(sentence.group()) - len(sentence.group().lstrip())
            one, other = match.span("one"), match.span("other")
            return [
                (one[0] + offset, one[1] + offset),
                _cut_behind(text, (other[0] + offset, other[1] + offset), one),
            ]
    return []


def _than(text: str) -> list[Stretch]:
    for match in form.EVENLY.finditer(text):
        said = match["one"], match["other"]
        if not form.GENERIC.match(said[1]) and all(len(content_words(one)) > 1 for one in said):
            return [match.span("one"), match.span("other")]
    for pattern in (form.THAN, form.BEATS):
        for match in pattern.finditer(text):
            other = _cut_behind(text, match.span("other"))
            words = text[slice(*other)]
            start = start_of_sentence(text, match.start())
            one = _subject(text, (start, match.start()))
            if form.GENERIC.match(words) or not one or not _are_alike(text[slice(*one)], words):
                continue
            return [one, other]
    return []


def _subject(text: str, clause: Stretch) -> Stretch | None:
    """What a clause begins with, up to its verb, where verbs are not known: `Does X hold ...`."""
    lead = re.compile(
        rf"(?:\w+,\s+|(?:how|what|which|why|when|and|so)\s+)*{form.AUXILIARY}\s+", re.I
    ).match(text, *clause)
    start = lead.end() if lead else clause[0]
    words = list(re.finditer(r"\S+", text[start : clause[1]]))[:6]
    if not words:
        return None
    end = len(words)
    for place, word in enumerate(words[1:], start=1):
        if form.VERBAL.fullmatch(word.group()):
            end = place
            break
    return start, start + words[min(end, len(words)) - 1].end()


def _are_alike(one: str, other: str) -> bool:
    """Whether two phrases are of a kind: both hold a name, or they share a word."""
    if set(content_words(one)) & set(content_words(other)):
        return True
    return all(any(term.is_name for term in find_terms(f"a {text}")) for text in (one, other))


def _or(text: str) -> list[Stretch]:
    """`A or B: which ...`, `which ..., A or B`, and a bare `A or B for ...?`."""
    head = re.match(r"[^.?!:;,]{2,160}", text)
    bare = bool(head and form.OR.search(head.group()) and not form.CLAUSE.match(head.group()))
    which = form.ASKS_WHICH.search(text)
    if not (bare or which):
        return []
    for joint in form.OR.finditer(text):
        one = (start_of_clause(text, joint.start()), joint.start())
        other = _cut_behind(text, (joint.end(), end_of_clause(text, joint.end())))
        words = text[slice(*one)], text[slice(*other)]
        if form.CLAUSE.match(words[0]) or any(len(side.split()) > LONGEST_CHOICE for side in words):
            continue
        if _are_alike(*words) or (which and (bare or all(map(form.ARTICLE.match, words)))):
            return [one, other]
    return []


def _cut_behind(text: str, stretch: Stretch, beside: Stretch | None = None) -> Stretch:
    """Without what the things are compared for. What has an article is described by it, and
    so is what would else be called the same as the side `beside` it."""
    start, end = stretch
    described = re.match(r"(?:the|that|those)\b", text[start:end], re.IGNORECASE)
    behind = form.CLAUSE_BEHIND if described else form.BEHIND
    found = behind.search(text[start:end], 1)
    name = content_words(text[start : start + found.start()]) if found else []
    if not found or not name or (beside and set(name) <= set(content_words(text[slice(*beside)]))):
        return stretch
    return start, start + found.start()


READERS: tuple[Callable[[str], list[Stretch]], ...] = (
    _numbered,
    _commanded,
    _one_to_other,
    _works,
    _one_another,
    _periods,
    _versus,
    _between,
    _together,
    _compared,
    _than,
    _or,
)
