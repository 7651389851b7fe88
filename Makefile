# `make chat` is all that a newcomer needs; `make help` lists the rest.

PYTHON ?= python3
PORT ?=
JOBS ?= 2
BENCH ?=
VENV := .venv
AUDIT := $(VENV)/audit
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
INSTALLED_PEER := $(VENV)/.installed-peer
INSTALLED_FUZZ := $(VENV)/.installed-fuzz
FUZZ_SECONDS ?= 3600
PEERS := .venv-peers
INSTALLED_PEERS := $(PEERS)/.installed
# Pinned to CPU builds where pip finds one, and never asked for by a range: a range brings
# the newest torch with several GB of CUDA packages.
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt

# What `make eval` must reach, a little below what was measured (eval/LOG.md, 2026-11-21).
FLOOR := ndcg@10=0.86 recall@10=0.94 all_sides=0.95 faithfulness=0.98 citation_recall=0.98 \
	citation_precision=0.97 quotation_exactness=1 key_facts=0.50 gold_cited=0.85 both_sides=0.75 \
	refusal_recall=0.18 gap_told=0.50

.PHONY: help install chat test check eval peer format bench bench-peers bench-retrieval \
	bench-comparison bench-support bench-browser fuzz train-support pictures audit sbom lock clean

help:
	@echo "make chat             install what is missing and serve the chat (PORT=7860)"
	@echo "make install          install only; the command is $(BIN)/footnote"
	@echo "make test             run the whole test suite"
	@echo "make check            formatting, lint, types"
	@echo "make eval             quoting measured on the shipped questions; fails below the floor"
	@echo "make peer             install a local model server for the tests (builds 5 minutes)"
	@echo "make bench            how fast it is, each figure beside its yardstick (BENCH=--quick)"
	@echo "make bench-peers      install what it is measured beside, apart in $(PEERS)"
	@echo "make bench-retrieval  nDCG@10 beside BM25 and whole-abstract vectors"
	@echo "make bench-comparison all sides in the evidence, beside pooled retrieval"
	@echo "make bench-support    the local judge on every set, beside its baselines"
	@echo "make bench-browser    what a reader waits for: first paint, first words, the library"
	@echo "make fuzz             an hour of atheris over every reader and parser (FUZZ_SECONDS=3600)"
	@echo "make train-support    train the local judge anew (five minutes)"
	@echo "make pictures         take the README's pictures anew (wants chromium)"
	@echo "make audit            known vulnerabilities of what is pinned (wants the network)"
	@echo "make sbom             write LICENCES.md and sbom.cdx.json anew"
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

$(INSTALLED_FUZZ): $(INSTALLED_DEV)
	$(PIP) --editable '.[dev,eval,fuzz]'
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

$(INSTALLED_PEERS): eval/bench/peers.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --disable-pip-version-check --quiet -r $<
	@touch $@

bench-peers: $(INSTALLED_PEERS)

# Without the user's own endpoint and judge. BENCH holds options: make bench BENCH=--quick
bench: $(INSTALLED_DEV) $(if $(findstring --quick,$(BENCH)),,$(INSTALLED_PEERS))
	env -u OPENAI_BASE_URL FOOTNOTE_LLM__BASE_URL= FOOTNOTE_JUDGE__BASE_URL= \
		$(BIN)/python -m eval.bench $(BENCH)

bench-retrieval: $(INSTALLED_DEV)
	$(BIN)/python -m eval.retrieval

bench-comparison: $(INSTALLED_DEV)
	$(BIN)/python -m eval.comparison

bench-support: $(INSTALLED_DEV)
	$(BIN)/python -m eval.support

bench-browser: $(INSTALLED_DEV)
	PYTHONPATH=tests $(BIN)/python -m e2e.speed

fuzz: $(INSTALLED_FUZZ)
	OMP_NUM_THREADS=1 PYTHONPATH=tests $(BIN)/python -m fuzz.run --seconds $(FUZZ_SECONDS)

train-support: $(INSTALLED_DEV)
	$(BIN)/python -m eval.train_support

pictures: $(INSTALLED_DEV)
	$(BIN)/python tests/e2e/pictures.py ui/pictures

# In an environment of its own, so that what audits is not among what is audited. That the
# service could not be asked is no finding, and no pass either: by itself it would pass.
audit: $(INSTALLED)
	$(BIN)/python -m pip check
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --disable-pip-version-check --quiet pip-audit==2.10.1
	@said=$$($(AUDIT)/bin/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip \
		--progress-spinner off 2>&1); status=$$?; echo "$$said"; \
	case "$$said" in *onnection*error*|*ConnectionError*|*"Max retries"*|*"not resolve"*|*"timed out"*| \
		*"could not be audited"*) \
		echo "The vulnerability service does not answer for all of these: NOT AUDITED." >&2; \
		exit 3;; esac; exit $$status

sbom: $(INSTALLED)
	$(BIN)/python -m eval.sbom

lock: $(INSTALLED_PEER) $(INSTALLED_FUZZ)
	$(BIN)/python -m pip list --format freeze --exclude-editable | grep -v '^\(pip\|setuptools\)==' \
		| sed 's/+cpu$$//' > constraints.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
