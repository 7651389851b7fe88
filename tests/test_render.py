"""What the browser is given: answers, marks, sources, and nothing that could run."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from reading import (
    ABSTRACT,
    EVIDENCE,
    EVIL,
    GATE,
    OTHER,
    PAPER,
    answered,
    assert_harmless,
    chips,
    read,
)

from rag.events import Checked, Done, Found, TextDelta
from rag.links import is_web_address, web_address
from rag.places import place_sentences
from rag.question import Field, Filter, Selection, Understood
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
from ui.citing import LONGEST, shorten
from ui.cost import tell_tokens
from ui.markdown import to_html
from ui.marks import find_marks
from ui.onward import render_onward
from ui.page import render_broken, render_header, render_welcome
from ui.render import describe, render_turn, render_waiting
from ui.sources import render_sources
from ui.thumb import THUMB
from ui.turns import Problem, Rated, Stage, Turn

# --- marks --------------------------------------------------------------------------


def test_a_mark_leads_to_its_turn_paper_and_sentence() -> None:
    turn = answered(
        "The gate skips 91% [1]. Eviction is other [2].",
        Sentence("The gate skips 91%.", (1,), (EVIDENCE,)),
        Sentence("Eviction is other.", (2,), (Evidence("b", "We evict.", 17, 26),)),
    )
    assert chips(render_turn(turn)) == [("#t3-p1-s1", "cite"), ("#t3-p2-s2", "cite")]


def test_marks_side_by_side_and_in_one_bracket_become_one_chip_each() -> None:
    sentence = Sentence("Both do.", (1, 2), (EVIDENCE,))
    apart = chips(render_turn(answered("Both do [1][2].", sentence)))
    together = chips(render_turn(answered("Both do [1, 2].", sentence)))
    assert apart == together == [("#t3-p1-s1", "cite"), ("#t3-p2-s1", "cite fn-check")]


def test_a_mark_after_the_full_stop_belongs_to_the_sentence_before_it() -> None:
    one, two = Sentence("First one.", (1,)), Sentence("Second one.", (2,))
    text = "First one. [1] Second one.[2]"
    marks = find_marks(text, place_sentences(text, (one, two)), (one, two), {1, 2})
    assert [(mark.numbers, mark.sentence) for mark in marks] == [((1,), 0), ((2,), 1)]


def test_emphasis_bullets_and_line_breaks_do_not_hide_a_sentence() -> None:
    sentences = (Sentence("It is fast, truly.", (1,)), Sentence("It is small.", (2,)))
    text = "- It is **fast**,\n  truly [1].\n- It is small [2]."
    places = place_sentences(text, sentences)
    assert [text[place.start : place.end] for place in places] == [
        "It is **fast**,\n  truly",
        "It is small",
    ]


def test_a_number_that_was_not_offered_stays_text() -> None:
    html = render_turn(answered("As of [2024] it holds.", Sentence("As of it holds.", (1,))))
    assert chips(html) == []
    assert "As of [2024] it holds." in html


def test_a_citation_without_evidence_says_check_it() -> None:
    html = render_turn(answered("So it is [2].", Sentence("So it is.", (2,))))
    assert chips(html) == [("#t3-p2-s1", "cite fn-check")]
    said = "Source 2: Forget Gracefully (no sentence of its abstract was matched: check it)"
    assert f'href="#t3-p2-s1" aria-label="{said}">2</a>' in html


def test_a_sentence_that_cites_nothing_is_marked_but_not_in_a_refusal() -> None:
    turn = answered("I simply know it. And more.", Sentence("I simply know it."))
    assert 'know it.</span><span class="fn-uncited"' in render_turn(turn)
    assert "no source" in render_turn(turn)
    refusal = answered("Not there.", Sentence("Not there."), refused=True)
    assert "no source" not in render_turn(refusal)


def test_private_characters_of_a_model_cannot_forge_a_chip() -> None:
    html = render_turn(answered("A \ue0000\ue001 b [1] \ue002.", Sentence("A 0 b.", (1,))))
    assert len(chips(html)) == 1


# --- the small Markdown -------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One\nline.\n\nTwo.", "<p>One line.</p><p>Two.</p>"),
        ("Both:\n- a\n- **b**", "<p>Both:</p><ul><li>a</li><li><strong>b</strong></li></ul>"),
        ("3. c\n4. d", '<ol start="3"><li>c</li><li>d</li></ol>'),
        ("## Head\ntext `x<y`", "<h4>Head</h4><p>text <code>x&lt;y</code></p>"),
        ("2 ** 3 and a*b*c", "<p>2 ** 3 and a*b*c</p>"),
        ("", ""),
        (
            "| a | b |\n|---|:-:|\n| 1 | <b> |",
            '<div class="fn-table"><table><thead><tr><th>a</th><th>b</th></tr></thead>'
            "<tbody><tr><td>1</td><td>&lt;b&gt;</td></tr></tbody></table></div>",
        ),
    ],
)
def test_the_markdown_of_answers(text: str, html: str) -> None:
    assert to_html(text) == html


def test_links_and_images_in_markdown_stay_text() -> None:
    text = "[a](javascript:x()) ![b](http://evil.invalid/b.png) <http://evil.invalid>"
    assert [tag for tag, _ in read(to_html(text)).tags] == ["p"]
    assert read(to_html(text)).text == text


# --- stages -------------------------------------------------------------------------


def test_the_stages_of_a_turn_are_told_apart() -> None:
    asked = Turn(1, "Q?")
    found = asked.after(Found((Offer(1, PAPER), Offer(2, OTHER)), 12.0))
    writing = found.after(TextDelta("It skips ")).after(TextDelta("blocks [1] and **mo"))
    assert "Looking for papers" in render_turn(asked)
    assert "Reading 2 papers" in render_turn(found)
    assert "Writing from 2 papers" in render_turn(writing)
    assert '<a class="cite" href="#t1-p1"' in render_turn(writing)
    assert "and mo</p>" in render_turn(writing)


def test_a_mark_that_has_only_begun_is_not_shown_while_the_text_streams() -> None:
    writing = Turn(1, "Q?").after(Found((Offer(1, PAPER),), 1.0)).after(TextDelta("Skips [1"))
    assert "<p>Skips</p>" in render_turn(writing)


def test_done_replaces_what_was_streamed() -> None:
    turn = Turn(3, "Q?").after(TextDelta("provisional"))
    assert turn.answer is None
    done = answered("Final [1].", Sentence("Final.", (1,), (EVIDENCE,)))
    assert "provisional" not in render_turn(turn.after(Done(done.answer)))  # type: ignore[arg-type]


def test_a_stopped_answer_keeps_what_came_and_says_so() -> None:
    turn = Turn(1, "Q?").after(Found((Offer(1, PAPER),), 1.0)).after(TextDelta("Half")).stopped()
    assert turn.stage is Stage.STOPPED
    assert "Half" in render_turn(turn)
    assert "What came before you stopped it stays." in render_turn(turn)
    assert "Nothing had come yet." in render_turn(Turn(1, "Q?").stopped())


def test_an_error_is_told_with_its_remedy_and_a_way_to_ask_again() -> None:
    turn = Turn(4, "Q?").failed(Problem("nothing answers at <x>", "start `the server`"))
    html = render_turn(turn)
    assert "nothing answers at &lt;x&gt;" in html
    assert "start `the server`" in html
    assert '<button type="button" class="fn-retry" data-turn="4">' in html
    assert 'class="fn-refused"' not in html


def test_a_refusal_looks_different_from_an_error() -> None:
    html = render_turn(answered("Nothing there.", refused=True, missing_terms=("Muon<",)))
    assert 'class="fn-refused"' in html
    assert "Not in these papers:</span> <b>Muon&lt;</b>" in html
    assert "fn-error" not in html


def test_what_the_reader_must_know_is_said_above_the_answer() -> None:
    html = render_turn(
        answered(
            "Text.",
            complete=False,
            notice="The model is away; these are quotations.",
            dropped_papers=2,
            invalid_citations=1,
            timings=Timings(total_ms=2140),
        )
    )
    broken = html.index("The model’s stream broke off: this answer is incomplete.")
    assert broken < html.index("The model is away; these are quotations.") < html.index("Text.")
    assert "2 papers found but left out: the model’s context was full" in html
    assert "1 mark removed: the model cited papers that it was not given" in html
    assert "<span>Written by llama3.1</span><span>2.1 s</span>" in html


def test_a_notice_that_says_the_same_is_not_said_twice() -> None:
    notice = "The model's stream broke off: this answer is incomplete."
    html = render_turn(answered("Text.", complete=False, notice=notice))
    assert html.count("broke off") == 1


def test_quotations_say_that_they_are() -> None:
    assert "Quoted from the abstracts" in render_turn(answered("Text.", mode=Mode.QUOTING))


def test_what_a_screen_reader_hears() -> None:
    assert describe(Turn(1, "Q?")) == "Looking for papers."
    cited = answered("Yes [1].", Sentence("Yes.", (1,)))
    assert describe(cited) == "The answer is there; it cites 1 paper."
    assert describe(answered("No.", refused=True)) == "These papers do not answer the question."
    assert describe(Turn(1, "Q?").failed(Problem("a<b"))) == "The question failed: a&lt;b"


def test_waiting_questions_are_shown() -> None:
    assert render_waiting(()) == ""
    assert "<li>a&lt;b</li>" in render_waiting(("a<b",))


# --- the panel ----------------------------------------------------------------------


def test_the_evidence_is_marked_in_its_abstract_for_its_sentence() -> None:
    turn = answered(
        "One [1]. Two [1].",
        Sentence("One.", (1,), (EVIDENCE,)),
        Sentence("Two.", (1,), (EVIDENCE,)),
    )
    html = render_sources([turn])
    assert f'slow. <mark class="ev s1 s2">{GATE}</mark> Code &amp; data' in html
    assert read(html).text.count(ABSTRACT) == 1


def test_evidence_that_overlaps_lights_up_each_part_for_its_own_sentences() -> None:
    turn = answered(
        "One [2]. Two [2].",
        Sentence("One.", (2,), (Evidence("b", "The cache grows.", 0, 16),)),
        Sentence("Two.", (2,), (Evidence("b", "cache grows. We evict.", 4, 26),)),
    )
    assert (
        '<mark class="ev s1">The </mark><mark class="ev s1 s2">cache grows.</mark>'
        '<mark class="ev s2"> We evict.</mark>'
    ) in render_sources([turn])


def test_evidence_outside_its_abstract_is_left_out() -> None:
    wrong = Evidence("b", "x", 20, 400)
    html = render_sources([answered("One [2].", Sentence("One.", (2,), (wrong,)))])
    assert "<mark" not in html


def test_papers_that_are_not_cited_are_folded_below() -> None:
    html = render_sources([answered("One [2].", Sentence("One.", (2,)))])
    assert html.index('id="t3-p2"') < html.index("Also read, not cited") < html.index('id="t3-p1"')
    uncited = render_sources([answered("None.")])
    assert "Also read" not in uncited


def test_a_card_says_what_is_known_and_invents_nothing() -> None:
    html = render_sources([answered("One [1].", Sentence("One.", (1,)))])
    assert "<span>Mira Okafor et al.</span><span>26 Jun 2025</span><span>112 upvotes</span>" in html
    assert "Mira Okafor, Tomasz Lind, Jun Watanabe and 6 more" in html
    assert '<span class="fn-meta"><span>31 authors</span></span>' in html
    assert (
        '<a href="https://arxiv.org/abs/2506.21103" target="_blank" rel="noopener noreferrer">'
    ) in html


def test_every_turn_keeps_its_own_section() -> None:
    first = replace(answered("One [1].", Sentence("One.", (1,), (EVIDENCE,))), number=1)
    html = render_sources([first, Turn(2, "later"), answered("Two.")])
    assert re.findall(r'id="sources-(t\d)"', html) == ["t1", "t3"]
    assert render_sources([Turn(1, "Q?")]) == ""


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "//evil.invalid",
        "http://",
        "http://[bad",
        "file:///etc/passwd",
        " https://a.b",
        "",
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert not is_web_address(url)
    assert web_address(replace(OTHER, url=url)) == ""


def test_a_paper_without_an_address_is_linked_by_its_arxiv_id() -> None:
    assert web_address(replace(PAPER, url=None)) == "https://arxiv.org/abs/2506.21103"
    assert web_address(replace(PAPER, url="javascript:x", arxiv_id='"><b>')) == ""


# --- nothing runs -------------------------------------------------------------------


def test_nothing_that_pages_models_or_readers_wrote_becomes_a_tag() -> None:
    paper = Paper(
        "evil",
        EVIL,
        EVIL + " sentence.",
        (EVIL, EVIL, EVIL),
        url='https://a.b/"onclick="x()',
        arxiv_id=EVIL,
    )
    evidence = Evidence("evil", EVIL, 0, len(EVIL))
    doubt = Sentence(EVIL, (1,), (evidence,), Verdict(Support.CONTRADICTED, 0.1, EVIL))
    filter = Filter(Field.AUTHOR, "=", EVIL, EVIL)
    answer = Answer(
        EVIL,
        f"{EVIL} [1]\n\n- {EVIL}\n\n| {EVIL} | `{EVIL}` |",
        Mode.MODEL,
        (doubt,),
        (Offer(1, paper, True),),
        missing_terms=(EVIL,),
        notice=EVIL,
        premise=doubt,
        understood=Understood("asked", EVIL, (), (filter,), follows=True),
        selection=Selection(1, 2, 3),
        comparison=Comparison((Column(EVIL, (1,)),), (Aspect(EVIL, (doubt,)),)),
        model=EVIL,
    )
    turn = Turn(1, EVIL, (filter,)).after(Done(answer))
    assert render_turn(turn).count("&lt;svg onload=x()&gt;") > 12
    for html in (
        render_turn(turn),
        render_sources([turn]),
        render_turn(turn.failed(Problem(EVIL, EVIL))),
        render_waiting((EVIL,)),
        describe(turn.failed(Problem(EVIL))),
        render_broken(EVIL, EVIL),
    ):
        assert_harmless(html)
        assert "<script" not in html


# --- the page -----------------------------------------------------------------------


def test_the_header_counts_papers_and_says_who_answers() -> None:
    assert "1 paper</span>" in render_header(1, "")
    assert "10,000 papers</span>" in render_header(10_000, "")
    assert "a &lt;b&gt;" in render_header(2, "a <b>")


def test_an_empty_library_says_how_to_add_pages() -> None:
    assert "<code>footnote add PATH</code>" in render_welcome(0)
    assert "footnote add" not in render_welcome(3)


def test_terms_that_no_paper_mentions_are_told_before_the_answer_comes() -> None:
    turn = Turn(1, "Q?").after(Found((Offer(1, PAPER),), 1.0, ("<Muon>",)))
    chip = "Not in these papers:</span> <b>&lt;Muon&gt;</b>"
    assert chip in render_turn(turn)
    writing = render_turn(turn.after(TextDelta("It helps.")))
    assert writing.index(chip) < writing.index("It helps.")
    assert chip in render_turn(turn.stopped())


# --- while it streams ---------------------------------------------------------------


def test_a_citation_leads_to_its_evidence_as_soon_as_its_sentence_is_checked() -> None:
    sentence = Sentence("It skips blocks.", (1,), (EVIDENCE,))
    turn = Turn(1, "Q?").after(Found((Offer(1, PAPER), Offer(2, OTHER)), 1.0))
    writing = turn.after(TextDelta("It skips blocks [1]. And it evicts [2]"))
    assert chips(render_turn(writing)) == [("#t1-p1", "cite"), ("#t1-p2", "cite")]
    checked = writing.after(Checked((sentence,)))
    assert chips(render_turn(checked)) == [("#t1-p1-s1", "cite"), ("#t1-p2", "cite")]
    assert f'<mark class="ev s1">{GATE}</mark>' in render_sources([checked])


def test_the_evidence_of_cells_and_of_the_premise_is_marked_too() -> None:
    cell = Sentence("91%", (1,), (EVIDENCE,))
    table = Comparison(
        (Column("Gate", (1,)),), (Aspect("a", (Sentence("no"),)), Aspect("b", (cell,)))
    )
    turn = answered("Text.", comparison=table, premise=Sentence("Not so.", (1,), (EVIDENCE,)))
    assert f'<mark class="ev c2 q1">{GATE}</mark>' in render_sources([turn])


def test_a_premise_is_told_before_the_answer_with_its_source() -> None:
    premise = Sentence("It is <91%>.", (1,), (EVIDENCE,))
    found = Turn(3, "Q?").after(Found((Offer(1, PAPER),), 1.0, premise=premise))
    note = '<p class="fn-note fn-premise">It is &lt;91%&gt;.<a class="cite" href="#t3-p1-q1"'
    done = answered("Whole.", premise=premise)
    for turn in (found, found.after(TextDelta("Half")), found.stopped(), done):
        assert note in render_turn(turn)
    assert render_turn(done).index(note) < render_turn(done).index("Whole.")


def test_an_answer_from_the_librarys_records_says_so_and_is_not_judged() -> None:
    sentence = Sentence("It is the newest.", (1,), (), Verdict(Support.NOT_FOUND, 0.0, "no"))
    html = render_turn(answered("It is the newest [1].", sentence, mode=Mode.LIBRARY))
    assert "<span>From the library’s records</span>" in html
    assert chips(html) == [("#t3-p1", "cite")]
    assert "supported" not in html
    assert "fn-notfound" not in html


# --- what it cost, where it leads, what was said of it --------------------------------


def test_the_byline_tells_time_and_tokens_and_when_each_stage_was_over() -> None:
    timings = Timings(12.4, 300.0, 2140.0, 86.2)
    turn = answered("A [1].", Sentence("A.", (1,)), timings=timings, tokens=Tokens(1240, 96))
    assert (
        '<span title="Papers found after 12 ms · First words after 300 ms · '
        'Support checked in 86 ms">2.1 s</span>'
        '<span class="fn-tokens">1,240 tokens read, 96 written</span></p>'
    ) in render_turn(turn)
    untold = render_turn(answered("A [1].", Sentence("A.", (1,))))
    assert '<p class="fn-byline"><span>Written by llama3.1</span></p>' in untold


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        (Tokens(), ""),
        (Tokens(1, 1), "1 token read, 1 written"),
        (Tokens(None, 96), "96 tokens written"),
        (Tokens(None, 1), "1 token written"),
        (Tokens(1240, None), "1,240 tokens read"),
    ],
)
def test_tokens_that_the_server_does_not_count_are_not_told(tokens: Tokens, words: str) -> None:
    assert tell_tokens(tokens) == words


def test_an_answer_that_cites_papers_leads_to_the_map() -> None:
    link = '<a class="fn-do" href="#map">See on the map</a>'
    assert link in render_turn(answered("A [1].", Sentence("A.", (1,))))
    assert link not in render_turn(answered("A.", Sentence("A.")))


def backs(html: str) -> list[tuple[str | None, str]]:
    """Where the links back to the answer lead, and what they say."""
    return re.findall(r'<a class="fn-back" href="([^"]*)"[^>]*>(.*?)</a>', html)


def test_a_source_lists_the_sentences_cells_and_the_premise_that_cite_it() -> None:
    cell = Sentence("91%", (1,), (EVIDENCE,))
    sides = (Column("Gates", (1,)), Column("Others", (2,)))
    table = Comparison(sides, (Aspect("Cost & gain", (Sentence("", ()), cell)),))
    turn = answered(
        "One [1]. Two [2].",
        Sentence("One.", (1,), (EVIDENCE,)),
        Sentence("Two.", (2,)),
        comparison=table,
        premise=Sentence("It is taken for granted.", (1,)),
    )
    assert backs(render_sources([turn])) == [
        ("#t3-p1-s1", "One."),
        ("#t3-p1-c2", "Cost &amp; gain, Others"),
        ("#t3-p1-q1", "What the question takes for granted"),
        ("#t3-p2-s2", "Two."),
    ]
    assert 'data-why="No sentence of its abstract was matched: check it."' in render_sources([turn])


def test_a_refusal_is_no_claim_that_a_source_could_lead_back_to() -> None:
    refusal = answered("The nearest is [1].", Sentence("The nearest is.", (1,)), refused=True)
    assert "fn-citing" not in render_sources([refusal])


def test_a_long_sentence_is_shortened_at_a_blank_and_shown_without_signs() -> None:
    assert shorten("It **skips** `91%` [1]\n of all [2, 3].") == "It skips 91% of all ."
    long = shorten("word, " * 40)
    assert long.endswith("word…")
    assert len(long) <= LONGEST
    assert shorten("x" * 300) == "x" * LONGEST + "…"


def test_each_sentence_of_a_whole_answer_can_be_found_in_its_pieces() -> None:
    html = render_turn(answered("It **skips** [1]. More.", Sentence("It skips.", (1,))))
    assert '<span data-at="s1">It </span><strong><span data-at="s1">skips</span></strong>' in html
    writing = Turn(3, "Q?").after(Found((Offer(1, PAPER),), 1.0)).after(TextDelta("It skips [1]."))
    assert "data-at" not in render_turn(writing)


def test_sentences_side_by_side_without_a_blank_keep_their_own_marks() -> None:
    partly = Verdict(Support.PARTLY, 0.5, "In part.")
    one, two = Sentence("One.", (1,), (), partly), Sentence("Two.", (2,))
    html = render_turn(answered("One.[1]Two.[2]", one, two))
    assert re.findall(r'data-at="(s\d)">(.*?)</span>', html) == [("s1", "One."), ("s2", "Two.")]


def test_a_sentence_of_a_kept_answer_can_be_rated_and_shows_what_was_said() -> None:
    turn = answered("One [1]. Two.", Sentence("One.", (1,), (EVIDENCE,)), Sentence("Two."))
    assert "fn-say" not in render_turn(turn)
    kept = replace(turn.now_kept(1), rated=(Rated(1, False, 'so "so"'),))
    assert re.findall(
        r'<button type="button" (class="fn-say.*?) aria-haspopup', render_turn(kept)
    ) == [
        'class="fn-say" data-turn="3" data-sentence="1" data-liked="" data-comment=""'
        ' aria-label="Rate this sentence"',
        'class="fn-say fn-bare" data-turn="3" data-sentence="2" data-liked="no"'
        ' data-comment="so &quot;so&quot;" aria-label="You disliked this sentence"',
    ]
    liked = render_turn(replace(kept, rated=(Rated(0, True),)))
    assert 'data-liked="yes" data-comment="" aria-label="You liked this sentence"' in liked


def test_what_a_reader_said_of_a_sentence_becomes_no_tag() -> None:
    turn = answered("One [1].", Sentence("One.", (1,), (EVIDENCE,)))
    rated = render_turn(replace(turn.now_kept(1), rated=(Rated(0, False, EVIL),)))
    assert_harmless(rated.replace(THUMB, ""))
    why = Verdict(Support.SUPPORTED, 1.0, EVIL)
    said = answered(f"{EVIL} [1].", Sentence(f"{EVIL}.", (1,), (EVIDENCE,), why))
    assert_harmless(render_sources([said]))


def test_questions_to_go_on_with_are_escaped_in_text_and_value() -> None:
    html = render_onward(("Why?", EVIL))
    assert_harmless(html)
    assert [known["data-text"] for tag, known in read(html).tags if tag == "button"] == [
        "Why?",
        EVIL,
    ]
    assert render_onward(()) == ""
