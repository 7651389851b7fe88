"""Filters said in words: which words are filters, and which only look like them."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.filters.finding import find_filters, strip_filters

DATA = Path(__file__).parent / "data"

TODAY = date(2026, 11, 21)

DATES = [
    ("Which papers from 2024 discuss grokking?", "from 2024", ["datein2024"]),
    ("papers in 2024", "in 2024", ["datein2024"]),
    ("What do 2024 papers say about scaling?", "2024", ["datein2024"]),
    ("Show me all March 2025 papers on planning", "March 2025", ["datein2025-03"]),
    ("the 2024 papers on pruning", "2024", ["datein2024"]),
    ("pre-2023 papers on dropout", "pre-2023", ["date<2023"]),
    ("post-2023 work on dropout", "post-2023", ["date>2023"]),
    ("last year's papers on agents", "last year's", ["datein2025"]),
    ("Which studies since March look at robots?", "since March", ["date>=2026-03"]),
    ("papers since December", "since December", ["date>=2025-12"]),
    ("Anything on length generalization since 2023?", "since 2023", ["date>=2023"]),
    ("What has been found about double descent since 2022?", "since 2022", ["date>=2022"]),
    ("papers after 2023 about tokenizers", "after 2023", ["date>2023"]),
    ("work before 2023 on tokenizers", "before 2023", ["date<2023"]),
    ("papers until June 2024", "until June 2024", ["date<=2024-06"]),
    (
        "papers between 2022 and 2024 on diffusion",
        "between 2022 and 2024",
        ["date>=2022", "date<=2024"],
    ),
    (
        "studies from 2022 to 2024 on diffusion",
        "from 2022 to 2024",
        ["date>=2022", "date<=2024"],
    ),
    (
        "What do papers from 2023 and 2024 say about agents?",
        "from 2023 and 2024",
        ["date>=2023", "date<=2024"],
    ),
    ("articles from March 2025", "from March 2025", ["datein2025-03"]),
    ("papers from March", "from March", ["datein--03"]),
    (
        "What was posted in December 2025 according to the dates you have?",
        "was posted in December 2025",
        ["datein2025-12"],
    ),
    ("Which papers were published in May 2023?", "were published in May 2023", ["datein2023-05"]),
    (
        "papers on robustness that were posted since 2024",
        "that were posted since 2024",
        ["date>=2024"],
    ),
    ("What came out last year on watermarking?", "came out last year", ["datein2025"]),
    ("papers from last year about agents", "from last year", ["datein2025"]),
    ("What was posted this month?", "was posted this month", ["datein2026-11"]),
    ("papers published last month", "published last month", ["datein2026-10"]),
    ("What is new in 2025 on tool use?", "in 2025", ["datein2025"]),
    ("papers from the last two years on agents", "from the last two years", ["date>=2024-11-21"]),
    (
        "What has changed in machine translation in the past three months?",
        "in the past three months",
        ["date>=2026-08-21"],
    ),
    (
        "papers listed on 5 March 2025",
        "listed on 5 March 2025",
        ["datein2025-03-05"],
    ),
    ("papers posted on March 5", "posted on March 5", ["datein--03-05"]),
    ("Since 2023, what have people said about memorization?", "Since 2023", ["date>=2023"]),
    ("In 2024, which papers studied tool use?", "In 2024", ["datein2024"]),
    ("From 2024: what is there on alignment?", "From 2024", ["datein2024"]),
    ("grokking, from 2024", "from 2024", ["datein2024"]),
    ("grokking (since 2024)", "since 2024", ["date>=2024"]),
    ("curriculum learning since 2023", "since 2023", ["date>=2023"]),
    ("and from 2025?", "from 2025", ["datein2025"]),
    ("What about since March?", "since March", ["date>=2026-03"]),
    ("only from 2024 please", "only from 2024", ["datein2024"]),
    ("papers from 2024 onwards about prompts", "from 2024 onwards", ["date>=2024"]),
    ("papers on reasoning from 2025 or later", "from 2025 or later", ["date>=2025"]),
    ("How many papers do you have from 2025?", "from 2025", ["datein2025"]),
    ("Which of these are from 2025?", "from 2025", ["datein2025"]),
    ("methods for unlearning from 2024?", "from 2024", ["datein2024"]),
    ("What did researchers publish about pruning in 2024?", "in 2024", ["datein2024"]),
    ("papers no older than 2023 on pruning", "no older than 2023", ["date>=2023"]),
    ("Does any paper from 2023 mention cats?", "from 2023", ["datein2023"]),
    ("papers from 2024-03", "from 2024-03", ["datein2024-03"]),
    ("papers from before 2018", "from before 2018", ["date<2018"]),
    ("Papers from between 2020 and 2022", "from between 2020 and 2022", None),
    ("What did people say about tuning last year?", "last year", ["datein2025"]),
    ("What's been published about diffusion this year?", "this year", ["datein2026"]),
    ("Does tuning help, according to work from 2025?", "from 2025", ["datein2025"]),
    ("Is there a paper from 2024 on tokenizers?", "from 2024", ["datein2024"]),
    ("restrict that to 2025", "restrict that to 2025", ["datein2025"]),
    ("only 2024 please", "only 2024", ["datein2024"]),
    ("Who has worked on merging since 2022?", "since 2022", ["date>=2022"]),
]
COUNTS = [
    ("papers by more than five authors", "by more than five authors", ["authors>5"]),
    ("Which studies with at least 10 authors use robots?", "with at least 10 authors", None),
    ("single-author papers on generalization", "single-author", ["authors=1"]),
    ("papers by a single author", "by a single author", ["authors=1"]),
    ("papers by two authors", "by two authors", ["authors=2"]),
    ("two-author papers", "two-author", ["authors=2"]),
    ("anything on grokking by fewer than 4 authors?", "by fewer than 4 authors", ["authors<4"]),
    ("papers with 5 or more authors", "with 5 or more authors", ["authors>=5"]),
    ("papers with 12+ authors on planning", "with 12+ authors", ["authors>=12"]),
    ("papers that have no more than 3 authors", "that have no more than 3 authors", ["authors<=3"]),
    ("papers with exactly four authors", "with exactly four authors", ["authors=4"]),
    ("Which papers have more than 5 authors?", "have more than 5 authors", ["authors>5"]),
    ("papers with more than 50 upvotes", "with more than 50 upvotes", ["upvotes>50"]),
    ("Which papers on agents have over 1,200 upvotes?", "have over 1,200 upvotes", None),
    ("and by more than ten authors?", "by more than ten authors", ["authors>10"]),
]
ORDERS = [
    ("most upvoted papers on reasoning", "most upvoted", ["upvotesmost0"]),
    ("What is the most upvoted paper about agents?", "most upvoted", ["upvotesmost0"]),
    ("the 5 most upvoted papers on agents", "5 most upvoted", ["upvotesmost5"]),
    ("top 5 by upvotes on agents", "top 5 by upvotes", ["upvotesmost5"]),
    ("least upvoted papers", "least upvoted", ["upvotesleast0"]),
    ("papers on agents with the most upvotes", "with the most upvotes", ["upvotesmost0"]),
    ("papers on agents, sorted by upvotes", "sorted by upvotes", ["upvotesmost0"]),
    ("What do the newest papers say about scaling?", "newest", ["datemost0"]),
    ("the three oldest papers on dropout", "three oldest", ["dateleast3"]),
    ("What does the latest paper say about agents?", "latest", ["datemost1"]),
    ("What's the latest on watermarking?", "latest", ["datemost0"]),
    ("most popular papers on merging", "most popular", ["upvotesmost0"]),
    ("papers on pruning, newest first", "newest first", ["datemost0"]),
    ("most recent robot learning papers", "most recent", ["datemost0"]),
]
CODE = [
    ("papers with code on diffusion", "with code"),
    ("papers on diffusion with code", "with code"),
    ("Which papers on pruning release their code?", None),
    ("papers that release code", "that release code"),
    ("papers on planning that come with code", "that come with code"),
    ("studies with a GitHub repository", "with a GitHub repository"),
    ("papers whose code is publicly available", "whose code is publicly available"),
    ("anything about merging with released code?", "with released code"),
    ("and with code?", "with code"),
    ("Which papers with GitHub links study planning?", "with GitHub links"),
]
NO_FILTER = [
    "How does dropout compare in 2024 papers versus 2020 papers?",
    "What does the paper from 2017 on batch size claim?",
    "How does the 2025 work on stability explain it?",
    "Is accuracy in 2024 papers higher than in 2020 papers?",
    "Does it work with 50 authors?",
    "papers on 31 Feb 2024",
    "How do papers with code differ from papers without code?",
    "Compare papers after 2023 with papers before 2023.",
    "Which papers in 2020 and in 2024 disagree?",
    "Do papers from 2020 and papers from 2024 disagree?",
    "How do the papers before and after 2023 differ on scaling?",
    "Compare papers from before 2023 with those from after 2023.",
    "What changed between the papers of 2020 and those of 2024?",
    "Contrast papers from 2023 with papers from 2025 on agents.",
    "How do papers from 2023 and 2024 differ?",
    "What does the 2020 warning paper say about simplicity?",
    "Does the 2021 study agree with the 2023 study?",
    "Is ImageNet-2012 still a good benchmark?",
    "What did the GPT-4 2024 report leave out?",
    "What happens to models trained on 2019 data?",
    "Do papers use models trained on data from 2019?",
    "Which papers study models trained on text collected since 2020?",
    "in 2012 AlexNet won the contest, but did it generalize?",
    "In 2012 AlexNet won; why did it?",
    "Why did AlexNet win in 2012?",
    "Do models know who won the election in 2024?",
    "Can a model forecast events after 2023?",
    "Does accuracy drop on questions written after the cutoff in 2023?",
    "What did the warnings from 2020 get right?",
    "Are recent models better than older ones?",
    "What do recent papers say about agents?",
    "Which papers use the 2018 edition of the challenge?",
    "What do the CVPR 2024 papers say?",
    "How large is the drop from 2048 to 4096 tokens?",
    "Do 2000 examples suffice?",
    "What is the effect of training for 2010 steps?",
    "papers on 2024",
    "Which papers study the 2024 election?",
    "Do models march in step since they share data?",
    "May I ask what grokking is?",
    "Can a model tell apart stories by two authors?",
    "Does authorship attribution work with 50 authors?",
    "Do large teams write better papers?",
    "What did the authors find?",
    "Are models trained on essays by more than five authors more robust?",
    "Does training with code help reasoning?",
    "papers on training with code",
    "Does pretraining on text mixed with code help?",
    "Which models write code?",
    "papers with code generation benchmarks",
    "How do models that release code fare?",
    "Do the most upvoted Reddit answers make good data?",
    "Does voting by more models help?",
    "Do models prefer upvotes?",
    "what is the oldest trick against overfitting?",
    "What are the latest language models trained on?",
    "Which is the newest optimizer?",
    "Are papers by Adam or by SGD faster?",
    "What is gained by CLIP?",
    "Since models memorize, do they generalize?",
    "After May-style pruning, do networks recover?",
    "What is the best result from the last two layers?",
    "How do the first two and the last two years of training compare?",
    "What is lost in the last 3 days of training?",
]


def keys(question: str) -> list[str]:
    return [one.key for one in find_filters(question, TODAY)]


def words(question: str) -> list[str]:
    return list(dict.fromkeys(one.words for one in find_filters(question, TODAY)))


@pytest.mark.parametrize(("question", "said", "expected"), DATES)
def test_a_date_said_of_papers_is_a_filter(
    question: str, said: str, expected: list[str] | None
) -> None:
    assert words(question) == [said]
    assert expected is None or keys(question) == expected


@pytest.mark.parametrize(("question", "said", "expected"), COUNTS)
def test_a_number_said_of_papers_is_a_filter(
    question: str, said: str, expected: list[str] | None
) -> None:
    assert words(question) == [said]
    assert expected is None or keys(question) == expected


@pytest.mark.parametrize(("question", "said", "expected"), ORDERS)
def test_an_order_is_understood(question: str, said: str, expected: list[str]) -> None:
    assert (words(question), keys(question)) == ([said], expected)


@pytest.mark.parametrize(("question", "said"), CODE)
def test_code_is_asked_for(question: str, said: str | None) -> None:
    assert keys(question) == ["codehas1"]
    assert said is None or words(question) == [said]


@pytest.mark.parametrize("question", NO_FILTER)
def test_what_a_question_is_about_is_no_filter(question: str) -> None:
    assert keys(question) == []


NAMES = {"Zhang", "Yann LeCun", "LeCun", "Hoffer"}
BY_NAME = [
    ("papers by Zhang", ["by Zhang"]),
    ("What do papers by Yann LeCun say about energy?", ["by Yann LeCun"]),
    ("anything on vision by LeCun?", ["by LeCun"]),
    ("What did the papers by Hoffer et al. find?", ["by Hoffer et al."]),
    ("LeCun's papers on world models", ["LeCun's"]),
    ("What has LeCun written about energy?", ["has LeCun written"]),
    ("papers on tuning by Adam", []),
    ("Are networks trained by Zhang better?", []),
    ("Does tuning by SGD help?", []),
    ("papers by Nobody", []),
    ("What does Zhang think?", []),
]


@pytest.mark.parametrize(("question", "said"), BY_NAME)
def test_a_name_is_a_filter_where_the_library_has_such_an_author(
    question: str, said: list[str]
) -> None:
    found = find_filters(question, TODAY, NAMES.__contains__)
    assert [one.words for one in found] == said


def test_without_the_librarys_authors_no_name_is_a_filter() -> None:
    assert find_filters("papers by Yann LeCun", TODAY) == ()


SEVERAL = [
    (
        "which 2023 papers on agents by more than five authors have code?",
        ["datein2023", "authors>5", "codehas1"],
    ),
    ("papers newer than 2023 with code by two authors", ["date>2023", "codehas1", "authors=2"]),
    ("papers with fewer than 3 authors and more than 10 upvotes", ["authors<3", "upvotes>10"]),
    ("the 3 most upvoted papers from last year", ["upvotesmost3", "datein2025"]),
    ("papers since 2022 and until 2024", ["date>=2022", "date<=2024"]),
    ("What do studies since 2023 and before 2025 say?", ["date>=2023", "date<2025"]),
]


@pytest.mark.parametrize(("question", "expected"), SEVERAL)
def test_several_filters_are_found_in_their_order(question: str, expected: list[str]) -> None:
    assert keys(question) == expected


def test_a_month_without_a_year_is_the_latest_that_is_not_to_come() -> None:
    def since(today: date) -> list[str]:
        return [one.key for one in find_filters("papers since March", today)]

    assert since(date(2026, 3, 1)) == ["date>=2026-03"]
    assert since(date(2026, 2, 28)) == ["date>=2025-03"]


STRIPPED = [
    ("Which papers from 2024 discuss grokking?", "Which papers discuss grokking?"),
    ("anything on grokking, from 2024?", "anything on grokking?"),
    ("grokking (since 2024)", "grokking"),
    ("Since 2023, what is known about memory?", "what is known about memory?"),
    ("papers on robots that were posted since 2024", "papers on robots"),
    (
        "papers on robots from 2024 by more than five authors with code",
        "papers on robots",
    ),
    ("the 5 most upvoted papers on agents", "the papers on agents"),
    ("What do 2024 papers say about scaling?", "What do papers say about scaling?"),
    ("papers on agents with at least 3 authors and from 2025", "papers on agents"),
    ("papers from 2024", "papers from 2024"),
    ("What was posted in December 2025?", "What was posted in December 2025?"),
    ("what causes grokking?", "what causes grokking?"),
]


@pytest.mark.parametrize(("question", "left"), STRIPPED)
def test_the_question_is_left_without_the_words_of_its_filters(question: str, left: str) -> None:
    assert strip_filters(question, find_filters(question, TODAY)) == left


def test_questions_about_papers_content_have_no_filter() -> None:
    names = ("answerable_a", "answerable_b", "comparative", "offtopic", "unanswerable")
    questions = [
        json.loads(line)["question"]
        for name in names
        for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert len(questions) > 200
    assert [one for one in questions if find_filters(one, TODAY, bool)] == []


@given(
    st.text(max_size=300)
    | st.lists(
        st.sampled_from(
            "papers from 2024 March 31 since before in the last two years by more than five"
            " authors with code upvotes most on and - , . ? [ ( 's Yann May 20th, 0 00".split()
        ),
        max_size=30,
    ).map(" ".join)
)
def test_any_text_can_be_read(text: str) -> None:
    found = find_filters(text, TODAY, bool)
    assert all(one.words in text for one in found)
    assert strip_filters(text, found) or not text


@pytest.mark.parametrize(
    "piece", ["from 2024 ", "before 2020 and ", "papers on a ", "by Yann ", " "]
)
def test_a_text_of_any_length_is_read_at_once(piece: str) -> None:
    started = time.process_time()
    find_filters(piece * (100_000 // len(piece)), TODAY, bool)
    assert time.process_time() - started < 2
