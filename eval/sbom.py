"""What Footnote is made of: every package that it needs to run, with version and licence.

    python -m eval.sbom    writes LICENCES.md and sbom.cdx.json

Owns what is asked of the installed packages and both files; knows nothing about Footnote's own
code. A licence is what the package says of itself, which nobody else has examined.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "constraints.txt"
TABLE, BOM = ROOT / "LICENCES.md", ROOT / "sbom.cdx.json"
ITSELF = "footnote"
UNPINNED = frozenset({"setuptools"})  # comes with the environment, as pip does
UNSTATED = "not stated"
LONGEST = 60
# Terms that ask more of who passes a package on than to name its authors.
CONDITIONS = re.compile(r"MPL|GPL|EPL|CDDL|EUPL|Propriet|not stated|SSPL|BUSL|Commons", re.I)
INTRODUCTION = """\
# Licences

What Footnote needs to run, as pinned in `constraints.txt` (on Linux, with torch's build for
processors; its CUDA build brings NVIDIA's packages under NVIDIA's own terms). `make sbom` writes
this page and [`sbom.cdx.json`](sbom.cdx.json), the same as a CycloneDX bill of materials, from
what each package says of itself; a test holds both to what is pinned. What only tests,
evaluation by RAGAS and development need is not listed. Footnote's own licence is
[MIT](LICENSE).
"""
FLAGGED = """\
## To look at

All others are permissive: they ask for their notices to be kept, which installing from the
package index does. Of these, MPL-2.0 is copyleft by file: using them asks nothing, and who passes
on *changed* files of theirs passes on their source.

"""


@dataclass(frozen=True, slots=True)
class Component:
    """A package as installed. `version` is empty where it is not pinned."""

    name: str
    version: str
    licence: str

    @property
    def key(self) -> str:
        return normalise(self.name)

    @property
    def has_conditions(self) -> bool:
        """Whether the licence asks for more than its notice, or is not clear."""
        return bool(CONDITIONS.search(self.licence))

    def to_record(self) -> dict[str, object]:
        """A component of CycloneDX 1.6."""
        record: dict[str, object] = {"type": "library", "name": self.name}
        record["purl"] = f"pkg:pypi/{self.key}" + (f"@{self.version}" if self.version else "")
        if self.version:
            record["version"] = self.version
        return record | {"licenses": [{"license": {"name": self.licence}}]}


def normalise(name: str) -> str:
    """https://packaging.python.org/en/latest/specifications/name-normalization/"""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_pins(text: str) -> dict[str, str]:
    """{normalised name: version} of lines `name==version`."""
    lines = (line.split("==") for line in text.split() if "==" in line)
    return {normalise(name): version for name, version in lines}


def find_components() -> list[Component]:
    """Whatever Footnote needs to run, by name, as pyproject.toml says and as installed."""
    found: dict[str, Distribution] = {}
    extras: dict[str, frozenset[str]] = {}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    left = [Requirement(one) for one in project["dependencies"]]
    while left:
        asked = left.pop()
        key = normalise(asked.name)
        more = frozenset(asked.extras)
        if key in found and more <= extras[key]:
            continue
        try:
            found[key] = distribution(asked.name)
        except PackageNotFoundError:
            continue  # for another machine or another Python
        extras[key] = extras.get(key, frozenset()) | more
        left += _list_needs(found[key], extras[key])
    return [_describe(found[key]) for key in sorted(found)]


def _list_needs(package: Distribution, extras: frozenset[str]) -> Iterator[Requirement]:
    for line in package.requires or ():
        needed = Requirement(line)
        marker = needed.marker
        if marker is None or any(marker.evaluate({"extra": one}) for one in extras or {""}):
            yield needed


def _describe(package: Distribution) -> Component:
    name = package.metadata["Name"]
    pinned = normalise(name) not in UNPINNED
    version = package.version.partition("+")[0] if pinned else ""
    return Component(name, version, read_licence(package))


def read_licence(package: Distribution) -> str:
    """The expression (PEP 639), else the line, else the classifiers; where these leave it open,
    the first line of the licence's own text as well."""
    line, expression = _read(package, "License"), _read(package, "License-Expression")
    classifiers = package.metadata.get_all("Classifier") or []
    told = [one.split("::")[-1].strip() for one in classifiers if one.startswith("License ::")]
    stated = expression or (line if len(line) <= LONGEST else "")
    stated = " ".join((stated or " and ".join(sorted(told)) or UNSTATED).split())
    if stated == UNSTATED or "Proprietary" in stated:
        own = _read_first_line(package)
        return f"{stated}; its licence file begins “{own}”" if own else stated
    return stated


def _read(package: Distribution, name: str) -> str:
    return str((package.metadata.get_all(name) or [""])[0]).strip()


def _read_first_line(package: Distribution) -> str:
    files = [one for one in package.files or () if re.match("licen[cs]e", one.name, re.I)]
    lines = files[0].read_text().split("\n") if files else []
    return next((line.strip()[:LONGEST] for line in lines if line.strip()), "")


def write_table(components: list[Component]) -> str:
    """The page for people."""
    rows = "".join(f"| {one.name} | {one.version} | {one.licence} |\n" for one in components)
    flagged = "".join(f"- {one.name}: {one.licence}\n" for one in components if one.has_conditions)
    head = "| package | version | licence |\n|---|---|---|\n"
    return f"{INTRODUCTION}\n{FLAGGED}{flagged}\n## All {len(components)}\n\n{head}{rows}"


def write_bom(components: list[Component]) -> str:
    """CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), without a date or a number of its
    own, so that the same packages make the same file."""
    itself = {"type": "application", "name": ITSELF, "licenses": [{"license": {"id": "MIT"}}]}
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": itself},
        "components": [one.to_record() for one in components],
    }
    return json.dumps(bom, indent=1, ensure_ascii=False) + "\n"


def find_problems(components: list[Component], bom: str, pins: dict[str, str]) -> list[str]:
    """Where what is needed is not listed, or is listed otherwise than it is pinned."""
    listed = {normalise(one["name"]): one.get("version") for one in json.loads(bom)["components"]}
    lacking = [one.name for one in components if one.key in pins and one.key not in listed]
    wrong = [
        f"{name} is listed as {version}, {pins.get(name, 'nothing')} is pinned"
        for name, version in listed.items()
        if name not in UNPINNED and version != pins.get(name)
    ]
    return [f"{name} is not listed" for name in lacking] + wrong


def main() -> int:
    """Write both files."""
    components = find_components()
    TABLE.write_text(write_table(components), encoding="utf-8")
    BOM.write_text(write_bom(components), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
