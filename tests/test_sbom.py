"""The bill of materials: what is pinned, nothing else, and what its licences ask."""

from __future__ import annotations

import json
import re
from pathlib import Path

from eval.sbom import (
    BOM,
    CONSTRAINTS,
    TABLE,
    Component,
    find_components,
    find_problems,
    read_pins,
    write_bom,
    write_table,
)

PINS = read_pins(CONSTRAINTS.read_text(encoding="utf-8"))


def test_all_that_is_needed_is_listed_as_it_is_pinned() -> None:
    components = find_components()
    assert len(components) > 100
    assert find_problems(components, BOM.read_text(encoding="utf-8"), PINS) == []


def test_everything_is_pinned_exactly() -> None:
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(PINS)
    assert [one for one in lines if not re.fullmatch(r"[\w.-]+==[\w.!]+", one)] == []


def test_another_version_and_a_package_that_is_missing_are_told() -> None:
    bom = write_bom([Component("One", "1", "MIT"), Component("two_a", "2", "MIT")])
    needed = [Component("two.A", "2", "MIT"), Component("three", "3", "MIT")]
    assert find_problems(needed, bom, {"one": "1.1", "two-a": "2", "three": "3"}) == [
        "three is not listed",
        "one is listed as 1, 1.1 is pinned",
    ]


def test_the_page_and_the_bill_list_the_same() -> None:
    listed = json.loads(BOM.read_text(encoding="utf-8"))["components"]
    rows = re.findall(r"^\| (\S+) \| (\S*) ?\| (.+) \|$", TABLE.read_text("utf-8"), re.MULTILINE)
    assert [(one["name"], one.get("version", "")) for one in listed] == [
        (name, version) for name, version, _ in rows if name != "package"
    ]
    names = {one["name"].lower() for one in listed}
    assert {"torch", "gradio", "chromadb"} <= names
    assert not names & {"pytest", "ruff", "ragas", "playwright"}


def test_what_is_not_permissive_or_not_clear_is_pointed_at() -> None:
    licences = {
        "MIT": False,
        "Apache-2.0 OR BSD-2-Clause": False,
        "MPL-2.0 AND MIT": True,
        "LGPL-3.0": True,
        "Other/Proprietary License": True,
        "not stated": True,
    }
    components = [Component("x", "1", licence) for licence in licences]
    assert [one.has_conditions for one in components] == list(licences.values())
    flagged = write_table(components).partition("## To look at")[2].partition("## All")[0]
    assert flagged.count("\n- x: ") == 4


def test_neither_file_names_a_machine_or_a_registry() -> None:
    told = TABLE.read_text("utf-8") + BOM.read_text("utf-8")
    assert str(Path(__file__).parents[2]) not in told
    assert not re.search(r"https?://|file://|/opt/|/root/|/home/|localhost", told)
