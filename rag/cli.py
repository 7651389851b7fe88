"""The command `footnote`: what the terminal says, prints and returns.

Owns arguments, words on the terminal and exit statuses; knows nothing about how anything is
done. With the browser, the only place that catches FootnoteError. Exit status: 0 done,
1 done in part or not well (the output says what), 2 not done.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from rag.errors import EndpointError, FootnoteError
from rag.plain import escape_json, print_plainly

if TYPE_CHECKING:
    from rag.doctor import Finding
    from rag.footnote import Footnote
    from rag.terminal import Question

Command = Callable[["Footnote", argparse.Namespace], int]
PlainCommand = Callable[[argparse.Namespace], int]
# Of standard output: whatever else a full disk stops is told as an error of Footnote's own.
DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


@print_plainly()
def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    try:
        try:
            parsed = make_parser().parse_args(arguments)
        finally:
            sys.stdout.flush()  # of --help
        return run_command(parsed)
    except BrokenPipeError:
        leave_stdout()
        return 0
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        leave_stdout()
        print(f"footnote: the output cannot be written: {error}", file=sys.stderr)
        print("  try: make room on the disk; what was done is kept", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nfootnote: stopped; what was done is kept", file=sys.stderr)
        return 130


def leave_stdout() -> None:
    """What is left in the buffer would fail again when the interpreter flushes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run_command(parsed: argparse.Namespace) -> int:
    """Run what was asked for; what it printed has arrived when this returns."""
    alone: PlainCommand = parsed.command if parsed.library_less else run_opened
    try:
        status = alone(parsed)
    except FootnoteError as error:
        status = report_error(error, parsed)
    sys.stdout.flush()
    return status


def run_opened(parsed: argparse.Namespace) -> int:
    """Run a command with the library open."""
    try:
        footnote = open_footnote(parsed)
    except FootnoteError as error:
        unopened: Callable[[FootnoteError, argparse.Namespace], int] = parsed.unopened
        return unopened(error, parsed)
    with footnote:
        command: Command = parsed.command
        return command(footnote, parsed)


def open_footnote(parsed: argparse.Namespace) -> Footnote:
    """The library that the arguments and the settings name."""
    from rag.footnote import Footnote

    return Footnote.open(parsed.library)


def make_parser() -> argparse.ArgumentParser:
    """All commands with their options.

    A package brings its own commands by an entry point of the group `footnote.commands`: a
    function that is handed the subparsers. So `chat` comes from the browser's package,
    which this one must not import.
    """
    parser = argparse.ArgumentParser(
        prog="footnote", description="Ask paper abstracts; every sentence carries its footnote."
    )
    parser.add_argument("--library", metavar="PATH", help="the folder of the library")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add = add_command(commands, "add", run_add, "add pages: files, folders, or - for stdin")
    add.add_argument("paths", nargs="+", metavar="PATH")
    add_command(commands, "papers", run_papers, "list the papers")
    remove = add_command(commands, "remove", run_remove, "remove papers")
    remove.add_argument("paper_ids", nargs="+", metavar="PAPER_ID")
    add_command(commands, "rebuild", run_rebuild, "make the index anew from the papers")
    doctor = add_command(commands, "doctor", run_doctor, "say what is well and what is not")
    doctor.set_defaults(unopened=run_doctor_unopened)
    search = add_command(commands, "search", run_search, "rank the papers for a question")
    search.add_argument("-k", type=_count, default=10, help="how many papers (default: 10)")
    ask = add_command(commands, "ask", run_ask, "answer a question, with footnotes")
    for command in (search, ask):
        asked = command.add_mutually_exclusive_group(required=True)
        asked.add_argument("question", nargs="?")
        asked.add_argument(
            "--batch", metavar="FILE", help='JSON Lines with "id" and "question"; - for stdin'
        )
    for extension in entry_points(group="footnote.commands"):
        extension.load()(commands)
    return parser


def add_command(
    commands: Any, name: str, command: Command, description: str
) -> argparse.ArgumentParser:
    """A subcommand that runs `command` and can print JSON."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=description, description=description
    )
    parser.set_defaults(command=command, unopened=report_error, library_less=False)
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def add_plain_command(
    commands: Any, name: str, command: PlainCommand, description: str
) -> argparse.ArgumentParser:
    """A subcommand that opens no library, or opens one itself."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=description, description=description
    )
    parser.set_defaults(command=command, library_less=True)
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def run_add(footnote: Footnote, parsed: argparse.Namespace) -> int:
    from rag.terminal import show_progress

    with show_progress() as progress:
        report = footnote.add(parsed.paths, progress)
    if parsed.json:
        print_json(report.to_record())
    else:
        print(
            f"{report.read} entries read: {report.added} papers added,"
            f" {report.merged} merged, {report.unchanged} unchanged;"
            f" the library holds {footnote.library.count()}"
        )
        for failure in report.failed:
            line = f":{failure.line}" if failure.line else ""
            print(f"not read: {failure.source}{line}: {failure.reason}", file=sys.stderr)
    return 1 if report.failed else 0


def run_papers(footnote: Footnote, parsed: argparse.Namespace) -> int:
    for paper in footnote.library.papers():
        if parsed.json:
            print_json(paper.to_record())
        else:
            date = paper.date.in_words() if paper.date else ""
            print(f"{paper.paper_id}  {paper.title}" + (f"  ({date})" if date else ""))
    return 0


def run_remove(footnote: Footnote, parsed: argparse.Namespace) -> int:
    paper_ids = list(dict.fromkeys(parsed.paper_ids))
    footnote.remove(paper_ids)
    left = footnote.library.count()
    if parsed.json:
        print_json({"removed": paper_ids, "left": left})
    else:
        print(f"{len(paper_ids)} removed; the library holds {left}")
    return 0


def run_rebuild(footnote: Footnote, parsed: argparse.Namespace) -> int:
    from rag.terminal import show_progress

    with show_progress() as progress:
        done = footnote.rebuild(progress)
    if parsed.json:
        print_json({"embedded": done})
    else:
        print(f"index rebuilt: {done} papers embedded")
    return 0


def run_doctor(footnote: Footnote, parsed: argparse.Namespace) -> int:
    from rag.doctor import examine

    return print_findings(examine(footnote), parsed)


def run_doctor_unopened(error: FootnoteError, parsed: argparse.Namespace) -> int:
    """What can be said when the settings or the library cannot be opened at all."""
    from rag.doctor import examine_unopened

    return print_findings(examine_unopened(error), parsed)


def print_findings(findings: Sequence[Finding], parsed: argparse.Namespace) -> int:
    if parsed.json:
        print_json({"findings": [finding.to_record() for finding in findings]})
    else:
        for finding in findings:
            print(f"{'well' if finding.well else 'NOT WELL':<9} {finding.part}: {finding.says}")
            if finding.remedy:
                print(f"{'':<9} -> {finding.remedy}")
    return 0 if all(finding.well for finding in findings) else 1


def run_search(footnote: Footnote, parsed: argparse.Namespace) -> int:
    from rag.terminal import print_hits, read_questions

    questions, bad = read_questions(parsed.question, parsed.batch)
    footnote.catch_up()
    if not (parsed.json or parsed.batch):
        print_hits(footnote.search(questions[0].text, parsed.k))
        return 0
    footnote.embedder.load()  # so that the first question's timings are its own
    search = partial(footnote.search, k=parsed.k)
    return answer_batch(questions, bad, lambda one: search(one.text).to_record(one.id, one.text))


def run_ask(footnote: Footnote, parsed: argparse.Namespace) -> int:
    import asyncio

    from rag.terminal import print_answer, read_questions

    questions, bad = read_questions(parsed.question, parsed.batch)
    footnote.catch_up()
    footnote.embedder.load()  # so that the first question's timings are its own
    engine = footnote.engine()
    if not (parsed.json or parsed.batch):
        asyncio.run(print_answer(engine, questions[0].text))
        return 0
    return answer_batch(questions, bad, lambda one: engine.ask(one.text).to_record(one.id))


def answer_batch(
    questions: Sequence[Question],
    bad: Sequence[str],
    answer: Callable[[Question], dict[str, Any]],
) -> int:
    """Print a line a question. One that the endpoint fails gets a line that says so; the rest
    go on."""
    failed = 0
    for question in questions:
        try:
            print_json(answer(question))
        except EndpointError as error:
            failed += 1
            record = {"id": question.id, "question": question.text, "error": str(error)}
            print_json(record | {"remedy": error.remedy})
    for line in bad:
        print(f"footnote: {line}", file=sys.stderr)
    if failed and failed == len(questions):
        return 2
    return 1 if bad or failed else 0


def report_error(error: FootnoteError, parsed: argparse.Namespace) -> int:  # noqa: ARG001
    """Say what is wrong and the way out."""
    print(f"footnote: {error}", file=sys.stderr)
    if error.remedy:
        print(f"  try: {error.remedy}", file=sys.stderr)
    return 2


def print_json(record: dict[str, Any]) -> None:
    """One line of JSON."""
    print(escape_json(json.dumps(record, ensure_ascii=False)), flush=True)


if __name__ == "__main__":
    sys.exit(main())
