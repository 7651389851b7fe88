"""What must hold for any input: on what was found once, and on whatever Hypothesis thinks of."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from fuzz.seeds import SEEDS, WORDS
from fuzz.targets import TARGETS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CASES = sorted((Path(__file__).parent / "fuzz" / "cases").glob("*/*"))

MIXED = st.lists(st.sampled_from(WORDS) | st.text(max_size=12), max_size=25).map("".join)


def spoil(seed: str, place: int, put: str, cut: int) -> str:
    """A seed with something put in at a place, and something of it left out there."""
    at = place % (len(seed) + 1)
    return seed[:at] + put + seed[at + cut :]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_what_was_found_once_stays_mended(case: Path) -> None:
    check = TARGETS[case.parent.name]
    check(SEEDS[case.parent.name][0].encode())  # loads what is loaded when first needed
    started = time.process_time()
    check(case.read_bytes())
    assert time.process_time() - started < 5.0


def test_each_target_has_seeds_to_begin_with() -> None:
    assert SEEDS.keys() == TARGETS.keys()


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_keep_every_promise(name: str) -> None:
    for seed in SEEDS[name]:
        TARGETS[name](seed.encode())


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=MIXED)
def test_any_text_keeps_every_promise(name: str, text: str) -> None:
    TARGETS[name](text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), place=st.integers(0, 500), put=MIXED, cut=st.integers(0, 9))
def test_a_spoilt_seed_keeps_every_promise(
    name: str, data: st.DataObject, place: int, put: str, cut: int
) -> None:
    seed = data.draw(st.sampled_from(SEEDS[name]))
    TARGETS[name](spoil(seed, place, put, cut).encode("utf-8", "surrogatepass"))
