# `make chat` is all that a newcomer needs; `make help` lists the rest.

PYTHON ?= python3
PORT ?=
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
# Pinned to CPU builds where pip finds one, and never asked for by a range: a range brings
# the newest torch with several GB of CUDA packages.
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt

.PHONY: help install chat test check format bench-retrieval bench-comparison bench-support \
	train-support pictures lock clean

help:
	@echo "make chat             install what is missing and serve the chat (PORT=7860)"
	@echo "make install          install only; the command is $(BIN)/footnote"
	@echo "make test             run the whole test suite"
	@echo "make check            formatting, lint, types"
	@echo "make bench-retrieval  nDCG@10 beside BM25 and whole-abstract vectors"
	@echo "make bench-comparison all sides in the evidence, beside pooled retrieval"
	@echo "make bench-support    the local judge on every set, beside its baselines"
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
	$(PIP) --editable '.[dev]'
	@touch $@

chat: $(INSTALLED)
	@exec $(BIN)/footnote chat --starter eval/corpus $(if $(PORT),--port $(PORT))

test: $(INSTALLED_DEV)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

check: $(INSTALLED_DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(INSTALLED_DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench-retrieval: $(INSTALLED_DEV)
	$(BIN)/python -m eval.retrieval

bench-comparison: $(INSTALLED_DEV)
	$(BIN)/python -m eval.comparison

bench-support: $(INSTALLED_DEV)
	$(BIN)/python -m eval.support

train-support: $(INSTALLED_DEV)
	$(BIN)/python -m eval.train_support

pictures: $(INSTALLED_DEV)
	$(BIN)/python tests/e2e/pictures.py ui/pictures

lock: $(INSTALLED_DEV)
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//' > constraints.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
