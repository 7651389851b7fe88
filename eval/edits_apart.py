"""True and false claims by rules that the local judge has not learnt from; they only measure.

Owns those rules; knows nothing about features. Other numbers (a neighbour, a multiple, one
from elsewhere in the abstract), other denials ("fails to", "no longer", "it is not true that"),
other opposites, three in ten of them absent from the judge's own list, names from another
paper, other rewordings. The papers are those held out by `eval.papers.is_held_out`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from eval.edit_rules import (
    AUXILIARY,
    DENIAL,
    VERB,
    find_figures,
    find_names,
    give_base,
    put_name,
    reword_by,
    swap_names,
    turn_by,
)
from eval.papers import Claim, Draft, Paper, Rule, pick_sentences
from eval.rewording import REWORDINGS_APART

OPPOSITES_APART = """rises/falls rise/fall rising/falling gains/losses gain/loss accelerates/slows
accelerate/slow accelerating/slowing boosts/hurts boost/hurt boosting/hurting strengthens/undermines
longer/shorter long/short deeper/shallower wider/narrower early/late earlier/later above/below
minimizing/maximizing minimize/maximize minimizes/maximizes safe/dangerous accurate/inaccurate
rich/poor broad/narrow dense/sparse cheap/costly common/rare frequently/rarely often/seldom
harder/easier hard/easy difficult/trivial advantage/drawback advantages/drawbacks success/failure
succeed/fail robust/fragile stable/unstable reliable/unreliable consistent/inconsistent
promising/disappointing remarkable/unremarkable positive/negative maximum/minimum exceeds/misses
exceeding/missing encourages/discourages encourage/discourage preserves/destroys preserve/destroy
preserving/destroying accelerated/delayed smooth/jagged clear/vague crucial/irrelevant
important/unimportant new/old novel/conventional abundant/scarce extensive/scant
facilitates/hampers facilitate/hamper facilitating/hampering mitigates/aggravates
mitigate/aggravate mitigating/aggravating alleviates/exacerbates alleviate/exacerbate
comparable/incomparable alike/unlike first/last upper/lower fewer/additional
gained/lost advances/setbacks beneficial/detrimental optimal/suboptimal supervised/unsupervised
precise/imprecise suitable/unsuitable aligned/misaligned visible/invisible""".split()


def nudge_number(draft: Draft) -> str:
    """A number near by, a multiple, or another number of the same abstract."""
    numbers = find_figures(draft.text)
    if not numbers:
        return draft.text
    start, old = draft.rng.choice(numbers)
    value = float(old.replace(",", ""))
    digits = len(old.partition(".")[2])
    step = 10.0**-digits
    near = [value + step, value - step, value + 10 * step, value * 2, value / 2, value * 10]
    pool = [f"{one:.{digits}f}" for one in near if one > 0]
    pool += [figures for _, figures in find_figures(draft.paper.abstract)]
    here = {figures for _, figures in numbers}
    pool = [one for one in pool if one not in here]
    if not pool:
        return draft.text
    return draft.text[:start] + draft.rng.choice(pool) + draft.text[start + len(old) :]


def deny_apart(draft: Draft) -> str:
    """A denial in other words, or one taken out."""
    text = draft.text
    if DENIAL.search(text):
        return re.sub(r"\b(not|never) |n't\b", "", text.replace("without", "with", 1), count=1)
    choices = []
    for one in VERB.finditer(text):
        start, end, base = text[: one.start()], text[one.end() :], give_base(one)
        choices += [
            f"{start}{other} {base}{end}" for other in ("fails to", "doesn't", "is unable to")
        ]
        choices.append(f"{start}no longer {one.group()}{end}")
    for one in AUXILIARY.finditer(text):
        start, end = text[: one.end()], text[one.end() :]
        choices.append(f"{start} hardly{end}")
        if one.group() in ("is", "are", "was", "were", "does", "do", "has", "have", "could"):
            choices.append(f"{start}n't{end}")
    for one in re.finditer(r"\b[Ww]e (?=[a-z]+ )", text):
        choices.append(f"{text[: one.end()]}didn't {text[one.end() :]}")
    choices = choices or [f"It is not true that {text[:1].lower()}{text[1:]}"]
    return draft.rng.choice(choices)


def turn_apart(draft: Draft) -> str:
    return turn_by(OPPOSITES_APART, draft.text, draft.rng)


def reword_apart(draft: Draft) -> str:
    """Words replaced by others of the same meaning."""
    return reword_by(REWORDINGS_APART, draft.text, draft.rng)


def reorder(draft: Draft) -> str:
    """What stands before the only comma put at the end."""
    head, comma, tail = draft.text.rstrip(".").partition(", ")
    opens = re.match(r"(By|In|With|For|To|Under|On|When|While|Given|Using|Through|As) ", head)
    if not comma or not opens or ", " in tail:
        return draft.text
    head = head[:1].lower() + head[1:]
    return f"{tail[:1].upper()}{tail[1:]} {head}."


def drop_phrase(draft: Draft) -> str:
    """An adverb, or a phrase of a list in mid-sentence, left out."""
    text = re.sub(r"\b[a-z]{4,}ly (?=[a-z])", "", draft.text)
    parts = text.split(", ")
    if len(parts) >= 4:
        del parts[draft.rng.randint(1, len(parts) - 2)]
    return ", ".join(parts)


TRUE_APART: dict[str, Rule] = {
    "reworded": reword_apart,
    "reordered": reorder,
    "phrase dropped": drop_phrase,
}
FALSE_APART: dict[str, Rule] = {
    "number": nudge_number,
    "negation": deny_apart,
    "direction": turn_apart,
    "names swapped": swap_names,
}


def make_claims_apart(papers: Sequence[Paper], seed: int) -> Iterator[Claim]:
    """Claims by the rules of this module, half of the false ones from reworded sentences."""
    for place, paper in enumerate(papers):
        stranger = papers[(place + len(papers) // 2) % len(papers)]
        for sentence in pick_sentences(paper, 2, seed):
            rng = random.Random(f"apart {seed} {paper.paper_id} {sentence}")
            draft = Draft(sentence, paper, rng)
            yield Claim(sentence, paper.abstract, True, "verbatim")
            for kind, rule in TRUE_APART.items():
                if (text := rule(draft)) != sentence:
                    yield Claim(text, paper.abstract, True, kind)
            for kind, rule in FALSE_APART.items():
                base = reword_apart(draft) if rng.random() < 0.5 else sentence
                if (text := rule(Draft(base, paper, rng))) != base:
                    yield Claim(text, paper.abstract, False, kind)
            if (text := put_name(draft, find_names(stranger.abstract))) != sentence:
                yield Claim(text, paper.abstract, False, "name of another paper")
