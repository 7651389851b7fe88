"""The two ways in, the encodings, and the *Daily Papers* listing in all its shapes."""

from __future__ import annotations

import gzip
import io
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rag.errors import PageError
from rag.pages import open_pages, read_page
from rag.records import Entry, Failure, Page, PartialDate

SHARED = Path(__file__).parents[1].parent / "shared"
NO_PAPERS = "nothing in it looks like a list of papers"

HEADER = """new

Get trending papers in your email inbox!

Subscribe

Daily Papers

byAK and the research community

May 15
"""
SHEEP = ("Counting Sheep with Small Networks", "We count sheep with networks that are small.")
GOATS = ("Goats Are All You Need", "We show that goats suffice. Sheep are not needed at all.")


def need_shared(path: str) -> Path:
    found = SHARED / path
    if not found.exists():
        if os.environ.get("CI"):
            pytest.fail(f"the shared data has no {path}")
        pytest.skip(f"there is no {path} beside the project")
    return found


def read(text: str, source: str = "page.txt") -> Page:
    return read_page(source, text.encode())


def pairs(page: Page) -> list[tuple[str, str]]:
    return [(entry.title, entry.abstract) for entry in page.entries]


# --- the shared listings


@pytest.mark.parametrize(
    ("name", "count", "date"),
    [
        ("000_38dc6bfeb33f7ef1.txt", 83, PartialDate(None, 8, 19)),
        ("001_7800fef38a271447.txt", 58, PartialDate(None, 3, 14)),
        ("002_b660791e55a065be.txt", 236, None),
        ("003_4a82234adbc9a73c.txt", 43, PartialDate(None, 5, 15)),
    ],
)
def test_each_shared_listing_gives_all_its_entries(
    name: str, count: int, date: PartialDate | None
) -> None:
    path = str(need_shared("pages") / name)
    [page] = open_pages([path])
    assert (len(page.entries), page.failures, page.date) == (count, (), date)
    assert all(len(entry.abstract) > len(entry.title) for entry in page.entries)
    lines = Path(path).read_text(encoding="utf-8").split("\n")
    assert all(lines[entry.line - 1].endswith(entry.title) for entry in page.entries)


def test_the_shared_listings_name_346_papers_and_date_43_entries() -> None:
    entries = [entry for page in open_pages([str(need_shared("pages"))]) for entry in page.entries]
    assert len(entries) == 420
    assert len({" ".join(entry.title.casefold().split()) for entry in entries}) == 346
    assert sum(entry.author_count is not None and entry.date is not None for entry in entries) == 43


def test_a_title_glued_to_the_button_is_parted_from_it() -> None:
    [page] = open_pages([str(need_shared("pages/002_b660791e55a065be.txt"))])
    first = page.entries[0]
    assert first.title == "WavLLM: Towards Robust and Adaptive Speech Large Language Model"
    assert first.line == 3


# --- the shapes


@pytest.mark.parametrize("header", [HEADER, HEADER.replace("Daily Papers\n\n", ""), ""])
@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_titles_and_abstracts_alternate(header: str, gap: str) -> None:
    page = read(header + "\n" + gap.join((*SHEEP, *GOATS)) + "\n")
    assert pairs(page) == [SHEEP, GOATS]
    assert page.failures == ()


def test_author_counts_and_dates_are_read_and_no_year_is_invented() -> None:
    facts = (
        "  • 4 authors\n·\nJun 26, 2025 2",
        "  • 1 author\n·\nFeb 27 3",
        "  • 2 authors\n·\nMar 2",
    )
    titles = ("One Sheep", "Two Sheep", "Three Sheep")
    text = (
        HEADER
        + "\n"
        + "\n\n".join(
            f"{title}\n\nWe count some sheep.\n\n{below}"
            for title, below in zip(titles, facts, strict=True)
        )
    )
    page = read(text)
    assert [entry.title for entry in page.entries] == list(titles)
    assert [entry.author_count for entry in page.entries] == [4, 1, 2]
    assert [str(entry.date) for entry in page.entries] == ["2025-06-26", "--02-27", "--03-02"]
    assert page.date == PartialDate(None, 5, 15)


def test_a_day_that_does_not_exist_is_no_date() -> None:
    page = read(f"{HEADER}\n{SHEEP[0]}\n\n{SHEEP[1]}\n\n  • 4 authors\n·\nFeb 31, 2024\n")
    assert page.entries[0].date is None
    assert page.entries[0].author_count == 4


def test_in_a_dated_listing_an_abstract_may_have_paragraphs() -> None:
    text = (
        f"{HEADER}\nOne Sheep\n\nFirst paragraph.\n\nSecond Paragraph Without a Stop\n\n- item\n\n"
        "  • 4 authors\n·\nMar 2\n\nTwo Sheep\n\nShort.\n\n  • 5 authors\n·\nMar 3\n"
    )
    assert pairs(read(text)) == [
        ("One Sheep", "First paragraph. Second Paragraph Without a Stop - item"),
        ("Two Sheep", "Short."),
    ]


@pytest.mark.parametrize(
    ("glued", "title"),
    [
        ("SubscribeWavLLM: A Model", "WavLLM: A Model"),
        ("Subscribe3D Sheep", "3D Sheep"),
        ("SubscribexLSTM: Extended Memory", "xLSTM: Extended Memory"),
        ("Subscribes1: Simple Scaling", "s1: Simple Scaling"),
        ("Subscribers and Their Sheep", "Subscribers and Their Sheep"),
        ("Subscribed: A Study of Sheep", "Subscribed: A Study of Sheep"),
        ("Subscribe to My Sheep", "Subscribe to My Sheep"),
    ],
)
def test_only_a_label_glued_to_a_title_is_taken_off(glued: str, title: str) -> None:
    page = read(f"Get trending papers in your email inbox!\n{glued}\nWe count sheep.\n")
    assert pairs(page) == [(title, "We count sheep.")]


def test_a_title_that_begins_like_the_label_survives_elsewhere() -> None:
    text = f"{HEADER}\n{SHEEP[0]}\n\n{SHEEP[1]}\n\nSubscribeNet: Sheep on Demand\n\nWe subscribe.\n"
    assert read(text).entries[1].title == "SubscribeNet: Sheep on Demand"


def test_hard_wrapped_titles_and_abstracts_are_joined() -> None:
    text = (
        f"{HEADER}\nCounting Sheep with Networks That Are Small, Smaller, and at Long Last the\n"
        "Smallest of Them All\n\n"
        "We count sheep with networks that are small, and then with networks that are\n"
        "smaller, until no sheep is left to count or no network is left to count it\n"
        "with.\n\n"
        f"{GOATS[0]}\n\n{GOATS[1]}\n"
    )
    page = read(text)
    assert [entry.line for entry in page.entries] == [13, 20]
    assert page.entries[0].title.endswith("at Long Last the Smallest of Them All")
    assert page.entries[0].abstract.endswith(
        "that are smaller, until no sheep is left to count or no network is left to count it with."
    )


def test_blank_lines_between_whole_entries_only_are_understood() -> None:
    page = read(f"{HEADER}\n{SHEEP[0]}\n{SHEEP[1]}\n\n{GOATS[0]}\n{GOATS[1]}\n")
    assert pairs(page) == [SHEEP, GOATS]


def test_a_single_wrapped_entry_without_blank_lines_is_one_entry() -> None:
    words = "we count sheep with networks that are small and then with networks that are smaller"
    body = (words + " ") * 6
    lines, line = [], ""
    for word in body.split():
        if len(line) + 1 + len(word) > 78:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    text = "\n".join([SHEEP[0], *lines, line + "."])
    assert pairs(read(text)) == [(SHEEP[0], body.strip() + ".")]


def test_two_listings_in_one_file_are_both_read() -> None:
    compact = f"Get trending papers in your email inbox!\nSubscribe{GOATS[0]}\n{GOATS[1]}\n"
    page = read(f"{HEADER}\n{SHEEP[0]}\n\n{SHEEP[1]}\n{compact}")
    assert pairs(page) == [SHEEP, GOATS]


def test_the_foot_of_the_site_is_no_paper() -> None:
    foot = "Previous\n\n1\n\n2\n\nNext\n\nSystem theme\n\nCompany\n\nTOS\n\nPrivacy\n"
    page = read(f"{HEADER}\n{SHEEP[0]}\n\n{SHEEP[1]}\n\n{foot}")
    assert pairs(page) == [SHEEP]
    assert page.failures == ()


@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_an_entry_without_an_abstract_is_named_and_the_rest_is_read(gap: str) -> None:
    page = read(HEADER + "\n" + gap.join((*SHEEP, "A Lone Title", *GOATS, *SHEEP)))
    assert pairs(page) == [SHEEP, GOATS, SHEEP]
    line = 13 + 2 * len(gap)
    assert page.failures == (Failure("page.txt", line, "the entry 'A Lone Title' has no abstract"),)


def test_two_titles_in_a_row_are_two_entries_without_abstracts() -> None:
    lone = ("Flocks of Sheep in Long Valleys", "Herds of Goats on High Mountains")
    page = read(HEADER + "\n" + "\n\n".join((*SHEEP, *lone, *GOATS)))
    assert pairs(page) == [SHEEP, GOATS]
    assert page.failures == (
        Failure("page.txt", 17, f"the entry '{lone[0]}' has no abstract"),
        Failure("page.txt", 19, f"the entry '{lone[1]}' has no abstract"),
    )


def test_a_title_in_brackets_is_not_taken_for_json() -> None:
    text = "[CLS] Sheep: {Goats} @ Night\n\nWe count sheep by night with a {small} network.\n"
    assert read(text).entries[0].title == "[CLS] Sheep: {Goats} @ Night"


def test_a_page_cut_after_a_title_names_that_title() -> None:
    page = read(f"{HEADER}\n{SHEEP[0]}\n\n{SHEEP[1]}\n\n{GOATS[0]}\n")
    assert pairs(page) == [SHEEP]
    assert page.failures == (Failure("page.txt", 17, f"the entry '{GOATS[0]}' has no abstract"),)


def test_an_abstract_without_a_title_is_a_failure() -> None:
    page = read(f"{HEADER}\n{'We count a lot of sheep. ' * 20}\n\n{GOATS[0]}\n\n{GOATS[1]}\n")
    assert pairs(page) == [GOATS]
    assert page.failures[0].line == 13
    assert page.failures[0].reason.endswith("has no title")


# --- what is no listing


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"%PDF-1.7\n...", "it is a PDF, not text"),
        (b"\x00\x01\x02\x03" * 9, "it is binary, not text"),
        (b"hello", NO_PAPERS),
        (b"[server]\nport = 8000\n\n[client]\nname = x\n", NO_PAPERS),
        (b"{}", NO_PAPERS),
        (b"[]", NO_PAPERS),
        (b"[1, 2]", NO_PAPERS),
        (b"<html><body><p>Hello.</p></body></html>", NO_PAPERS),
    ],
)
def test_what_holds_no_papers_is_one_failure(data: bytes, reason: str) -> None:
    page = read_page("odd", data)
    assert page.entries == ()
    assert [(failure.source, failure.reason) for failure in page.failures] == [("odd", reason)]


def test_another_encoding_is_named_with_its_first_byte() -> None:
    page = read_page("old.txt", f"{HEADER}\nCafé Sheep\n\nWe count.\n".encode("latin-1"))
    offset = len(HEADER) + 1 + 3
    assert page.failures == (Failure("old.txt", 13, f"not UTF-8: byte 0xe9 at offset {offset}"),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_marks_and_line_ends_make_no_difference(encoding: str, end: str) -> None:
    text = f"{HEADER}\nCafé Sheep 🐑\n\nWe count.\n"
    page = read_page("page", text.replace("\n", end).encode(encoding))
    assert pairs(page) == [("Café Sheep 🐑", "We count.")]
    assert page.entries[0].line == 13


def test_control_characters_are_dropped_and_spaces_are_kept() -> None:
    page = read(
        f"{HEADER}\nSheep\x00 Net\x1b\n\nWe  count\x7f \tsheep: $\\alpha$ &amp; https://a.b/c.\n"
    )
    assert pairs(page) == [("Sheep Net", "We  count \tsheep: $\\alpha$ &amp; https://a.b/c.")]


# --- paths


def test_folders_are_read_by_name_and_hidden_files_left_out(tmp_path: Path) -> None:
    text = f"{HEADER}\n{SHEEP[0]}\n\n{SHEEP[1]}\n"
    for name in ("b.txt", "a/2.txt", "a/1.txt", ".hidden", ".git/x.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    sources = [page.source for page in open_pages([str(tmp_path)])]
    assert sources == [str(tmp_path / name) for name in ("b.txt", "a/1.txt", "a/2.txt")]


def test_an_empty_folder_is_a_failure(tmp_path: Path) -> None:
    [page] = open_pages([str(tmp_path)])
    assert page.failures == (Failure(str(tmp_path), None, "the folder holds no files"),)


def test_a_path_where_nothing_is_stops_before_anything_is_read(tmp_path: Path) -> None:
    missing = str(tmp_path / "nothing.txt")
    with pytest.raises(PageError) as caught:
        open_pages([str(tmp_path), missing])
    assert str(caught.value) == f"there is no file or folder '{missing}'"


def test_a_file_that_cannot_be_opened_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "locked.txt"
    path.write_text("x")

    def refuse(_: Path, mode: str) -> io.BytesIO:
        raise PermissionError(13, "Permission denied", str(path), mode)

    monkeypatch.setattr(Path, "open", refuse)
    [page] = open_pages([str(path)])
    assert page.failures == (Failure(str(path), None, "it cannot be read: Permission denied"),)


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(f"{HEADER}\n{SHEEP[0]}\n\n{SHEEP[1]}\n".encode())

    monkeypatch.setattr("sys.stdin", Stdin())
    [page] = open_pages(["-"])
    assert (page.source, pairs(page)) == ("stdin", [SHEEP])


def test_gzip_is_told_by_its_content_and_read_as_far_as_it_goes(tmp_path: Path) -> None:
    text = (
        HEADER + "\n" + "\n\n".join(f"Sheep Number {n}\n\nWe count {n} sheep." for n in range(999))
    )
    whole = gzip.compress(text.encode())
    (tmp_path / "page.txt").write_bytes(whole)
    [page] = open_pages([str(tmp_path / "page.txt")])
    assert (len(page.entries), page.failures) == (999, ())
    cut = read_page("cut", whole[: len(whole) // 2])
    assert 0 < len(cut.entries) < 999
    assert cut.failures[0] == Failure("cut", None, "the gzip data breaks off")


# --- any page at all


@settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.binary(max_size=400),
        st.text(max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.builds(
            lambda start, rest: (start + rest).encode("utf-8", "replace"),
            st.sampled_from(
                [
                    *(
                        "[{",
                        '{"papers": [',
                        '{"title": "a", "abstract"',
                        "@misc{a, title={",
                        "\ufeff",
                    ),
                    *(
                        "TY  - JOUR\nTI  - ",
                        "title,abstract\n",
                        "<html data-target=",
                        "<?xml ?><feed",
                    ),
                    *('<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>', HEADER),
                ]
            ),
            st.text(max_size=200),
        ),
        st.binary(max_size=100).map(lambda data: b"\x1f\x8b\x08" + data),
    )
)
@example(b'[{"title": "\\ud800", "abstract": "\\udfff x", "upvotes": 1e999, "year": 1e5}]')
@example(b"[" * 100_000)
@example(b'{"title": "a", "abstract": "b", "year": ' + b"9" * 5000 + b"}")
def test_any_bytes_give_a_page(data: bytes) -> None:
    page = read_page("any", data)
    assert page.entries or page.failures
    for entry in page.entries:
        assert (entry.title + entry.abstract).encode()
        assert entry.title.strip()
        assert entry.abstract.strip()
        assert entry.line >= 1


WORDS = st.sampled_from(
    [
        "sheep",
        "goat",
        "network",
        "model",
        "large",
        "small",
        "learning",
        "count",
        "of",
        "with",
        "for",
    ]
)
TITLES = st.lists(WORDS, min_size=2, max_size=25).map(lambda words: " ".join(words).title())
SENTENCES = st.lists(WORDS, min_size=12, max_size=30).map(
    lambda words: " ".join(["We", *words]) + " ($x^2$, see https://a.b/c)."
)
# An abstract no longer than a title cannot be told from one where no blank line parts them.
ABSTRACTS = st.lists(SENTENCES, min_size=3, max_size=6).map(" ".join)
LISTED = st.lists(st.tuples(TITLES, ABSTRACTS), min_size=1, max_size=12)


def write_spaced(listed: list[tuple[str, str]]) -> str:
    return HEADER + "\n" + "\n\n".join(f"{title}\n\n{text}" for title, text in listed)


def write_headless(listed: list[tuple[str, str]]) -> str:
    return "\n\n".join(f"{title}\n\n{text}" for title, text in listed)


def write_compact(listed: list[tuple[str, str]]) -> str:
    joined = "\n".join(f"{title}\n{text}" for title, text in listed)
    return f"Get trending papers in your email inbox!\nSubscribe{joined}\n"


def write_dated(listed: list[tuple[str, str]]) -> str:
    return (
        HEADER
        + "\n"
        + "\n\n".join(
            f"{title}\n\n{text}\n\n  • {at + 1} authors\n·\nFeb 27 3"
            for at, (title, text) in enumerate(listed)
        )
    )


@pytest.mark.parametrize("write", [write_spaced, write_headless, write_compact, write_dated])
@settings(max_examples=60, deadline=2000)
@given(listed=LISTED)
def test_a_written_listing_is_read_back(
    write: Callable[[list[tuple[str, str]]], str], listed: list[tuple[str, str]]
) -> None:
    page = read(write(listed))
    assert pairs(page) == listed
    assert page.failures == ()
    if write is write_dated:
        assert [entry.author_count for entry in page.entries] == list(range(1, len(listed) + 1))


def test_time_grows_no_faster_than_the_page() -> None:
    rng = random.Random(7)
    words = [
        "sheep",
        "goats",
        "networks",
        "models",
        "learning",
        "counting",
        "of",
        "with",
        "for",
        "and",
    ]
    entries = [
        f"{' '.join(rng.choices(words, k=9)).title()}\n\n{' '.join(rng.choices(words, k=180))}."
        for _ in range(6000)
    ]

    def measure(count: int) -> float:
        data = "\n\n".join(entries[:count]).encode()
        started = time.process_time()
        assert len(read_page("page", data).entries) == count
        return time.process_time() - started

    measure(600)
    small, large = min(measure(600) for _ in range(3)), measure(6000)
    assert large < 40 * small + 0.2


def test_an_entry_is_equal_to_one_made_by_hand() -> None:
    page = read(f"{HEADER}\n{SHEEP[0]}\n\n{SHEEP[1]}\n")
    assert page == Page(
        "page.txt", "listing", (Entry(*SHEEP, "page.txt", 13),), (), PartialDate(None, 5, 15)
    )
