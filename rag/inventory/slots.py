"""What a question can ask of the records, as phrases: "the newest", "no date", "how many".

Owns the phrases; knows nothing about how they make a question. Each is looked for anywhere in
a clause, and blanked: what is then left over tells whether the clause asks for anything else.
"""

from __future__ import annotations

import re

from rag.filters.dates import NUMBER

REF, BEST = "\ue001", "\ue002"  # what a clause refers to, and a superlative
DETERMINED = (
    r"(?:(?<=the\s)|(?<=this\s)|(?<=that\s)|(?<=which\s)|(?<=what\s)|(?<=any\s)|(?<=all\s)|(?<=of\s)"
    r"|(?<=many\s)|(?<=other\s)|(?<=these\s)|(?<=those\s)|(?<=your\s)|(?<=est\s)|(?<=latest\s))"
)
P = (
    r"(?:(?:research|scientific|arxiv|different|distinct|listed|whole|such|other)\s+)?"
    r"(?:papers?|entries|entry|articles?|preprints?|publications?|abstracts?|items?|titles"
    rf"|{DETERMINED}(?:works?|stud(?:y|ies)))"
)
PS = (
    rf"(?:{P}|ones?|things?|works?|stud(?:y|ies)|additions?|uploads?|postings?|releases?|arrivals?)"
)
DONE = (
    r"(?:published|posted|submitted|uploaded|released|written|dated|added|listed|announced|out"
    r"|put\s+online|(?:come|came|comes|coming)\s+out|appear(?:ed|s)?)"
)
BE = r"(?:is|are|was|were)"
NOUN = re.compile(rf"\b{P}(?!\w)", re.IGNORECASE)
PEOPLE = (
    r"(?:(?:co-?)?authors?|people|persons?|names|researchers?|contributors?|writers?|scientists?)"
)

ADJECTIVES = {
    "newest": ("date", "most"), "latest": ("date", "most"), "most recent": ("date", "most"),
    "most recently": ("date", "most"), "youngest": ("date", "most"), "freshest": ("date", "most"),
    "oldest": ("date", "least"), "earliest": ("date", "least"), "least recent": ("date", "least"),
    "most upvoted": ("upvotes", "most"), "most popular": ("upvotes", "most"),
    "highest voted": ("upvotes", "most"), "top voted": ("upvotes", "most"),
    "most liked": ("upvotes", "most"), "least upvoted": ("upvotes", "least"),
    "least popular": ("upvotes", "least"), "lowest voted": ("upvotes", "least"),
}  # fmt: skip
ADJECTIVE = "|".join(
    re.sub(r"[ ]", r"[\\s-]+", one) for one in sorted(ADJECTIVES, key=len, reverse=True)
)
MOST = (
    r"(?:most|fewest|least|(?:largest|highest|greatest|biggest|maximum|smallest|lowest|minimum)"
    r"\s+number\s+of)"
)
RANKS = {
    word: number
    for number, words in enumerate(
        (("second", "2nd"), ("third", "3rd"), ("fourth", "4th")), start=2
    )
    for word in words
}
SORTED = re.compile(
    rf"[,;]?\s*\b(?P<how>newest|latest|most\s+recent|oldest|earliest)\s+(?:{PS}\s+)?first\b"
    r"|[,;]?\s*\b(?:(?:sort|order|rank)(?:ed|ing)?\s+(?:them\s+)?|in\s+)(?P<by>reverse\s+)?(?:by\s+|chronological"
    r"|order\s+of\s+)(?:\s*(?:publication\s+)?(?:date|time|age|year)|\s+order)(?:s|ly)?\b|\b(?<=papers\s)by\s+(?:publication\s+)?date\b"
    r"|[,;]?\s*\bchronologically\b|^\W*(?:sort|order|rank)\b(?=.{0,30}\bby\s+(?:date|age|year)\b)",
    re.IGNORECASE,
)
SUPERLATIVE = re.compile(
    rf"\b(?:(?:the|your)\s+)?(?:(?:top\s+)?(?P<number>{NUMBER})\s+|(?P<rank>{'|'.join(RANKS)})[\s-]+)?"
    rf"(?P<adjective>{ADJECTIVE})"
    rf"(?:\s+(?P<count>{NUMBER})\b)?(?:\s+{DONE})?(?:\s+(?P<noun>{PS})(?!\w))?"
    rf"|\b(?:the\s+(?:{PS}|one)\s+(?:that\s+|which\s+)?(?:has\s+|with\s+)?)?(?:the\s+)?(?P<most>{MOST})"
    rf"[\s-]+(?P<what>{PEOPLE}|(?:up-?)?votes|likes)\b"
    r"|\b(?:the\s+)?(?P<long>longest|largest|biggest|shortest|smallest|highest|lowest)\s+(?:(?:author|authors)"
    r"\s+(?:list|count|team)|list\s+of\s+(?:authors|names)|byline|number\s+of\s+authors"
    r"|(?:team|group)(?:\s+of\s+(?:authors|people|researchers))?)"
    rf"|\b(?P<more>more|fewer|less)\s+(?P<whom>{PEOPLE}|(?:up-?)?votes)\s+than\s+(?:any|all|every)"
    rf"(?:\s+(?:of\s+the\s+)?others?)?(?:\s+{PS})?(?!\w)"
    rf"|\b(?:the\s+)?top\s+(?P<top>{NUMBER})\s+(?:{PS}\s+)?by\s+(?P<by>upvotes|votes|date)\b"
    rf"|\b(?:(?:{DONE}|posted|come|came)\s+(?P<last>first|last|earliest|latest|(?:most|least)\s+recently)"
    r"|go(?:es)?\s+back\s+(?:the\s+)?(?P<back>furthest|farthest|longest)"
    rf"|(?:the\s+)?(?P<place>first|last)(?:\s+(?P<many>{NUMBER}))?(?:\s+(?P<things>{PS}))?"
    rf"(?=\s*$|\s*[?,.]|\s+(?:to\s+(?:be\s+)?{DONE}|(?:that\s+)?(?:{DONE}|(?:was|were|got)\s+{DONE})|of\b|in\b)"
    rf"|\s+(?:by|from|you)\b))",
    re.IGNORECASE,
)
# Of two papers that are named: "Which is older, X or Y?"
COMPARATIVE = re.compile(
    r"\b(?:the\s+)?(?:(?P<adjective>older|newer|earlier|later|more\s+recent|younger|before|after)"
    rf"|(?P<more>more|fewer)\s+(?P<what>{PEOPLE}|(?:up-?)?votes)|(?P<place>first|last))\b(?:\s+than\b)?",
    re.IGNORECASE,
)
APART = re.compile(
    r"\b(?:how\s+(?:long|many\s+(?:days|weeks|months|years))\s+(?:after|before)|how\s+(?:far|long|many\s+(?:days|weeks|months|years))\s+(?:are\s+they\s+|were\s+they\s+)?(?:apart"
    rf"|(?:(?:lie|lies|passed|{BE})\s+)?(?:there\s+)?(?:in\s+)?between)|by\s+how\s+(?:much|far|long)"
    r"|how\s+much\s+(?:time\s+(?:is\s+|lies\s+|passed\s+|passes\s+)?(?:there\s+)?between|later|earlier|older|newer)"
    r"|(?:far|close|days|months|years|long)\s+(?:apart|together)|(?:time|gap|days|months|distance)\s+between)\b"
    r"(?:\s+in\s+(?:date|time|days|months|years))?",
    re.IGNORECASE,
)
FACT = (
    r"(?:(?:publication|posting|release|submission)\s+)?(?:(?:dates?|author|upvotes?|year)\s+(?:information|info|data)|dates?|years?|months?|days?|author\s+counts?"
    r"|(?:number|count)\s+of\s+authors|author\s+names?|authors?|links?|urls?|arxiv\s+ids?"
    r"|(?:number\s+of\s+)?(?:up-?)?votes?(?:\s+counts?)?)"
)
ANY = r"(?:an?|any|the|their|its|his|your)"
NO = r"(?:no|an?\s+unknown|an?\s+missing|unknown|missing)"
UNKNOWN = r"(?:unknown|missing|lacking|absent|not\s+(?:known|stated|given|listed|recorded|there))"
LACKS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b(?:but\s+|and\s+)?(?:(?:that\s+|which\s+)?(?:have|has|had|with|gives?|giving|states?|lists?|shows?"
        rf"|carry|carries|bears?|there\s+is)\s+)?{NO}\s+(?:known\s+)?(?P<fact>{FACT})(?!\w)"
        rf"(?:\s+(?:{BE}|has\s+been)\s+(?:given|known|stated|listed|recorded))?",
        rf"\b(?:but\s+|and\s+)?(?:(?:that|which)\s+)?(?:do(?:es)?|did)(?:\s+not|n['’]?t)\s+(?:have|list|state|give"
        rf"|show|carry|mention|name|bear|come\s+with)\s+(?:{ANY}\s+)?(?:known\s+)?(?P<fact>{FACT})(?!\w)",
        rf"\b(?:but\s+|and\s+)?(?:that\s+|which\s+)?(?:are\s+)?(?:lacks?|lacking|miss|misses|missing|without)\s+"
        rf"(?:{ANY}\s+)?(?:known\s+)?(?P<fact>{FACT})(?!\w)",
        rf"\b(?:(?:whose|the|with)\s+)?(?P<fact>{FACT})\s+(?:(?:{BE})(?:\s+|n['’]t\s+(?=known|stated|given)))?"
        rf"(?:{UNKNOWN}|(?<=n['’]t\s)(?:known|stated|given))\b",
        rf"\b(?:whose\s+)(?P<fact>{FACT})\s+(?:you|we|i)\s+(?:do\s+not|don['’]?t|cannot)\s+(?:know|have)\b",
        rf"\b(?:do|did|can)?\s*(?:you|we|i)?\s*(?:do\s+not|don['’]?t|not|cannot|can['’]t)\s+(?:you\s+)?"
        rf"(?:know|have|tell|give)\s+(?:{ANY}\s+)?(?P<fact>{FACT})(?:\s+(?:of|for))?(?!\w)",
        r"\b(?:that\s+are\s+)?(?P<undated>undated|without\s+date)\b",
    )
)
HAS = re.compile(
    rf"\b(?:but\s+|and\s+)?(?:(?:that\s+|which\s+)?(?:have|has|with|lists?|states?|gives?|but|and)\s+"
    rf"(?:(?:an?|any)\s+(?:known\s+)?|known\s+|(?=(?:up-?)?votes))(?P<fact>{FACT})(?:\s+and\s+(?:an?\s+)?(?:day|month))?(?!\w)(?!\s+(?:of|in|before|after|between|from)\b)"
    rf"|(?:whose\s+|the\s+)(?P<whose>{FACT})\s+(?:is|are)\s+known\b|\bwhose\s+(?P<yours>{FACT})\s+(?:you|we|i)\s+know\b"
    rf"|(?<=\bpapers\s)do\s+you\s+know\s+(?:the\s+|an?\s+)?(?P<told>{FACT})(?:\s+(?:of|for))?"
    r"|\b(?:that\s+are\s+|are\s+)(?P<dated>dated)(?=\W*$)|\bdated(?=\s+(?:papers|ones|entries)\b))",
    re.IGNORECASE,
)
COUNT = re.compile(
    r"\bhow\s+many(?:\s+of)?\b|\b(?:the\s+)?(?:total\s+|what\s+)?number\s+of\b|\bwhat\s+number\b"
    r"|\bcount(?:\s+of)?\b|\b(?:library|collection)\s+size\b|\bhow\s+(?:big|large)\s+is\s+(?:the|this|your)\s+(?:library|collection|corpus"
    r"|database)\b|\bthe\s+size(?:\s+of)?\b",
    re.IGNORECASE,
)
SHOW = re.compile(
    rf"^[^\w{REF}]*(?:sort|order|list|show|name|give|display|enumerate|print|find|tell|see|have|get)\b(?:\s+(?:me|us)\b)?",
    re.IGNORECASE,
)
LIST = re.compile(
    r"\b(?:which|what|list|show|name|give|display|enumerate|print|any|anything|everything|something"
    r"|is\s+there|are\s+there|do\s+you\s+have|see|all)\b",
    re.IGNORECASE,
)
WROTE = r"(?:wrote|written|authored|published|posted|put\s+out|signed)"
# Blanked in this order, so that "the number of authors" is not read as "the authors".
FACTS = tuple(
    (name, re.compile(form, re.IGNORECASE))
    for name, form in (
        (
            "author_count",
            rf"\b(?:by\s+)?(?:how\s+many|what\s+number\s+of|(?:number|count)\s+of)\s+(?:different\s+)?{PEOPLE}\b"
            r"(?:\s+(?:worked\s+on|contributed\s+to|are\s+behind|were\s+behind|is\s+behind))?"
            r"|\bauthor\s+counts?\b|\bhow\s+(?:big|large)\s+(?:is|was)\s+(?:the|its|their)\s+(?:author\s+)?"
            r"(?:team|list)(?:\s+(?:behind|of))?",
        ),
        (
            "authors",
            rf"\bwho\s+(?:all\s+)?(?:has\s+|have\s+)?{WROTE}\b|\bwho\s+{BE}\s+(?:all\s+)?(?:the\s+)?(?:(?:first|lead"
            r"|co-?)\s*)?(?:authors?|writers?|(?:people\s+)?behind)\b|\bby\s+whom\b"
            rf"|\bwho\s+{BE}\s*(?={REF}\s*(?:written\s+)?by\b)"
            r"|\b(?:names?\s+of\s+)?(?:the\s+)?(?:co-?)?authors?(?:\s+names?|\s+list)?\b",
        ),
        (
            "upvotes",
            r"\b(?:how\s+many\s+|(?:the\s+)?number\s+of\s+)?(?:up-?votes?|votes|likes)(?:\s+count)?\b"
            r"(?:\s+(?:did|does|do|has|have)\b)?(?:.{0,80}\breceived?\b)?",
        ),
        ("arxiv", r"\b(?:on\s+)?arxiv(?!\s+(?:page|link))(?:\s+(?:ids?|numbers?|identifiers?))?\b"),
        (
            "link",
            r"\b(?:arxiv\s+)?(?:links?|urls?|web\s*pages?|pdfs?|web\s+address(?:es)?|arxiv\s+pages?)\b"
            r"|\bwhere\s+(?:can|do|could)\s+(?:i|we)\s+(?:find|read|download|get|see|access)\b"
            r"(?:(?=.*\bonline\b))?",
        ),
        (
            "pages",
            r"\b(?:on\s+|in\s+|from\s+|at\s+)?(?:which|what)\s+(?:of\s+(?:the|your)\s+)?(?:listing\s+)?"
            r"(?:pages?|files?|listings?|sources?)\b(?:\s+(?:can|do|could)\s+(?:i|we)\s+find\b)?|\bwhere\s+(?:did|do|have)\s+(?:you|i|we)\s+(?:find|found"
            r"|get|got|see|saw|read|take|have|pick\s+up)\b"
            rf"|\bwhere\s+(?:does|do|did)(?=.*\bcomes?\s+from\b)|\bwhere\s+{BE}\b(?=.*\b(?:listed|from|kept|stored)\b)"
            r"|\b(?:the\s+)?(?:pages?|sources?)(?=\s+(?:of|for)\b)|(?<=['’]s)\s+(?:pages?|sources?)\b",
        ),
        (
            "date",
            r"\bwhen\b(?!\s+(?:does|do|can|could|should|would|will|to|not|using|an?)\b)"
            r"|\b(?:in|on|from|at)?\s*\b(?:what|which)\s+(?:publication\s+)?(?:date|year|month|day)s?\b"
            r"|\bhow\s+(?:old|recent|new|long\s+ago)\b"
            r"|\b(?:(?:publication|posting|posted|release|submission)\s+)?(?:dates?|years?)\b(?:\s+from\b)?"
            r"|\b(?:month|age)(?=\s+of\b)",
        ),
        ("title", r"\b(?:full\s+)?titles?\b|\b(?:called|titled|entitled|named)\b"),
    )
)
HOW_MANY = re.compile(
    rf"^\W*(?:and\s+)?how\s+many(?:\s+{BE})?(?:\s+{REF})?(?:\s+of\s+them)?\W*$", re.IGNORECASE
)
DO_YOU_HAVE = re.compile(
    rf"\b(?:do\s+you\s+have|have\s+you\s+got|in\s+(?:the|your)\s+library)\b|^\W*{BE}\b",
    re.IGNORECASE,
)
# "The first paper?", where some have been cited.
FIRST_OF_THEM = re.compile(
    r"^\W*(?:and\s+|what\s+about\s+)?(?:the\s+)?(?:first|last)(?:\s+\w+)?\W*$", re.IGNORECASE
)
POINTS = re.compile(r"\b(?:this|that|it|other|another|else|such|same)\b", re.IGNORECASE)
NO_PAPER = re.compile(r"\b(?:day|date|year|month|time)\s+is\s+(?:it|this)\b", re.IGNORECASE)
# "What's the latest?" asks for news.
TIDINGS = re.compile(rf"^(?!.*\bwhich\b).*\blatest\b(?!\s+(?:{PS})(?!\w))", re.IGNORECASE)
