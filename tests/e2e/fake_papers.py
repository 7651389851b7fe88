"""The papers of the scripted engine, made up, and one that tries to break the page."""

from __future__ import annotations

from dataclasses import replace

from rag.records import Paper, PartialDate
from rag.replies import Evidence
from rag.titles import make_paper_id


def _name(*papers: Paper) -> tuple[Paper, ...]:
    """The papers under the ids that a library gives them."""
    return tuple(replace(one, paper_id=make_paper_id(one.title)) for one in papers)


PAPERS = _name(
    Paper(
        "",
        "Sparse Attention That Learns Where Not to Look",
        "Long documents make attention costly, since every token looks at every other. "
        "We train a small gate that decides, for each head, which blocks of the context can "
        "be left unread. On documents of 128K tokens the gate skips 91% of the blocks and "
        "keeps 99.2% of the accuracy of full attention. Decoding becomes 3.4 times faster on "
        "one GPU, and no kernel has to be rewritten. We release the gates for four open models.",
        ("Mira Okafor", "Tomasz Lind", "Jun Watanabe", "Elena Petrova", "Sam Adeyemi"),
        9,
        PartialDate(2025, 6, 26),
        "2506.21103",
        "https://arxiv.org/abs/2506.21103",
        112,
    ),
    Paper(
        "",
        "Forget Gracefully: Evicting the Key-Value Cache by Future Use",
        "The key-value cache grows with the context and soon fills the memory. We predict "
        "which entries later tokens will attend to, and evict the others. With a quarter of "
        "the cache, our method loses 0.6 points on long-context question answering, where "
        "evicting the oldest entries loses 11.3. The predictor adds 2% to the time of a "
        "forward pass.",
        ("Aiko Brandt", "Luis Ferreira"),
        2,
        PartialDate(2025, 3),
        "2503.04417",
        "https://arxiv.org/abs/2503.04417",
        48,
    ),
    Paper(
        "",
        "Recurrent Memory Is Enough for Most of a Book",
        "We ask how much of long-context reading needs attention at all. A model that reads a "
        "book in pages and carries 256 memory vectors from page to page answers 83% of the "
        "questions that a full-attention model answers, with constant memory. Failures gather "
        "where a question needs two exact quotations from far apart.",
        ("Hanna Virtanen",),
        14,
        PartialDate(2024, 11, 8),
        "2411.05222",
        "https://arxiv.org/abs/2411.05222",
        7,
    ),
    Paper(
        "",
        "NeedleYard: Measuring Long-Context Reading Beyond Retrieval",
        "Needle-in-a-haystack tests are nearly solved, yet models still misread long reports. "
        "We collect 1,240 questions whose answers must be put together from five or more "
        "places. The best model reaches 41.7%, and scores fall by half between 16K and 128K.",
        (),
        31,
        PartialDate(None, 3, 2),
        "2503.01777",
        None,
        203,
    ),
    Paper(
        "",
        "Bytes First: Tokenizer-Free Models at Scale",
        "We train byte-level models of up to 8B parameters with patches of varying length. "
        "They match a tokenizer-based model at equal compute and are sturdier to noise.",
        ("R. Castellanos", "Ji-woo Han", "P. Novak"),
    ),
)

(HOSTILE,) = _name(
    Paper(
        "",
        '<script>window.pwned="title"</script><img src="http://evil.invalid/t.png" '
        "onerror=\"window.pwned='img'\"> Title ${window.pwned='dollar'} {{constructor}}",
        "First <script>window.pwned='abstract'</script> sentence of the abstract. "
        "<img src=x onerror=\"window.pwned='abstract-img'\"> Second ${window.pwned='t'} `x` "
        '{{#each this}}{{this}}{{/each}} sentence. <svg onload="window.pwned=1"></svg> Third.',
        ('<b onmouseover="window.pwned=1">Eve</b>', 'M"allory'),
        arxiv_id='"><script>window.pwned="id"</script>',
        url="javascript:window.pwned='url'",
    )
)


def evidence_of(paper: Paper, beginning: str) -> Evidence:
    start = paper.abstract.index(beginning)
    end = paper.abstract.find(". ", start)
    end = len(paper.abstract) if end < 0 else end + 1
    return Evidence(paper.paper_id, paper.abstract[start:end], start, end)
