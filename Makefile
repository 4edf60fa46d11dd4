# Accord from a fresh clone: Python 3.11 or newer with its venv module, and nothing else. The servers come as wheels.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The environment is made anew when a lock or the Python changes, and only then. What develops comes on top of what runs.
KEY := $(shell { cat requirements*.lock; $(PYTHON) -VV; } 2>&1 | sha256sum | cut -c 1-16)
RUNS := $(VENV)/.runs-$(KEY)
DEVELOPS := $(VENV)/.develops-$(KEY)
INSTALL := $(BIN)/pip install -q --require-hashes --only-binary :all:

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run demo check test drills lint bench format lock clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 12

run: $(RUNS)  ## the whole service on this machine: API on port 8000
	@exec $(BIN)/accord run $(ARGS)

demo: $(RUNS)  ## a program from its first act to its last, told as it happens
	@exec $(BIN)/accord demo $(ARGS)

check: lint  ## what is quick, before each commit: linters, types, import direction, the law
	$(BIN)/pytest -q -n 2 --dist worksteal tests/rules $(addprefix --ignore=tests/rules/test_,properties.py random_plans.py written.py) $(ARGS)

test: lint  ## the same, and all tests with real servers and a browser
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pytest -q -n 3 --dist loadfile --no-loadscope-reorder --ignore=tests/drills $(ARGS)

drills: $(DEVELOPS)  ## whole services killed, restored, replaced, frozen and started elsewhere: some minutes more
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pytest -q -n 3 --dist loadfile --no-loadscope-reorder tests/drills $(ARGS)

lint: $(DEVELOPS)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEVELOPS)  ## how fast it is here
	$(BIN)/python -m benchmarks $(ARGS)

format: $(DEVELOPS)  ## the form that `make test` asks for
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

lock:  ## resolve the dependencies again (needs uv)
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --constraint requirements.lock pyproject.toml -o requirements.run.lock
	printf 'editables\nhatchling\n' | uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --constraint requirements.lock - -o requirements.build.lock

clean:  ## remove what can be made again; the data in .accord stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNS):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Accord needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv --clear $(VENV)
	$(INSTALL) -r requirements.run.lock -r requirements.build.lock
	$(BIN)/pip install -q --no-deps --no-build-isolation --editable .
	@touch $@

$(DEVELOPS): $(RUNS)
	$(INSTALL) -r requirements.lock
	@touch $@
