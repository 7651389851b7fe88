"""The forms in which English compares, as patterns.

Owns the closed classes and the shapes of a comparison (those of Jindal and Liu 2006,
"Identifying Comparative Sentences in Text Documents", and of questions about papers); knows
nothing about what is done with them. Every repetition is bounded, so that no text takes more
than linear time.
"""

from __future__ import annotations

import re

AUXILIARY = r"(?:do|does|did|is|are|was|were|can|could|would|should|will|has|have|had|might|may)"
WORK = (
    r"(?:papers?|study|studies|works?|ones?|authors?|articles?|surveys?|experiments?|theory"
    r"|analys[ie]s|accounts?|reports?|team|testbed)"
)
ARTEFACT = (
    r"(?:approach|methods?|models?|versions?|variants?|recipe|schemes?|techniques?|algorithms?"
    r"|frameworks?|systems?|benchmarks?|datasets?|bounds?|strategy|proposal|detector)"
)
SAYS = (
    r"(?:says?|claims?|finds?|argues?|reports?|shows?|holds?|maintains?|thinks?|calls?|sees?"
    r"|states?)"
)
# A command, and what may join the things that it names.
COMMAND = re.compile(
    r"\b(?:compar(?:e|ing)|contrast(?:ing)?|juxtapos(?:e|ing)|(?P<lists>lin(?:e|ing)\s+up"
    r"|weigh(?:ing)?)"
    r"|(?P<needs>(?<![a-z] )(?:set|put|pit|hold|stack|match|measure|square)(?:ting"
    r"|ing)?))\s+(?!(?:with|to|on|in|of)\b)",
    re.IGNORECASE,
)
WITH = r"with|to|against|versus|vs\.?|next\s+to|beside|besides|alongside|up\s+against"
JOINT = re.compile(rf"\s*,?\s+(?:{WITH}|and|or)\s+", re.IGNORECASE)
AND = re.compile(r"\s*,?\s+(?:and|or)\s+", re.IGNORECASE)
LEADS_LIST = re.compile(r"(?:(?P<how>how)|what|whether|both|the\s+ways?)\s+", re.IGNORECASE)
MEMBER = re.compile(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+", re.IGNORECASE)
AGAINST = re.compile(r"\s+(?:against|next\s+to|beside|alongside|up\s+against)\s+", re.IGNORECASE)
DETERMINED = re.compile(
    r"(?:the|that|those|these|its|their|a|an|what|how|one|my|our|\[|#)\b|[\[“\"']|\S*[A-Z0-9]", 0
)
ASPECT = re.compile(
    r"\s*,?\s+(?:in\s+terms\s+of|with\s+(?:regard|respect)\s+to|regarding|as\s+to|when\s+it\s+comes"
    r"\s+to|please|for\s+me)\b",
    re.IGNORECASE,
)
VERSUS = re.compile(r"\s*,?\s+(?:versus|vs\.?|v\.)\s+(?:to\s+)?", re.IGNORECASE)
BETWEEN = re.compile(
    r"\b(?:differen\w+|distinction|contrast|comparison|similarit\w+|trade-?offs?|gap|contradiction"
    r"|disagreement|conflict|tension|choos\w+|decid\w+|torn)\s+(?:between|among|of|from)\s+",
    re.IGNORECASE,
)
DIFFER = (
    r"(?:differ|compare|agree|disagree|contradict|conflict|relate|diverge|part\s+ways|clash"
    r"|stack\s+up|fare|line\s+up|square|fit\s+together|contrast|overlap|compatible|equivalent"
    r"|at\s+odds|the\s+same|different|similar|alike|consistent)"
)
TOGETHER = re.compile(
    rf"\b{AUXILIARY}\s+(?P<all>[^.?!:;]{{3,300}}?)\s+(?:both\s+|each\s+|really\s+|actually\s+)?"
    rf"{DIFFER}\b(?!\s+(?:with|to|from|against|as)\b)",
    re.IGNORECASE,
)
ONE_TO_OTHER = re.compile(
    rf"\b{AUXILIARY}\s+(?P<one>[^.?!:;]{{3,200}}?)\s+(?:really\s+|actually\s+)?(?:{DIFFER}"
    r"(?:\s+up)?\s+(?:with|to|from|against|as)\s+|(?:back\s+up|confirm|support|refute"
    r"|challenge)\s+(?=the\b)"
    r"|(?:add|buy|gain|bring|offer|improve|change)(?:\s+(?:you|us|me|anything|much))?\s+(?:over"
    r"|beyond|on\s+top\s+of|upon|to)\s+)(?P<other>[^.?!:;]{2,200})",
    re.IGNORECASE,
)
COMPARED = re.compile(
    r"^(?P<one>[^.?!:;]{2,250}?)\s*,?\s+(?:when\s+|as\s+|if\s+)?(?:compared|relative"
    r"|in\s+comparison|next"
    r"|as\s+opposed|in\s+contrast|rather)\s+(?:with|to|than)\s+(?P<other>[^.?!:;]{2,200})",
    re.IGNORECASE,
)
BOTH = re.compile(
    rf"(?:^|[.?!:;]\s+)(?:(?:how|why"
    rf"|what)\s+)?(?:{AUXILIARY}\s+)?(?P<all>[^.?!:;]{{3,200}}?)\s+(?:both|each)\s+"
    r"(?!ways|of|sides|cases|in|other)[a-z]",
    re.IGNORECASE,
)
LISTED_BEFORE = re.compile(
    rf"(?P<all>[^.?!:;]{{5,300}})[.?!;]\s+(?:how|where|why)\s+{AUXILIARY}\s+(?:they|these"
    rf"|those|the\s+(?:two|three|four))\b"
    rf"[^.?!]{{0,40}}?\b(?:{DIFFER}|go\s+together)",
    re.IGNORECASE,
)
THAN = re.compile(
    r"\b(?:more|less|fewer|better|worse|rather|(?!other\b|after\b|never\b)[a-z]{2,14}er)\b"
    r"(?:\s+[^\s.?!:;]+){0,9}?\s+than\s+(?P<other>[^.?!:;,]{2,120})",
    re.IGNORECASE,
)
BEATS = re.compile(
    r"\b(?:beats?|outperforms?|surpass(?:es)?|exceeds?|over"
    r"|instead\s+of)\s+(?P<other>[^.?!:;,]{2,120})",
    re.IGNORECASE,
)
SEPARATES = re.compile(
    r"\bwhat\s+(?:separates|distinguishes|divides|sets|parts)\s+(?P<one>[^.?!:;]{2,150}?)\s+"
    r"(?:apart\s+)?from\s+(?P<other>[^.?!:;]{2,150})",
    re.IGNORECASE,
)
EVENLY = re.compile(
    r"\b(?:is|are|was|were)\s+(?P<one>[^.?!:;,]{4,120}?)\s+(?:more|less|(?!other\b"
    r"|after\b)[a-z]{2,12}er)\b"
    r"(?:\s+[a-z-]+)?\s+than\s+(?P<other>[^.?!:;,]{4,120})(?=\?)",
    re.IGNORECASE,
)
EXPLAINS = re.compile(
    rf"\b{AUXILIARY}\s+(?P<one>the\s[^.?!:;,]{{3,120}}?)\s+(?:explain|account\s+for|confirm"
    rf"|support|predict|refute"
    r"|contradict|challenge|back|extend)\s+(?:up\s+)?(?:what\s+)?(?P<other>the\s[^.?!:;,]{3,120})",
    re.IGNORECASE,
)
OR = re.compile(r"\s*,?\s+or\s+(?:is\s+it\s+|rather\s+)?", re.IGNORECASE)
# What sets one thing against another somewhere in the question.
OPPOSED = re.compile(
    rf"\b(?:{DIFFER}|compar\w+|contrast\w*|agree\w*|disagree\w*|differ\w*|contradict\w*|conflict\w*"
    r"|versus|vs|both|each|another|same|opposite|they|them|back\w*\s+(?:\w+\s+)?up|still|whereas"
    r"|while|better|worse|later|the\s+other|two\s+\w+|fits?|differently|harder|reconcile\w*"
    r"|see\w*\s+eye\s+to\s+eye|at\s+odds|in\s+line|echo\w*|confirm\w*|between|changed?)\b",
    re.IGNORECASE,
)
DESCRIBED = re.compile(
    rf"\b(?:the|that)\s+(?:(?!the\b|that\b|or\b|with\b|to\b|{AUXILIARY}\b)[^\s,;:.?!]+\s+)"
    rf"{{0,7}}?(?:(?P<work>{WORK})|{ARTEFACT}(?:\s+(?P<too>{WORK}))?)\b(?!-)(?:['’]s?)?",
    re.IGNORECASE,
)
TAIL = re.compile(
    r"(?:\s+(?:on|about|of|for|from|with|by|that|which|who|in)|\s+\w+ing)"
    rf"(?:\s+(?!(?:and|but|seems?|gives?|still|{AUXILIARY}|{SAYS})\b|[-–—])[^\s,;:.?!]+){{1,7}}",
    re.IGNORECASE,
)
ONE_ANOTHER = re.compile(
    r"\bone\b(?P<one>[^.?!;]{3,300}?)\s*[,;.]\s*(?:and\s+|but\s+|while\s+|whereas\s+)?"
    r"(?:in\s+|to\s+|for\s+)?(?:another|the\s+other|a\s+second"
    r"|the\s+second)\b(?P<other>[^.?!;]{3,300})",
    re.IGNORECASE,
)
ONE_AND_ONE = re.compile(
    r"(?<=[,:(] )(?P<one>one\s+\w+[^.?!:;,]{3,150}?)\s*,?\s+(?:and|but|while)\s+"
    r"(?P<other>one\s+[^.?!:;,]{3,150})",
    re.IGNORECASE,
)
SAYS_OTHERWISE = re.compile(
    rf"(?:^|[.?!:;]\s+)(?P<one>[^.?!:;,]{{2,120}}?)\s+{SAYS}\s+one\s+thing\s*,\s*(?:and\s+|but\s+)?"
    r"(?P<other>[^.?!:;,]{2,150}?)\s+another\b",
    re.IGNORECASE,
)
CLAIMS = re.compile(
    r"(?:^|\s)[\"“'‘](?P<one>[^\"“”,;.?!]{4,120}?)\s*(?:[,;]|,?\s+(?:but|while|whereas))\s+"
    r"(?P<other>[^\"“”,;.?!]{4,120}?)[.!]?[\"”'’](?=\W|$)",
    re.IGNORECASE,
)
AGREE = re.compile(
    r"\b(?:dis)?agree\w*|contradict\w*|hold\s+up|true|back\w*\s+(?:\w+\s+)?up", re.IGNORECASE
)
PERIODS = re.compile(
    r"\b(?P<one>before|until|up\s+to|prior\s+to)\s+(?:and|or|versus|vs\.?"
    r"|to)\s+(?P<other>after|since|from)"
    r"\s+(?P<year>(?:\w+\s+)?(?:19|20)\d\d)\b"
    r"|\b(?P<older>(?:before|until|in|of|from)\s+(?:19|20)\d\d)\b[^.?!;]{0,80}?\s(?:and|with"
    r"|to|versus|vs\.?)\s+"
    r"(?:[^.?!;]{0,40}?\s)?(?P<newer>(?:after|since|in|of|from)\s+(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"\[\s*(\d{1,4})\s*\]")
# Behind a name: what it is asked for.
BEHIND = re.compile(
    rf"\s+(?:for|when|as|in|on|at|if|because|since|under|while|which|that|who|where|once|during"
    rf"|across|using|after|before|regarding|with|to|by|without|{AUXILIARY}|[-–—])\s|\s*[,(]",
    re.IGNORECASE,
)
CLAUSE_BEHIND = re.compile(
    rf"\s+(?:when|as|if|because|since|while|where|once|{AUXILIARY}|[-–—])\s|\s*[,(]", re.IGNORECASE
)
INNER_VERB = re.compile(rf",[^,]*\b{AUXILIARY}\b", re.IGNORECASE)
DEFENCE = re.compile(
    r"\b(?:defen[cs]e\w*|defend\w*|robust\w*|attack\w*|protect\w*|guard\w*)\s*$", re.IGNORECASE
)
GENERIC = re.compile(
    r"^(?:random\w*|chance|expected|ever|usual|before|anything|any|others?|simply|that|those"
    r"|it|them"
    r"|one|ones|\d.*|needed|necessary|previously|plain|ordinary|normal|just|in|on|what|we|they"
    r"|answering|leaving|average|humans?|mere\w*)\b",
    re.IGNORECASE,
)
PRONOUN = re.compile(r"\b(?:each|both|it|they|this|that|these|those|one)\b", re.IGNORECASE)
ASKS = re.compile(rf"(?:{AUXILIARY}|how|what|which|who|why)\b", re.IGNORECASE)
ARTICLE = re.compile(r"\s*(?:the|a|an)\s", re.IGNORECASE)
CLAUSE = re.compile(rf"\s*(?:{AUXILIARY}|how|what|why|where|who|if|when|i|we|you)\b", re.IGNORECASE)
ASKS_WHICH = re.compile(
    r"\bwhich(?:\s+one|\s+of\s+(?:the|these|them)(?:\s+two)?)?\s+(?:is|are|was|were|do|does"
    r"|did|would"
    r"|should|will|can|(?!papers\b|works\b|studies\b|ones\b)\w+s)\b|\bwho\s+(?:is|was|wins)\b"
    r"|\bwhat\s+does\s+each\b|\bhow\s+do\s+(?:they|the\s+two)\b",
    re.IGNORECASE,
)
VERBAL = re.compile(
    r"(?:hold|work|perform|do|does|generali[sz]e|extrapolate|scale|carry|suffer|need|get|give"
    r"|make|end"
    r"|lead|transfer|learn|help|reach|run|train|cost|take|use|require|show|produce|keep|stay"
    r"|survive"
    r"|improve|achieve|fare|measure|treat|handle|see|route|define|say|draw|mean|tell|look|rely"
    r"|apply|explain|blame|address|find|claim|really|actually|also|still|ever|even|any|much"
    r"|far|a|an|the|in|on|at|for"
    r"|when|to|of|more|less|better|worse|\w+ly|\w+er)",
    re.IGNORECASE,
)
