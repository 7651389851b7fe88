"""The benchmark: its sums, its made-up papers, its table and page, and a small run of it."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from libraries import WordEmbedder

from eval.bench import __main__ as bench_main
from eval.bench import adder, adding, answering, searching
from eval.bench.peers import Contender, compare
from eval.bench.plan import Bench, Plan, make_plan
from eval.bench.plots import choose_ticks, draw_growth
from eval.bench.precision import share_neighbours
from eval.bench.recombine import CopyingEmbedder, recombine
from eval.bench.records import TIMES, Line, Outcome, Point, Report, join_outcomes, tell_missing
from eval.bench.report import render_page, write_files
from eval.bench.shelf import LISTED, Shelf, write_page
from eval.bench.timing import (
    interleave,
    measure_disk,
    measure_memory,
    measure_work,
    percentile,
    run_command,
    sum_up,
    wait_until_idle,
)
from eval.bench.words import write_goal, write_table, write_value, write_verdict
from rag.chunks import cut_paper
from rag.embedder import Vectors
from rag.footnote import Footnote
from rag.index import embed_papers
from rag.merge import start_paper
from rag.pages import open_pages
from rag.partial_date import PartialDate
from rag.records import Entry
from rag.settings import load_settings

SUBJECTS = ("bees", "tides", "glass", "bread", "chess", "moss", "clocks", "rivers")


def make_entry(number: int) -> Entry:
    """A paper about one of eight subjects, of one of twelve months."""
    subject = SUBJECTS[number % len(SUBJECTS)]
    abstract = (
        f"We study {subject} in case {number}. The method of {subject} number {number} is new."
        f" It makes {subject} better by {number + 2} percent. Nothing else is needed here."
    )
    date = PartialDate(2025, number % 12 + 1, 3)
    title = f"On {subject} and their order, part {number}"
    return Entry(title, abstract, "made up", number + 1, authors=("A. Person",), date=date)


ENTRIES = tuple(make_entry(number) for number in range(30))


class WordModel(WordEmbedder):
    """Stands in for Footnote's embedder and for sentence-transformers alone."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__()

    def load(self) -> None:
        """There is nothing to load."""

    def describe(self) -> str:
        return "words on cpu, fp32 for papers"

    def embed(self, texts: list[str]) -> Vectors:
        return self.embed_texts(texts)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """30 papers, 12 in the listing, 60 recombined; embedded by their words."""
    monkeypatch.setattr("rag.footnote.SentenceEmbedder", WordModel)
    daily = write_page(ENTRIES, tmp_path / "daily.jsonl")
    listed = write_page(ENTRIES[:12], tmp_path / "listed.jsonl")
    shelf = Shelf(tmp_path / "shelf", 30, daily, listed)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    made = Bench(Plan(30, 30, (60,), peers=False, rounds=1), shelf, scratch)
    asked = ("How are bees studied?", "What makes glass better?", "Is bread in order?")
    made.__dict__ |= {"plain": WordModel(), "questions": asked, "many_questions": asked}
    return made


# --- sums ---------------------------------------------------------------------------


def test_a_percentile_lies_between_its_neighbours() -> None:
    assert percentile([1, 2, 3, 4], 50) == 2.5
    assert percentile([10], 95) == 10
    values = sorted(float(one**2) for one in range(40))
    assert percentile(values, 95) == pytest.approx(float(np.percentile(values, 95)))


def test_a_spread_has_count_ends_median_and_95th_percentile() -> None:
    spread = sum_up([4.0, 1.0, 3.0, 2.0])
    assert (spread.n, spread.low, spread.p50, spread.high) == (4, 1.0, 2.5, 4.0)
    assert spread.p95 == pytest.approx(3.85)
    with pytest.raises(ValueError, match="nothing to sum up"):
        sum_up([])


def test_each_thing_is_taken_by_every_way_before_the_next_and_the_first_way_turns() -> None:
    seen: list[tuple[str, int]] = []
    ways = {name: (lambda one, name=name: seen.append((name, one))) for name in "ab"}
    times = interleave(ways, [1, 2, 3])
    assert seen == [("a", 1), ("b", 1), ("b", 2), ("a", 2), ("a", 3), ("b", 3)]
    assert {name: len(some) for name, some in times.items()} == {"a": 3, "b": 3}


def test_a_command_is_told_with_its_status_and_its_memory(tmp_path: Path) -> None:
    code = "import sys, time; held = b'x' * 50_000_000; time.sleep(0.3); print('said'); exit(3)"
    ended = run_command([sys.executable, "-c", code], tmp_path)
    assert (ended.status, ended.out, ended.err) == (3, "said\n", "")
    assert ended.seconds > 0
    assert 50 < ended.peak_mb < 200


def test_memory_and_work_are_those_of_a_process_and_what_it_began(tmp_path: Path) -> None:
    assert measure_memory(os.getpid()) > 10
    before = measure_work(os.getpid())
    until = time.process_time() + 0.05
    while time.process_time() < until:
        pass
    assert measure_work(os.getpid()) > before
    assert measure_memory(2**22 + 1) == 0
    assert wait_until_idle(2**22 + 1, within=5, quiet=0.01)
    (tmp_path / "a").write_bytes(b"x" * 1_000_000)
    assert measure_disk(tmp_path) == 1.0


# --- goals and words ----------------------------------------------------------------


def test_a_goal_is_met_up_to_its_value_and_without_one_nothing_is_said() -> None:
    at = Line("c", "w", "m", "b", 1.15, TIMES, 1.15)
    over = Line("c", "w", "m", "b", 1.16, TIMES, 1.15)
    none = Line("c", "w", "m", "b", 1.16, TIMES)
    missing = tell_missing("c", "w", "no GPU")
    assert [one.met for one in (at, over, none, missing)] == [True, False, None, None]
    told = [write_verdict(one) for one in (at, over, none, missing)]
    assert told == ["met", "MISSED", "", "not here"]
    report = Report("2026", "a machine", (), (at, over, none, missing), ())
    assert report.missed == (over,)
    assert report.to_record()["lines"][1]["met"] is False


def test_values_are_written_with_their_units() -> None:
    told = [
        write_value(*one)
        for one in ((1.078, TIMES), (84.2, "ms"), (2400.0, "ms"), (2.412, "s"), (1812.4, "MB"))
    ]
    assert told == ["1.08 times", "84 ms", "2.4 s", "2.41 s", "1,812 MB"]
    assert write_value(None, "s") == "–"
    assert write_goal(Line("c", "w", "m", "b", 1.0, "MB", 1500)) == "≤ 1,500 MB"
    assert write_goal(Line("c", "w", "m", "b", 1.0, "MB")) == "–"


def test_the_table_has_a_row_a_line_and_its_note_below() -> None:
    lines = [
        Line("adding", "adding 30", "3 s", "encoding 2 s", 1.5, TIMES, 1.15, "Both were warm."),
        tell_missing("precision", "bf16 or fp32", "no AMX here"),
    ]
    assert write_table(lines).splitlines() == [
        "what          measured      beside, in the same run  figure      goal",
        "adding 30     3 s           encoding 2 s             1.50 times  ≤ 1.15 times  MISSED",
        "    Both were warm.",
        "bf16 or fp32  not measured                           –           –             not here",
        "    no AMX here",
    ]


def test_neighbours_in_common_are_a_share() -> None:
    one = np.eye(4, dtype=np.float32)
    one[0] = one[1] = [0.8, 0.6, 0, 0]
    assert share_neighbours(one, one, 1) == 1.0
    other = one[[2, 1, 0, 3]]
    assert share_neighbours(one, other, 1) < 1.0


def test_peers_are_held_against_what_footnote_did() -> None:
    own = Contender("Footnote", 30.0, (10.0, 20.0, 30.0), 0.9)
    peer = Contender("LlamaIndex", 10.0, (40.0, 40.0, 40.0), 0.72)
    lines = compare(own, peer, 346)
    assert [one.value for one in lines] == pytest.approx([3.0, 0.5, 29 / 40, 0.8])
    assert [one.met for one in lines] == [False, True, True, True]
    assert lines[0].what == "adding 346 papers, beside LlamaIndex"


# --- recombined papers --------------------------------------------------------------


def test_recombined_papers_are_as_many_as_asked_for_always_the_same_and_all_different() -> None:
    made = list(recombine(ENTRIES, 50))
    assert len(made) == 50
    assert made == list(recombine(ENTRIES, 50))
    assert made != list(recombine(ENTRIES, 50, seed=1))
    assert len({one.title for one in made}) == 50
    real = {sentence for one in ENTRIES for sentence in cut_paper(start_paper(one)).sentences}
    assert all(set(cut_paper(start_paper(one)).sentences) <= real for one in made)


def learn(entries: tuple[Entry, ...]) -> tuple[CopyingEmbedder, list[Any]]:
    chunks = [cut_paper(start_paper(one)) for one in entries]
    vectors = embed_papers(WordEmbedder(), chunks)
    copying = CopyingEmbedder("words@1")
    copying.learn(zip(chunks, vectors, strict=True))
    return copying, list(zip(chunks, vectors, strict=True))


def test_a_real_text_keeps_its_vector() -> None:
    copying, known = learn(ENTRIES)
    chunks, vectors = known[7]
    assert copying.embed_question(chunks.whole) == pytest.approx(vectors.whole, abs=2e-3)
    found = copying.embed_texts(chunks.sentences)
    assert found == pytest.approx(vectors.sentences, abs=2e-3)
    assert copying.embed_question(chunks.windows[0]) == pytest.approx(vectors.body, abs=2e-3)


def test_a_new_text_gets_a_unit_vector_near_those_of_its_sentences() -> None:
    copying, known = learn(ENTRIES)
    sentences = (known[0][0].sentences[0], known[5][0].sentences[1])
    sources = np.stack([known[0][1].sentences[0], known[5][1].sentences[1]])
    text = " ".join(sentences)
    vector = copying.embed_question(text)
    assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-6)
    mean = sources.mean(axis=0) / np.linalg.norm(sources.mean(axis=0))
    assert 0.95 < float(vector @ mean) < 0.9999
    assert (copying.embed_question(text) == vector).all()
    unknown = copying.embed_question("Nobody wrote this.")
    assert float(np.linalg.norm(unknown)) == pytest.approx(1.0, abs=1e-6)


# --- the shelf ----------------------------------------------------------------------


def test_a_page_that_was_written_is_read_as_it_was(tmp_path: Path) -> None:
    path = write_page(ENTRIES[:2], tmp_path / "page.jsonl")
    (page,) = open_pages([str(path)])
    told = [(one.title, one.abstract, one.authors, str(one.date)) for one in page.entries]
    assert told == [(one.title, one.abstract, one.authors, str(one.date)) for one in ENTRIES[:2]]


def test_libraries_of_all_sizes_are_made_whole_and_kept(bench: Bench) -> None:
    for size, papers in ((LISTED, 12), (20, 20), (30, 30), (60, 60)):
        place = bench.shelf.find(size)
        with Footnote.open(place) as footnote:
            assert footnote.library.count() == papers
            assert set(footnote.index.counts().values()) == {papers}
            assert footnote.sync() == 0
        assert bench.shelf.find(size) == place
    assert len(list(bench.shelf.folder.iterdir())) == 4
    with bench.shelf.copy(20) as folder:
        assert folder != bench.shelf.find(20)
        assert measure_disk(folder) > 0
    assert not folder.exists()


# --- a small run --------------------------------------------------------------------


class Alone:
    """What encodes beside adding, in this process."""

    def __init__(self, _: object) -> None:
        adder._load_plain(None)  # type: ignore[arg-type]

    def encode(self, batches: Sequence[Sequence[str]]) -> float:
        return adder._encode_plain(batches)

    def close(self) -> None:
        adder._plain.clear()


def test_adding_and_encoding_take_turns_over_the_same_papers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = WordModel()
    monkeypatch.setattr("rag.footnote.SentenceEmbedder", WordModel)
    monkeypatch.setattr("rag.index.BATCH", 5)
    monkeypatch.setattr(adder, "Plain", lambda _: plain)
    monkeypatch.setattr(adder, "Yardstick", Alone)
    for name, value in (("TURN", 10), ("BESIDE", 2)):
        monkeypatch.setattr(adder, name, value)
    page = write_page(ENTRIES, tmp_path / "page.jsonl")
    told = adder.add(str(tmp_path / "library"), [str(page)], alone=True)
    assert told["added"] == 30
    assert [(one["own"], one["papers"]) for one in told["turns"]] == [(10, 10), (10, 20), (10, 30)]
    chunks = [cut_paper(start_paper(one)) for one in (*ENTRIES[:10], *ENTRIES[20:])]
    assert sorted(plain.embedded) == sorted(text for one in chunks for text in one.texts())
    assert [one["encoding_s"] is None for one in told["turns"]] == [False, True, False]
    assert 0 < sum(one["adding_s"] for one in told["turns"]) <= told["adding_s"]


def test_the_yardstick_has_a_process_of_its_own() -> None:
    yardstick = adder.Yardstick(load_settings().embedding)
    assert yardstick.encode([["one", "two"], ["three"]]) > 0
    yardstick.close()
    assert adder._plain == []


def test_a_small_run_has_every_line_with_its_goal_and_a_page(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "NEW", 5)
    found = join_outcomes(
        measure(bench)
        for measure in (
            adding.measure_new,
            searching.measure,
            searching.measure_filter,
            answering.measure,
        )
    )
    assert all(line.value is not None for line in found.lines)
    goals = {line.what: line.goal for line in found.lines}
    assert goals["retrieval, 346 papers, p50"] == 2.0
    assert goals["retrieval, 30 papers, p95"] == 4.0
    assert goals["retrieval, 60 recombined papers, p95"] == 150
    assert goals["last words of an answer, quoting, 30 papers, p50"] == 100
    assert goals["adding 5 new papers to 60: beyond 1.5 times encoding"] == 1.0
    filtered = next(line for line in found.lines if "kept to a date" in line.what)
    assert "understood in 4 of 4 questions" in filtered.note
    report = Report("2026-11-21T10:00:00+00:00", "a machine", (), found.lines, found.points)
    folder = write_files(report, tmp_path / "runs")
    assert folder.name == "2026-11-21-bench"
    assert write_files(report, tmp_path / "runs").name == "2026-11-21-bench-2"
    record = json.loads((folder / "bench.json").read_text("utf-8"))
    assert len(record["lines"]) == len(found.lines)
    page = (folder / "report.html").read_text("utf-8")
    assert page.count("<svg") == 1 + len(draw_growth(found.points))
    assert "http" not in page.replace("http://www.w3.org/", "").replace("http-equiv", "")


def test_the_middle_month_is_that_since_which_half_of_the_papers_are(bench: Bench) -> None:
    with Footnote.open(bench.shelf.find(30)) as footnote:
        month, passing = searching.find_middle(footnote.library)
    assert (month, passing) == ("June 2025", 15)


# --- the report and the command line ------------------------------------------------


def test_a_title_in_a_report_is_no_markup() -> None:
    line = Line("c", "<b>adding</b>", "m", "b", 1.0, TIMES, 1.15)
    page = render_page(Report("2026-11-21", "a <machine>", (("Code", "&"),), (line,), ()))
    assert "<b>adding" not in page
    assert "&lt;b&gt;adding" in page
    assert "a &lt;machine&gt;" in page


def test_growth_is_drawn_where_there_are_two_sizes() -> None:
    points = [Point("Retrieval", "p50", size, size / 20, "ms") for size in (346, 9877)]
    points.append(Point("Alone", "p50", 346, 1.0, "ms"))
    ((name, plot),) = draw_growth(points)
    assert name == "Retrieval"
    assert "p50: 346 papers 17 ms, 9,877 papers 494 ms" in plot
    assert choose_ticks(2.0, 25.0) == [1, 3, 10, 30]


def test_the_command_line_says_what_is_measured() -> None:
    read = bench_main.read_options
    assert make_plan(read([])) == Plan()
    assert make_plan(read([])).sizes == (346, 3_000, 9_877, 50_000)
    assert make_plan(read(["--full"])).sizes[-1] == 200_000
    assert make_plan(read(["--quick"])).sizes == (346, 1_500, 4_500)
    assert make_plan(read(["--papers", "300"])).adding == 300
    assert read(["--only", "cold,crowd"]).only == ["cold", "crowd"]
    with pytest.raises(SystemExit):
        read(["--only", "nothing"])


def test_what_fails_is_told_and_the_rest_goes_on(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Bench) -> Outcome:
        raise TimeoutError("no page")

    (line,) = bench_main.attempt("chat", fail, bench).lines
    assert (line.what, line.value) == ("chat", None)
    assert line.note == "it failed: TimeoutError('no page')"
    assert "not here" in capsys.readouterr().err


def test_a_missed_goal_fails_the_command_only_where_it_is_to_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = Line("cold", "footnote --help, median", "1 s", "", 1.0, "s", 0.3)
    monkeypatch.setattr(bench_main, "CASES", {"cold": (lambda _: Outcome((line,)),)})
    monkeypatch.chdir(tmp_path)
    shared = Path(__file__).resolve().parents[1].parent / "shared"
    if not shared.is_dir():
        pytest.skip("the shared papers are not here")
    arguments = ["--cache", str(tmp_path / "cache")]
    assert bench_main.main(arguments) == 0
    assert "MISSED" in capsys.readouterr().out
    assert bench_main.main([*arguments, "--hold"]) == 1
    assert (tmp_path / "eval" / "runs").is_dir()
