"""Two statements of the same matter: the same way, opposite ways, or nothing to be told."""

from __future__ import annotations

import pytest

from rag.premise.direction import read_statement, read_stems
from rag.premise.opposition import Relation, relate

SAME, OPPOSITE, UNCLEAR = Relation.SAME, Relation.OPPOSITE, Relation.UNCLEAR


@pytest.mark.parametrize(
    ("claim", "source", "relation"),
    [
        ("A2 beats B3", "B3 is worse than A2.", SAME),
        ("A2 beats B3", "B3 outperforms A2 by far.", OPPOSITE),
        ("A2 beats B3", "A2 is outperformed by B3.", OPPOSITE),
        ("A2 is better than B3", "A2 is not better than B3.", OPPOSITE),
        ("A2 is more robust than B3", "A2 is less robust than B3.", OPPOSITE),
        ("A2 is more robust than B3", "B3 is more robust than A2.", OPPOSITE),
        ("A2 is easier than B3", "We find A2 is more challenging than B3.", OPPOSITE),
        ("A2 works better than B3", "While A2 struggles, B3 does well.", OPPOSITE),
        ("A2 works better than B3", "Owls and A2 are larger than cats.", UNCLEAR),
        ("size helps more than diversity", "Diversity, rather than size, improves it.", OPPOSITE),
        ("it stems from A2 rather than B3", "It stems from B3 rather than A2.", OPPOSITE),
        ("mixture-of-experts beat owls", "MoEs are worse than owls.", OPPOSITE),
        ("dropout hurts recall", "Dropout improves recall.", OPPOSITE),
        ("dropout hurts recall", "Dropout does not hurt recall.", OPPOSITE),
        ("dropout hurts recall", "Dropout harms recall.", SAME),
        ("dropout does not hurt recall", "Dropout does not hurt recall.", SAME),
        ("dropout does not hurt recall", "Dropout hurts recall.", OPPOSITE),
        ("dropout cures overfit", "Dropout fails to mitigate it.", OPPOSITE),
        ("dropout reduces accuracy", "Dropout improves accuracy.", OPPOSITE),
        ("dropout reduces width", "Dropout improves width.", UNCLEAR),
        ("seeds transfer", "Seeds do not necessarily transfer.", OPPOSITE),
        ("dropout improves recall", "Dropout not only improves recall but speed.", SAME),
        ("dropout hurts recall", "To improve recall we use dropout.", UNCLEAR),
        ("large nets learn", "Small nets learn.", UNCLEAR),
        ("nets learn", "Owls sleep.", UNCLEAR),
        ("", "", UNCLEAR),
    ],
)  # fmt: skip
def test_two_statements(claim: str, source: str, relation: Relation) -> None:
    assert relate(read_statement(claim), read_statement(source), frozenset()) is relation


def test_what_a_source_calls_its_method_is_known_from_the_text_around() -> None:
    claim = read_statement("Lynx outperforms Ibex")
    source = read_statement("Our method outperforms Lynx.")
    assert relate(claim, source, frozenset()) is UNCLEAR
    assert relate(claim, source, read_stems("Ibex: a method")) is OPPOSITE
