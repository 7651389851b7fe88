"""What a reference means in a conversation: which papers, under which words.

Owns the search for an antecedent among the exchanges; knows nothing about where in a
question references stand. The nearest exchange that offers a fitting one wins. Papers are
named by their titles, and by their numbers where they are many.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from rag.conversation import Conversation, Exchange
from rag.defuse import defuse
from rag.followup.fragments import OF_ANY_PAPER
from rag.followup.references import ORDINALS, Kind, Mention
from rag.wording import stem_words

NAMED = 3  # more papers than these are named by their numbers, not their titles
LONGEST_TITLE = 140
OF_PEOPLE = re.compile(r"\b(?:who|whose|wrote|written|authors?|published|posted)\b", re.I)
OF_RECORDS = re.compile(
    rf"{OF_PEOPLE.pattern}|\b(?:new(?:er|est)|old(?:er|est)|latest|earliest|recent|date|year"
    r"|upvot\w*|code)\b",
    re.I,
)
OF_SEVERAL = re.compile(r"\b(?:agree|disagree|differ|compare|contradict|common|consistent)\b", re.I)
OF_THING = re.compile(r"\s*(?:compare|differ|relate|work|perform)\b", re.I)
TO_THING = re.compile(r"\b(?:about|to|with|than|summari[sz]e)\s+$", re.I)
PAPERLIKE = re.compile(
    r"papers?|stud(y|ies)|works?|articles?|preprints?|publications?|abstracts?|authors?", re.I
)
ONES = re.compile(r"ones?", re.I)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a mention stands for: papers, under the words that take its place.

    Empty words leave it as it is, with what was asked before behind the question; so does
    `vague`, for words that take its place and yet may not say enough.
    """

    papers: tuple[int, ...] = ()
    words: str = ""
    vague: bool = False


class Memory:
    """What a conversation offers to a reference."""

    def __init__(self, conversation: Conversation, titles: Mapping[int, str]) -> None:
        self._titles = titles
        self._exchanges = conversation.exchanges
        answered = [one for one in conversation.exchanges if not one.refused]
        self._last = answered[-1] if answered else None
        self.asked = self._last.question if self._last else ""

    def quoted(self, question: str) -> tuple[int, ...]:
        """The papers whose whole titles, or marks, a question holds."""
        text = _plain(question)
        found = [
            number
            for number, title in self._titles.items()
            if len(title.split()) > 2 and _plain(_short(title)) in text
        ]
        marks = [int(one) for one in re.findall(r"\[(\d{1,3})\]", question)]
        found += [number for number in marks if number in self._titles]
        return tuple(dict.fromkeys(found))

    def find(self, mention: Mention, asked: str) -> Meant:
        """What a mention stands for."""
        if mention.kind is Kind.NUMBER:
            return self._name([one for one in mention.numbers if one in self._titles])
        if mention.kind is Kind.TITLED:
            return self._find_described(mention)
        if mention.kind is Kind.ORDER:
            return self._find_ordered(mention)
        if mention.kind is Kind.OTHER:
            return self._find_other(mention)
        if mention.kind is Kind.BOTH:
            return self._find_both()
        if mention.loose or _is_statement(mention, asked):
            return Meant()
        if mention.kind is Kind.MANY:
            return self._find_many(mention, asked)
        return self._find_one(mention, asked)

    def find_side(self, name: str) -> tuple[int, ...]:
        """The papers of the side, of the last comparison, that has this name."""
        sides = self._last.sides if self._last else ()
        wanted = stem_words(name)
        return next((one.papers for one in sides if wanted and wanted == stem_words(one.name)), ())

    def _name(self, numbers: list[int]) -> Meant:
        """Papers, by their titles; many by their numbers."""
        if len(numbers) > NAMED:
            marks = [f"[{number}]" for number in numbers]
            return Meant(tuple(numbers), f"the papers {_list(marks)}")
        titles = [f"“{_short(self._titles[number])}”" for number in numbers]
        return Meant(tuple(numbers), _list(titles)) if titles else Meant()

    def _name_sides(self, exchange: Exchange, chosen: list[int]) -> Meant:
        sides = [exchange.sides[one] for one in chosen]
        papers = [number for side in sides if side.found for number in side.papers]
        return Meant(tuple(dict.fromkeys(papers)), _list([side.name for side in sides]))

    def _find_described(self, mention: Mention) -> Meant:
        """The paper whose title has all words of the description, one cited last first."""
        wanted = stem_words(mention.which[0])
        fitting = [n for n, title in self._titles.items() if wanted <= stem_words(title)]
        for exchange in reversed(self._exchanges):
            cited = [number for number in exchange.cited if number in fitting]
            named = [
                place
                for place, side in enumerate(exchange.sides)
                if wanted and wanted <= stem_words(side.name)
            ]
            if len(cited) == 1:
                return self._name(cited)
            if cited:
                return Meant()
            if len(named) == 1:
                return self._name_sides(exchange, named)
        return self._name(fitting) if len(fitting) == 1 else Meant()

    def _find_ordered(self, mention: Mention) -> Meant:
        halves = bool({"former", "latter"} & set(mention.which))
        papers = ONES.fullmatch(mention.noun) or PAPERLIKE.fullmatch(mention.noun)
        sided = self._sided()
        if sided and (halves or (mention.noun and not papers)):
            return self._name_sides(sided, _places(mention, len(sided.sides)))
        for exchange in self._with_several():
            known = [number for number in exchange.cited if number in self._titles]
            places = _places(mention, min(2, len(known)) if halves else len(known))
            if places:
                return self._name([known[place] for place in places])
        numbered = [place + 1 for place in _places(mention, max(self._titles, default=0))]
        return self._name([one for one in numbered if one in self._titles])

    def _find_other(self, mention: Mention) -> Meant:
        """Of two, the one that the last question was not about."""
        recent = self._exchanges[-1]
        spoken = set(self.quoted(recent.question) or recent.cited[:1])
        sided = self._sided()
        if recent is sided:
            spoken = set()
        if sided and len(sided.sides) == 2 and not PAPERLIKE.fullmatch(mention.noun):
            named = stem_words(recent.question) if recent is not sided else frozenset()
            left = [
                place
                for place, side in enumerate(sided.sides)
                if not (stem_words(side.name) <= named or spoken & set(side.papers))
            ]
            return self._name_sides(sided, left if len(left) == 1 else [1])
        for exchange in reversed(self._exchanges):
            for pair in (exchange.cited, self.quoted(exchange.question)):
                left = [one for one in pair if one not in spoken]
                if len(left) == 1:
                    return self._name(left)
        return Meant()

    def _find_both(self) -> Meant:
        sided = self._sided()
        if sided and len(sided.sides) == 2:
            return self._name_sides(sided, [0, 1])
        for exchange in reversed(self._exchanges):
            for pair in (self.quoted(exchange.question), exchange.cited):
                if len(pair) == 2:
                    return self._name(list(pair))
        return Meant()

    def _find_many(self, mention: Mention, asked: str) -> Meant:
        papers = PAPERLIKE.fullmatch(mention.noun) or OF_RECORDS.search(asked)
        last = self._with_citations()
        if last is None:
            return Meant()
        if last.sides and not papers and not mention.belongs:
            return self._name_sides(last, list(range(len(last.sides))))
        these = mention.text.lower().startswith(("these", "those"))  # "they" may be authors
        if len(last.cited) == 1 and (these or OF_SEVERAL.search(asked)):
            last = self._with_several()[0]
        outright = self.quoted(last.question)
        numbers = outright if len(outright) > 1 > len(last.cited) - 1 else last.cited
        return self._name_parts(mention, [one for one in numbers if one in self._titles])

    def _find_one(self, mention: Mention, asked: str) -> Meant:
        last = self._with_citations()
        if last is None:
            return Meant()
        outright = self.quoted(last.question)
        known = [number for number in last.cited if number in self._titles]
        if len(outright) == 1:
            return self._name_parts(mention, list(outright))
        paper = PAPERLIKE.fullmatch(mention.noun) or OF_PEOPLE.search(asked)
        if known and (paper or len(known) == 1):
            meant = self._name_parts(mention, known[:1])
            asked_of = stem_words(self.asked) - stem_words(" ".join(OF_ANY_PAPER))
            known_by = stem_words(meant.words)
            return replace(meant, vague=not paper and not asked_of <= known_by)
        return Meant()

    def _name_parts(self, mention: Mention, numbers: list[int]) -> Meant:
        """Papers, or what the mention calls its object, of them."""
        named = self._name(numbers)
        if not named.words or mention.noun in ("", "one", "ones"):
            return named
        if PAPERLIKE.fullmatch(mention.noun) and not mention.noun.startswith("author"):
            return named
        return Meant(named.papers, f"the {mention.noun} of {named.words}")

    def _sided(self) -> Exchange | None:
        """The last comparison, if what was asked since was about its sides."""
        for exchange in reversed(self._exchanges):
            if exchange.sides:
                return exchange
            named = stem_words(exchange.question)
            earlier = [one for one in self._exchanges if one.sides][-1:]
            if not any(stem_words(side.name) & named for one in earlier for side in one.sides):
                return None
        return None

    def _with_several(self) -> list[Exchange]:
        """The exchanges that cite, last first, those that cite several papers before others."""
        cited = [one for one in reversed(self._exchanges) if one.cited]
        return sorted(cited, key=lambda one: len(one.cited) == 1)

    def _with_citations(self) -> Exchange | None:
        cited = [one for one in self._exchanges if one.cited]
        return cited[-1] if cited else None


def _is_statement(mention: Mention, asked: str) -> bool:
    """Whether a bare "this" or "that" is what was said, rather than a paper."""
    if mention.text.lower() not in ("this", "that") or OF_PEOPLE.search(asked):
        return False
    return not (OF_THING.match(asked, mention.end) or TO_THING.search(asked, 0, mention.start))


def _places(mention: Mention, count: int) -> list[int]:
    """The places, from 0, that ordinals name among so many; those that there are."""
    many = mention.numbers[0] if mention.numbers else 1
    places: list[int] = []
    for word in mention.which:
        if word in ("last", "final", "latter"):
            places += range(max(0, count - many), count)
        else:
            number = int(word[0]) - 1 if word[0].isdigit() else 0
            start = ORDINALS.index(word) if word in ORDINALS else number
            places += range(start, start + many)
    return [place for place in dict.fromkeys(places) if place < count]


def _short(title: str) -> str:
    """As it stands between quotation marks in a question, which no title gets out of."""
    clean = defuse(title.replace("“", "‘").replace("”", "’"))
    return clean if len(clean) <= LONGEST_TITLE else f"{clean[:LONGEST_TITLE].rsplit(' ', 1)[0]}…"


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _list(items: list[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
