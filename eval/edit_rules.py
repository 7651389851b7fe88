"""Rules that keep a sentence true or make it false: those that the local judge learns from.

Owns the rules; knows nothing about features or verdicts. `eval.edits_apart` has others, which
only measure.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Sequence

from eval.papers import SHORTEST, Draft, Rule, pick_sentences
from eval.rewording import REWORDINGS, Rewordings
from rag.lexicon import NUMBER_WORDS
from rag.support.claims import Kind, Token, read_tokens

OPENING = re.compile(
    r"^(in this (paper|work|study|report)|to this end|to address \w+( \w+){0,5}|however|moreover"
    r"|furthermore|additionally|in addition|specifically|in particular|as a result|notably"
    r"|finally|consequently|therefore|thus|extensive experiments (show|demonstrate) that"
    r"|(our |experimental |extensive )*(results|experiments|findings)"
    r" (show|demonstrate|reveal|indicate) that"
    r"|we (show|find|demonstrate|observe) that),? ",
    re.IGNORECASE,
)


def shorten(draft: Draft) -> str:
    """Leave out brackets, an opening, or a clause behind the last comma."""
    text = re.sub(r" \([^()]*\)", "", draft.text)
    text = _capitalise(OPENING.sub("", text))
    head, comma, tail = text.rpartition(", ")
    trailing = re.match(r"(which|where|while|with|\w+ing|including|such as|making)\b", tail)
    if comma and trailing and len(head.split()) >= SHORTEST and draft.rng.random() < 0.7:
        text = head + "."
    return text


def reword(draft: Draft) -> str:
    """Replace words by others of the same meaning, and say "the authors" for "we"."""
    text = reword_by(REWORDINGS, draft.text, draft.rng)
    return _respell_numbers(text) if draft.rng.random() < 0.5 else text


def reword_by(rewordings: Rewordings, text: str, rng: random.Random) -> str:
    """Replace most of the words that a table has."""
    for pattern, others in rewordings:
        if rng.random() < 0.8:
            pieces, last = [], 0
            for match in pattern.finditer(text):
                pieces += [text[last : match.start()], _keep_case(match, rng.choice(others))]
                last = match.end()
            text = "".join([*pieces, text[last:]])
    return text


def _keep_case(match: re.Match[str], other: str) -> str:
    return _capitalise(other) if match.group()[:1].isupper() else other


def _capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def _respell_numbers(text: str) -> str:
    text = re.sub(r"(\d)%", r"\1 percent", text)
    return re.sub(r"\b(\d{1,3}),(\d{3})\b", r"\1\2", text)


def merge(draft: Draft) -> str:
    """One sentence of two of the abstract, in either order."""
    near = [one for one in pick_sentences(draft.paper, 4, 0) if len(one.split()) < 25]
    others = [one for one in near if one != draft.text]
    if not others or len(draft.text.split()) > 25:
        return draft.text
    first, second = draft.rng.sample([draft.text, draft.rng.choice(others)], 2)
    if read_tokens(second, 1)[0].kind is not Kind.NAME:
        second = second[:1].lower() + second[1:]
    return f"{first.rstrip('.')}{draft.rng.choice([', and ', '; ', ', while '])}{second}"


TRUE_RULES: dict[str, Rule] = {"shortened": shorten, "reworded": reword, "merged": merge}

OPPOSITES = """increases/decreases increase/decrease increased/decreased increasing/decreasing
improves/degrades improve/degrade improved/degraded improving/degrading higher/lower more/less
better/worse faster/slower larger/smaller outperforms/underperforms outperform/underperform
outperforming/underperforming reduces/raises reduce/raise reducing/raising reduced/raised
strong/weak stronger/weaker with/without before/after high/low enhances/weakens enhance/weaken
enhancing/weakening efficient/inefficient effective/ineffective superior/inferior
surpasses/trails surpassing/trailing best/worst most/least simple/complex large/small
significantly/marginally significant/marginal enables/prevents enable/prevent""".split()
UNITS = """%/ms hours/days days/weeks seconds/minutes GB/MB million/billion billion/million
months/years K/M B/M tokens/images parameters/layers x/%""".split()
AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|could|will|would|should|may|has|have|does|do)\b(?! not)"
)
VERB = re.compile(
    r"\b(improv|achiev|reduc|increas|enabl|provid|requir|outperform|surpass|generaliz|introduc"
    r"|allow|show|demonstrat|learn|produc|generat|support|contain|includ|lead|yield|remain|offer"
    r"|rel[iy]|us|captur|preserv|eliminat|mitigat|exceed|depend|suffer|benefit|help)(ies|es|s)\b"
)
SAYS_SOMETHING = re.compile(r"\b(?!(?:and|or|as|well)\b)[a-z]{2,}")
DENIAL = re.compile(r"\b(not|never|cannot|without) |n't\b| no\b")


def change_number(draft: Draft) -> str:
    """Another number of the same look, which the abstract does not hold."""
    numbers = find_figures(draft.text)
    if not numbers:
        return _change_number_word(draft)
    start, old = draft.rng.choice(numbers)
    for _ in range(20):
        new = "".join(str(draft.rng.randint(1, 9)) if one.isdigit() else one for one in old)
        if new not in draft.paper.abstract:
            return draft.text[:start] + new + draft.text[start + len(old) :]
    return draft.text


def find_figures(text: str) -> list[tuple[int, str]]:
    """Where a number is written in figures, no part of a name, and the figures."""
    tokens = [one for one in read_tokens(text, 200) if one.kind is Kind.NUMBER]
    matches = [(one.start, re.match(r"\d(?:[\d.,]*\d)?", one.text)) for one in tokens]
    return [(start, match.group()) for start, match in matches if match]


def _change_number_word(draft: Draft) -> str:
    words = [one for one in re.finditer(r"[a-z]+", draft.text) if one.group() in NUMBER_WORDS]
    if not words:
        return draft.text
    word = draft.rng.choice(words)
    others = [one for one in ("two", "three", "four", "five", "six", "ten") if one != word.group()]
    return draft.text[: word.start()] + draft.rng.choice(others) + draft.text[word.end() :]


def change_unit(draft: Draft) -> str:
    """Another unit behind a number."""
    for pair in draft.rng.sample(UNITS, len(UNITS)):
        old, new = pair.split("/")
        pattern = re.compile(rf"(?<=\d)( ?){re.escape(old)}(?![\w%])")
        if pattern.search(draft.text):
            return pattern.sub(rf"\g<1>{new}", draft.text, count=1)
    return draft.text


def deny(draft: Draft) -> str:
    """Put a "not", "never" or "cannot" in, or take one out."""
    text = draft.text
    if DENIAL.search(text):
        changed = text.replace("cannot", "can", 1)
        return changed if changed != text else re.sub(r"\b(not|never) |n't\b", "", text, count=1)
    places = [
        (one.start(), one.end(), f"{one.group()} {draft.rng.choice(['not', 'not', 'never'])}")
        for one in AUXILIARY.finditer(text)
    ]
    for one in VERB.finditer(text):
        denial = draft.rng.choice(["does not", "does not", "cannot"])
        places.append((one.start(), one.end(), f"{denial} {give_base(one)}"))
    places += [
        (one.start(), one.end(), "we do not ") for one in re.finditer(r"\b[Ww]e (?=[a-z]+ )", text)
    ]
    if not places:
        return text
    start, end, new = draft.rng.choice(places)
    return _capitalise(text[:start] + new + text[end:])


def give_base(verb: re.Match[str]) -> str:
    """`improves` to `improve`, as `VERB` has found it."""
    return verb.group(1) + {"ies": "y", "es": "e", "s": ""}[verb.group(2)]


def turn(draft: Draft) -> str:
    """One word replaced by the word of the opposite direction."""
    return turn_by(OPPOSITES, draft.text, draft.rng)


def turn_by(pairs: Sequence[str], sentence: str, rng: random.Random) -> str:
    """The same with the pairs given, `one/other`, either way round."""
    table: dict[str, list[str]] = defaultdict(list)
    for pair in pairs:
        one, other = pair.split("/")
        table[one].append(other)
        table[other].append(one)
    words = [one for one in re.finditer(r"[A-Za-z-]+", sentence) if one.group().lower() in table]
    if not words:
        return sentence
    word = rng.choice(words)
    new = _keep_case(word, rng.choice(table[word.group().lower()]))
    return sentence[: word.start()] + new + sentence[word.end() :]


def find_names(text: str) -> list[Token]:
    """The names in a text that are written with a capital or a digit inside, or in mid-sentence."""
    return [one for one in read_tokens(text, 400) if one.kind is Kind.NAME and len(one.text) > 1]


def swap_names(draft: Draft) -> str:
    """Two names of the sentence in each other's place, unless they stand in one list."""
    text, names = draft.text, find_names(draft.text)
    pairs = [
        (one, other)
        for place, one in enumerate(names)
        for other in names[place + 1 :]
        if one.stem != other.stem and SAYS_SOMETHING.search(text[one.end : other.start])
    ]
    if not pairs:
        return text
    one, other = draft.rng.choice(pairs)
    middle = text[one.end : other.start]
    return text[: one.start] + other.text + middle + one.text + text[other.end :]


def replace_name(draft: Draft) -> str:
    """A name of the sentence replaced by another one of the abstract."""
    return put_name(draft, find_names(draft.paper.abstract))


def put_name(draft: Draft, others: Sequence[Token]) -> str:
    """A name of the sentence replaced by one of these that it does not have."""
    names = find_names(draft.text)
    here = {one.stem for one in names}
    fit = [one for one in others if one.stem not in here]
    if not names or not fit:
        return draft.text
    old, new = draft.rng.choice(names), draft.rng.choice(fit)
    return draft.text[: old.start] + new.text + draft.text[old.end :]


FALSE_RULES: dict[str, Rule] = {
    "number": change_number,
    "unit": change_unit,
    "negation": deny,
    "direction": turn,
    "names swapped": swap_names,
    "name": replace_name,
}
