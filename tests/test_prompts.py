"""The prompt files: what is wrong with them is said at once; values stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answer import REFUSAL
from rag.errors import PromptError
from rag.prompts import Prompt, load_prompts


def write_prompts(folder: Path, answer: str, question: str) -> Path:
    (folder / "answer.md").write_text(answer, encoding="utf-8")
    (folder / "question.md").write_text(question, encoding="utf-8")
    return folder


def test_the_prompts_of_the_project_load_and_say_how_to_refuse() -> None:
    prompts = load_prompts()
    assert set(prompts) == {"answer", "question"}
    assert f"reply with exactly: {REFUSAL}" in prompts["answer"].fill()


def test_all_that_is_wrong_with_all_files_is_named_at_once(tmp_path: Path) -> None:
    write_prompts(tmp_path, "Be {brief} and {kind}.", "{question} {context}")
    with pytest.raises(PromptError) as caught:
        load_prompts(tmp_path)
    assert str(caught.value) == (
        "prompts: answer.md has unknown {brief}; answer.md has unknown {kind}; "
        "question.md lacks {papers}; question.md has unknown {context}"
    )
    assert caught.value.remedy == f"git checkout {tmp_path}, or mend the files"


def test_missing_and_unreadable_files_are_named_together(tmp_path: Path) -> None:
    (tmp_path / "question.md").write_bytes(b"{papers} {question} \xff")
    with pytest.raises(PromptError) as caught:
        load_prompts(tmp_path)
    assert str(caught.value) == (
        "prompts: answer.md cannot be read "
        f"([Errno 2] No such file or directory: '{tmp_path / 'answer.md'}'); "
        "question.md cannot be read "
        "('utf-8' codec can't decode byte 0xff in position 20: invalid start byte)"
    )


def test_braces_in_values_stay_as_they_are() -> None:
    prompt = Prompt("question", "<{papers}> {question} {NotOne} {} {a1}")
    filled = prompt.fill(papers="{question} {papers} {{x}}", question="why {papers}? \\1 \\g<0>")
    assert filled == "<{question} {papers} {{x}}> why {papers}? \\1 \\g<0> {NotOne} {} {a1}"


def test_other_braces_in_a_file_are_text(tmp_path: Path) -> None:
    write_prompts(tmp_path, 'Say {"a": 1} or {X}.', "{papers} {question} { papers }")
    prompts = load_prompts(tmp_path)
    assert prompts["answer"].fill() == 'Say {"a": 1} or {X}.'
    assert prompts["question"].fill(papers="P", question="Q") == "P Q { papers }"
