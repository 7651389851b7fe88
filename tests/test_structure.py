"""The shape of the code itself: who may import whom, and how long anything may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("rag", "ui", "eval")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in FILES]

# A stage imports from those before it, never from one after it.
STAGES = [
    *(
        "rag.plain",
        "rag.errors",
        "rag.partial_date",
        "rag.records",
        "rag.question",
        "rag.replies",
        "rag.events",
    ),
    *(
        "rag.restore",
        "rag.links",
        "rag.defuse",
        "rag.places",
        "rag.conversation",
        "rag.settings",
        "rag.config_file",
        "rag.locks",
        "rag.swap",
        "rag.connections",
        "rag.titles",
    ),
    *("rag.address", "rag.history"),
    *("rag.pages", "rag.merge", "rag.schema", "rag.upsert", "rag.library", "rag.preview"),
    *("rag.sentences", "rag.chunks", "rag.bert", "rag.embedder", "rag.vectors", "rag.embedding"),
    *("rag.chroma", "rag.index"),
    "rag.browse",
    *("rag.terms", "rag.wording", "rag.lexicon", "rag.filters", "rag.inventory", "rag.followup"),
    "rag.atlas",
    *("rag.fusion", "rag.retrieve", "rag.scope", "rag.refusal"),
    *("rag.prompts", "rag.wire", "rag.complaints", "rag.client", "rag.llm"),
    *("rag.discover",),
    *("rag.citations", "rag.evidence", "rag.rewrite", "rag.quote", "rag.comparison", "rag.answer"),
    *("rag.support", "rag.premise", "rag.judge", "rag.entailment", "rag.check"),
    "rag.export",
    *("rag.understand", "rag.gather", "rag.write", "rag.suggest", "rag.onward", "rag.response"),
    "rag.engine",
    *("rag.assemble", "rag.footnote", "rag.doctor", "rag.printout", "rag.terminal", "rag.cli"),
    "rag.feedback",
    "rag.backup",
]
HOMES = {
    "chromadb": {"rag/chroma.py"},
    "onnx": {"rag/bert.py"},
    "onnxruntime": {"rag/bert.py"},
    "openai": {"rag/llm.py", "rag/client.py", "rag/wire.py", "rag/complaints.py"},
    "llama_index": {"rag/engine.py", "rag/response.py", "eval/bench/peer.py"},
    "paperqa": {"eval/bench/peer.py"},
    "sentence_transformers": {
        "rag/embedder.py",
        "rag/retrieve.py",
        "rag/entailment.py",
        "eval/bench/plain.py",
    },
    "scipy": {
        "rag/bert.py",
        "rag/comparison/balance.py",
        *(name for name in NAMES if name.startswith("eval/")),
    },
    "jinja2": {"rag/export/page.py", *(name for name in NAMES if name.startswith("eval/"))},
    "matplotlib": {name for name in NAMES if name.startswith("eval/")},
    "sklearn": {"rag/atlas/layout.py", *(name for name in NAMES if name.startswith("eval/"))},
    "transformers": {"rag/embedder.py"},
    "torch": {"rag/embedder.py", "eval/bench/plain.py"},
    "nltk": {"rag/sentences.py", "rag/wording.py"},
    "sqlite3": {
        "rag/library.py",
        "rag/schema.py",
        "rag/upsert.py",
        "rag/connections.py",
        "rag/vectors.py",
        "eval/judging/cache.py",
        "rag/history/schema.py",
        "rag/history/store.py",
        "rag/backup/snapshot.py",
        "rag/browse.py",
        "rag/preview.py",
        "rag/swap.py",
    },
    "tomlkit": {"rag/config_file.py"},
    "wordfreq": {"rag/terms.py", "eval/support_words.py"},
    "gradio": {name for name in NAMES if name.startswith("ui/")},
    "ragas": {name for name in NAMES if name.startswith("eval/")},
}
HEAVY = {
    *("torch", "sentence_transformers", "transformers", "chromadb", "gradio", "openai", "httpx"),
    *(
        "scipy",
        "sklearn",
        "nltk",
        "wordfreq",
        "feedparser",
        "bibtexparser",
        "rispy",
        "ragas",
        "jinja2",
        "matplotlib",
    ),
}


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """(the statement, the module) of every import, in functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0
            yield node, node.module
            if node.module in PACKAGES:
                yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def is_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def at_run_time(tree: ast.Module) -> Iterator[str]:
    """The modules imported when the module runs or one of its functions does."""
    hidden = {id(one) for node in tree.body if is_type_checking(node) for one, _ in imported(node)}
    yield from (name for node, name in imported(tree) if id(node) not in hidden)


def at_module_level(tree: ast.Module) -> set[str]:
    inside = {
        id(one)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for one, _ in imported(node)
    }
    hidden = {id(one) for node in tree.body if is_type_checking(node) for one, _ in imported(node)}
    return {name for node, name in imported(tree) if id(node) not in inside | hidden}


def stage_of(module: str) -> int | None:
    names = [stage for stage in STAGES if module == stage or module.startswith(stage + ".")]
    return STAGES.index(names[0]) if names else None


@pytest.fixture(params=FILES, ids=NAMES)
def path(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def test_the_packages_are_all_there() -> None:
    assert len(FILES) > 40
    assert {name.split("/")[0] for name in NAMES} == set(PACKAGES)


def test_every_module_of_rag_has_its_stage() -> None:
    modules = {name.removesuffix(".py").replace("/", ".") for name in NAMES if name[:4] == "rag/"}
    known = {name for name in modules if stage_of(name) is not None}
    assert modules - known == {"rag.__init__"}
    assert [stage for stage in STAGES if not any(one.startswith(stage) for one in modules)] == []


def test_a_stage_imports_from_those_before_it(path: Path) -> None:
    here = str(path.relative_to(ROOT).with_suffix("")).replace("/", ".").removesuffix(".__init__")
    stage = stage_of(here)
    if stage is None:
        return
    later = [
        name for name in at_run_time(parse(path)) if (other := stage_of(name)) and other > stage
    ]
    assert later == []


def test_rag_knows_nothing_of_ui_and_eval_nor_these_of_each_other(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    forbidden = {"rag": {"ui", "eval"}, "ui": {"eval"}, "eval": {"ui"}}[package]
    found = {name.split(".")[0] for _, name in imported(parse(path))}
    assert found & forbidden == set()


def test_a_vendor_is_imported_in_its_own_modules_only(path: Path) -> None:
    here = path.relative_to(ROOT).as_posix()
    found = {name.split(".")[0] for _, name in imported(parse(path))}
    assert {vendor for vendor in found & HOMES.keys() if here not in HOMES[vendor]} == set()


def test_a_heavy_library_is_imported_where_it_is_used(path: Path) -> None:
    found = {name.split(".")[0] for name in at_module_level(parse(path))}
    if path.name in ("engine.py", "response.py"):
        found -= {"llama_index"}  # its classes are what the engine derives from
    assert found & (HEAVY | {"llama_index"}) == set()


def test_a_file_is_shorter_than_300_lines(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 300


def test_a_function_has_at_most_50_lines_and_five_parameters(path: Path) -> None:
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 50, node.name
            positional = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
            counted = [one for one in positional if one not in ("self", "cls")]
            assert len(counted) <= 5, node.name


def test_nothing_catches_everything(path: Path) -> None:
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            caught = {one.id for one in ast.walk(node.type) if isinstance(one, ast.Name)}
            raises = any(isinstance(one, ast.Raise) and one.exc is None for one in node.body)
            assert raises or not caught & {"Exception", "BaseException"}


def test_a_module_says_what_it_owns(path: Path) -> None:
    assert (ast.get_docstring(parse(path)) or "").strip()
