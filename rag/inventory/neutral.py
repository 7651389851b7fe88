"""The words of a question that ask for nothing: what is left without them is content.

Owns the closed classes of words that may stand in a question about the library beside what
it asks for, and the repair of words that are misspelt. Knows nothing about what is asked.
"""

from __future__ import annotations

import re
from functools import lru_cache
from string import ascii_lowercase

# Negations, quantities, "about", "how" and "why" are left out on purpose: whoever says them
# asks for something.
NEUTRAL = frozenset(
    """a an the this that these those such same own of in on at by for from to with into within
    across among out up and or but so then than also too just only even all any each every some
    other another one ones anything something everything anyone it its they them their theirs both
    there here is are was were be been being am has have had having do does did 's s i me my
    mine we us our you your yours can could would will may might let who whom whose which what
    when where if yes please well now still yet already currently ever exactly precisely actually
    simply perhaps maybe altogether together both total overall whole entire complete full
    library collection corpus database archive shelf holdings records record metadata
    published posted publishing posting submitted uploaded released written dated added listed
    announced appeared appear appears appearing came come comes coming put went going goes gone
    online publication public write wrote writes authored signed post publish
    list lists listing show shows name names given give gives tell display enumerate print got
    get gets contain contains contained include includes included hold holds held know knows known
    stated state states carry carries bear bears mentioned according said available stand stands
    whats whos wheres see sees seen share shares time times belong belongs present""".split()
)
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
CONTRACTED = re.compile(r"['’](?:s|re|ve|ll|d|m)$", re.IGNORECASE)
# What is asked for, in single words; a word that is one slip from exactly one of these is this
# one, unless it is a word of its own.
ASKING = frozenset(
    """paper papers author authors oldest newest latest earliest published posted appeared written
    upvotes dates undated which when many library between before after listed fewest unknown
    wrote entries article articles collection longest""".split()
)
OWN_WORDS = frozenset(
    """afters alter aster appealed appeased collections dales dames danes dares dante lamest latent
    oddest lasted lifted listen lister lusted mandy manly manny mans mary mane mani mann
    mana manx manu mano mang meany pacer pacers paler pamper pampers papier pater pauper paupers
    pavers payer payers piper pipers pager pasted ported posed posited poster potted posts publisher
    publishes unrated updated unknowns whet whew whey wren ween wien whee whitten witten
    datas date""".split()
)
SHORTEST = 4


def find_content(text: str) -> list[re.Match[str]]:
    """The words that are not neutral, where they stand."""
    return [one for one in WORD.finditer(text) if not is_neutral(one.group())]


def is_neutral(word: str) -> bool:
    return CONTRACTED.sub("", word.lower()) in NEUTRAL


def repair(question: str) -> str:
    """The question with its misspelt words of asking put right."""
    return WORD.sub(lambda match: _repair(match.group()), question)


@lru_cache(maxsize=1024)
def _repair(word: str) -> str:
    low = word.lower()
    if len(low) < SHORTEST or low in NEUTRAL or low in ASKING or not low.isalpha():
        return word
    near = {one for one in _slips(low) if one in ASKING and one[0] == low[0]}
    return near.pop() if len(near) == 1 and low not in OWN_WORDS else word


def _slips(word: str) -> set[str]:
    """What the word may have been before one letter was left out, doubled, changed or moved."""
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    slips = {left + right[1:] for left, right in parts if right}
    slips |= {left + right[1] + right[0] + right[2:] for left, right in parts if len(right) > 1}
    slips |= {left + one + right[1:] for left, right in parts if right for one in ascii_lowercase}
    return slips | {left + one + right for left, right in parts for one in ascii_lowercase}
