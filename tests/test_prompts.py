"""The prompt files: what is wrong with them is said at once; values stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answer import REFUSAL
from rag.errors import PromptError
from rag.prompts import FOLDER, Prompt, load_prompts
from rag.replies import Support


def write_prompts(folder: Path, answer: str, question: str) -> Path:
    for name in ("compare", "standalone", "support"):
        text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / "answer.md").write_text(answer, encoding="utf-8")
    (folder / "question.md").write_text(question, encoding="utf-8")
    return folder


def test_the_prompts_of_the_project_load_and_say_how_to_refuse() -> None:
    prompts = load_prompts()
    assert set(prompts) == {"answer", "question", "compare", "standalone", "support"}
    assert f"reply with exactly: {REFUSAL}" in prompts["answer"].fill()
    compared = prompts["compare"].fill(papers="P", question="Q", sides="S")
    assert f"reply with exactly: {REFUSAL}" in compared


@pytest.mark.parametrize(
    ("name", "values", "framed"),
    [
        ("question", {"papers": "P\n\nP", "question": "Q"}, "P\n\nP"),
        ("compare", {"papers": "P", "question": "Q", "sides": "- S: [1]"}, "P"),
        ("standalone", {"exchanges": "E", "question": "Q"}, "E"),
        ("support", {"claim": "C", "abstracts": "A"}, "A"),
    ],
)
def test_other_peoples_text_stands_alone_in_the_frame(
    name: str, values: dict[str, str], framed: str
) -> None:
    filled = load_prompts()[name].fill(**values)
    assert filled.count(f"<papers>\n{framed}\n</papers>") == 1
    for value in values.values():
        assert value in filled


def test_the_judge_is_asked_for_one_line_with_one_of_the_four_verdicts() -> None:
    text = load_prompts()["support"].text
    assert "VERDICT: supported|partly|not found|contradicted — reason" in text
    for verdict in (Support.SUPPORTED, Support.PARTLY, Support.NOT_FOUND, Support.CONTRADICTED):
        assert f"\n- {verdict.value}: " in text


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
    write_prompts(tmp_path, "", "")
    (tmp_path / "answer.md").unlink()
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
