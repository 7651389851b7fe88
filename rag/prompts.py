"""The words given to the model: prompts/*.md, checked when they are loaded.

Owns reading the files and filling their placeholders; knows nothing about papers or
endpoints. A placeholder is `{name}`; everything else, other braces too, is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from rag.errors import PromptError

FOLDER = Path(__file__).resolve().parent.parent / "prompts"
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
EXPECTED = {
    "answer": frozenset[str](),
    "question": frozenset({"papers", "question"}),
    "compare": frozenset({"papers", "question", "sides"}),
    "standalone": frozenset({"exchanges", "question"}),
    "support": frozenset({"claim", "abstracts"}),
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt whose placeholders are known to be the expected ones."""

    name: str
    text: str

    def fill(self, **values: str) -> str:
        """The text with every placeholder replaced; braces inside the values stay as they are."""
        return PLACEHOLDER.sub(lambda match: values[match.group(1)], self.text)


def load_prompts(folder: Path = FOLDER) -> dict[str, Prompt]:
    """Read every prompt. Raises PromptError naming all that is wrong with all of them."""
    problems: list[str] = []
    prompts = {}
    for name, expected in EXPECTED.items():
        path = folder / f"{name}.md"
        try:
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{path.name} cannot be read ({error})")
            continue
        found = set(PLACEHOLDER.findall(text))
        problems += [f"{path.name} lacks {{{lacking}}}" for lacking in sorted(expected - found)]
        problems += [f"{path.name} has unknown {{{extra}}}" for extra in sorted(found - expected)]
        prompts[name] = Prompt(name, text)
    if problems:
        raise PromptError(
            "prompts: " + "; ".join(problems), remedy=f"git checkout {folder}, or mend the files"
        )
    return prompts
