"""Which sentences of an answer need no citation.

Owns the rules for greetings, structure, and statements about the library; knows nothing
about papers. They are cautious: a sentence that says something about the world needs one.
"""

from __future__ import annotations

import re

MARKUP = re.compile(r"[*_`#>|]+|^\s*(?:[-•]|\d+[.)])\s+")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
LONGEST_LEAD = 14  # words of a line that ends in a colon
SHORTEST_CLAIM = 3  # words
LONGEST = 2_000  # characters that are looked at

POLITE = re.compile(
    r"^(?:and )?(hi|hello|hey|greetings|welcome|good (morning|afternoon|evening)|sure|certainly"
    r"|of course|absolutely|okay|ok|sorry|(?:yes|no)(?=[,.!])|great question|good question)\b"
    r"[\s,.!:–—-]*",
    re.IGNORECASE,
)
COURTESY = re.compile(
    r"^(thanks|thank you|you['’]?re welcome|you are welcome|i hope (this|that|it) helps"
    r"|(please )?let me know|(please )?feel free|(i['’]?m |i am )?(happy|glad) to help"
    r"|i can help|how can i help|is there anything)\b",
    re.IGNORECASE,
)
LEAD = re.compile(
    r"^(here (is|are)|below (is|are)|the following|in (short|summary|brief|conclusion)"
    r"|to (summari[sz]e|sum up)|overall|summary|comparison|answer|conclusion)\b",
    re.IGNORECASE,
)
PAPERS = (
    r"(?:papers?|abstracts?|library|collection|sources|documents?|excerpts?|passages?|articles?"
    r"|context)"
)
SAY = (
    r"(?:mention|say|state|report|discuss|address|cover|describe|speak|answer|specify|contain"
    r"|give|provide|compare|include|tell|explain|touch|deal|concern|consider|talk|name|offer"
    r"|relate|go into|detail|directly)"
)
MATTER = r"(?:information|mention|statement|discussion|answer|comparison|figure|word|detail)s?"
ABSENT = re.compile(
    rf"^(?:(?:unfortunately|however|but|so|thus|in short|note that"
    rf"|(?:based on|from|in|according to) (?:the|these|your) (?:\w+ )?{PAPERS}(?: \w+)?)[,;]? )*(?:"
    rf"(?:nothing|none|neither)\b(?: \w+){{0,3}}? (?:in|of|among|from) "
    rf"(?:these|the|those|your|any|all|this)\b.*\b{PAPERS}"
    rf"|no (?:\w+ )?{PAPERS} (?:\w+ ){{0,3}}?{SAY}"
    rf"|no {MATTER} (?:on|about|of|for|to)\b.*\b(?:found|given|available|provided)"
    rf"|(?:these|the|those|your|this|other|cited|provided)? ?(?:\w+ ){{0,2}}?{PAPERS}"
    rf"(?: (?:here|above|below|provided|given|offered|at hand|cited))? "
    rf"(?:(?:do|does|did)(?: not|n['’]t) (?:\w+ )?{SAY}"
    rf"|(?:contain|give|provide|offer)s? no {MATTER})"
    rf"|(?:i|we) (?:could not|couldn['’]t|cannot|can['’]t|did not|didn['’]t|do not|don['’]t"
    rf"|was unable to|am unable to) (?:find|see|answer|tell|say|determine|have|know|help)\b"
    rf"|there (?:is|are|was|were) (?:nothing|no (?:{PAPERS}|{MATTER}))\b.*"
    rf"\b(?:in|among) (?:the|these|your|this|any|all)\b.*\b{PAPERS}"
    rf"|(?:it|this|that)? ?(?:is|was)? ?not (?:stated|mentioned|specified|reported|given|said"
    rf"|covered|addressed|discussed)\b.*\b{PAPERS}"
    rf")",
    re.IGNORECASE,
)
HOLDINGS = re.compile(
    rf"^(?:the|this|your) (?:library|collection) (?:now )?(?:holds?|contains?|has|lists?|includes?)"
    rf"|^(?:there are|i have|you have|i found) \w+ {PAPERS} (?:in|on|from|here)?",
    re.IGNORECASE,
)
TURN = re.compile(r"[,;:–—]\s*(?:but|however|although|though|whereas|while|yet)\b", re.IGNORECASE)


def needs_citation(text: str) -> bool:
    """Whether a sentence claims something that an abstract must be cited for.

    Greetings, courtesies, questions, headings, lines that lead to a list, and statements
    about what the library holds or lacks do not; everything else does.
    """
    written = text[:LONGEST].strip()
    if _is_heading(written):
        return False
    plain = " ".join(MARKUP.sub(" ", written).split())
    while (polite := POLITE.match(plain)) and polite.end():
        plain = plain[polite.end() :]
    words = WORD.findall(plain)
    if not words or COURTESY.match(plain) or plain.endswith("?"):
        return False
    if _leads_on(plain, len(words)):
        return False
    if ABSENT.match(plain) or HOLDINGS.match(plain):
        turn = TURN.search(plain)
        return bool(turn) and needs_citation(plain[turn.end() :]) if turn else False
    return True


def _is_heading(written: str) -> bool:
    """`# Results`, or `**Results**` that stands alone."""
    lines = written.splitlines()
    if len(lines) != 1:
        return False
    bold = re.fullmatch(r"\*\*[^*]+\*\*:?|__[^_]+__:?", written)
    return bool(re.match(r"#{1,6}\s", written)) or (
        bool(bold) and not written.rstrip("*_:").endswith((".", "!"))
    )


def _leads_on(plain: str, words: int) -> bool:
    """`Here are the main points.` and `The papers differ:`, but nothing with a figure in it."""
    if plain.endswith(":") and words <= SHORTEST_CLAIM:
        return True
    if re.search(r"\d", plain):
        return False
    if plain.endswith(":"):
        return words <= LONGEST_LEAD
    lead = LEAD.match(plain)
    return bool(lead) and (plain.lower().startswith(("here", "below")) or words <= 3)
