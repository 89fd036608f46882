# Every target does its own set-up. PYTHON is any Python from 3.11 on.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$$name" && break; done)
VENV := .venv
BIN := $(VENV)/bin
E2E_WORKERS ?= 6

.DEFAULT_GOAL := help
.PHONY: help setup demo test checks lint unit e2e adversarial lab lab-old lab-down mutants field bench

help: ## this list
	@grep -E '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.ready

$(VENV)/.ready: requirements-dev.txt pyproject.toml
	$(PYTHON) -m tests.lab.venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: setup lab ## the main job on examples/bun-api
	eval "$$($(PYTHON) -m tests.lab env)" && PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.demo

test: ## everything
	@$(MAKE) --jobs=2 lab-old checks
	@$(MAKE) e2e

checks: lint unit

lint: setup ## style, types, import arrows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: setup ## unit, property and conformance tests
	$(BIN)/python -m pytest -q -n 2 --dist worksteal tests/unit tests/property tests/conformance

e2e: setup lab-old ## end-to-end tests with real builds
	$(BIN)/python -m pytest -q -n $(E2E_WORKERS) --dist worksteal -m "not adversarial" tests/e2e
	STAGEWRIGHT_TEST_ENGINE=oldest $(BIN)/python -m pytest -q -m oldest tests/e2e

adversarial: setup lab ## every case of what a rewrite easily loses
	$(BIN)/python -m pytest -q -n $(E2E_WORKERS) --dist worksteal tests/e2e/test_adversarial.py

lab: ## the engine and the base images
	$(PYTHON) -m tests.lab up

lab-old: lab ## the oldest engine that is supported
	$(PYTHON) -m tests.lab up --old

lab-down: ## stop what the lab started, remove what it made
	$(PYTHON) -m tests.lab down

mutants: setup lab ## proved designs with one thing changed: none may be proved
	eval "$$($(PYTHON) -m tests.lab env)" && $(BIN)/python -m tests.mutants

field: setup lab ## public projects through apply, and the page docs/field-study.md
	eval "$$($(PYTHON) -m tests.lab env)" && $(BIN)/python -m tests.field

bench: setup lab ## ratios of parsing, start-up and each example
	eval "$$($(PYTHON) -m tests.lab env)" && $(BIN)/python -m tests.bench
