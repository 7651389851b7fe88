"""The marks `[n]` in a model's words: found, checked, tied to sentences.

Owns what counts as a mark and to which sentence it belongs; knows nothing about prompts or
endpoints. A number that was not offered is taken out and counted, never shown.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rag.records import Paper
from rag.replies import Evidence, Offer, Sentence
from rag.sentences import split_sentences
from rag.wording import contain, stem_words

# A mark is no longer than its pattern allows, so that what may become one is known from the
# end of what has come, and no text takes more than linear time. What is in code stays.
_NUMBER = r"\^?\d{1,4}"
_LABEL = r"[ \t]?(?:papers?[ \t]|#)?[ \t]?"
MARK = re.compile(
    r"`[^`\s]{1,60}`"
    rf"|[ \t]{{0,3}}[\[【［]{_LABEL}({_NUMBER}(?:[ \t]?[,;–-][ \t]?{_NUMBER}){{0,19}})"
    r"[ \t]?(?:†[^\[\]【】［］\n]{0,60})?[\]】］]",
    re.IGNORECASE,
)
UNFINISHED = re.compile(
    r"(?:`[^`\s]{0,60}"
    r"|[ \t]{0,3}(?:[\[【［][ \t]?(?:p[apers]{0,5}|#)?[ \t]{0,2}[\d \t,;^–-]{0,180}"
    r"(?:†[^\[\]【】［］\n]{0,60})?)?)$",
    re.IGNORECASE,
)
LONGEST_MARK = 300
LIST_ITEM = re.compile(r"^\s*(?:[-*•]\s+|\d{1,2}[.)]\s+|#+\s+|>\s+)")
BETWEEN_MARKS = re.compile(r"[ \t]{0,3}[,;]?[ \t]{0,3}")
LONGEST_RANGE = 20
FIRST_YEAR = 1000
ENOUGH_WORDING = 0.15


class MarkFilter:
    """Rewrites a model's stream as it comes: every mark as `[1][2]`, none that is invalid.

    A mark may come in pieces, so what could still become one is held back.
    """

    def __init__(self, offered: Collection[int]) -> None:
        self._offered = frozenset(offered)
        self._held = ""
        self.invalid = 0

    def feed(self, text: str) -> str:
        """Take the next piece; return what is ready to be shown."""
        self._held += text
        cut = _find_unfinished(self._held)
        ready, self._held = self._held[:cut], self._held[cut:]
        return MARK.sub(self._rewrite, ready)

    def flush(self) -> str:
        """What was held back at the end of the stream."""
        ready, self._held = self._held, ""
        return MARK.sub(self._rewrite, ready)

    def _rewrite(self, match: re.Match[str]) -> str:
        numbers = read_mark(match, self._offered)
        if not numbers:
            return match.group()
        known = [number for number in numbers if number in self._offered]
        self.invalid += len(numbers) - len(known)
        blank = " " if match.group(0)[0].isspace() else ""
        return blank + "".join(f"[{number}]" for number in known) if known else ""


def _find_unfinished(text: str) -> int:
    """Where what could still become a mark begins; the end of the text if nothing could."""
    found = UNFINISHED.search(text, max(0, len(text) - LONGEST_MARK))
    for match in MARK.finditer(text):
        if not found or match.start() >= found.start():
            break
        if match.end() > found.start():
            found = UNFINISHED.search(text, match.end())
    return found.start() if found else len(text)


def read_mark(match: re.Match[str], offered: Collection[int]) -> list[int]:
    """The numbers of what looks like a mark; none where it is code, an interval or a year.

    No paper is number 0, so `[0, 1]` is an interval; `[2024]` is a year, unless a
    conversation has come so far.
    """
    numbers = expand_numbers(match.group(1)) if match.group(1) else []
    is_year = all(number >= FIRST_YEAR and number not in offered for number in numbers)
    return [] if is_year or 0 in numbers else numbers


def expand_numbers(text: str) -> list[int]:
    """`1, 3-5` -> [1, 3, 4, 5], each once; a range that is too long is its two ends."""
    numbers: list[int] = []
    for part in re.split(r"[,;]", text):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        if len(ends) == 2 and 0 < ends[1] - ends[0] <= LONGEST_RANGE:
            numbers += range(ends[0], ends[1] + 1)
        else:
            numbers += ends
    return list(dict.fromkeys(numbers))


def parse_sentences(text: str, offers: Sequence[Offer]) -> tuple[Sentence, ...]:
    """The sentences of an answer whose marks are valid, each with its citations and evidence.

    A mark belongs to the sentence that it stands in, or right behind; one that opens a line
    belongs to the line's first sentence.
    """
    papers = {offer.number: offer.paper for offer in offers}
    sentences = []
    for line in text.splitlines():
        plain, marks = _lift_marks(LIST_ITEM.sub("", line).replace("**", ""), papers)
        spans = [span for span in split_sentences(plain) if re.search(r"\w", plain[slice(*span)])]
        for place, (start, end) in enumerate(spans):
            until = spans[place + 1][0] if place + 1 < len(spans) else len(plain) + 1
            since = 0 if place == 0 else start
            numbers = tuple(
                dict.fromkeys(
                    number
                    for position, number in marks
                    if since < position <= until or position == since == 0
                )
            )
            evidence = _find_evidence(plain[start:end], [papers[number] for number in numbers])
            sentences.append(Sentence(plain[start:end], numbers, evidence))
    return tuple(sentences)


def _lift_marks(line: str, offered: Collection[int]) -> tuple[str, list[tuple[int, int]]]:
    """The line without its marks, and (position, number) of each in what is left.

    A mark before the full stop and one behind it end up at the same sentence: where the
    text goes on behind a mark, the mark's position is the end of what came before it.
    What only joins two marks, as the comma of `[1], [2]`, goes with them.
    """
    plain = ""
    marks: list[tuple[int, int]] = []
    cursor = 0
    for match in MARK.finditer(line):
        numbers = [number for number in read_mark(match, offered) if number in offered]
        if not numbers:
            continue
        between = line[cursor : match.start()]
        if not (marks and BETWEEN_MARKS.fullmatch(between)):
            plain += between
        marks += [(len(plain), number) for number in numbers]
        cursor = match.end()
    plain += line[cursor:]
    blank = len(plain) - len(plain.lstrip())
    return plain[blank:], [(max(0, position - blank), number) for position, number in marks]


def _find_evidence(sentence: str, papers: Sequence[Paper]) -> tuple[Evidence, ...]:
    """In each cited abstract the sentence whose wording holds the most of this one."""
    claim = stem_words(sentence)
    evidence = []
    for paper in papers:
        best, share = (0, 0), 0.0
        for start, end in split_sentences(paper.abstract):
            found = contain(claim, stem_words(paper.abstract[start:end]))
            if found > share:
                best, share = (start, end), found
        if share >= ENOUGH_WORDING:
            evidence.append(Evidence(paper.paper_id, paper.abstract[slice(*best)], *best))
    return tuple(evidence)
