"""The local judge on labelled claims: `footnote eval judge`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from eval.errors import BadQuestions
from eval.labelled import Bin, LabelledClaim, make_bins, mark_positive, measure_judge, read_labelled
from eval.support import DEV_SETS
from rag.cli import main


def write(folder: Path, *lines: object) -> Path:
    path = folder / "claims.jsonl"
    path.write_text(
        "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines) + "\n",
        encoding="utf-8",
    )
    return path


OTTERS = "Otters hunt by touch after sunset. Strong wind does not trouble them."
TRUE = {"claim": "Otters hunt by touch.", "evidence": OTTERS, "label": "yes"}
FALSE = {"claim": "Copper wire rusts in salt water.", "evidence": [OTTERS, "x"], "label": "no"}


def test_evidence_is_a_text_or_a_list_of_them(tmp_path: Path) -> None:
    assert read_labelled(write(tmp_path, TRUE, "", FALSE)) == (
        LabelledClaim("Otters hunt by touch.", OTTERS, "yes"),
        LabelledClaim("Copper wire rusts in salt water.", f"{OTTERS}\nx", "no"),
    )


def test_a_label_may_be_a_number_or_a_truth_value(tmp_path: Path) -> None:
    claims = read_labelled(write(tmp_path, TRUE | {"label": 1}, TRUE | {"label": False}))
    assert [one.label for one in claims] == ["1", "False"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "Expecting property name"),
        ("3", "no JSON object"),
        ({"evidence": "x", "label": "yes"}, 'no "claim"'),
        ({"claim": "x", "label": "yes"}, '"evidence" is neither a text nor a list of texts'),
        ({"claim": "x", "evidence": [1], "label": "yes"}, "neither a text nor a list"),
        ({"claim": "x", "evidence": "y"}, 'no "label"'),
    ],
)
def test_a_line_that_holds_no_claim_is_named(tmp_path: Path, line: object, fault: str) -> None:
    with pytest.raises(BadQuestions) as caught:
        read_labelled(write(tmp_path, TRUE, line))
    assert "have faults:\n  claims.jsonl:2: " in str(caught.value)
    assert fault in str(caught.value)


def test_a_label_that_is_not_there_is_told_with_those_that_are() -> None:
    claims = [LabelledClaim("x", "y", label) for label in ("yes", "yes", "no")]
    with pytest.raises(BadQuestions) as caught:
        mark_positive(claims, {"YES"})
    assert str(caught.value) == "no claim has the label 'YES'; there are 'yes' (2), 'no' (1)"
    assert caught.value.remedy == "--positive yes"
    with pytest.raises(BadQuestions, match="nothing to tell apart"):
        mark_positive(claims, {"yes", "no"})
    assert list(mark_positive(claims, {"no"})) == [False, False, True]


def test_bins_hold_every_claim_once() -> None:
    truth = np.array([False, True, True, True])
    bins = list(make_bins(truth, np.array([0.0, 0.1, 0.15, 1.0])))
    assert bins == [
        Bin(0.0, 0.1, 1, 0.0, 0.0),
        Bin(0.1, 0.2, 2, pytest.approx(0.125), 1.0),
        Bin(0.9, 1.0, 1, 1.0, 1.0),
    ]


def test_the_figures_are_those_of_the_shipped_judge(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    claims = read_labelled(write(tmp_path, TRUE, FALSE, FALSE))
    figures = measure_judge(claims, {"yes"}, lambda done, total: told.append((done, total)))
    assert figures.to_record() == {
        "n": 3,
        "auc": 1.0,
        "balanced_accuracy": 1.0,
        "positive_rate": 0.3333,
    }
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert sum(one.n for one in figures.bins) == 3


def test_json_is_the_four_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, TRUE, FALSE)
    assert main(["eval", "judge", str(path), "--positive", "yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "n": 2,
        "auc": 1.0,
        "balanced_accuracy": 1.0,
        "positive_rate": 0.5,
    }


def test_without_json_a_table_is_printed_and_a_plot_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["eval", "judge", str(write(tmp_path, TRUE, FALSE)), "--positive", "yes"]) == 0
    out = capsys.readouterr().out
    assert "balanced accuracy  1.000 at the shipped threshold\n" in out
    plot = Path("eval/runs/calibration-claims.svg")
    assert out.endswith(f"\n{plot}\n")
    drawn = plot.read_text(encoding="utf-8")
    assert "<svg" in drawn
    assert "</svg>" in drawn


def test_what_is_wrong_ends_with_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, TRUE, FALSE)
    assert main(["eval", "judge", str(path), "--positive", "maybe"]) == 2
    assert capsys.readouterr().err == (
        "footnote: no claim has the label 'maybe'; there are 'yes' (1), 'no' (1)\n"
        "  try: --positive yes\n"
    )
    plot = tmp_path / "claims.jsonl" / "x.svg"
    assert main(["eval", "judge", str(path), "--positive", "yes", "--plot", str(plot)]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "label", "auc"),
    zip(DEV_SETS, ("SUPPORT", "supported", "Supports"), (0.80, 0.81, 0.60), strict=True),
)
def test_the_judge_is_as_good_as_the_log_says(
    shared: Path, name: str, label: str, auc: float
) -> None:
    claims = read_labelled(shared / "faithfulness" / f"{name}.jsonl")
    assert measure_judge(claims, {label}, lambda *_: None).auc > auc
