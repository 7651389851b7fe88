"""Pages that are not listings of text: JSON, HTML, Atom, tables, BibTeX and RIS."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from rag.pages import open_pages, read_page
from rag.pages.hf_html import read_html
from rag.records import Entry, Page, PartialDate

SHARED = Path(__file__).parents[1].parent / "shared"
DATA = Path(__file__).parent / "data" / "pages"
NO_PAPERS = "nothing in it looks like a list of papers"


def need_shared(path: str) -> str:
    found = SHARED / path
    if not found.exists():
        if os.environ.get("CI"):
            pytest.fail(f"the shared data has no {path}")
        pytest.skip(f"there is no {path} beside the project")
    return str(found)


def read(text: str) -> Page:
    return read_page("page", text.encode())


def reasons(page: Page) -> list[tuple[int | None, str]]:
    return [(failure.line, failure.reason) for failure in page.failures]


def make_paper(number: int) -> dict[str, object]:
    return {"title": f"Sheep {number}", "abstract": f"We count {number} sheep.", "upvotes": number}


# --- JSON


def test_every_entry_of_the_shared_answers_is_read() -> None:
    folder = need_shared("daily-api")
    pages = list(open_pages([folder]))
    counts = [len(json.loads(path.read_text())) for path in sorted(Path(folder).glob("*.json"))]
    assert [len(page.entries) for page in pages] == counts
    assert sum(counts) == 803
    assert {page.shape for page in pages} == {"hf-json"}
    assert not any(page.failures for page in pages)
    entries = [entry for page in pages for entry in page.entries]
    assert all(entry.arxiv_id and entry.authors and entry.date for entry in entries)
    assert not any("\n" in entry.title + entry.abstract for entry in entries)


def test_an_answer_gives_the_papers_own_date_and_joins_its_lines() -> None:
    [page] = open_pages([need_shared("daily-api/2024-05-27.json")])
    first = page.entries[0]
    assert first.title == (
        "ConvLLaVA: Hierarchical Backbones as Visual Encoder for Large Multimodal Models"
    )
    assert first.date == PartialDate(2024, 5, 24)
    assert (first.arxiv_id, first.url) == ("2405.15738", "https://arxiv.org/abs/2405.15738")
    assert (first.authors[0], len(first.authors), first.line) == ("Chunjiang Ge", 9, 2)


def test_ten_thousand_papers_are_read_in_seconds() -> None:
    path = need_shared("daily-papers-10k.jsonl.gz")
    started = time.process_time()
    [page] = open_pages([path])
    assert time.process_time() - started < 20
    assert (len(page.entries), page.failures) == (9877, ())
    assert page.entries[-1].line == 9877


def test_json_that_breaks_off_keeps_every_entry_before_the_cut() -> None:
    whole = json.dumps([{"paper": make_paper(n)} for n in range(4)], indent=1)
    cut = whole[: whole.index("We count 3") + 5]
    page = read(cut)
    assert [entry.title for entry in page.entries] == ["Sheep 0", "Sheep 1", "Sheep 2"]
    assert reasons(page) == [(cut.count("\n") + 1, "the JSON breaks off here")]
    assert [entry.line for entry in page.entries] == [2, 9, 16]


@pytest.mark.parametrize("ending", ["", "\n", "\n\n"])
def test_the_cut_is_the_last_line_that_says_something(ending: str) -> None:
    page = read('{"papers": [\n{"title": "A", "abstract": "B"},\n{"title": "C", "abs' + ending)
    assert [entry.title for entry in page.entries] == ["A"]
    assert reasons(page) == [(3, "the JSON breaks off here")]


def test_a_broken_entry_in_a_list_costs_no_other() -> None:
    lines = [json.dumps(make_paper(n)) for n in range(4)]
    lines[1] = lines[1].replace('"title": ', '"title" ')
    page = read("[\n" + ",\n".join(lines) + "\n]\n")
    assert [entry.title for entry in page.entries] == ["Sheep 0", "Sheep 2", "Sheep 3"]
    assert reasons(page) == [(3, "the JSON is broken here")]


def test_a_single_paper_is_a_page() -> None:
    text = '{"id": "2405.15738", "title": "A\\n  B", "summary": "C\\nD", "numComments": 3}'
    assert read(text).entries == (
        Entry(
            *("A B", "C D", "page", 1),
            arxiv_id="2405.15738",
            url="https://arxiv.org/abs/2405.15738",
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        '[{"Title": "A", "Abstract": "B"}]',
        '{"papers": [{"TITLE": "A", "summary": "B"}]}',
        '{"total": 1, "data": {"results": [{"title": "A", "text": "B"}]}}',
        '{"x1": {"title": "A", "abstract": "B"}}',
        '{"title": "A", "abstract": "B"}\n',
        '{\n"title": "A",\n"abstract": "B"\n}',
        '{"title": "A", "abstract": ["B"], "items": []}',
    ],
)
def test_lists_and_objects_of_many_makers_are_understood(text: str) -> None:
    page = read(text)
    assert [(entry.title, entry.abstract) for entry in page.entries] == [("A", "B")]
    assert page.failures == ()


def test_entries_that_lack_something_are_named() -> None:
    page = read('[\n{"title": "A"},\n{"abstract": "B"},\n{"title": " ", "abstract": null},\n7]')
    assert reasons(page) == [
        (2, "the entry 'A' has no abstract"),
        (3, "the entry with the abstract 'B' has no title"),
        (4, "an entry has neither title nor abstract"),
        (5, "an entry is no JSON object"),
    ]


def test_json_lines_are_read_line_by_line() -> None:
    lines = [json.dumps(make_paper(n)) for n in range(4)]
    lines[1] = "oops"
    page = read("\n".join([lines[0], lines[1], "", lines[2], lines[3][:30]]))
    assert (page.shape, [entry.line for entry in page.entries]) == ("jsonl", [1, 4])
    assert reasons(page) == [(2, "the JSON breaks off here"), (5, "the JSON breaks off here")]


def test_json_lines_of_something_else_are_one_failure() -> None:
    page = read('{"question": "a"}\n{"question": "b"}\n')
    assert (page.entries, reasons(page)) == ((), [(None, NO_PAPERS)])


def test_values_of_odd_types_are_left_out() -> None:
    record = '{"title": 1984, "abstract": "B", "upvotes": 1e999, "year": 2024.5, "authors": 3}'
    [entry] = read(f"[{record}]").entries
    assert (entry.title, entry.upvotes, entry.date, entry.authors) == ("1984", None, None, ())


@pytest.mark.parametrize(
    ("value", "authors"),
    [
        ('["Ada Plum", {"name": "Bo Quince"}]', ("Ada Plum", "Bo Quince")),
        ('"Ada Plum and Bo Quince"', ("Ada Plum", "Bo Quince")),
        ('"Plum, Ada and Quince, Bo"', ("Ada Plum", "Bo Quince")),
        ('"Ada Plum; Bo Quince"', ("Ada Plum", "Bo Quince")),
        ('"Plum, Ada; Quince, Bo"', ("Ada Plum", "Bo Quince")),
        ('"Ada Plum, Bo Quince, and Cy Rowan"', ("Ada Plum", "Bo Quince", "Cy Rowan")),
        ('"Ada Plum, Bo Quince and Cy Rowan"', ("Ada Plum", "Bo Quince", "Cy Rowan")),
        ('"Ada Plum"', ("Ada Plum",)),
        ('"Plum, Ada"', ("Ada Plum",)),
    ],
)
def test_authors_are_understood_in_every_usual_writing(
    value: str, authors: tuple[str, ...]
) -> None:
    [entry] = read(f'[{{"title": "A", "abstract": "B", "authors": {value}}}]').entries
    assert entry.authors == authors


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ('"published": "2024-05-24T17:34:15Z"', "2024-05-24"),
        ('"publishedAt": "2024-05-24"', "2024-05-24"),
        ('"date": "Fri, 24 May 2024 17:34:15 GMT"', "2024-05-24"),
        ('"date": "24 May 2024"', "2024-05-24"),
        ('"date": "May 24, 2024"', "2024-05-24"),
        ('"date": "May 2024"', "2024-05"),
        ('"date": "2024-05"', "2024-05"),
        ('"date": "Mar 2"', "--03-02"),
        ('"year": 2024', "2024"),
        ('"year": "2024", "month": "May"', "2024-05"),
        ('"date": "2024-02-31"', "None"),
        ('"date": "soon"', "None"),
    ],
)
def test_dates_are_read_as_far_as_they_are_known(fields: str, date: str) -> None:
    [entry] = read(f'[{{"title": "A", "abstract": "B", {fields}}}]').entries
    assert str(entry.date) == date


@pytest.mark.parametrize(
    ("fields", "arxiv_id", "url"),
    [
        ('"id": "2405.15738v3"', "2405.15738", "https://arxiv.org/abs/2405.15738"),
        ('"id": "arXiv:0704.0001"', "0704.0001", "https://arxiv.org/abs/0704.0001"),
        ('"url": "http://arxiv.org/pdf/2405.15738v1.pdf"', "2405.15738", None),
        ('"url": "https://huggingface.co/papers/2405.15738"', "2405.15738", None),
        ('"doi": "10.48550/arXiv.2405.15738"', "2405.15738", None),
        ('"id": "hep-th/9901001v2"', "hep-th/9901001", "https://arxiv.org/abs/hep-th/9901001"),
        ('"id": "2405.1573", "link": "https://a.b/c"', "None", "https://a.b/c"),
        ('"id": "17", "doi": "10.1000/182"', "None", "https://doi.org/10.1000/182"),
    ],
)
def test_arxiv_ids_are_told_from_other_ids(fields: str, arxiv_id: str, url: str | None) -> None:
    [entry] = read(f'[{{"title": "A", "abstract": "B", {fields}}}]').entries
    assert str(entry.arxiv_id) == arxiv_id
    assert entry.url == (url or f"https://arxiv.org/abs/{arxiv_id}")


# --- HTML


def test_a_saved_listing_is_read_from_its_data() -> None:
    page = read_page("page", (DATA / "daily-papers.html").read_bytes())
    assert page.entries == (
        Entry(
            *(
                "Counting Sheep with Small Networks",
                "We count sheep &amp; goats. It works when n < 5.",
            ),
            *("page", 6),
            authors=("Ada Plum", "Bo Quince"),
            date=PartialDate(2025, 6, 24),
            arxiv_id="2506.00001",
            url="https://arxiv.org/abs/2506.00001",
            upvotes=7,
        ),
    )
    assert reasons(page) == [(6, "the entry 'A Title Alone' has no abstract")]
    assert page.date == PartialDate(2025, 6, 26)


def test_a_saved_paper_page_gives_the_abstract_and_not_the_ai_summary() -> None:
    [page] = open_pages([need_shared("formats/hf-paper-page.html")])
    [entry] = page.entries
    assert entry.title.endswith("Realistic and Comprehensive MCP Use")
    assert entry.abstract.startswith("MCP standardizes how LLMs interact")
    assert (entry.arxiv_id, len(entry.authors)) == ("2509.24002", 15)


def test_a_saved_page_of_arxiv_is_read_from_its_tags() -> None:
    page = read_page("page", (DATA / "arxiv-abs.html").read_bytes())
    assert page.entries == (
        Entry(
            *("Naps & Their Discontents", "We study naps. They are short.", "page", 4),
            authors=("Ada Plum", "Bo Quince"),
            date=PartialDate(2024, 5, 24),
            arxiv_id="2405.15738",
            url="https://arxiv.org/abs/2405.15738",
        ),
    )


def test_a_saved_page_that_breaks_off_says_so() -> None:
    text = (DATA / "daily-papers.html").read_text()
    page = read(text[: text.index("Bo Quince")])
    assert (page.entries, reasons(page)) == ((), [(6, "the page breaks off in its data")])


# --- Atom


def test_arxivs_answer_is_read_whole() -> None:
    [page] = open_pages([need_shared("formats/arxiv-atom.xml")])
    assert (len(page.entries), page.failures) == (5, ())
    first = page.entries[0]
    assert first.title == "Mana: Dexterous Manipulation of Articulated Tools"
    assert "specify functional affordances (<1 minute per tool)" in first.abstract
    assert first.authors == ("Zhao-Heng Yin", "Guanya Shi", "Pieter Abbeel", "C. Karen Liu")
    assert (first.arxiv_id, first.url) == ("2606.13677", "https://arxiv.org/abs/2606.13677")
    assert (str(first.date), first.line) == ("2026-06-11", 10)
    assert first.categories == ("cs.RO", "cs.AI", "cs.CV", "cs.LG")


def test_a_feed_that_breaks_off_keeps_its_whole_entries() -> None:
    text = Path(need_shared("formats/arxiv-atom.xml")).read_text(encoding="utf-8")
    cut = text[:4000]
    page = read(cut)
    assert [entry.arxiv_id for entry in page.entries] == ["2606.13677"]
    assert reasons(page) == [(cut.count("\n") + 1, "the XML breaks off here")]


# --- tables


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_a_table_is_read_by_its_names(mark: str) -> None:
    rows = [
        ["arXiv ID", "Title", "Abstract", "Num Authors", "Year"],
        ["2405.15738", '"Sheep, Counted"', '"We count;\nthen we\tstop, ""tired""."', "4", "2024"],
        ["", "Goats", "", "", ""],
        ["", "", "Nobody's abstract.", "", ""],
    ]
    page = read("\r\n".join(mark.join(row) for row in rows))
    assert page.entries == (
        Entry(
            *("Sheep, Counted", 'We count; then we\tstop, "tired".', "page", 2),
            author_count=4,
            date=PartialDate(2024),
            arxiv_id="2405.15738",
            url="https://arxiv.org/abs/2405.15738",
        ),
    )
    assert reasons(page) == [
        (4, "the entry 'Goats' has no abstract"),
        (5, "the entry with the abstract 'Nobody's abstract.' has no title"),
    ]


def test_a_row_with_more_values_than_columns_is_not_cut_to_fit() -> None:
    page = read("title,abstract\nSheep,We count, and count.\nGoats,We stop.\n")
    assert [entry.title for entry in page.entries] == ["Goats"]
    assert reasons(page) == [(2, "a row has 3 values for 2 columns")]


def test_a_table_without_abstracts_says_so_once() -> None:
    page = read("title,authors,year\nSheep,A,2024\nGoats,B,2024\n")
    assert (page.entries, reasons(page)) == ((), [(1, "the table has no column for abstracts")])


# --- BibTeX and RIS


def test_bibtex_is_read_with_its_accents_and_formulas() -> None:
    page = read_page("page", (DATA / "references.bib").read_bytes())
    assert page.entries[0] == Entry(
        title=r"SheepNet: Counting Sheep & Goats for $n_{\max}$ Herds",
        abstract=r"We count 50% of the sheep in Köln, where $n_{\max} < 5$.",
        source="page",
        line=2,
        authors=("Kurt Gödel", "The Sheep Team", "Ada Éclair"),
        date=PartialDate(2024, 6),
        arxiv_id="2405.15738",
        url="https://arxiv.org/abs/2405.15738",
        categories=("sheep", "counting"),
    )


def test_bibtex_with_a_key_twice_and_a_break_loses_only_what_is_broken() -> None:
    page = read_page("page", (DATA / "references.bib").read_bytes())
    assert [entry.title for entry in page.entries[1:]] == ["The Same Key", "After the Break"]
    assert page.entries[1].url == "https://doi.org/10.1000/182"
    assert reasons(page) == [
        (9, "the entry 'Without an Abstract' has no abstract"),
        (10, "the entry 'open' is not whole"),
    ]


def test_ris_is_read_and_a_record_cut_short_is_named() -> None:
    page = read_page("page", (DATA / "references.ris").read_bytes())
    assert page.entries == (
        Entry(
            *("Counting Sheep", "We count sheep. It goes on here.", "page", 1),
            authors=("Ada Plum", "Bo Quince"),
            date=PartialDate(2024, 5, 24),
            arxiv_id="2405.15738",
            url="https://arxiv.org/abs/2405.15738",
            categories=("sheep", "counting"),
        ),
        Entry(
            *("Counting Goats", "Goats are counted.", "page", 14),
            date=PartialDate(2023),
            url="https://doi.org/10.1000/182",
        ),
    )
    assert reasons(page) == [
        (21, "the entry 'Without an Abstract' has no abstract"),
        (25, "the entry 'Cut Short' breaks off"),
    ]


@pytest.mark.parametrize("before", ["", "<!-->", "<!--->", "<!-- a -->", "<svg><title/></svg>"])
def test_what_stands_before_a_pages_tags_does_not_hide_them(before: str) -> None:
    page = read_html(
        "a page",
        f'<html>{before}<meta name="Citation_Title" content="A Study">'
        '<meta name="citation_abstract" content="It holds. It is small."></html>',
    )
    assert [entry.title for entry in page.entries] == ["A Study"]
