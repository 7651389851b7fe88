"""The phrases that filters are said in, but for dates.

Owns their patterns; knows nothing about whether a phrase is said of papers.
"""

from __future__ import annotations

import re

from rag.filters.dates import NUMBER, POINT, POSSESSIVE
from rag.filters.subjects import PAPER

AUTHORS = (
    r"(?:co-?)?authors?(?:\s+(?:each|in\s+all|or\s+so))?"
    r"(?!['’]|\s+(?:attribution|styles?|names?))"
)
COUNTS = {
    "more than": ">", "over": ">", "above": ">", "upwards of": ">", "greater than": ">",
    "at least": ">=", "no fewer than": ">=", "no less than": ">=", "a minimum of": ">=",
    "fewer than": "<", "less than": "<", "under": "<", "below": "<",
    "at most": "<=", "no more than": "<=", "not more than": "<=", "up to": "<=",
    "a maximum of": "<=",
    "exactly": "=", "just": "=", "only": "=", "": "=",
}  # fmt: skip
COUNT = "|".join(word.replace(" ", r"\s+") for word in sorted(filter(None, COUNTS), key=len)[::-1])
WITH = (
    r"(?:(?:that|which)\s+(?:have|has|had|got|list|lists|are\s+by|were\s+written\s+by|received)|with"
    r"|by|having|listing|have|has|list|lists|got|written\s+by|authored\s+by|received|of|and)"
)
COUNTED = re.compile(
    rf"\b{WITH}\s+(?P<count>{COUNT})?\s*\b(?P<number>{NUMBER})(?P<or>\s+or\s+(?:more|fewer|less)|\+)?"
    rf"\s+(?:different\s+)?(?:(?P<authors>{AUTHORS})|(?P<upvotes>(?:up-?)?votes))\b",
    re.IGNORECASE,
)
# "single-author", "two-author papers"
AUTHORED = re.compile(
    rf"\b(?:(?P<one>single|sole|solo|lone)|(?P<number>{NUMBER}))[\s-]author(?:ed)?\b"
    rf"(?=\s+(?:[\w-]+\s+){{0,3}}?{PAPER}\b|\s*[?.!]*$)",
    re.IGNORECASE,
)
SINGLE = re.compile(rf"\b{WITH}\s+(?:a\s+)?(?:single|sole|lone|one)\s+author\b", re.IGNORECASE)
NAME = (
    r"(?-i:[A-Z][\w'’.-]*"
    r"(?:\s+(?:(?:de|van|von|der|den|del|la|le|el|al|bin)\s+)*[A-Z][\w'’.-]*){0,4})"
)
AUTHOR = re.compile(
    rf"\b(?:written\s+by|authored\s+by|by)\s+(?P<name>{NAME})"
    r"(?P<al>,?\s+(?:et\s+al\b\.?|and\s+(?:colleagues|others|co-?authors)\b))?",
    re.IGNORECASE,
)
WROTE = re.compile(
    rf"\b(?:(?:did|has|have)\s+(?P<name>{NAME})\s+(?:written|write|published?|authored?|posted?)\b"
    rf"|(?P<owner>{NAME})(?<=\w)['’]s?(?=\s+{PAPER}\b))",
    re.IGNORECASE,
)
VOTED = re.compile(
    rf"\b(?:(?:top|first|best)\s+(?P<top>{NUMBER})\s+(?:{PAPER}\s+)?by\s+(?:up)?votes\b"
    rf"|(?:(?P<number>{NUMBER})\s+)?(?P<which>most|least|highest|lowest|top|best)[\s-]+(?:up-?)?voted"
    rf"(?=\s+(?:(?!answers?\b|posts?\b|comments?\b|repl)[\w-]+\s+){{0,3}}?(?:{PAPER}|ones?)\b"
    r"|\s+(?:first|on|about|from|in|since|and)\b|\s*[?.!,;]*\s*$)"
    rf"|(?P<liked>most|least)\s+(?:popular|liked)(?=\s+{PAPER}\b)"
    rf"|(?:with|has|have|had|got)\s+(?:the\s+)?(?P<much>most|fewest|least)\s+(?:up-?)?votes\b"
    r"|(?:sort|order|rank)(?:ed|ing)?\s+by\s+(?:up)?votes\b)",
    re.IGNORECASE,
)
AGED = re.compile(
    rf"\b(?:(?P<number>{NUMBER})\s+)?(?P<which>newest|latest|most\s+recent|oldest|earliest)"
    r"(?P<count>\s+(?:two|three|four|five|ten|\d{1,2})\b)?"
    rf"(?:(?=\s+(?:[\w-]+\s+){{0,3}}?(?P<noun>{PAPER}|results?|findings|advances)\b)"
    r"|(?P<first>\s+(?:ones?\s+)?first\b)|(?=\s+on\s+\w))"
    r"|\b(?:sort|order)(?:ed|ing)?\s+by\s+date\b",
    re.IGNORECASE,
)
CODE = re.compile(
    r"\b(?:(?:that|which)\s+)?(?:(?:(?:have|has|come|comes|came)\s+(?:with\s+)?|with\s+)"
    r"(?:(?:an?|the|their|its|own|public(?:ly)?|available|released|open[\s-]source[d]?|source"
    r"|github|accompanying|any)\s+)*(?:code(?:base)?|repositor(?:y|ies)|repos?|github\s+links?"
    r"|implementations?)(?:\s+(?:available|released|online|on\s+github|links?|public))?"
    r"|(?:release[sd]?|releasing|publish(?:es|ed)?|shar(?:e[sd]?|ing)|open[\s-]sourc(?:e[sd]?|ing)"
    r"|provid(?:e[sd]?|ing))\s+(?:(?:the|their|its|any|source)\s+)*code"
    r"|whose\s+(?:source\s+)?code\s+(?:is|was|has\s+been)\s+(?:\w+ly\s+)?"
    r"(?:available|released|public|open[\s-]?source[d]?|open|online))\b"
    r"(?![-–]\w)(?:(?<!code)|(?=\s*(?:[?.,;:!)]|$)|\s+(?:on|about|for|from|in|since|and|or|that|which|by|are|is"
    r"|do|does|did|was|were|have|has|there|here|exist|available|you|we|to)\b))",
    re.IGNORECASE,
)
# What takes "with code" as its object: "training with code" is no paper that comes with code.
DOES_WITH = re.compile(
    r"\b(?:(?:pre-?|fine-?)?(?:train|tun)(?:ed|ing)|learn(?:ed|ing)?|reason(?:ing)?|work(?:ing)?"
    r"|deal(?:s|t|ing)?|help(?:s|ing)?|think(?:ing)?|prompt(?:s|ed|ing)?|plan(?:ning)?|act(?:ions?|ing)?"
    r"|generat(?:ed|ing|ion)|augment(?:ed|ing)|mix(?:ed|ing|tures?)?|data|text|models?|synthesis"
    r"|experiment(?:s|ing)?|problems?|solv(?:e|ed|ing))\s*$",
    re.IGNORECASE,
)


# "only 2025", "restrict that to 2025"
ONLY = re.compile(
    r"\W*(?:(?:ok|please|and|but)\W+)*(?P<words>(?:only|just|(?:restrict|limit|narrow)"
    rf"(?:\s+(?:it|them|this|that|these|those|the\s+\w+))?(?:\s+down)?\s+to)\s+(?P<point>{POINT}))"
    r"\W*(?:please\W*)?$",
    re.IGNORECASE,
)
ATTRIBUTIVE = re.compile(
    rf"(?P<lead>pre-|post-)?\b(?P<point>{POINT}|{POSSESSIVE.pattern})"
    rf"(?=\s+(?:papers|works?|studies|articles|preprints|publications|research|entries)\b)"
    rf"(?!\s+(?:works?|research)\s*$)",
    re.IGNORECASE,
)
