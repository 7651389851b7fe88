"""What surrounds a question about the library: greetings, references, questions in a row.

Owns the words that lead in, those that say "of the library", what papers are referred to
with, and where one question of a sentence ends; and the two questions that are asked of the
library as a whole, by their forms. Knows nothing about the library.
"""

from __future__ import annotations

import re

from rag.inventory.slots import BE, DONE, PS, REF, P

# Said of the library at any place of a question, without changing what is asked.
LIBRARY = re.compile(
    r"\b(?:(?:that\s+)?(?<!where\s)(?:do|did)\s+(?:you|we|i)\s+(?:currently\s+|already\s+)?(?:have|hold|know(?:\s+of)?|got"
    r"|store|contain|find|see|list)|(?:that\s+)?(?:you|we|i)(?:['’]ve)?\s+(?:have|hold|know(?:\s+of)?|got|can\s+see)"
    r"|have\s+(?:you|we|i)\s+(?:got|added)"
    r"|does\s+(?:the|this|your)\s+(?:\w+\s+)?(?:library|collection|corpus|database)\s+(?:have|hold|contain)"
    r"|(?:in|from|of|within|across)\s+(?:the|this|your|our|my)\s+(?:\w+\s+)?(?:library|collection|corpus"
    r"|database|folder|archive|listings?)|are\s+(?:in\s+)?(?:there|here)|is\s+there|there\s+are|there|exist"
    r"|(?:over|in)?\s*here|in\s+(?:total|all|here|there)|altogether|overall|available|so\s+far|right\s+now|currently"
    r"|at\s+the\s+moment|i\s+mean|on\s+(?:file|record)|did\s+i\s+add|exactly|please|by\s+(?:publication\s+)?date|(?:according\s+to|by|given)\s+(?:the|your)\s+(?:\w+\s+)?"
    r"(?:dates?|records?|data|library|metadata|listings?)(?:\s+(?:that\s+)?(?:you\s+have|there\s+are))?)(?!\w)",
    re.IGNORECASE,
)
# "Of those from 2025, which is the oldest?": goes with the question behind it.
AMONG = re.compile(r"^\W*(?:of|among|amongst|out\s+of)\b", re.IGNORECASE)
LEAD_IN = re.compile(
    r"^[^\w\ue001]*(?:(?:ok(?:ay)?|so|and|hi|hello|hey|please|well|now|also|but|thanks|then|sorry(?:\s+to\s+bother\s+you)?"
    r"|excuse\s+me|quick\s+question|just\s+curious|in\s+total)\b[\s,:;!.]*)*"
    r"(?:(?:(?:can|could|would|will)\s+you\s+(?:please\s+|mind\s+|kindly\s+|be\s+so\s+kind\s+as\s+to\s+)?|please\s+"
    r"|i(?:['’]d|\s+would)\s+(?:like|love|be\s+interested)\s+to\s+(?=see|have|get|know|find|learn)|i\s+want\s+to\s+(?=see|have|get|know)"
    r"|(?:i(?:['’]m|\s+am)\s+)?looking\s+for\b|i\s+want\b|i\s+need\s+(?:to\s+(?=see|have|get|know))?|i\s+(?:was|am)\s+(?:just\s+)?wondering\b|i\s+wonder\b"
    r"|let\s+me\s+(?=see|know))\s*)?"
    r"(?:(?:tell(?:ing)?\s+me|do\s+you\s+(?:happen\s+to\s+)?know|have\s+you\s+any\s+idea|any\s+idea|know|learn|find\s+out"
    r"|remind\s+me|is\s+it\s+known|wondering)\s+(?:if\s+you\s+know\s+)?"
    r"(?=who|which|when|how|what|where|by|on|in|the\b))?",
    re.IGNORECASE,
)
POLITE = re.compile(
    r"[\s,;.!?]*\b(?:(?:many\s+)?thanks(?:\s+(?:a\s+lot|in\s+advance))?|thank\s+you(?:\s+very\s+much)?|cheers|if\s+(?:you|i)\s+"
    r"(?:can|could|may|know)|do\s+you\s+know|if\s+(?:that['’]?s\s+)?possible|if\s+known|by\s+any\s+chance)\b[\s.!?]*$",
    re.IGNORECASE,
)
# Between questions of one sentence: "..., how many is it, and when was it posted?"
CLAUSE = re.compile(
    r"\s*[,;?.:!–—]+\s*(?:and\s+|also\s+|or\s+)?(?=(?:how|when|who|which|what|by\s+whom|by\s+how|where|its|list|name"
    r"|show|give|tell)\b)"
    r"|\s+and\s+(?:also\s+)?(?=(?:how\s+(?:many|far|long|old|much)|when|who|which|what\s+is|by\s+whom|by\s+how|where|its"
    r"|(?:give|show|tell)\s+me|(?:list|name)\s+(?:them|those|these|all))\b)",
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
    rf"\b(?:it(?!\s+all\b)|this(?:\s+{PS})?(?!\s+(?:library|collection|corpus|database))|that\s+{PS}"
    rf"|that(?=\s*$|\s+{DONE}\b)|the\s+(?:paper|entry|study))(?!\w)",
    re.IGNORECASE,
)
THESE_PAPERS = re.compile(rf"\b(?:(?:these|those|the|your|all|all\s+the)\s+{P}|them)(?!\w)", re.I)
OWN = re.compile(r"\b(?:its|their)\b", re.IGNORECASE)
# Before and behind words that name a paper: "the paper called X", "the X paper".
CALLED = re.compile(
    r"(?:\b(?:the|that|an?|your)\s+)?\b(?:paper|study|article|entry|one|preprint)\s+(?:(?:that\s+is\s+|which\s+is\s+)?"
    r"(?:about|on|called|titled|entitled|named|regarding|introducing))\s+(?:the\s+)?$",
    re.IGNORECASE,
)
BEFORE_TITLE = re.compile(
    rf"\b(?:{P}\s+)?(?:called|titled|entitled|named|with\s+the\s+title)\s+(?={REF})", re.IGNORECASE
)
ONLY_NAMES = re.compile(rf"(?:\W|\b(?:of|for|on|between|and|or|the|paper|papers)\b|{REF})*", re.I)
ENDS_PAPER = re.compile(r"\b(?:paper|study|article|entry|preprint|work|one)s?\W*$", re.IGNORECASE)
THE_PAPER = re.compile(r"^\s+(?:paper|study|article|entry|preprint)\b", re.IGNORECASE)
BETWEEN_NAMES = re.compile(
    rf"(?:\s+(?:paper|study|article|entry|preprint)\b)?(?:\s+(?:{BE}|{DONE}))*\s*"
    r"(?:,\s*(?:or|and)|,|\bor|\band|\bvs\.?|\bversus|/|\bbefore|\bafter|\b(?:(?:older|newer|earlier|later|more\s+recent)\s+)?than|\bdid)\s+(?:the\s+)?",
    re.IGNORECASE,
)
OF_THE_TWO = re.compile(
    r"\b(?:of|between)\s+(?:(?:the|these|those)\s+two(?:\s+papers)?|them|these|both)\b",
    re.IGNORECASE,
)
ABOUT = (
    r"(?:(?:that\s+|which\s+)?(?:mention|discuss|talk\s+about|deal\s+with|cover|concern|study|contain"
    r"|address|use\s+the\s+(?:word|term|phrase)|contain\s+the\s+(?:word|term|phrase))s?(?:ing)?"
    r"|(?:(?:that|which)\s+)?(?:are|is|were)\s+(?:about|on)|about|on|regarding|mentioning|discussing)"
)
TOPIC = re.compile(
    rf"\b{ABOUT}\s+(?P<topic>[^,;:?!\ue001\ue002]{{2,80}}?)(?=\s*$|\s*[,;:?!.]\s*$|\s+(?:{BE}\s+)?\ue002)",
    re.IGNORECASE,
)
DATES_FORM = re.compile(
    rf"(?:what|which)\s+(?:(?:publication\s+)?dates?|years?|period|time\s*(?:span|range|frame)|date\s+range"
    rf"|range\s+of\s+(?:dates|years))(?:\s+(?:do|does|did|{BE}))?(?:\s+(?:you|the\s+{P}|these\s+{P}|your\s+{P}"
    r"|the\s+library|the\s+collection|this\s+library|it))?(?:\s+(?:cover|span|covered|come\s+from|from|have|range))?"
    rf"|(?:how\s+many\s+)?{P}\s+(?:per|by|in\s+each|for\s+each|each)\s+year|(?:which|what)\s+year\s+has\s+(?:the\s+)?most\s+{P}"
    rf"|how\s+far\s+back\s+(?:do|does)\s+(?:you|it|(?:the|your|these|this)\s+(?:{P}|library|collection))\s+(?:go|reach)"
    rf"|how\s+(?:recent|old|up[\s-]to[\s-]date|current|new)\s+{BE}\s+(?:the|your|these|this)\s+(?:{P}|library|collection)"
    rf"|(?:from\s+)?when\s+{BE}\s+(?:the|your|all)\s+{P}(?:\s+from|\s+{DONE})?"
    rf"|(?:from\s+)?(?:what|which)\s+(?:years?|dates?)\s+{BE}\s+(?:the|your)\s+{P}(?:\s+from)?",
    re.IGNORECASE,
)
PAGES_FORM = re.compile(
    rf"(?:from\s+)?where\s+(?:(?:do|did|does)\s+(?:the|your|all|all\s+the|these)\s+{P}\s+come\s+from"
    rf"|(?:are|were|is)\s+(?:the|your|all)\s+{P}\s+from|(?:did|do)\s+you\s+get\s+(?:the|your|these)\s+{P}(?:\s+from)?)"
    rf"|(?:which|what)\s+(?:page|file|listing|source)\s+(?:has|lists)\s+(?:the\s+)?most\s+{P}"
    rf"|(?:how\s+many\s+)?{P}\s+(?:per|by|on\s+each|for\s+each|each)\s+(?:page|file|listing)"
    r"|how\s+many\s+(?:listing\s+)?(?:pages|files|listings|sources)"
    r"(?:\s+(?:did\s+i\s+add|have\s+(?:you|i)\s+(?:read|added)|were\s+(?:added|read)|have\s+been\s+(?:added|read)|are|were))?"
    rf"|(?:what|which)\s+(?:listing\s+)?(?:pages|files|listings|sources)"
    rf"(?:\s+(?:did\s+i\s+add|have\s+(?:you|i)\s+(?:read|added)|were\s+(?:added|read)|have\s+been\s+(?:added|read)|{BE}|do|(?:do|are)\s+the\s+{P}\s+(?:come\s+)?from))?"
    r"|(?:what(?:['’]s|\s+(?:is|are))\s+)your\s+sources?|(?:list|show(?:\s+me)?)\s+(?:the|all|all\s+the)\s+(?:pages|sources|files)",
    re.IGNORECASE,
)
