"""Looks for inputs that break a promise of `fuzz.targets`, guided by what code they reach.

    python -m fuzz.run --seconds 3600            all targets, one after the other
    python -m fuzz.run --seconds 600 page marks  these

What is found is written to `tests/fuzz/cases/<target>/`, where the suite tries it ever after;
the status is then 1. What reaches new code is kept in `build/fuzz/<target>/` to begin with
the next time.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from fuzz.seeds import SEEDS, WORDS

HERE = Path(__file__).resolve().parent
CASES = HERE / "cases"
PAGES = HERE.parent / "data" / "pages"
BUILD = HERE.parents[1] / "build" / "fuzz"
INSTRUMENTED = ["rag", "ui", "bibtexparser", "feedparser", "rispy"]
LONGEST = 4096  # bytes of an input
SLOWEST = 60  # seconds for one, on a busy machine and many times slower than uninstrumented
MEMORY = 2048  # MB


def main() -> int:
    """Fuzz each target in a process of its own, since libFuzzer ends the one it runs in."""
    parser = argparse.ArgumentParser(description="Fuzz the readers and the parsers.")
    parser.add_argument("--seconds", type=int, default=3600, help="shared by the targets")
    parser.add_argument("--here", action="store_true", help="in this process: one target")
    parser.add_argument("targets", nargs="*", default=list(SEEDS), metavar="target")
    wanted = parser.parse_args()
    share = max(1, wanted.seconds // len(wanted.targets))
    if wanted.here:
        fuzz(wanted.targets[0], share)
    command = [sys.executable, "-m", "fuzz.run", "--here", "--seconds", str(share)]
    runs = [subprocess.run([*command, name], check=False) for name in wanted.targets]
    return int(any(run.returncode for run in runs))


def fuzz(name: str, seconds: int) -> None:
    """Fuzz one target; never returns."""
    import atheris

    with atheris.instrument_imports(include=INSTRUMENTED):
        from fuzz.targets import TARGETS

        # What is loaded when first needed wants its instruments, and is no input's slowness.
        for seed in SEEDS[name]:
            TARGETS[name](seed.encode())
    corpus, cases = BUILD / name, CASES / name
    corpus.mkdir(parents=True, exist_ok=True)
    cases.mkdir(parents=True, exist_ok=True)
    plant(name, corpus)
    dictionary = BUILD / "words.txt"
    dictionary.write_text("".join(f'"{escape(word)}"\n' for word in WORDS))
    options = {
        "max_total_time": seconds,
        "max_len": LONGEST,
        "timeout": SLOWEST,
        "rss_limit_mb": MEMORY,
        "dict": dictionary,
        "artifact_prefix": f"{cases}/",
        "print_final_stats": 1,
        "verbosity": 0,
    }
    told = [f"-{option}={value}" for option, value in options.items()]
    atheris.Setup([sys.argv[0], *told, str(corpus), str(cases)], TARGETS[name])
    atheris.Fuzz()


def plant(name: str, corpus: Path) -> None:
    """Put what the fuzzer begins with into its corpus."""
    seeds = [seed.encode() for seed in SEEDS[name]]
    if name == "page":
        seeds += [path.read_bytes()[:LONGEST] for path in sorted(PAGES.iterdir())]
    for place, seed in enumerate(seeds):
        (corpus / f"seed-{place}").write_bytes(seed)


def escape(word: str) -> str:
    """A word as libFuzzer's dictionaries write it."""
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    sys.exit(main())
