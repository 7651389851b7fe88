"""What is read of a sentence: numbers, units, names and what is denied."""

from __future__ import annotations

import pytest

from rag.support.claims import Kind, Token, read_tokens, same_number


def read(text: str) -> tuple[Token, ...]:
    return read_tokens(text, 100)


def numbers(text: str) -> list[tuple[float, str]]:
    return [(token.value, token.unit) for token in read(text) if token.kind is Kind.NUMBER]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("41%", [(41.0, "%")]),
        ("41 percent", [(41.0, "%")]),
        ("1,234 tokens", [(1234.0, "token")]),
        ("3.5 million images", [(3.5e6, "")]),
        ("a 7B model", [(7e9, "")]),
        ("$2.5 million", [(2.5e6, "usd")]),
        ("25 ms", [(25.0, "ms")]),
        ("25ms", [(25.0, "ms")]),
        ("twelve hours", [(12.0, "h")]),
        ("twice as fast", [(2.0, "x")]),
        ("2x faster", [(2.0, "x")]),
        ("from 3-5 GB", [(3.0, ""), (5.0, "gb")]),
        ("GPT-4 and CIFAR-10 and Llama-3.1-8B", []),
        ("one of them", []),
    ],
)
def test_a_number_has_its_value_and_its_unit(text: str, expected: list[tuple[float, str]]) -> None:
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("claimed", "written", "same"),
    [
        ("41%", "41 percent", True),
        ("41%", "0.41", True),
        ("1000", "1,000", True),
        ("3 million", "3M", True),
        ("two", "2", True),
        ("half", "0.5", True),
        ("about 41%", "41.3%", True),
        ("41%", "41.3%", False),
        ("41%", "48%", False),
        ("41%", "41 ms", False),
        ("3 days", "3 hours", False),
        ("7B", "7M", False),
    ],
)
def test_numbers_are_the_same_however_they_are_written(
    claimed: str, written: str, same: bool
) -> None:
    (one,) = (token for token in read(claimed) if token.kind is Kind.NUMBER)
    (other,) = (token for token in read(written) if token.kind is Kind.NUMBER)
    assert same_number(one, other) is same


def test_names_have_a_capital_or_a_figure_inside_or_stand_capitalised_in_mid_sentence() -> None:
    text = "Larger nets, from OpenAI and from Meta in March, beat GPT-4o on mT5."
    found = [token.text for token in read(text) if token.kind is Kind.NAME]
    assert found == ["OpenAI", "Meta", "GPT-4o", "mT5"]


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("It does not improve recall.", ["improve", "recall"]),
        ("It doesn't improve recall.", ["improve", "recall"]),
        ("It never improves recall, but speed rises.", ["improves", "recall"]),
        ("It fails to improve recall.", ["to", "improve", "recall"]),
        ("It improves not only recall.", []),
        ("It improves recall.", []),
    ],
)
def test_a_negator_reaches_the_next_words_of_its_clause(text: str, denied: list[str]) -> None:
    assert [token.text for token in read(text) if token.denied and token.kind is not Kind.MARK] == (
        denied
    )


def test_tokens_stand_where_they_are_written() -> None:
    text = "At 41 % accuracy — “GPT-4” isn’t slower (3.5 million tokens)."
    for token in read(text):
        assert text[token.start : token.end].replace("\u2019", "'").startswith(token.text[:1])
    assert [token.start for token in read(text)] == sorted(token.start for token in read(text))


def test_no_more_tokens_are_read_than_asked_for() -> None:
    assert len(read_tokens("word " * 100_000, 120)) == 120
