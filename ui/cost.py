"""What an answer cost: time and tokens, as its byline tells them.

Owns their words; knows nothing about how either is counted.
"""

from __future__ import annotations

from rag.replies import Answer, Timings, Tokens


def render_cost(answer: Answer) -> str:
    """`2.1 s · 1,240 tokens read, 96 written`; what is not known is left out."""
    total, stages = answer.timings.total_ms, tell_stages(answer.timings)
    title = f' title="{stages}"' if stages else ""
    took = f"<span{title}>{tell_time(total)}</span>" if total else ""
    tokens = tell_tokens(answer.tokens)
    return took + (f'<span class="fn-tokens">{tokens}</span>' if tokens else "")


def tell_time(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.1f} s" if milliseconds >= 950 else f"{milliseconds:.0f} ms"


def tell_stages(timings: Timings) -> str:
    """When the papers were found and the first words came, both from the question on, and
    how long the sentences were checked."""
    told = (
        ("Papers found after", timings.retrieve_ms),
        ("First words after", timings.first_token_ms),
        ("Support checked in", timings.support_ms),
    )
    return " · ".join(f"{words} {tell_time(time)}" for words, time in told if time)


def tell_tokens(tokens: Tokens) -> str:
    parts = []
    if tokens.read:
        parts.append(f"{tokens.read:,} {'token' if tokens.read == 1 else 'tokens'} read")
    if tokens.written:
        unit = "" if parts else " token" if tokens.written == 1 else " tokens"
        parts.append(f"{tokens.written:,}{unit} written")
    return ", ".join(parts)
