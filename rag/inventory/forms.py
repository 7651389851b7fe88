"""The forms in which the library itself is asked about, as patterns.

Owns the wording; knows nothing about the library. A form must fit a whole clause, so that
"how many papers agree?" or "what is the oldest trick?" fits none. `REF` and `BEST` stand in
a clause for what it refers to ("[3]", "it") and for a superlative ("the newest paper").
"""

from __future__ import annotations

import re

from rag.filters.dates import NUMBER

REF, BEST = "\ue001", "\ue002"
P = (
    r"(?:(?:research|scientific|arxiv|different|distinct|listed|whole|such|other)\s+)?"
    r"(?:papers?|entries|entry|articles?|stud(?:y|ies)|works?|preprints?|publications?|abstracts?)"
)
PS = rf"(?:{P}|ones?|items?|things?)"
DONE = (
    r"(?:published|posted|submitted|uploaded|released|written|dated|added|listed|announced|out"
    r"|come\s+out|appear(?:ed)?)"
)
BE = r"(?:is|are|was|were)"
SHOW = (
    r"(?:list|show|name|give|display|enumerate|print|find|tell)(?:\s+(?:me|us))?(?:\s+all)?"
    r"(?:\s+of)?"
)
# Said of the library at any place of a question, without changing what is asked.
LIBRARY = re.compile(
    r"\b(?:(?:that\s+)?(?:do|did)\s+(?:you|we|i)\s+(?:currently\s+|already\s+)?(?:have|hold|know(?:\s+of)?|got|store"
    r"|contain)|(?:that\s+)?(?:you|we|i)\s+(?:have|hold|know(?:\s+of)?|got|can\s+see)|have\s+(?:you|we|i)\s+(?:got|added)"
    r"|does\s+(?:the|this|your)\s+(?:\w+\s+)?(?:library|collection|corpus|database)\s+(?:have|hold|contain)"
    r"|(?:in|from|of|within|across)\s+(?:the|this|your|our|my)\s+(?:\w+\s+)?(?:library|collection|corpus"
    r"|database|folder|archive|listings?)|are\s+(?:in\s+)?(?:there|here)|is\s+there|there\s+are|there|exist"
    r"|(?:over|in)?\s*here|in\s+(?:total|all|here|there)|altogether|overall|available|so\s+far|right\s+now|currently"
    r"|at\s+the\s+moment|exactly|please|by\s+date|(?:according\s+to|by|given)\s+(?:the|your)\s+(?:\w+\s+)?"
    r"(?:dates?|records?|data|library|metadata|listings?)(?:\s+(?:that\s+)?(?:you\s+have|there\s+are))?)(?!\w)",
    re.IGNORECASE,
)
LEAD_IN = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|so|and|hi|hello|hey|please|well|now|also|but|thanks|then)\b[\s,]*)*"
    r"(?:(?:can|could|would)\s+you\s+(?:please\s+)?|please\s+)?"
    r"(?:(?:tell\s+me|do\s+you\s+know|i['’]d\s+like\s+to\s+know|i\s+want\s+to\s+know|remind\s+me)\s+"
    r"(?=who|which|when|how|what|where|the\s+date))?",
    re.IGNORECASE,
)
# Between questions of one sentence: "..., how many is it, and when was it posted?"
CLAUSE = re.compile(
    r"\s*[,;?.]\s*(?:and\s+|also\s+)?(?=(?:how\s+many|when|who|which|what|by\s+whom|where|its)\b)"
    r"|\s+and\s+(?=(?:how\s+many|when|who|which\s+is|what\s+is|by\s+whom|where|its"
    r"|(?:give|show|tell)\s+me)\b)",
    re.IGNORECASE,
)
QUOTED = re.compile(r"[\"“]([^\"“”]{3,300})[\"”]")
NUMBERED = re.compile(
    r"\b(?:the\s+)?(?:papers?|numbers?|entry)\s+#?(?P<bare>\d{1,3})\b(?!\s*[\w%])"
    r"|(?:\b(?:papers?|numbers?|entries|entry)\s+)?(?:\[\s*\d{1,3}(?:\s*,\s*\d{1,3})*\s*\]"
    r"(?:\s*(?:,|and|&)\s*(?=\[))?)+",
    re.IGNORECASE,
)
THESE = re.compile(
    rf"\b(?:(?:these|those)(?:\s+(?:two|three|four|five|\d))?(?:\s+{PS})?|them|they|both(?:\s+{PS})?"
    rf"|the\s+(?:two|three|four|five|cited|above)(?:\s+{PS})?)(?!\w)",
    re.IGNORECASE,
)
THIS = re.compile(
    rf"\b(?:it|this(?:\s+{PS})?(?!\s+(?:library|collection|corpus|database))|that\s+{PS}"
    rf"|that(?=\s*$|\s+{DONE}\b)|the\s+(?:paper|entry|study))(?!\w)",
    re.IGNORECASE,
)
THESE_PAPERS = re.compile(rf"\b(?:(?:these|those|the|your|all|all\s+the)\s+{P}|them)(?!\w)", re.I)
OWN = re.compile(r"\b(?:its|their)\b", re.IGNORECASE)

ADJECTIVES = {
    "newest": ("date", "most"), "latest": ("date", "most"), "most recent": ("date", "most"),
    "youngest": ("date", "most"), "oldest": ("date", "least"), "earliest": ("date", "least"),
    "least recent": ("date", "least"),
    "most upvoted": ("upvotes", "most"), "most popular": ("upvotes", "most"),
    "highest voted": ("upvotes", "most"), "top voted": ("upvotes", "most"),
    "most liked": ("upvotes", "most"), "least upvoted": ("upvotes", "least"),
    "least popular": ("upvotes", "least"), "lowest voted": ("upvotes", "least"),
}  # fmt: skip
ADJECTIVE = "|".join(re.sub(r"[ ]", r"[\\s-]+", one) for one in ADJECTIVES)
MOST = (
    r"(?:most|fewest|least|(?:largest|highest|greatest|biggest|maximum|smallest|lowest|minimum)"
    r"\s+number\s+of)"
)
HAVING = (
    rf"(?:(?:has|have|had|lists?|gets?|got|with|having|listing|received|names?)\s+(?:the\s+)?"
    rf"(?P<most>{MOST})\s+(?P<what>(?:co-?)?authors|people|(?:up-?)?votes)"
    r"|(?:has|have|had|with|having)\s+the\s+(?P<long>longest|largest|biggest|shortest|smallest)"
    r"\s+(?:author\s+list|list\s+of\s+authors|team(?:\s+of\s+authors)?))"
)
ABOUT = (
    r"(?:(?:that\s+|which\s+)?(?:mention|discuss|talk\s+about|deal\s+with|cover|concern|study|contain"
    r"|address|use\s+the\s+(?:word|term|phrase)|contain\s+the\s+(?:word|term|phrase))s?(?:ing)?"
    r"|(?:(?:that|which)\s+)?(?:are|is|were)\s+(?:about|on)|about|on|regarding|mentioning|discussing)"
)
TOPIC = rf"(?:\s+{ABOUT}\s+(?P<topic>[^,;:?!]{{2,80}}))?"
SUPERLATIVE = re.compile(
    rf"\b(?:(?:the|your)\s+)?(?:(?P<number>{NUMBER})\s+)?(?P<adjective>{ADJECTIVE})"
    rf"(?:\s+(?P<count>{NUMBER})\b)?(?:\s+(?P<noun>{PS})(?!\w))?"
    rf"|\b(?:the\s+(?:{PS}|one)\s+(?:that\s+|which\s+)?)?{HAVING}"
    rf"|\b(?:the\s+)?top\s+(?P<top>{NUMBER})\s+(?:{PS}\s+)?by\s+(?P<by>upvotes|votes|date)\b",
    re.IGNORECASE,
)
# "What's the latest?" asks for news.
TIDINGS = re.compile(rf"^(?!.*\bwhich\b).*\blatest\b(?!\s+{PS}(?!\w))", re.IGNORECASE)
OF_WHAT = rf"(?:\s+(?:of\s+)?(?:{REF}|(?:the|your|these|all)\s+{PS}|{PS}))?"
ORDER_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?:which|what|who)(?P<of>{OF_WHAT}){TOPIC}(?:['’]s|\s+{BE})?\s+{BEST}(?:\s+{REF})?(?:\s+{DONE})?",
        rf"(?:which|what)(?:['’]s|\s+{BE})\s+{BEST}(?:\s+of\s+(?:{REF}|them|all|(?:the|your|all\s+the|all)\s+{PS}))?{TOPIC}",
        rf"(?:(?:{SHOW}|what|which|give\s+me)\s+)?{BEST}{TOPIC}",
        rf"of\s+{REF},?\s+which\s+{BE}\s+{BEST}",
    )
)
COUNT_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"how\s+many(?:\s+of)?\s+(?:the\s+|your\s+|these\s+)?{P}(?:\s+{BE}|\s+have\s+been|\s+have)?{TOPIC}",
        rf"how\s+many\s+of\s+(?:the\s+{P}|{REF})(?:\s+{BE}|\s+have\s+been|\s+have)?{TOPIC}",
        rf"(?:what(?:['’]s|\s+is)\s+)?(?:the\s+)?(?:total\s+)?number\s+of\s+{P}{TOPIC}",
        rf"(?:the\s+)?{P}\s+count|count\s+(?:of\s+)?(?:the\s+|all\s+|your\s+)*{P}{TOPIC}",
        r"how\s+(?:big|large)\s+is\s+(?:the|this|your)\s+(?:library|collection|corpus|database)",
        r"(?:what(?:['’]s|\s+is)\s+)?the\s+size(?:\s+of\s+(?:the|this|your)\s+(?:library|collection))?",
    )
)
# Only where a condition is said beside it: "How many are ..." with "from 2025" taken out.
COUNT_FRAGMENT = re.compile(rf"how\s+many(?:\s+{BE}|\s+have\s+been|\s+have)?", re.IGNORECASE)
LIST_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{SHOW}(?:\s+(?:every|only|just|any))?(?:\s+(?:the|your))?\s+(?:{P}|{REF})",
        rf"(?:what|which|any|all)(?:\s+of)?(?:\s+the)?\s+{P}(?:\s+{BE}|\s+have|\s+do)?",
    )
)
LIST_FRAGMENTS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?:what|which)(?:\s+of\s+(?:the\s+{PS}|{REF}))?(?:['’]s|\s+{BE}|\s+have(?:\s+been)?|\s+has\s+been)?",
        rf"any(?:thing)?(?:\s+{PS})?|{BE}\s+any(?:\s+{P})?|{P}|everything",
        rf"{SHOW}(?:\s+(?:everything|those|the\s+ones?|what(?:['’]s|\s+{BE})?))",
    )
)
NO = r"(?:no|an?\s+unknown|an?\s+missing|unknown|missing)"
KNOWN_FACT = re.compile(
    rf"\b(?:(?:that\s+|which\s+)?(?:(?:do\s+not|don['’]t)\s+(?P<dont>have|list|state|give)\s+(?:an?\s+|any\s+)?"
    rf"|(?:have|has|with|list|lists|state)\s+(?:(?P<no>{NO})\s+|an?\s+|any\s+|known\s+)|(?P<without>without)\s+(?:an?\s+|any\s+)?)"
    r"(?P<fact>date|year|author\s+count|number\s+of\s+authors|authors?|author\s+names?|link|url|arxiv\s+id|"
    r"upvotes?|upvote\s+count)s?|whose\s+(?P<whose>date|year|authors?|link|upvotes?)\s+(?:is|are)\s+"
    r"(?P<how>unknown|not\s+known|missing|not\s+stated|known)|(?:that\s+are\s+|are\s+)?(?P<undated>undated|dated))"
    r"(?=\s*$)",
    re.IGNORECASE,
)
DATES_FORM = re.compile(
    rf"(?:what|which)\s+(?:(?:publication\s+)?dates?|years?|period|time\s*(?:span|range|frame)|date\s+range"
    rf"|range\s+of\s+(?:dates|years))(?:\s+(?:do|does|did|{BE}))?(?:\s+(?:you|the\s+{P}|these\s+{P}|your\s+{P}"
    r"|the\s+library|the\s+collection|this\s+library|it))?(?:\s+(?:cover|span|covered|come\s+from|from|have|range))?"
    rf"|how\s+far\s+back\s+(?:do|does)\s+(?:you|it|(?:the|your|these|this)\s+(?:{P}|library|collection))\s+(?:go|reach)"
    rf"|how\s+(?:recent|old|up[\s-]to[\s-]date|current|new)\s+{BE}\s+(?:the|your|these|this)\s+(?:{P}|library|collection)"
    rf"|(?:from\s+)?when\s+{BE}\s+(?:the|your|all)\s+{P}(?:\s+from|\s+{DONE})?"
    rf"|(?:from\s+)?(?:what|which)\s+(?:years?|dates?)\s+{BE}\s+(?:the|your)\s+{P}(?:\s+from)?",
    re.IGNORECASE,
)
PAGES_FORM = re.compile(
    rf"(?:from\s+)?where\s+(?:(?:do|did|does)\s+(?:the|your|all|all\s+the|these)\s+{P}\s+come\s+from"
    rf"|(?:are|were|is)\s+(?:the|your|all)\s+{P}\s+from|(?:did|do)\s+you\s+get\s+(?:the|your|these)\s+{P}(?:\s+from)?)"
    r"|how\s+many\s+(?:listing\s+)?(?:pages|files|listings|sources)"
    r"(?:\s+(?:did\s+i\s+add|were\s+(?:added|read)|have\s+been\s+(?:added|read)|are|were))?"
    rf"|(?:what|which)\s+(?:listing\s+)?(?:pages|files|listings|sources)"
    rf"(?:\s+(?:did\s+i\s+add|were\s+(?:added|read)|have\s+been\s+(?:added|read)|{BE}|do|(?:do|are)\s+the\s+{P}\s+(?:come\s+)?from))?"
    r"|(?:what(?:['’]s|\s+(?:is|are))\s+)your\s+sources?|(?:list|show(?:\s+me)?)\s+(?:the|all|all\s+the)\s+(?:pages|sources|files)",
    re.IGNORECASE,
)
R = rf"(?:of\s+)?(?:{REF}|{BEST})"
ASK = (
    r"(?:(?:what(?:['’]s|\s+is|\s+are|\s+was|\s+were)|give\s+me|show\s+me|tell\s+me|list|name|can\s+i"
    r"\s+(?:have|get|see)|do\s+you\s+have|i\s+need|is)\s+)?(?:(?:the|an?|any|all(?:\s+the)?)\s+)?"
)
THINGS = {
    "authors": r"(?:names?\s+of\s+the\s+)?(?:co-?)?authors?(?:\s+names?|\s+list)?",
    "author_count": r"(?:number\s+of\s+(?:co-?)?authors|author\s+count)",
    "date": r"(?:(?:publication|posting|posted|release|submission)\s+)?(?:date|dates|year|years)",
    "arxiv": r"arxiv\s+(?:ids?|numbers?|identifiers?)",
    "link": r"(?:links?|urls?|web\s*pages?|pdfs?|web\s+address(?:es)?|arxiv\s+(?:links?|pages?))",
    "upvotes": r"(?:number\s+of\s+)?(?:up)?votes(?:\s+count)?",
    "title": r"(?:full\s+)?(?:titles?|names?)",
    "pages": r"(?:pages?|sources?)",
}
# `{R}` is put in for what is referred to, or a title.
TELL_FORMS: dict[str, tuple[str, ...]] = {
    "authors": (
        r"who\s+(?:wrote|authored|published|posted|is\s+behind|are\s+behind)\s+{R}",
        rf"who\s+{BE}\s+(?:the\s+)?(?:(?:co-?|first\s+|lead\s+)?authors?|writers?)\s+(?:of|on|behind)\s+{{R}}",
        rf"by\s+whom\s+{BE}\s+{{R}}(?:\s+written)?",
        rf"who\s+{BE}\s+{{R}}\s+(?:written\s+)?by",
    ),
    "author_count": (
        r"how\s+many\s+(?:co-?)?(?:authors|people)\s+(?:does|do|did|has|have|had|are\s+on|wrote"
        r"|worked\s+on|is|are\s+behind|were\s+on|on|for|are\s+listed\s+(?:for|on)|contributed\s+to)\s+"
        r"{R}(?:\s+(?:have|list|has|got|name))?",
        rf"by\s+how\s+many\s+(?:authors|people)\s+{BE}\s+{{R}}(?:\s+written)?",
    ),
    "date": (
        rf"when\s+(?:was|were|is|are|did)\s+{{R}}(?:\s+(?:first\s+)?{DONE}|\s+from)?",
        rf"(?:in\s+|from\s+|on\s+)?(?:what|which)\s+(?:date|year|day|month)\s+(?:was|were|is|are|does|did|do)"
        rf"\s+{{R}}(?:\s+(?:from|have|carry|{DONE}))?(?:\s+(?:in|on))?",
        rf"how\s+(?:old|recent|new)\s+{BE}\s+{{R}}",
    ),
    "link": (
        r"where\s+(?:can|do|could)\s+(?:i|we)\s+(?:find|read|download|get|see|access)\s+{R}"
        r"(?:\s+(?:online|in\s+full|as\s+(?:a\s+)?pdf))?",
    ),
    "arxiv": (rf"{BE}\s+{{R}}\s+on\s+arxiv",),
    "upvotes": (
        r"how\s+many\s+(?:up)?votes\s+(?:does|do|did|has|have)\s+{R}(?:\s+(?:have|get|got|received?))?",
    ),
    "title": (rf"what\s+{BE}\s+{{R}}\s+(?:called|titled|entitled|named)",),
    "pages": (
        r"where\s+(?:does|do|did)\s+{R}\s+come\s+from",
        rf"(?:on\s+)?(?:which|what)\s+pages?\s+{BE}\s+{{R}}(?:\s+(?:on|from|listed(?:\s+on)?))?",
        r"(?:which|what)\s+pages?\s+lists?\s+{R}",
    ),
    "here": (
        rf"(?:do\s+you\s+have|have\s+you\s+got|is|are)?\s*(?:an?\s+|the\s+)?(?:{P}\s+)?"
        r"(?:called|titled|entitled|named|with\s+the\s+title)\s+{R}",
    ),
}
# Behind another question: "..., and how many is it?"
HOW_MANY = re.compile(rf"how\s+many(?:\s+{BE})?(?:\s+{REF})?(?:\s+of\s+them)?", re.IGNORECASE)
WHEN = re.compile(r"when", re.IGNORECASE)


def tell_forms(reference: str) -> list[tuple[str, re.Pattern[str]]]:
    """(what is asked, the form), with this pattern for what it is asked of."""
    forms = [
        (fact, form.replace("{R}", reference)) for fact, all_ in TELL_FORMS.items() for form in all_
    ]
    forms += [
        (fact, rf"{ASK}{thing}(?:\s+{BE})?\s+(?:of|for|to|on)\s+{reference}")
        for fact, thing in THINGS.items()
    ]
    return [(fact, re.compile(form, re.IGNORECASE)) for fact, form in forms]


OWN_FORMS = [
    (fact, re.compile(rf"{ASK}{REF}(?:['’]s)?\s+{thing}", re.IGNORECASE))
    for fact, thing in THINGS.items()
]
REFERENCE_FORMS = tell_forms(rf"(?:of\s+)?(?:{REF}|{BEST})") + OWN_FORMS
TITLE_FORMS = tell_forms(rf"(?:the\s+{P}\s+)?(?P<title>.{{6,250}}?)")
