"""Whether a phrase of a question is said of papers, or of what papers are about.

Owns the places in which a phrase is said of papers: behind a word for them ("papers from
2024", "anything on grokking since 2023", "what was posted in May"), set off by a comma, at
the head of a request, or standing alone. English, by closed classes of words: knows nothing
about dates, numbers or subjects.
"""

from __future__ import annotations

import re

PAPER = (
    r"(?:papers?|articles?|stud(?:y|ies)|works?|preprints?|publications?|entries|entry|abstracts?"
    r"|research|literature|surveys?)"
)
# Words that stand for papers where what follows can be said of papers only, or nearly so.
STANDS_FOR = (
    r"(?:ones?|those|these|them|anything|something|everything|nothing|what['’]s\s+(?:new|there)"
    r"|what\s+(?:is|was|else\s+is)\s+(?:new|there)|what\s+do\s+(?:you|we|i)\s+have)"
)
LOOSE = (
    r"(?:methods|approaches|techniques|advances|progress|developments?|findings|results|evidence"
    r"|proposals|ideas|insights|explanations|news)"
)
PUBLISHED = (
    r"(?:published|posted|submitted|uploaded|listed|featured|appeared|appearing|dated|written"
    r"|added|announced|released|came\s+out|come\s+out|coming\s+out|put\s+out|out)"
)
THAT_ARE = (
    r"(?:(?:that|which)\s+)?(?:were|was|are|is|have\s+been|has\s+been|had\s+been|got|that|which)"
)
PEOPLE = r"(?:people|researchers|anyone|anybody|somebody|authors|they|we|you|the\s+community)"
REPORTED = (
    rf"(?:\b(?:did|have|has)\s+{PEOPLE}\s+(?:publish|post|find|report|learn|discover|propose|write|say)\w*"
    r"|(?:['’]s\s+been|\bwas|were|has\s+been|have\s+been)\s+(?:published|posted|found|reported|learn(?:ed|t)|discovered"
    r"|proposed|written|shown|submitted|listed|added|announced))"
)
HAVE = (
    r"(?:(?:do|did|are|is|have|does|can)\s+(?:you|we|i|there|it|the\s+library|this\s+library)"
    r"(?:\s+(?:have|hold|know|got|list|contain|see|show|find|give)(?:\s+of)?)?|you\s+have|we\s+have"
    r"|there\s+are|here|(?:are\s+)?in\s+(?:here|(?:the|this|your|our)\s+\w+))"
)
ABOUT = (
    r"(?:on|about|of|for|regarding|concerning|around|covering|mentioning|discussing|studying|into"
    r"|dealing\s+with|related\s+to|in|against|(?:that|which)\s+(?:mention|discuss|study|cover|address"
    r"|concern|explain|propose|introduce|are\s+about|is\s+about|deal\s+with)s?)"
)
# Finite verbs and participles: behind one of these a phrase belongs to it, not to the papers.
VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|do|does|did|can|could|will|would|should|must|use[sd]?|using"
    r"|say|says|said|shows?|showed|finds?|found|claims?|argues?|compares?|trained|tested|evaluated"
    r"|applied|collected|gathered|recorded|scraped|crawled|drawn|taken|built|made|based|forecast"
    r"|predict(?:s|ed)?|pretrained|fine-?tuned|held|sampled|ending|measured|observed|written"
    r"|generated|created|started|won|happened|became|released)\b",
    re.IGNORECASE,
)
# Things that bear a date of their own.
DATED = re.compile(
    r"\b(?:data|datasets?|corpus|corpora|texts?|images?|photos?|dumps?|snapshots?|elections?|reports?"
    r"|competitions?|challenges?|editions?|leaderboards?|splits?|sets?|posts?|comments?|tweets?"
    r"|essays?|stor(?:y|ies)|books?|novels?|poems?|articles\s+and|questions?|exams?|problems?|answers?"
    r"|records?|events?|news|documents?|wikipedia|imagenet|warnings?|pandemic|crisis)\s*$",
    re.IGNORECASE,
)
# "the paper from 2017" describes one, whose date need not be known to find it.
THE_ONE = re.compile(
    r"\b(?:the|that|this)\s+(?:(?!most\b|least\b|latest\b|top\b|only\b|\w+est\b)[\w-]+\s+){0,2}?(?:paper|study|article|preprint|survey)\s*$",
    re.I,
)
# "Does it work with ten authors?"
WORK_DONE = re.compile(
    r"\b(?:(?:does|do|did|can|could|will|would|may|might|should)\s+(?!you\b|we\b|i\b)"
    r"(?:(?!have\b|any\b|the\b)[\w-]+\s+){1,4}?|(?:what|it|that|this|they|(?<!according\s)to|not|n['’]t)\s+)works?\s*$",
    re.IGNORECASE,
)
GAP = rf"(?:\s+{ABOUT}\b(?P<gap>(?:\s+[^\s,.;:?!()]+){{1,9}}?))?"
NOUNS = {
    "paper": rf"(?:\b(?:{PAPER}|{STANDS_FOR})|{REPORTED})",
    "loose": rf"(?:\b(?:{PAPER}|{STANDS_FOR}|{LOOSE})|{REPORTED})",
}
TAIL = rf"(?:\s+{HAVE})?(?:\s+(?:{THAT_ARE}))?(?:\s+(?:only|just|all|any))?"
BEHIND = {
    name: re.compile(rf"{noun}{TAIL}{GAP}{TAIL}(?:,?\s+and)?\s*$", re.IGNORECASE)
    for name, noun in NOUNS.items()
}
PASSIVE = re.compile(
    rf"\b(?:what|which|who|how\s+many|these|those|they|it|this|(?:{PAPER}|{STANDS_FOR})(?:\s+(?:here|there))?)"
    rf"(?:['’]s|\s+{THAT_ARE})?(?:\s+(?:already|first|only|just|all|any))?\s*$",
    re.IGNORECASE,
)
FRAGMENT = re.compile(
    r"^\W*(?:(?:and|but|or|so|ok(?:ay)?|only|just|now|then|also|please|what\s+about|how\s+about|not"
    r"|(?:restrict|limit|narrow)(?:\s+(?:it|them|this|that|these|those|the\s+\w+))?(?:\s+down)?\s+to)"
    r"\W+)*$",
    re.IGNORECASE,
)
ENDS = re.compile(r"\s*(?:[?.!)\]]|$|,?\s*(?:please|instead|too|then|as\s+well|only)\b)", re.I)
GOES_ON = re.compile(r"\s*[,;]?\s*(?:on|about|of|for|regarding|in|and|that|which|with|by)\b", re.I)
REQUEST = re.compile(
    r"\s*[,:]\s*(?:what|which|who|how|is|are|do|does|did|has|have|were|was|any|list|show|name|find"
    r"|tell|give|summari[sz]e)\b",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"\b(?:what|which|who|whose|how|why|when|where|is|are|was|were|do|does|did|can|could|will"
    r"|would|should|has|have|the|a|an|that|this)\b",
    re.IGNORECASE,
)
PERFECT = re.compile(r"\b(?:has|have)\b", re.IGNORECASE)
SENTENCE = re.compile(r"[.?!;:\n](?=\s)")
LONGEST = 200  # signs before a phrase that are looked at
# What may stand before "2024 papers": no name, no noun.
BEFORE_YEAR = re.compile(
    r"(?:^|[,;:(]|\b(?:the|all|any|some|these|those|your|our|other|more|recent|new|of|from|in|about"
    r"|which|what|many|only|just|list|show|me|give|find|by|and|do|are|with|most|few|for|on|to))\s*$",
    re.IGNORECASE,
)

Place = str
LIMITS = frozenset({"since", "past", "between", "from"})


def speaks_of_papers(question: str, start: int, end: int, lead: Place, published: bool) -> bool:
    """Whether `question[start:end]` is said of papers. `lead` is the word it begins with, or
    `between`, `past` for kinds of them, `with` and `count` for what is no date; `published`
    that it begins with the verb ("posted in May")."""
    before, after = _sentence_before(question, start), question[end : end + LONGEST]
    if FRAGMENT.match(before):
        return _heads(after, lead, published, question)
    if published and PASSIVE.search(before):
        return True
    loose = lead in LIMITS or lead == "count" or published
    if _stands_behind(before, BEHIND["loose" if loose else "paper"], lead):
        return True
    if lead in ("in", "on", "of", "by", "", "during") and not published:
        return False
    if before.rstrip().endswith((",", "(", "–", "—", " -")) and ENDS.match(after):
        return not DATED.search(before.rstrip(" ,(–—-"))
    if not ENDS.match(after) and not GOES_ON.match(after):
        return False
    if DATED.search(before) or VERB.search(before.split(" ")[-2] if " " in before else ""):
        return False
    if lead == "count":
        return True
    if lead in ("since", "past") and PERFECT.search(before):
        return not VERB.search(" ".join(before.split()[-1:]))
    return lead in LIMITS and len(before.split()) <= 6 and not ASKS.search(before)


def before_speaks_of_papers(before: str) -> bool:
    """Whether "2024 papers" behind this means papers of that year: no name stands before it,
    and no other year that is set against it."""
    if re.search(r"\b(?:19|20)\d\d\s+(?:and|or|vs\.?|versus|to|with)\s*$", before):
        return False
    return bool(BEFORE_YEAR.search(before[-LONGEST:]))


def is_whole_question(question: str, start: int) -> bool:
    """Whether what begins here is what the whole question asks for: "What's the latest on X?"."""
    return bool(
        re.fullmatch(
            r"\W*(?:(?:so|and|ok|please)\W+)*(?:(?:what|what['’]s|what\s+is|show\s+me|give\s+me"
            r"|tell\s+me)\s*)?(?:the\s+)?",
            question[:start],
            re.IGNORECASE,
        )
    )


def _sentence_before(question: str, start: int) -> str:
    """What stands before a phrase in its sentence, as far as it is looked at."""
    before = question[max(0, start - LONGEST) : start]
    ends = [match.end() for match in SENTENCE.finditer(before)]
    return before[ends[-1] :] if ends else before


def _stands_behind(before: str, behind: re.Pattern[str], lead: Place) -> bool:
    match = behind.search(before)
    if not match or WORK_DONE.search(before):
        return False
    if lead in ("from", "in", "of") and THE_ONE.search(before):
        return False
    gap = match["gap"] or ""
    if VERB.search(gap):
        return False
    return not (gap and lead in ("from", "in", "of", "with", "by", "count") and DATED.search(gap))


def _heads(after: str, lead: Place, published: bool, question: str) -> bool:
    """At the head of the question: alone, or set off from a request for papers."""
    if ENDS.match(after) or (published and GOES_ON.match(after)):
        return True
    if not REQUEST.match(after):
        return lead in ("with", "by", "count") and bool(GOES_ON.match(after))
    if lead in LIMITS:
        return True
    return bool(re.search(rf"\b(?:{PAPER}|{PUBLISHED})\b", question, re.IGNORECASE))
