"""The report of a run: nothing hostile runs, nothing is loaded, no mean stands alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from e2e import conftest as e2e
from e2e.steps import FAINT_TEXT
from markdown_it import MarkdownIt

from eval.labelled import Bin
from eval.paired import compare, find_warnings
from eval.records import Kind, Manifest, Question, Row, Score, Scored, Summary
from eval.report import (
    write_difference,
    write_difference_text,
    write_report,
    write_summary_text,
)
from eval.report.plots import draw_calibration, draw_kinds, draw_support, draw_times
from eval.report.rows import show_questions
from eval.report.words import write_probability, write_signed, write_time
from eval.summary import average, summarise
from rag.links import is_web_address
from rag.records import Paper
from rag.replies import (
    Answer,
    Aspect,
    Column,
    Comparison,
    Evidence,
    Mode,
    Offer,
    Sentence,
    Support,
    Timings,
    Tokens,
    Verdict,
)

# As in the chat, but on the whole page, and with the fill of a plot's text for its colour.
FAINT_HERE = FAINT_TEXT.replace(".gradio-container *", "body *").replace(
    "style.color)", "element.closest('svg') ? style.fill : style.color)"
)
chromium, browser = e2e.chromium, e2e.browser

EVIL = (
    "<script>x()</script><img src=//evil.example onerror=x()>\"'><svg onload=x()> {{ 7*7 }} $x^2$"
)
MANIFEST = Manifest(
    name="nightly", created="2026-01-02T03:04:05+00:00", version="0.2.0", revision="abc1234",
    questions="the shipped set", questions_hash="a" * 64, planned=2,
    library="the shipped papers", papers=2,
    corpus_hash="b" * 64, model="", embedding="MiniLM", machine="Linux, 2 cores",
    settings={"support": {"judge": "wording"}, "llm": {"model": None}},
)  # fmt: skip
GATE = "A gate skips most blocks."
PAPERS = (
    Offer(1, Paper("a", "Sparse Attention", GATE, url="https://arxiv.org/abs/2501.1"), True),
    Offer(2, Paper("b", "Forget Gracefully", "We evict.", url="javascript:x()")),
)


def said(text: str, support: Support = Support.SUPPORTED, reason: str = "") -> Sentence:
    evidence = (Evidence("a", GATE, 0, len(GATE)),)
    return Sentence(text, (1,), evidence, Verdict(support, 0.9, reason))


def answer(*sentences: Sentence, **known: Any) -> Answer:
    text = " ".join(f"{one.text} [1]" for one in sentences)
    known = {"papers": PAPERS, "timings": Timings(20, 30, 1500, 4), "mode": Mode.MODEL} | known
    return Answer("Q?", text, sentences=sentences, **known)


def scored(name: str, reply: Answer | None, *scores: Score, **known: Any) -> Scored:
    known = {"kind": Kind.SINGLE, "text": f"What is {name}?"} | known
    question = Question(name, **known)
    error = "" if reply else "the endpoint closed the connection"
    return Scored(Row(question, reply, error=error), scores)


TABLE = Comparison(
    (Column("gates", (1,)), Column("eviction", (), found=False)),
    (Aspect("Finding", (said(GATE), Sentence("not stated in the abstract"))),),
)
RUN = (
    scored(
        "good", answer(said(GATE)), Score("recall@5", 1.0), Score("faithfulness", 1.0, "1 of 1")
    ),
    scored(
        "bad",
        answer(
            said("It skips none.", Support.CONTRADICTED, "The abstract says otherwise."),
            said("It is old.", Support.NOT_FOUND, "Not seen."),
            said("It skips some.", Support.PARTLY, "In part."),
        ),
        Score("recall@5", 0.5),
        Score("faithfulness", 0.0, "0 of 3 sentences"),
        gold_titles=("Sparse Attention", "A Paper Not Given"),
        answer="The reference.",
        key_facts=("a key fact",),
    ),
    scored(
        "compared",
        answer(
            said(GATE),
            comparison=TABLE,
            tokens=Tokens(1200, 80),
            dropped_papers=2,
            invalid_citations=1,
            hidden=3,
        ),
        Score("recall@5", 0.5),
        Score("faithfulness", None, failure="the judge's reply was no JSON"),
        Score("both_sides", 0.0, "1 of 2 sides"),
        kind=Kind.COMPARATIVE,
    ),
    scored(
        "lost",
        None,
        Score("faithfulness", None, failure="no answer: the endpoint closed the connection"),
    ),
    scored(
        "refused",
        answer(refused=True, missing_terms=("sourdough",), mode=Mode.QUOTING),
        Score("refusal_recall", 1.0),
        kind=Kind.UNANSWERABLE,
    ),
    scored(
        "corrected",
        answer(said(GATE), premise=said("It is not slower."), notice="The model failed."),
        kind=Kind.FALSE_PREMISE,
    ),
)


class Reader(HTMLParser):
    """What a browser would make of a page: its tags, and those left open."""

    VOID = frozenset({"meta", "input", "br", "hr", "img", "link"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        self.tags.append((tag, known))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def find(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        return [
            known
            for name, known in self.tags
            if name == tag and all(known.get(key) == value for key, value in wanted.items())
        ]


def make(folder: Path, run: Sequence[Scored] = RUN, **options: Any) -> str:
    files = write_report(MANIFEST, run, summarise(run), folder, **options)
    return files.html.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def hostile() -> tuple[Scored, ...]:
    """A run in which everything that others wrote is hostile."""
    evil = Sentence(EVIL, (1,), (Evidence("a", EVIL, 0, 1),), Verdict(Support.PARTLY, 0.5, EVIL))
    table = Comparison((Column(EVIL, (1,)),), (Aspect(EVIL, (evil,)),))
    paper = Paper("a", EVIL, EVIL, url='https://x.example/"onmouseover="x()')
    reply = Answer(
        EVIL, EVIL, Mode.MODEL, (evil,), (Offer(1, paper, True), PAPERS[1]), missing_terms=(EVIL,),
        notice=EVIL, premise=evil, comparison=table, model=EVIL,
    )  # fmt: skip
    known = {"gold_titles": (EVIL, f"{EVIL}!"), "answer": EVIL, "key_facts": (EVIL,), "text": EVIL}
    scores = (Score("recall@5", 0.5, EVIL), Score("mrr", None, failure=EVIL))
    lost = Row(Question(EVIL, Kind.SINGLE, EVIL), None, error=EVIL)
    return scored("evil", reply, *scores, **known), Scored(lost, scores)


# --- what a page holds --------------------------------------------------------------


def test_a_report_is_two_files(tmp_path: Path) -> None:
    files = write_report(MANIFEST, RUN, summarise(RUN), tmp_path)
    assert [files.html.name, files.markdown.name] == ["report.html", "report.md"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.md"]


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        make(folder)
    for name in ("report.html", "report.md"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_questions_stand_worst_first() -> None:
    order = [one.scored.row.question.id for one in show_questions(RUN)]
    assert order == ["lost", "compared", "bad", "good", "refused", "corrected"]


def test_what_failed_is_in_no_mean_that_is_shown() -> None:
    shown = {one.scored.row.question.id: one for one in show_questions(RUN)}
    compared, lost = shown["compared"], shown["lost"]
    assert (compared.mean, compared.n, compared.failed) == (0.25, 2, 1)
    assert (lost.mean, lost.n, lost.failed) == (None, 0, 1)


def test_every_mean_has_its_n_and_its_failures_beside_it(page: str) -> None:
    rows = re.findall(r'<td class="figure mean">.*?</tr>', page, re.DOTALL)
    assert len(rows) == 4  # metrics
    for row in rows:
        assert re.search(r'data-name="n">\d+<.*data-name="failed">\d+<', row, re.DOTALL), row
    cells = re.findall(r'<td class="mean".*?</td>', page, re.DOTALL)
    heads = re.findall(r'<b class="mean">.*?</summary>', page, re.DOTALL)
    assert (len(cells), len(heads)) == (6, 5)  # of single 2, comparative 3, unanswerable 1
    for one in (*cells, *heads):
        assert re.search(r"n \d+ · \d+ failed", re.sub(r"<[^>]*>", "", one)), one
    assert page.count('mean"') == 4 + 6 + 5


def test_the_page_tells_all_of_a_question(page: str) -> None:
    for words in (
        "What is bad?", "It skips none.", "!</i> contradicted", "?</i> not found",
        "≈</i> partly", "✓</i> supported", "The abstract says otherwise.", "not given",
        "A Paper Not Given", "The reference.", "a key fact", "0 of 3 sentences", "sourdough",
        "Not in these papers.",
        "2 papers found, but left out for want of room.", "Support was judged by wording.",
        "1 citation removed: no such paper was given.", "3 unsupported sentences hidden at first.",
        "The model failed.", "It is not slower.", "nothing about this", "1,200 tokens",
        "not stated in the abstract", "the judge&#39;s reply was no JSON",
        "the endpoint closed the connection", "support.judge", "abc1234", "1.5 s",
        "The question takes for granted what an abstract contradicts.",
    ):  # fmt: skip
        assert words in page, words


def test_quoted_words_are_told_by_a_word_and_others_by_their_evidence(page: str) -> None:
    good = page[page.index("What is good?") : page.index("What is refused?")]
    assert "word for word" in good
    assert "<q>" not in good
    bad = page[page.index("What is bad?") : page.index("What is good?")]
    assert bad.count(f"<q>{GATE}</q>") == 3
    assert "word for word" not in bad


def test_a_paper_is_a_link_only_where_it_is_on_the_web(page: str) -> None:
    links = {known["href"] for known in Reader(page).find("a")}
    assert links == {"https://arxiv.org/abs/2501.1"}
    assert is_web_address("http://a.example/x")
    for address in ("javascript:x()", "data:text/html,x", "//a.example", "http://[", "", None):
        assert not is_web_address(address)


def test_an_empty_run_is_a_page_too(tmp_path: Path) -> None:
    html = make(tmp_path, ())
    assert "No metric applies to these questions." in html
    assert "No question was answered." in html


# --- nothing runs and nothing is loaded ---------------------------------------------


def assert_inert(html: str) -> None:
    reader = Reader(html)
    assert reader.open == []
    assert len(reader.find("script")) == len(reader.find("style")) == 1
    assert not {tag for tag, _ in reader.tags} & {"img", "iframe", "object", "link", "base"}
    for tag, known in reader.tags:
        assert not [name for name in known if name.startswith("on")], (tag, known)
        assert not known.keys() & {"src", "srcset", "action", "formaction", "xlink:href"}
        if "href" in known:
            assert re.match("https?://" if tag == "a" else "#", known["href"])
    assert set(re.findall(r"url\((.)", html)) <= {"#"}
    assert "@import" not in html
    assert "@font-face" not in html


def test_a_page_loads_nothing(page: str) -> None:
    assert_inert(page)
    (policy,) = Reader(page).find("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["content"].startswith("default-src 'none'; ")


def test_hostile_text_is_inert(hostile: tuple[Scored, ...], tmp_path: Path) -> None:
    manifest = replace(MANIFEST, name=EVIL, questions=EVIL, model=EVIL, settings={EVIL: EVIL})
    summary = summarise(hostile)
    html = write_report(manifest, hostile, summary, tmp_path).html.read_text(encoding="utf-8")
    assert_inert(html)
    assert "{{ 7*7 }}" in html
    difference = compare(hostile, [replace(one, scores=()) for one in hostile], (EVIL,))
    assert_inert(
        write_difference(manifest, manifest, difference, tmp_path / "d.html").read_text("utf-8")
    )


@pytest.mark.parametrize(
    "text", [EVIL, "![x](http://e.example/p.png)", "a | b\n\n# c", "`x` *y* [z](javascript:x())"]
)
def test_hostile_text_is_inert_in_markdown(
    hostile: tuple[Scored, ...], tmp_path: Path, text: str
) -> None:
    row = hostile[0].row
    assert row.answer is not None
    reply = replace(row.answer, sentences=(said(text),), notice=text)
    run = [Scored(Row(replace(row.question, text=text), reply), (Score("mrr", 0.5, text),))]
    write_report(replace(MANIFEST, name=text), run, summarise(run), tmp_path)
    source = (tmp_path / "report.md").read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(source)
    kinds = {one.type for token in tokens for one in (token, *(token.children or ()))}
    assert not kinds & {"html_block", "html_inline", "image", "link_open", "code_inline"}
    titles = [tokens[place + 1].content for place, one in enumerate(tokens) if one.tag == "h1"]
    assert len([one for one in tokens if one.type == "heading_open" and one.tag == "h1"]) == 1
    assert titles


# --- plots --------------------------------------------------------------------------


def svg_of(drawing: str) -> dict[str, str]:
    (known,) = Reader(drawing).find("svg")
    return known


def test_a_plot_is_read_out_and_takes_the_colours_of_its_page() -> None:
    means = [("single", average_of(1.0, 0.0)), ("comparative", average_of(0.5, None))]
    drawing = draw_kinds("k", "nDCG at 10", means)
    known = svg_of(drawing)
    assert known["role"] == "img"
    assert known["aria-label"] == (
        "nDCG at 10 by type of question: Single paper 0.50, 0.00 to 1.00 (n 2 · 0 failed);"
        " Comparative 0.50, 0.10 to 0.90 (n 1 · 1 failed)."
    )
    assert not re.findall(r"#[0-9a-f]{6}", drawing.replace("#b9c6e2", "").replace("#2b4f9e", ""))
    assert "var(--accent" in drawing
    assert "DejaVu" not in drawing


def average_of(*values: float | None) -> Any:
    from eval.metrics import BY_NAME

    scores = [
        Score("ndcg@10", value, failure="" if value is not None else "no") for value in values
    ]
    return average(BY_NAME["ndcg@10"], [scored("q", None, score) for score in scores])


def test_the_times_plot_tells_median_and_95th_percentile() -> None:
    drawing = draw_times("t", [("Whole answer", [10.0, 20.0, 30.0, 2000.0])])
    label = "Times of the answers: Whole answer p50 25 ms, p95 1.7 s, 4 answers."
    assert svg_of(drawing)["aria-label"] == label
    assert "p50 25 ms · p95 1.7 s" in drawing


def test_a_calibration_plot_tells_its_bins_and_counts() -> None:
    bins = (Bin(0.0, 0.1, 8, 0.05, 0.125), Bin(0.9, 1.0, 1, 0.95, 1.0))
    drawing = draw_calibration(bins, f"set {EVIL}")
    known = svg_of(drawing)
    assert ElementTree.fromstring(drawing).tag == "{http://www.w3.org/2000/svg}svg"
    assert known["aria-label"].endswith(
        "score 0.05, 12% of 8 claims supported; score 0.95, 100% of 1 claim supported."
    )
    assert not Reader(drawing).find("script")
    assert not Reader(drawing).find("image")


def test_support_scores_are_counted_in_tenths() -> None:
    drawing = draw_support([0.0, 0.05, 0.95, 1.0, 1.0])
    label = "Support scores of 5 sentences: 0.0 to 0.1: 2; 0.9 to 1.0: 3."
    assert svg_of(drawing)["aria-label"] == label


def test_a_curve_takes_the_place_of_the_histogram(page: str, tmp_path: Path) -> None:
    assert "Nobody has labelled them" in page
    html = make(tmp_path, curve=(Bin(0.0, 0.1, 8, 0.05, 0.125),))
    assert "Calibration of the local judge" in html
    assert "Nobody has labelled them" not in html


def test_ids_of_a_page_stand_once(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(ids)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


# --- text ---------------------------------------------------------------------------


def test_a_summary_for_the_terminal() -> None:
    summary = replace(summarise(RUN[:3]), spreads=())
    assert write_summary_text(summary) == (
        "3 questions, 0 without an answer\n\n"
        "Retrieval                      mean   95 % interval  n  failed\n"
        "  recall@5                    0.667  0.500 to 1.000  3       0\n\n"
        "Answers, local judge           mean   95 % interval  n  failed\n"
        "  faithfulness                0.500  0.000 to 1.000  2       1\n"
        "  both_sides                  0.000  0.000 to 0.793  1       0\n\n"
        "By type: mean (n; failed)     Single paper  Comparative\n"
        "  recall@5                     0.75 (2; 0)  0.50 (1; 0)\n"
        "  faithfulness                 0.50 (2; 0)     — (0; 1)\n"
        "  both_sides                                0.00 (1; 0)\n"
    )


def test_times_stand_below_with_their_units() -> None:
    text = write_summary_text(summarise(RUN))
    times = text[text.index("Times and tokens") :].splitlines()
    assert times[0].split() == ["Times", "and", "tokens", "p50", "p95", "n"]
    assert re.split(" {2,}", times[3].strip()) == ["Whole answer", "1.5 s", "1.5 s", "5"]
    assert re.split(" {2,}", times[-1].strip()) == ["Tokens written", "80 tokens", "80 tokens", "1"]


def test_an_empty_summary_is_one_line() -> None:
    assert write_summary_text(Summary(0, 0, ())) == "0 questions, 0 without an answer\n"


def difference_of_runs() -> Any:
    worse = [replace(one, scores=(Score("recall@5", 0.2),)) for one in RUN[:3]]
    other = replace(MANIFEST, name="after", corpus_hash="c" * 64)
    return other, compare(RUN, worse, find_warnings(MANIFEST, other))


def test_a_difference_for_the_terminal() -> None:
    _, difference = difference_of_runs()
    text = write_difference_text(difference)
    assert text.startswith(
        "3 questions in both runs (A before, B after)\n\n"
        "Beware: The two runs searched different papers.\n\n"
        "Metric        A      B   B - A     95 % interval  n  failed A, B      p  by Holm\n"
        "recall@5  0.667  0.200  −0.467  −0.800 to −0.300  3         0, 0  0.250    0.250\n\n"
        "3 questions flipped, the worst first\n"
        "  good  What is good?\n"
        "      recall@5 1.00 → 0.20\n"
    )
    assert text.endswith("In A only: lost, refused, corrected\n")


def test_a_question_cannot_steer_the_terminal() -> None:
    a = scored("q", None, Score("mrr", 1.0), text="What\x1b[2J\r\n\x07 is it?")
    text = write_difference_text(compare([a], [replace(a, scores=(Score("mrr", 0.0),))]))
    assert "What [2J is it?" in text
    assert not set(text) & {"\x1b", "\x07", "\r"}


def test_a_difference_is_a_page_and_markdown(tmp_path: Path) -> None:
    other, difference = difference_of_runs()
    path = tmp_path / "against-run-0.2.html"
    assert write_difference(MANIFEST, other, difference, path) == path
    html = path.read_text(encoding="utf-8")
    assert_inert(html)
    for words in ("nightly", "after", "−0.467", "−0.800 to −0.300", "1.00 → 0.20", "worse"):
        assert words in html
    assert "The two runs searched different papers." in html
    row = "| Recall at 5 | 0.667 | 0.200 | −0.467 | −0.800 to −0.300 | 3 | 0, 0 | 0.250 | 0.250 |"
    assert row in (tmp_path / "against-run-0.2.md").read_text(encoding="utf-8")


def test_numbers_have_their_units_and_signs() -> None:
    times = [write_time(one) for one in (2.94, 34.2, 949.0, 1500.0, None)]
    assert times == ["2.9 ms", "34 ms", "949 ms", "1.5 s", "—"]
    assert [write_signed(one) for one in (0.1, -0.1, 0.0001, -0.0001)] == [
        "+0.100", "−0.100", "0.000", "0.000",
    ]  # fmt: skip
    assert [write_probability(one) for one in (0.0004, 0.05, 1.0)] == ["< 0.001", "0.050", "1.000"]


# --- in the browser -----------------------------------------------------------------


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Opens a page of the run from its file, and sees that it asks for nothing else."""
    contexts: list[Any] = []
    asked: list[str] = []
    complaints: list[str] = []

    def open_page(run: Sequence[Scored] = RUN, **options: Any) -> Any:
        make(tmp_path, run)
        options = {"width": 1440, "scheme": "light", "script": True} | options
        context = browser.new_context(
            viewport={"width": options["width"], "height": 900},
            color_scheme=options["scheme"],
            java_script_enabled=options["script"],
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto((tmp_path / "report.html").as_uri())
        return page

    yield open_page
    assert set(asked) == {(tmp_path / "report.html").as_uri()}
    assert complaints == []
    for context in contexts:
        context.close()


@pytest.mark.browser
def test_a_page_of_hostile_text_asks_for_nothing_and_runs_nothing(
    visit: Any, hostile: tuple[Scored, ...]
) -> None:
    page = visit(hostile)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.wait_for_timeout(200)
    assert page.locator("script").count() == 1
    assert page.locator(".question").count() == 2


@pytest.mark.browser
def test_the_filter_shows_what_fits(visit: Any) -> None:
    page = visit()
    shown = page.locator(".question:visible")
    assert page.locator(".filter output").inner_text() == "6 of 6 questions"
    page.locator(".filter select").select_option("comparative")
    assert shown.count() == 1
    assert "What is compared?" in shown.inner_text()
    page.locator(".filter select").select_option("")
    page.get_by_label("Text", exact=True).fill("SKIPS none")
    assert page.locator(".filter output").inner_text() == "1 of 6 questions"
    assert "What is bad?" in shown.inner_text()


@pytest.mark.browser
def test_the_page_reads_without_scripts(visit: Any) -> None:
    page = visit(script=False)
    assert page.locator(".question:visible").count() == 6
    assert not page.locator(".filter").is_visible()
    page.locator(".question > summary").nth(2).click()
    assert page.get_by_text("The abstract says otherwise.").is_visible()


@pytest.mark.browser
def test_faint_text_would_be_found(visit: Any) -> None:
    page = visit()
    page.evaluate("document.documentElement.style.setProperty('--soft', '#999')")
    faint = page.evaluate(FAINT_HERE)
    assert [one for one in faint if "Every score lies" in one]
    assert [one for one in faint if one.endswith("100 ms")]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_text_is_legible_and_nothing_is_wider_than_the_screen(
    visit: Any, width: int, scheme: str
) -> None:
    page = visit(width=width, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate(FAINT_HERE) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
