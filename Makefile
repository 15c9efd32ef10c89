# Needs Python 3.11 or newer, make and a package index. Nothing else.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# The locks are complete and hold wheels only: nothing to resolve, nothing to build. What is used is compiled when it is.
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-compile --no-deps --only-binary :all: --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links --no-build pyproject.toml
WORKERS ?= $(shell nproc 2>/dev/null || echo 2)

export PATH := $(CURDIR)/$(BIN):$(PATH)
.DELETE_ON_ERROR:
.PHONY: help run test check format bench soak screens lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/run.stamp $(BIN)/ezscale ## Start the whole company on this machine: web, worker, broker, stand-in vendors, demo data
	@EZSCALE_SANDBOX=true $(BIN)/ezscale run

test: $(VENV)/dev.stamp ## Run all tests, in parallel (ARGS="-k renewal" for some of them)
	@$(BIN)/pytest -n $(WORKERS) $(ARGS)

check: $(VENV)/dev.stamp ## Check format, lint, types, import contracts, links in the docs, the workflow
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_links.py
	bash -n .ci/run
	$(BIN)/actionlint -shellcheck= -pyflakes=

format: $(VENV)/dev.stamp ## Put the code into its format and fix what can be fixed by rule
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

bench: $(VENV)/dev.stamp ## Measure the workloads against their references (ONLY=name SIZE=n for one)
	@$(BIN)/python -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(SIZE),--size $(SIZE))

soak: $(VENV)/dev.stamp ## Kill, break, crowd and attack the company for some hours, with figures
	@EZSCALE_SOAK=1 $(BIN)/pytest tests/reliability tests/security tests/kit/test_audit.py \
		tests/billing/test_given_back_once.py tests/browser/test_payloads.py tests/journeys/test_two_years.py \
		tests/journeys/test_changing.py tests/migrations -s -q $(ARGS)

screens: $(VENV)/dev.stamp ## Photograph every page in both themes and two widths into docs/screens/
	@$(BIN)/python -m tests.browser.screens

lock: $(VENV)/dev.stamp ## Pin the dependencies of pyproject.toml anew, with hashes
	$(COMPILE) -o requirements.lock
	$(COMPILE) --group dev -c requirements.lock -o requirements-dev.lock

clean: ## Remove what make has made, except data/
	rm -rf $(VENV) .web .states .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage

$(VENV)/run.stamp: requirements.lock | $(BIN)/python
	@echo "Installing the locked packages: about a minute, once."
	@$(INSTALL) -r $<
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock requirements.lock | $(BIN)/python
	@echo "Installing the locked packages with those of the tests: about a minute, once."
	@$(INSTALL) -r $<
	@touch $@ $(VENV)/run.stamp

$(BIN)/ezscale: Makefile | $(BIN)/python
	@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s" -m ezscale.cli "$$@"\n' "$(CURDIR)" "$(CURDIR)/$(BIN)/python" > $@
	@chmod +x $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
