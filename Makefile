# `make chat` is all that a newcomer needs; `make help` lists the rest.

PYTHON ?= python3
PORT ?=
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
INSTALLED_PEER := $(VENV)/.installed-peer
# Pinned to CPU builds where pip finds one, and never asked for by a range: a range brings
# the newest torch with several GB of CUDA packages.
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt

# What `make eval` must reach, a little below what was measured (eval/LOG.md, 2026-11-21).
FLOOR := ndcg@10=0.86 recall@10=0.94 all_sides=0.95 faithfulness=0.98 citation_recall=0.98 \
	citation_precision=0.97 quotation_exactness=1 key_facts=0.50 gold_cited=0.85 both_sides=0.75 \
	refusal_recall=0.18 gap_told=0.50

.PHONY: help install chat test check eval peer format bench-retrieval bench-comparison \
	bench-support bench-browser train-support pictures lock clean

help:
	@echo "make chat             install what is missing and serve the chat (PORT=7860)"
	@echo "make install          install only; the command is $(BIN)/footnote"
	@echo "make test             run the whole test suite"
	@echo "make check            formatting, lint, types"
	@echo "make eval             quoting measured on the shipped questions; fails below the floor"
	@echo "make peer             install a local model server for the tests (builds 5 minutes)"
	@echo "make bench-retrieval  nDCG@10 beside BM25 and whole-abstract vectors"
	@echo "make bench-comparison all sides in the evidence, beside pooled retrieval"
	@echo "make bench-support    the local judge on every set, beside its baselines"
	@echo "make bench-browser    what a reader waits for: first paint, first words, the library"
	@echo "make train-support    train the local judge anew (five minutes)"
	@echo "make pictures         take the README's pictures anew (wants chromium)"
	@echo "make lock             write constraints.txt anew from what is installed"

install: $(INSTALLED)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Footnote needs Python 3.11 or later; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Footnote into $(VENV) (a few minutes, once)"
	$(PIP) --editable .
	@touch $@

$(INSTALLED_DEV): $(INSTALLED)
	$(PIP) --editable '.[dev,eval]'
	@touch $@

$(INSTALLED_PEER): $(INSTALLED_DEV)
	$(PIP) --editable '.[dev,eval,peer]'
	@touch $@

peer: $(INSTALLED_PEER)

chat: $(INSTALLED)
	@exec $(BIN)/footnote chat --starter eval/corpus $(if $(PORT),--port $(PORT))

test: $(INSTALLED_DEV)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

check: $(INSTALLED_DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# Without a model and without a judge, whatever the user's own settings say.
eval: $(INSTALLED)
	env -u OPENAI_BASE_URL FOOTNOTE_LLM__BASE_URL= FOOTNOTE_JUDGE__BASE_URL= \
		$(BIN)/footnote eval --name quoting $(addprefix --fail-under ,$(FLOOR))

format: $(INSTALLED_DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench-retrieval: $(INSTALLED_DEV)
	$(BIN)/python -m eval.retrieval

bench-comparison: $(INSTALLED_DEV)
	$(BIN)/python -m eval.comparison

bench-support: $(INSTALLED_DEV)
	$(BIN)/python -m eval.support

bench-browser: $(INSTALLED_DEV)
	PYTHONPATH=tests $(BIN)/python -m e2e.speed

train-support: $(INSTALLED_DEV)
	$(BIN)/python -m eval.train_support

pictures: $(INSTALLED_DEV)
	$(BIN)/python tests/e2e/pictures.py ui/pictures

lock: $(INSTALLED_PEER)
	$(BIN)/python -m pip list --format freeze --exclude-editable | grep -v '^\(pip\|setuptools\)==' \
		| sed 's/+cpu$$//' > constraints.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
