"""Questions that are only a part of one, and how they join what was asked before.

Owns which questions do not stand alone though nothing in them points back ("why?", "and on
ImageNet?", "what are the limits?"), and the words that complete them; knows nothing about
papers. English, by closed classes and the words in which papers are spoken of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from rag.followup.references import AUXILIARY, PREPOSITION
from rag.terms import content_words, find_terms

LONGEST = 160  # characters of an earlier question that are repeated
ASKS = re.compile(
    rf"\W*(?:{AUXILIARY}|what|which|who|whose|why|how|when|where|any)\b", re.IGNORECASE
)
LEAD = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|well|hm+|right|thanks|now|then|so)\b[\s,.!]*)*"
    r"(?P<join>(?:and|but|or|also|plus)\b[\s,]*(?:then\s+|also\s+)?)?"
    r"(?P<about>(?:what|how)\s+about\s+|what\s+of\s+|same\s+(?:question\s+)?for\s+)?",
    re.IGNORECASE,
)
BARE = re.compile(
    r"(?:why|how|when|where)(?:\s+(?:so|not|come|exactly|though|then))?|since\s+when|what\s+for"
    r"|by\s+how\s+much|how\s+(?:much|often|many|so|far|large|big|well|badly|long)",
    re.IGNORECASE,
)
CLAUSE = re.compile(
    rf"\b(?:{AUXILIARY}|what|which|who|whose|why|how|where|show|tell|list|give|explain|compare"
    r"|summari[sz]e|describe|find)\b",
    re.IGNORECASE,
)
AGAIN = re.compile(
    rf"(?:{AUXILIARY})\s+(?:that|this|it|the\s+same|these|those|they)\s+"
    r"(?:(?:also|still|really|always|generally|ever)\s+)*"
    r"(?:true|hold(?:s)?(?:\s+up)?|apply|the\s+(?:case|same)|valid|so|happen|carry\s+over)\b"
    r"\s*(?:also\b|too\b|true\b|as\s+well\b)?\s*(?P<where>(?!\s*(?:that|to|whether)\b).*)",
    re.IGNORECASE,
)
OVER_ALL = re.compile(
    r"\b(?:which|what|how\s+many|any|all|list|every|each)\s+(?:the\s+|of\s+the\s+)?(?:\w+\s+)?"
    r"(?:papers?|entr(?:y|ies)|abstracts?|stud(?:y|ies)|articles?)\b|\b(?:library|collection|here)\b"
    r"|^(?:who|what)\s+(?:are|can|do)\s+you\b",
    re.IGNORECASE,
)
OF_SPEAKER = re.compile(
    r"\byou(?:\s+just|\s+have|['’]ve)?\s+(?:mean|say|said|mention(?:ed)?|claim(?:ed)?|cited?)\b",
    re.I,
)
ELSE = re.compile(r"\b(?:others?|else|another|more|further|again)\b", re.IGNORECASE)
# What is asked of any paper, and so says nothing of which.
OF_ANY_PAPER = frozenset(
    """abstract advantage agree answer apply approach article author baseline benchmark benefit best
    better big biggest brief case cause change cite claim code compare compared conclude conclusion
    continue contribution contribute data dataset date describe detail detailed differ difference
    disadvantage disagree disagree downside drawback effect elaborate evaluate evaluated
    evaluation evidence example exactly experiment experimental explain explanation find finding
    further future give go good happen hold idea implication important improve interesting key know
    large largest last late latest limit limitation list long main mean measure measured method
    metric model name new newer newest number old older oldest outcome paper please point posted
    problem procedure propose proposed publish published question reason recent result same say
    sentence setting setup short shortcoming show simple simpler small smallest solution solve state
    step strength study sum summarise summarize summary sure take task technique tell term test
    tested theory thought title true try upside version weakness word work worse worst write written
    wrote yes no really quick else others other another any""".split()
)
OF_TELLING = frozenset(
    """answer brief bullet detail easy example general language letter line plain point sentence
    please short simple simpler term word""".split()
)


class Part(Enum):
    """What kind of part a question is."""

    WHOLE = auto()
    NAME = auto()  # "what about RL?"
    PHRASE = auto()  # "and on ImageNet?"
    WHY = auto()  # "why?", "how so?"
    AGAIN = auto()  # "is that true for small models?"
    BLANK = auto()  # "tell me more", "what are the limits?"


@dataclass(frozen=True, slots=True)
class Fragment:
    """A question's kind and what of it is to be joined to the question before."""

    part: Part
    text: str


def classify(question: str) -> Fragment:
    """What of a question is missing. A bare subject ("dropout") is a new question."""
    lead = LEAD.match(question)
    rest = question[lead.end() :].strip(" ?.!") if lead else question
    joins = bool(lead and lead["join"])
    names = bool(lead and lead["about"])
    words = content_words(rest)
    again = AGAIN.fullmatch(rest)
    if BARE.fullmatch(rest):
        return Fragment(Part.WHY, rest)
    if again:
        return Fragment(Part.AGAIN, again["where"].strip(" ,"))
    phrase = _is_phrase(rest) and not _are_among(words, OF_TELLING)
    if not rest and not joins:
        return Fragment(Part.WHOLE, question)
    if names and rest and words and not phrase and _are_among(words, OF_ANY_PAPER):
        return Fragment(Part.BLANK, question)
    if (names and rest) or phrase:
        return Fragment(Part.PHRASE if phrase else Part.NAME, rest)
    if OF_SPEAKER.search(rest):
        return Fragment(Part.BLANK, rest)
    if OVER_ALL.search(rest) and not ELSE.search(rest):
        return Fragment(Part.WHOLE, question)
    if _are_among(words, OF_ANY_PAPER):
        return Fragment(Part.BLANK, rest)
    if CLAUSE.search(rest):
        return Fragment(Part.BLANK if joins and len(words) <= 4 else Part.WHOLE, question)
    if joins or (question.rstrip().endswith("?") and len(rest.split()) <= 3):
        return Fragment(Part.NAME, rest)
    return Fragment(Part.WHOLE, question)


def _is_phrase(rest: str) -> bool:
    starts = re.match(
        rf"(?:only\s+|even\s+|just\s+|not\s+)?(?:{PREPOSITION})\b", rest, re.IGNORECASE
    )
    return bool(starts) and len(rest.split()) <= 9 and not CLAUSE.search(rest)


def _are_among(words: list[str], known: frozenset[str]) -> bool:
    return all(word in known or word.removesuffix("s") in known or word.isdigit() for word in words)


def join(question: str, fragment: Fragment) -> str:
    """The question before, asked anew of what the fragment names.

    Names take each other's place ("Does SFT memorise?", "what about RL?"), and so do phrases
    that are alike ("on CIFAR-10", "on ImageNet"); anything else is added at the end. What an
    earlier fragment added gives way, so that a chain does not grow.
    """
    head, about = split_about(question)
    head = strip_added(head) if len(head) <= LONGEST * 2 else head
    named = fragment.part is Part.NAME
    if named and (swapped := _swap_name(head, fragment.text)):
        return with_about(swapped, about)
    if len(head) > LONGEST or (named and (not ASKS.match(head) or "“" in fragment.text)):
        asked = f"What about {fragment.text}?" if named else fragment.text
        return with_about(asked, topic_of(question))
    if fragment.part is Part.WHY:
        joined = _ask_why(head, fragment.text)
    elif named:
        joined = f"{head}, and what about {fragment.text}"
    elif fragment.part is Part.AGAIN and not fragment.text:
        joined = head
    else:
        joined = _swap_phrase(head, fragment.text)
    return with_about(joined, about)


def _ask_why(head: str, word: str) -> str:
    if re.match(rf"(?:{AUXILIARY})\b", head, re.IGNORECASE) and word.lower() in (
        *("why", "how", "when", "where"),
    ):
        return f"{capital(word)} {uncapital(head)}"
    return f"{head}, and {word.lower()}"


def _swap_name(head: str, name: str) -> str:
    """The head with its only name, or its only title, replaced by another; else empty."""
    quoted = re.findall(r"“[^”]*”", head)
    if name.startswith("“") and name.endswith("”"):
        return head.replace(quoted[0], name) if len(quoted) == 1 else ""
    new = [term for term in find_terms(f"of {name}") if term.is_name]
    old = [term.text for term in find_terms(head) if term.is_name]
    if quoted or len(name.split()) > 3 or not new or len(set(old)) != 1:
        return ""
    if re.search(rf"\b(?:{PREPOSITION})\s+{re.escape(old[0])}(?!\w)", head, re.IGNORECASE):
        return ""  # a setting is not what another name takes the place of
    return re.sub(rf"(?<!\w){re.escape(old[0])}(?!\w)", lambda _: name, head)


def _swap_phrase(head: str, phrase: str) -> str:
    """The head with a phrase of the same preposition at its end replaced, if both are alike."""
    preposition, _, rest = phrase.partition(" ")
    found = re.search(
        rf"\s+{re.escape(preposition)}\s+(?P<old>[^,;:?“”]{{1,60}})$", head, re.IGNORECASE
    )
    if found and _are_alike(found["old"], rest):
        return f"{head[: found.start()]} {phrase}"
    if found or "," in head:
        return f"{head}, and {phrase}"
    return f"{head} {phrase}"


def _are_alike(old: str, new: str) -> bool:
    """Names both, or both of the same noun ("small models", "large ones")."""
    if re.search(rf"\b(?:{PREPOSITION})\b", old):
        return False
    names = [any(term.is_name for term in find_terms(f"of {text}")) for text in (old, new)]
    last = [text.lower().split()[-1:] for text in (old, new)]
    return all(names) or last[0] == last[1] or last[1] in (["one"], ["ones"])


def strip_added(head: str) -> str:
    """A question without what an earlier fragment added to its end."""
    return re.sub(
        rf", and (?:what about [^,?]+|(?:{PREPOSITION})\b[^,?]{{1,60}}|{BARE.pattern})$",
        "",
        head,
        flags=re.IGNORECASE,
    )


def split_about(question: str) -> tuple[str, str]:
    """(the question without its end, what it is about) of what `with_about` made."""
    head, bracket, about = question.strip().removesuffix(")").partition(" (about: ")
    if bracket and question.rstrip().endswith(")"):
        return head.rstrip("?.! "), about
    return question.strip().rstrip("?.! "), ""


def with_about(question: str, about: str) -> str:
    """A question with what it is about in brackets behind it, for the eye and the search."""
    head = capital(question.strip()).rstrip(".! ")
    if not head.endswith(("?", "…")):
        head += "?" if ASKS.match(head) else "."
    return f"{head} (about: {about})" if about else head


def strip_lead(question: str) -> str:
    """A question without the words that only lead from one to the next."""
    lead = LEAD.match(question)
    rest = question[lead.start("about") if lead and lead["about"] else lead.end() :] if lead else ""
    return rest or question


def topic_of(question: str) -> str:
    """What a question is about, as it stands in brackets behind the next: itself, shortened.

    Of a question that is itself about another, both, or only the other if it says nothing.
    """
    head, about = split_about(question)
    root = about.rpartition("; ")[2]
    if root and _are_among(content_words(head), OF_ANY_PAPER):
        return about
    own = uncapital(shorten(head))
    return f"{own}; {root}" if root else own


def shorten(text: str) -> str:
    """A text, cut at a word where it is long."""
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST].rsplit(' ', 1)[0].rstrip(',;:')}…"


def uncapital(text: str) -> str:
    """The first letter small, unless the word is a name."""
    first = text.split(" ", 1)[0]
    if first in ("I", "A") or any(one.isupper() or one.isdigit() for one in first[1:]):
        return text if first != "A" else f"a{text[1:]}"
    return f"{text[:1].lower()}{text[1:]}"


def capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
