"""An entailment model named in the settings: real cross-encoders, made on the spot."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.entailment import EntailmentJudge, _decide
from rag.errors import EmbedderError
from rag.replies import Support

NLI = {0: "contradiction", 1: "entailment", 2: "neutral"}


def make_model(folder: Path, labels: dict[int, str]) -> str:
    """A cross-encoder with random weights and these outputs, saved as one is downloaded."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "decay", "helps", "."]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=len(labels),
        id2label=labels,
        label2id={name: number for number, name in labels.items()},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


async def test_a_model_with_three_outputs_judges_by_meaning(tmp_path: Path) -> None:
    judged = await EntailmentJudge(make_model(tmp_path, NLI)).judge("Decay helps.", ["Decay."])
    assert 0.0 < judged.score < 1.0
    assert judged.reason.startswith("The entailment model")


async def test_a_model_with_one_output_gives_a_probability(tmp_path: Path) -> None:
    judge = EntailmentJudge(make_model(tmp_path, {0: "LABEL_0"}))
    judged = await judge.judge("Decay helps.", ["Decay helps.", "Decay."])
    assert 0.0 < judged.score < 1.0
    assert judged.support is not Support.CONTRADICTED


async def test_a_model_with_other_outputs_is_refused(tmp_path: Path) -> None:
    judge = EntailmentJudge(make_model(tmp_path, {0: "cat", 1: "dog"}))
    with pytest.raises(EmbedderError, match="names its outputs cat, dog"):
        await judge.judge("Decay helps.", ["Decay."])


async def test_a_model_that_is_not_there_is_told_with_the_way_out() -> None:
    with pytest.raises(EmbedderError, match="the entailment model '/nowhere' cannot be loaded"):
        await EntailmentJudge("/nowhere").judge("Decay helps.", ["Decay."])


@pytest.mark.parametrize(
    ("support", "against", "verdict"),
    [
        (0.9, 0.05, Support.SUPPORTED),
        (0.3, 0.3, Support.PARTLY),
        (0.1, 0.2, Support.NOT_FOUND),
        (0.1, 0.8, Support.CONTRADICTED),
        (0.6, 0.7, Support.CONTRADICTED),
    ],
)
def test_shares_become_verdicts(support: float, against: float, verdict: Support) -> None:
    assert _decide(support, against).support is verdict
