"""How a reader sees what an answer's sentences rest on: marks, reasons, the count, the switch."""

from __future__ import annotations

import re

import pytest
from reading import EVIDENCE, EVIL, GATE, OTHER, PAPER, answered, assert_harmless, chips, read

from rag.events import Checked, Found, TextDelta
from rag.replies import Mode, Offer, Sentence, Support, Verdict
from ui.render import describe, render_turn
from ui.sources import render_sources
from ui.support import count_words
from ui.turns import Turn

FOUND = Verdict(Support.SUPPORTED, 0.9, "Its words are there.")
PARTLY = Verdict(Support.PARTLY, 0.5, "“91%” is not there.")
NOT_FOUND = Verdict(Support.NOT_FOUND, 0.1, "Its words are not there.")
CONTRADICTED = Verdict(Support.CONTRADICTED, 0.05, "The abstract says 91%, not 19%.")
NOT_NEEDED = Verdict(Support.NOT_NEEDED, 1.0, "It leads on.")


def said(text: str, verdict: Verdict | None = None, citations: tuple[int, ...] = (1,)) -> Sentence:
    return Sentence(text, citations, (EVIDENCE,) if citations else (), verdict)


def gaps(html: str) -> list[str]:
    return re.findall(r'<span class="fn-gap">(.*?)</span>', html)


# --- one sentence -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "classes", "words", "sign"),
    [
        (PARTLY, "fn-partly", "Supported in part", "≈"),
        (NOT_FOUND, "fn-notfound fn-unfound", "Support not found", "?"),
        (CONTRADICTED, "fn-contradicted fn-unfound", "Contradicted", "!"),
    ],
)
def test_a_doubt_has_a_line_a_sign_and_its_reason_in_words(
    verdict: Verdict, classes: str, words: str, sign: str
) -> None:
    html = render_turn(answered("It skips [1]. Next.", said("It skips.", verdict), said("Next.")))
    title = f"{words}: {verdict.reason}"
    mark = f'<span class="fn-claim {classes}" title="{title}" data-at="s1">It skips</span>'
    assert mark in html
    assert f'aria-label="{words}: why?"><span aria-hidden="true">{sign}</span></a>' in html
    assert f'id="t3-s1-why" role="note"><b>{words}</b> {verdict.reason}' in html
    assert f"<q>{GATE}</q>" in html
    assert html.count("fn-claim") == 1


@pytest.mark.parametrize("verdict", [FOUND, NOT_NEEDED])
def test_what_is_supported_or_needs_no_support_is_left_alone(verdict: Verdict) -> None:
    html = render_turn(answered("It skips [1].", said("It skips.", verdict)))
    assert "fn-claim" not in html
    assert "fn-doubt" not in html
    assert chips(html) == [("#t3-p1-s1", "cite")]


def test_a_sources_card_gives_the_reason_and_the_chip_asks_for_no_check() -> None:
    turn = answered("It skips [2].", Sentence("It skips.", (2,), (), FOUND))
    assert chips(render_turn(turn)) == [("#t3-p2-s1", "cite")]
    link = 'href="#t3-p2-s1" data-found="Supported" data-why="Its words are there.">It skips.</a>'
    assert f'<p>Cited by</p><ul><li><a class="fn-back" {link}</li></ul>' in render_sources([turn])


def test_a_sentence_that_needs_no_citation_is_not_told_to_have_no_source() -> None:
    leading = render_turn(answered("So then.", said("So then.", NOT_NEEDED, ())))
    assert "no source" not in leading
    checked = render_turn(answered("So it is.", said("So it is.", NOT_FOUND, ())))
    assert '<span class="fn-uncited fn-unfound"' in checked
    assert "fn-doubt" not in checked
    unchecked = render_turn(answered("So it is.", said("So it is.", None, ())))
    assert '<span class="fn-uncited" title="This sentence cites no paper: check it">' in unchecked


def test_a_sentence_through_bold_words_and_chips_keeps_tags_nested() -> None:
    text = "Before. **It skips** many [1] blocks & <all>. After."
    sentences = (said("Before."), said("It skips many blocks & <all>.", NOT_FOUND), said("After."))
    html = render_turn(answered(text, *sentences))
    mark = '<span class="fn-claim fn-notfound fn-unfound" title="Support not found: '
    assert html.count(mark) == 3
    before = '<p><span data-at="s1">Before.</span> '
    assert f'{before}<span class="fn-gap">1 sentence hidden</span><strong>' in html
    assert re.search(r"<strong><span [^>]*>It skips</span></strong>", html)
    assert "blocks &amp; &lt;all&gt;.</span>" in html
    assert html.endswith("</article>")
    assert ' <span data-at="s3">After.</span></p>' in html


def test_the_stop_behind_a_chip_is_hidden_with_its_sentence_but_not_underlined() -> None:
    html = render_turn(answered("It skips [1].", said("It skips.", NOT_FOUND)))
    assert '</a></span><span class="fn-notfound fn-unfound">.</span><span class="fn-why' in html


def test_marks_after_the_stop_belong_to_the_sentence() -> None:
    html = render_turn(answered("It skips. [1] Next.", said("It skips.", NOT_FOUND), said("Next.")))
    chip = '<span class="fn-cites fn-notfound fn-unfound"><a class="cite" href="#t3-p1-s1"'
    assert html.index(chip) < html.index("fn-doubt") < html.index(">Next.<")


def test_private_characters_cannot_forge_a_mark() -> None:
    text = "A \ue000b0\ue001 b \ue000e0\ue001 [1]."
    html = render_turn(answered(text, said("A b0 b e0.", PARTLY)))
    assert html.count("fn-doubt") == 1
    assert "\ue000" not in html


def test_a_hostile_reason_stays_text() -> None:
    verdict = Verdict(Support.NOT_FOUND, 0.0, EVIL)
    html = render_turn(answered("It skips [1].", said("It skips.", verdict)))
    assert_harmless(html)
    assert EVIL in read(html).text


# --- while it streams ---------------------------------------------------------------


def test_marks_appear_while_the_answer_streams() -> None:
    turn = Turn(1, "Q?").after(Found((Offer(1, PAPER), Offer(2, OTHER)), 1.0))
    turn = turn.after(TextDelta("It skips [1]. It evicts"))
    assert "fn-doubt" not in render_turn(turn)
    turn = turn.after(Checked((said("It skips.", PARTLY),)))
    html = render_turn(turn)
    assert html.count("fn-doubt") == 1
    assert "It evicts</p>" in html
    assert "supported" not in html


def test_an_uncited_sentence_is_not_accused_before_it_was_checked() -> None:
    turn = Turn(1, "Q?").after(TextDelta("So it is. And"))
    assert "no source" not in render_turn(turn.after(Checked((said("So it is.", None, ()),))))
    assert "no source" in render_turn(turn.after(Checked((said("So it is.", NOT_FOUND, ()),))))


def test_a_stopped_answer_tells_how_much_of_it_was_supported() -> None:
    turn = Turn(1, "Q?").after(Found((Offer(1, PAPER),), 1.0)).after(TextDelta("It skips [1]. It"))
    stopped = turn.after(Checked((said("It skips.", FOUND),))).stopped()
    assert "1 of 1 sentence supported" in render_turn(stopped)


# --- the count and the switch -------------------------------------------------------


def test_the_count_is_of_what_was_checked_and_needs_support() -> None:
    verdicts = (FOUND, FOUND, PARTLY, NOT_FOUND, NOT_NEEDED, None)
    sentences = [said(f"Word{n}.", verdict) for n, verdict in enumerate(verdicts)]
    turn = answered(" ".join(f"Word{n} [1]." for n in range(6)), *sentences)
    assert count_words(turn) == "2 of 4 sentences supported"
    title = (
        "The wording was looked for in the cited abstracts. Follow a number to read the sentence."
    )
    assert f'<span title="{title}">2 of 4 sentences supported</span>' in render_turn(turn)
    assert describe(turn) == "The answer is there; it cites 1 paper. 2 of 4 sentences supported."


def test_nothing_is_counted_where_nothing_was_checked_or_claimed() -> None:
    sentence = said("It skips.", FOUND)
    assert count_words(answered("It skips [1].", said("It skips."))) == ""
    assert count_words(answered("It skips [1].", sentence, refused=True)) == ""
    assert count_words(answered("It skips [1].", sentence, mode=Mode.LIBRARY)) == ""
    assert "fn-support" not in render_turn(answered("It leads.", said("It leads.", NOT_NEEDED, ())))


def test_the_switch_says_how_many_sentences_it_hides() -> None:
    one = answered("A [1]. B [1].", said("A.", NOT_FOUND), said("B.", PARTLY))
    assert 'data-turn="3"><span class="fn-when-shown">Hide the 1 not found</span>' in render_turn(
        one
    )
    assert '<span class="fn-when-hidden">Show the 1 not found</span>' in render_turn(one)
    two = answered("A [1]. B [1].", said("A.", NOT_FOUND), said("B.", CONTRADICTED))
    assert "Hide the 2 without support" in render_turn(two)
    assert "fn-hide" not in render_turn(answered("A [1].", said("A.", PARTLY)))


def test_hidden_neighbours_leave_one_trace_where_they_stood() -> None:
    text = "A [1]. B [1]. C [1]. D [1].\n- E [1].\n- F [1]."
    verdicts = (NOT_FOUND, CONTRADICTED, FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND)
    letters = zip("ABCDEF", verdicts, strict=True)
    html = render_turn(answered(text, *(said(f"{one}.", verdict) for one, verdict in letters)))
    assert gaps(html) == ["2 sentences hidden", *["1 sentence hidden"] * 3]
    assert html.index("2 sentences hidden") < html.index(">A<") < html.index(">C<")


def test_everything_of_a_hidden_sentence_hides() -> None:
    html = render_turn(answered("A [1]. B.", said("A.", NOT_FOUND), said("B.", NOT_FOUND, ())))
    shown = re.sub(
        r'<span class="fn-gap">.*?</span>', "", html[html.index("<p>") : html.rindex("</p>")]
    )
    tags = read(shown).tags
    outermost = [attributes.get("class") or "" for tag, attributes in tags if tag == "span"]
    kinds = ("fn-claim", "fn-cites", "fn-why", "fn-uncited", "fn-notfound")
    assert all("fn-unfound" in one for one in outermost if one.startswith(kinds))


def test_the_configuration_may_hide_from_the_start() -> None:
    sentence = said("A.", NOT_FOUND)
    assert 'data-hiding="yes"' in render_turn(answered("A [1].", sentence, hidden=1))
    assert "data-hiding" not in render_turn(answered("A [1].", sentence))
