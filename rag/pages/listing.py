"""*Daily Papers* listings saved or pasted as text: the reader of the shape `listing`.

Owns the order of the work: lines without the site's own are cut into sections at each
header, a section into units, the units are labelled, and labels become entries. Knows
nothing about files or other shapes. One pass each, so the time is linear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from rag.pages import chrome
from rag.pages.chrome import Facts, Line
from rag.pages.labels import Label, label_units
from rag.pages.layout import arrange_units
from rag.pages.outcome import NO_PAPERS, Outcome, judge_entry, make_page
from rag.records import Entry, Failure, Page, PartialDate

SHAPE = "listing"
_MARKUP = ("#", "|", "```", "- ", "* ", ">", "//", "/*")
"""How lines of notes and programs begin, and titles do not."""


@dataclass(slots=True)
class Section:
    """The lines between one header and the next.

    `facts` holds what was said under entries, by the number of the line it follows.
    """

    lines: list[Line] = field(default_factory=list)
    facts: dict[int, Facts] = field(default_factory=dict)
    date: PartialDate | None = None
    headed: bool = False

    def add(self, line: Line) -> None:
        starts = bool(self.lines) and self.lines[-1].number in self.facts
        self.lines.append(replace(line, starts=True) if starts else line)

    def close(self, facts: Facts) -> None:
        """End the entry that the last line belongs to. Before any entry, facts are nobody's."""
        if self.lines:
            self.facts.setdefault(self.lines[-1].number, facts)


def read_listing(source: str, text: str) -> Page:
    """Read a listing in any of its shapes; without a header, too."""
    if _is_crumbs(text):
        return make_page(source, SHAPE, [Failure(source, None, NO_PAPERS)])
    sections = split_sections(_number_lines(text))
    outcomes = [outcome for section in sections for outcome in _read_section(source, section)]
    headed = any(section.headed or section.facts for section in sections)
    if not headed and not _is_plausible(outcomes):
        outcomes = [Failure(source, None, NO_PAPERS)]
    date = next((section.date for section in sections if section.date), None)
    return make_page(source, SHAPE, outcomes, date)


def split_sections(lines: list[Line]) -> list[Section]:
    """Set the site's own lines aside; every header begins a section of its own."""
    lines = _drop_footer(lines)
    sections = [Section()]
    in_header = True
    at = 0
    while at < len(lines):
        line = lines[at]
        if _opens_header(lines, at, in_header=in_header):
            if not in_header:
                sections.append(Section())
            at, in_header = at + 1, True
            sections[-1].headed |= chrome.is_header(line.text)
        elif in_header and sections[-1].date is None and chrome.is_date_line(line.text):
            sections[-1].date = chrome.read_date_line(line.text)
            at += 1
        elif taken := _count_facts(lines, at):
            sections[-1].close(_read_facts(lines[at : at + taken]))
            at += taken
        else:
            sections[-1].add(_part_from_button(lines, at) if in_header else line)
            at, in_header = at + 1, False
    return sections


def _number_lines(text: str) -> list[Line]:
    lines: list[Line] = []
    blank = True
    for number, raw in enumerate(text.split("\n"), start=1):
        if stripped := raw.strip():
            lines.append(Line(stripped, number, blank))
        blank = not stripped
    return lines


def _drop_footer(lines: list[Line]) -> list[Line]:
    end = len(lines)
    while end and chrome.is_footer(lines[end - 1].text):
        end -= 1
    # A lone number at the end may be the comments of the last entry, or its abstract.
    return lines[:end] if len(lines) - end > 1 else lines


def _opens_header(lines: list[Line], at: int, *, in_header: bool) -> bool:
    text = lines[at].text
    if chrome.is_header(text) or (in_header and chrome.is_navigation(text)):
        return True
    follows = at + 1 < len(lines) and chrome.is_newsletter(lines[at + 1].text)
    return follows and chrome.is_navigation(text)


def _part_from_button(lines: list[Line], at: int) -> Line:
    line = lines[at]
    if at == 0 or not chrome.is_newsletter(lines[at - 1].text):
        return line
    return replace(line, text=chrome.unglue(line.text))


def _count_facts(lines: list[Line], at: int) -> int:
    """How many lines from here on say an entry's author count and date."""
    text = lines[at].text
    if chrome.count_authors(text) is None and not chrome.is_dot(text):
        return 0
    taken = 1
    if taken + at < len(lines) and chrome.is_dot(lines[at + taken].text):
        taken += 1
    if taken + at < len(lines) and chrome.is_date_line(lines[at + taken].text):
        taken += 1
    return taken


def _read_facts(lines: list[Line]) -> Facts:
    counts = (chrome.count_authors(line.text) for line in lines)
    count = next((count for count in counts if count is not None), None)
    return Facts(count, chrome.read_date_line(lines[-1].text))


@dataclass(slots=True)
class _Draft:
    """An entry in the making."""

    line: int
    title: str = ""
    abstract: list[str] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)


def _read_section(source: str, section: Section) -> Iterator[Outcome]:
    units = arrange_units(section.lines)
    drafts: list[_Draft] = []
    before = Label.ABSTRACT
    for unit, label in zip(units, label_units(units), strict=True):
        if label is Label.TITLE:
            drafts.append(_Draft(unit.line, title=unit.text))
        elif label is Label.MORE or before is Label.TITLE:
            drafts[-1].abstract.append(unit.text)
        else:
            drafts.append(_Draft(unit.line, abstract=[unit.text]))
        drafts[-1].facts = section.facts.get(unit.last_line, drafts[-1].facts)
        before = label
    return (judge_entry(_finish(source, draft)) for draft in drafts)


def _finish(source: str, draft: _Draft) -> Entry:
    return Entry(
        title=draft.title,
        abstract=" ".join(draft.abstract),
        source=source,
        line=draft.line,
        author_count=draft.facts.author_count,
        date=draft.facts.date,
    )


def _is_crumbs(text: str) -> bool:
    """Whether it is long and its lines are shorter than those of any listing: columns, a log."""
    lines = text.count("\n")
    return lines > 10_000 and len(text) < 20 * lines


def _is_plausible(outcomes: Iterable[Outcome]) -> bool:
    """Whether text without a header reads like papers rather than like any other text.

    Half of what was found must be entries whose abstract is longer than its title and is
    a sentence or more: it ends like one, or is long.
    """
    outcomes = list(outcomes)
    good = sum(
        isinstance(outcome, Entry)
        and len(outcome.abstract) > len(outcome.title)
        and not outcome.title.startswith(_MARKUP)
        and (outcome.abstract.endswith((".", "!", "?")) or len(outcome.abstract) >= 100)
        for outcome in outcomes
    )
    return good * 2 >= len(outcomes) and good > 0
