"""Sentences of abstracts, left true or made false by a rule: what the local judge learns from.

Owns which claims are made of which papers; knows nothing about features. A claim that keeps
what its sentence says (word for word, shortened, reworded) is true; one whose number, unit,
negation, direction or name was turned is false, and so is a sentence beside another paper.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from eval.edit_rules import FALSE_RULES, TRUE_RULES
from eval.papers import Claim, Draft, Paper, pick_sentences


def make_claims(papers: Sequence[Paper], seed: int) -> Iterator[Claim]:
    """Claims of every kind that the sentences of these papers allow, true ones first.

    A false claim starts as often from a shortened or reworded sentence as from the sentence
    itself, so that being reworded is no sign of being false.
    """
    neighbours = _pair_up(papers)
    for paper in papers:
        for sentence in pick_sentences(paper, 2, seed):
            rng = random.Random(f"{seed} {paper.paper_id} {sentence}")
            draft = Draft(sentence, paper, rng)
            yield Claim(sentence, paper.abstract, True, "verbatim")
            for kind, rule in TRUE_RULES.items():
                if (text := rule(draft)) != sentence:
                    yield Claim(text, paper.abstract, True, kind)
            for kind, rule in FALSE_RULES.items():
                base = _loosen(draft)
                if (text := rule(Draft(base, paper, rng))) != base:
                    yield Claim(text, paper.abstract, False, kind)
            if other := neighbours.get(paper.paper_id):
                yield Claim(sentence, other.abstract, False, "elsewhere")


def _loosen(draft: Draft) -> str:
    chosen = draft.rng.choice(["as it is", *TRUE_RULES])
    return TRUE_RULES[chosen](draft) if chosen in TRUE_RULES else draft.text


def _pair_up(papers: Sequence[Paper]) -> Mapping[str, Paper]:
    """For each paper another one that shares the rarest word of its title, where there is one."""
    words = {one.paper_id: set(re.findall(r"[a-z]{4,}", one.title.lower())) for one in papers}
    holders: dict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        for word in sorted(words[paper.paper_id]):
            holders[word].append(paper)
    counts = Counter({word: len(held) for word, held in holders.items()})
    pairs = {}
    for paper in papers:
        shared = [word for word in sorted(words[paper.paper_id]) if counts[word] > 1]
        if shared:
            held = holders[min(shared, key=lambda word: (counts[word], word))]
            place = held.index(paper)
            pairs[paper.paper_id] = held[(place + 1) % len(held)]
    return pairs
