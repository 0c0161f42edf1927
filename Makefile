# The developer guide is this list of verbs. Every target works with nothing but Python >= 3.11 and make.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
DATA ?= ../shared/data
WORKERS ?= -n auto --dist worksteal

# Bytecode is kept: the tests start the program hundreds of times, and each start would compile it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install demo replay run test test-fast lint bench bench-peers clean

install: .venv/.installed ## build .venv from the hash-pinned requirements

.venv/.installed: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "signalwatch needs Python 3.11 or newer: make PYTHON=python3.12 " or 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/dev.txt
	PATH="$$PWD/$(BIN):$$PATH" $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: install ## the whole service on a simulated world; ends with real alerts on screen and in ./demo-out
	$(BIN)/signalwatch demo --exit $(ARGS)

replay: install ## the same service over recorded payloads: make replay DATA=../shared/data
	$(BIN)/python -m signalwatch.simulate.replay --data $(DATA) $(ARGS)

run: install ## the service itself, on ./signalwatch.yaml
	$(BIN)/signalwatch run $(ARGS)

test: install ## everything, on real SQLite and real PostgreSQL
	$(BIN)/python -m pytest $(WORKERS) $(ARGS)

test-fast: install ## the inner loop: under 30 seconds
	$(BIN)/python -m pytest $(WORKERS) -m "not slow and not postgres and not data" $(ARGS)

lint: install ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install ## speed, as medians and ratios; JSON and a table
	$(BIN)/python -m bench $(ARGS)

bench-peers: install ## what bench compares with (rapidfuzz, ahocorasick-rs, spaCy, rule-engine, CEL), hash-checked, into .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/bench.txt

clean:
	rm -rf .venv demo-out replay-out bench-out
