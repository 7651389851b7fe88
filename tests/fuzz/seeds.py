"""What fuzzing begins with: inputs of each target's own shapes, and the words they are made of.

All of it is made up; nothing is taken from a real page.
"""

from __future__ import annotations

LISTING = (
    "Daily Papers\nbyAK and the research community\nMay 15\n\nCounting Sheep\n\nWe count sheep"
    " in fields, and it helps. (See Fig. 2.)\n\n  • 4 authors\n·\nFeb 27 3\n\nTwo Goats\n\nWe.\n"
)
ATOM = (
    '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/'
    "2405.12345v1</id><title>Counting</title><summary>We count &amp; go.</summary><author><name>A"
    ' B</name></author><published>2024-05-24T17:34:15Z</published><category term="cs.LG"/></entry>'
    "</feed>"
)
HTML = (
    '<html><body><div data-target="DailyPapers" data-props="{&quot;dailyPapers&quot;:[{&quot;paper'
    "&quot;:{&quot;id&quot;:&quot;2405.12345&quot;,&quot;title&quot;:&quot;Sheep&quot;,&quot;"
    'summary&quot;:&quot;We count.&quot;}}]}"></div></body></html>'
)
BIBTEX = (
    '@string{j = "Sheep"}\n@misc{a, title = {Counting {S}heep \\"{o}}, journal = j,\n author = "'
    'Last, First and {The Herd}", abstract={We $n_{\\max}$ count 5\\%.}, year=2024, month=may}\n'
)
RIS = "TY  - JOUR\nTI  - Sheep\nAU  - Last, F\nAB  - We\n count.\nDA  - 2024/05/24/\nER  - \n"
JSON = '{"papers": [{"title": "Sheep", "abstract": "We count.", "authors": [{"name": "A B"}],'
SEEDS: dict[str, tuple[str, ...]] = {
    "page": (
        *(LISTING, ATOM, HTML, BIBTEX, RIS),
        JSON + ' "publishedAt": "2024-05-24", "upvotes": 3}]}',
        '{"title": "a", "abstract": "b"}\n{"title": "c", "summary": "d", "year": 2024}\n',
        'title,abstract,authors\n"Counting, Sheep","We count.",A B\n',
        '<meta name="citation_title" content="Sheep"><meta name="citation_abstract" content="We.">',
    ),
    "sentences": (
        "We count sheep (e.g. 3). They help! Does it? Code: x.\nA. B. Smith et al. say 1.5.",
        "“Well.” (2). And so on ... Fig. 3 shows it.",
    ),
    "marks": (
        "They do [1]. Both do [1, 2-4] and `a[1]`.\n- **Sheep** [Paper 2], 【3†L1】 [9].",
        "Sheep are counted in small fields [1][2]. [3] Goats are not [^4].",
    ),
    "question": (
        "How do papers since May 2023 by Ada Plum compare sheep with goats?",
        "why does [2] show that it helps? And the second one, before 2024?",
        "How many papers with more than 5 authors are there, the newest first?",
        "since sheep help, which of these is better than “Counting Sheep”?",
    ),
    "support": (
        "We count 12% of the sheep.\x00We count 15% of sheep. Goats are not counted.",
        "Why does it help more than goats?\x00It does not help more than goats do.",
    ),
    "table": (
        "So:\n| Aspect | sheep | goats |\n|---|:--|---|\n| size | small [1] | n/a |\n\nThat is it.",
        "a | b\n--- | ---\nx | y<br>z [1, 2]",
    ),
    "export": (
        "Counting $n_{\\max}$ {Sheep} & ~Goats^\x00We *count* 5% [1]. # Not | = that <b>.",
        "=1+1\x00@misc{a, b={c}}\nTY  - JOUR\nER  - ",
    ),
    "rendering": (
        "**Sheep** are counted in small fields [1]. <script>x</script> `code` [2]\n\n- one\n2. two",
        "| a | b |\n|---|---|\n| <b> | **c** [1] |\n# Head\n> quote &amp; \ue000m1\ue001",
    ),
}
WORDS: tuple[str, ...] = (
    *(
        "[1]",
        "[1, 2]",
        "【3】",
        "`",
        "**",
        "|---|",
        "\n\n",
        "\x00",
        "†",
        "\u2028",
        "\ue000",
        "\x85",
    ),
    *("@misc{", "@string{", "={", "}}", "abstract", "title", '"summary":', '{"paper":', "[{", "}]"),
    *("<entry>", "</entry>", "<![CDATA[", "<!--", "-->", "<meta ", "data-props=", "&quot;", "</"),
    *(
        "TY  - ",
        "ER  - ",
        "AB  - ",
        "\x1f\x8b\x08",
        "\ufeff",
        "\\'{e}",
        "$",
        "• 4 authors",
        "May 15",
    ),
    *(
        "since ",
        "before ",
        "2023",
        "more than ",
        "authors",
        "why does ",
        "compare ",
        " with ",
        " vs ",
    ),
    *(
        "the second paper",
        "it ",
        "how many papers",
        "“",
        "”",
        "not ",
        "than ",
        "12%",
        "et al. ",
        "e.g. ",
    ),
    *("<script>", "onload=", "href=", "&lt;", "https://", "arXiv:2405.12345", "doi", "and "),
)
