"""Pages and texts of any size, in the shapes that readers are slow at: a beginning, what is
repeated, an end.

All of it is made up; nothing is taken from a real page.
"""

from __future__ import annotations

from dataclasses import dataclass

HEADER = "Daily Papers\nbyAK and the research community\nMay 15\n\n"
SAID = "We count sheep with a network of $x^2$ goats and find that it helps (see Fig. 2). "
FEED = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">'
TITLED = "<entry><title>A</title><summary>"
ONE = '{"title":"a","abstract":"b"}'
PROPS = (
    '<div data-target="DailyPapers" data-props="{&quot;dailyPapers&quot;:[{&quot;title&quot;:1}]}">'
)
CITED = '<meta name="citation_title" content="Sheep"><meta name="citation_abstract" content="'


@dataclass(frozen=True, slots=True)
class Shape:
    """`repeated` as often as it takes; what stands before and behind it is not counted."""

    before: str
    repeated: str
    after: str = ""

    def write(self, size: int) -> str:
        """A text of about this many characters."""
        return self.before + self.repeated * max(1, size // len(self.repeated)) + self.after


def write_nested(opening: str, closing: str, size: int) -> str:
    """Elements in elements, all closed."""
    times = size // len(opening + closing)
    return opening * times + closing * times


BENIGN = {
    "listing": Shape(HEADER, f"Counting Sheep With Networks\n\n{SAID * 8}\n\n"),
    "dated": Shape(HEADER, f"Counting Sheep\n\n{SAID * 8}\n\n  • 4 authors\n·\nFeb 27 3\n"),
    "wrapped": Shape(HEADER, f"Counting Sheep With Nets\n\n{(SAID[:70] + chr(10)) * 9}\n"),
    "hf-json": Shape("[", f'{{"paper":{{"title":"Sheep","summary":"{SAID * 8}"}}}},', "{}]"),
    "json": Shape('{"papers":[', f'{{"title":"Sheep","abstract":"{SAID * 8}"}},', "{}]}"),
    "jsonl": Shape("", f'{{"title":"Sheep","abstract":"{SAID * 8}"}}\n'),
    "html": Shape("<html><body>", f"{PROPS}</div><p>{SAID}</p>\n"),
    "html-tags": Shape(CITED, SAID, '">'),
    "atom": Shape(FEED, f"{TITLED}{SAID * 8}</summary></entry>\n", "</feed>"),
    "csv": Shape("title,abstract\n", f'"Sheep, Counted","{SAID * 8}"\n'),
    "tsv": Shape("title\tabstract\n", f"Sheep\t{SAID * 8}\n"),
    "bibtex": Shape("", f"@misc{{a,\n title={{Sheep}},\n abstract={{{SAID * 8}}}\n}}\n"),
    "ris": Shape("", f"TY  - JOUR\nTI  - Sheep\nAB  - {SAID * 8}\nER  - \n\n"),
}
HOSTILE = {
    "one-line": Shape(f"{HEADER}Counting Sheep\n\n", SAID),
    "long-title": Shape(HEADER, "Counting Sheep ", f"\n\n{SAID}"),
    "blank-lines": Shape(f"{HEADER}Counting Sheep\n\nWe count.", "\n", "\n\nGoats\n\nWe do not."),
    "no-abstracts": Shape(HEADER, "Counting Sheep in Small Fields Alone\n\n"),
    "authors": Shape(HEADER, "• 4 authors and then some more of it\n• 4 authors\n"),
    "headers": Shape("", f"{HEADER}Counting Sheep\n\nWe count.\n\n"),
    "wrapped-on": Shape(HEADER, f"{SAID[:75]}\n"),
    "brackets": Shape("", "["),
    "objects": Shape("", '{"a":'),
    "papers-in-papers": Shape("", '{"papers":['),
    "tiny-values": Shape("[", "{},", "{}]"),
    "values-in-a-row": Shape("", ONE),
    "broken-values": Shape("[", f'{{"title":"a" "abstract":"b"}},{ONE},', "{}]"),
    "broken-far": Shape("[", f'{ONE},{{"a":x}},{"{},[" * 40}', "{}]"),
    "open-strings": Shape(f'[{ONE},{{"a":x}},', '{},{"b":"', "{}]"),
    "open-lists": Shape(f'[{ONE},{{"a":x}},', f'{{}},{{"b":[{ONE},', "{}]"),
    "long-number": Shape('[{"title":"a","year":', "9", "}]"),
    "broken-lines": Shape(f"{ONE}\n{ONE}\n", '[{"a":x},{},{"b":"{},{\n'),
    "many-members": Shape("{", f'"k":{ONE},', '"k":1}'),
    "divs": Shape("<html>DailyPapers", "<div>"),
    "divs-without-end": Shape("<html><p DailyPapers>", "<div/>"),
    "wrong-ends": Shape("<html><p DailyPapers>", "<b></i>"),
    "open-tags": Shape("<html><p DailyPapers>", "<div "),
    "open-quotes": Shape("<html><p DailyPapers>", "<div a=\"<b c='"),
    "open-comments": Shape("<html><p DailyPapers>", "<!--<script>"),
    "attributes": Shape("<html><div DailyPapers ", "a=b ", ">"),
    "attribute-names": Shape("<html><div DailyPapers", "=", ">"),
    "targets": Shape("<html>", PROPS),
    "scripts": Shape("<html><p DailyPapers>", "<script></style>"),
    "ampersands": Shape(CITED, "&amp", '">'),
    "entries": Shape(FEED, "<entry></entry>", "</feed>"),
    "open-entries": Shape(FEED, "<entry>"),
    "open-entry": Shape(f"{FEED}<entry>", "<a>", "</entry></feed>"),
    "open-cdata": Shape(f"{FEED}{TITLED}", "<![CDATA[", "</summary></entry></feed>"),
    "escaped": Shape(f"{FEED}{TITLED}", "&lt;", "</summary></entry></feed>"),
    "bare-signs": Shape(f"{FEED}{TITLED}", "& <", "</summary></entry></feed>"),
    "broken-entries": Shape(FEED, f"{TITLED}B & C</summary></entry>", "</feed>"),
    "columns": Shape("title,abstract", ",x", "\na,b"),
    "quotes": Shape("title,abstract\n", '"a\n'),
    "rows": Shape("title,abstract\n", "a,b\n"),
    "blocks": Shape("", "@misc{a,}\n"),
    "blocks-in-a-row": Shape("", "@misc{a,"),
    "braces": Shape("@misc{a,title={b},abstract={", "{"),
    "open-values": Shape("", '@misc{a, title="\n'),
    "strings": Shape("@misc{a,title={b}}\n", '@string{a = "b"}\n'),
    "fields": Shape("@misc{k,title={b}, abstract={c}", ", x={y}", "}"),
    "names": Shape("@misc{k,title={b}, abstract={c}, author={", "{ and ", "}}"),
    "formulas": Shape("@misc{k,title={b}, abstract={$", "\\$", "}}"),
    "accents": Shape("@misc{k,title={b}, abstract={", "\\'{", "}}"),
    "long-accents": Shape("@misc{k,title={b}, abstract={\\'e", "a", "}}"),
    "references": Shape("TY  - JOUR\nTI  - A\nAB  - b\n", "TY  - JOUR\n"),
    "tags": Shape("TY  - JOUR\nTI  - A\nAB  - b\n", "AU  - Last, First\n", "ER  - \n"),
    "wrapped-tag": Shape("TY  - JOUR\nTI  - A\nAB  - b\n", "word word\n", "ER  - \n"),
    "unicode-lines": Shape(f"{HEADER}Counting Sheep\n\nWe", "\u2028"),
}
SCRAPS = (
    *(
        "[",
        "[1",
        "[1]",
        "[1][2] ",
        "【3",
        "`",
        "**",
        "**a ",
        "|",
        "|-",
        "| a |\n",
        "-",
        "- a\n",
        "# a\n",
    ),
    *(
        "a",
        "A",
        "1",
        ".",
        ",",
        " ",
        "\n",
        "\t",
        "(",
        "(a",
        "“",
        '"',
        "'",
        "$",
        "\\",
        "\\'",
        "<",
        "&",
    ),
    *(
        "a. ",
        "A. ",
        "Aa bb. ",
        "e.g. ",
        "...",
        ". . ",
        "? ",
        "?",
        "; ",
        ": ",
        "and ",
        "not ",
        "of ",
    ),
    *(
        "since ",
        "before 2023 ",
        "by A ",
        "more than 3 ",
        "compare ",
        "vs ",
        "with ",
        "why is ",
        "than ",
    ),
    *(
        "the paper ",
        "it ",
        "which of ",
        "12%",
        "1-",
        "\u2028",
        "\u0301",
        "İ",
        "中",
        "\x00",
        "\ue000m1\ue001",
    ),
)
