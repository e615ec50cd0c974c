# `make run` and `make test` need Python >= 3.11 and make, nothing else: each does its own set-up.
# Written for GNU make 3.81, which macOS ships.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
SCENARIO ?= investai
WORKERS ?= 2
PYTEST_ARGS ?=
PYTHONS := python3 python3.13 python3.12 python3.11

# Settings of the caller's Python or pip that would lead the set-up out of the virtual environment.
unexport PYTHONHOME PYTHONPATH PIP_CONSTRAINT PIP_PREFIX PIP_TARGET PIP_ROOT
export PIP_USER := 0
export PIP_REQUIRE_HASHES := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
PIP_INSTALL = $(BIN)/python -m pip install --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test lint types lock web bench clean setup setup-dev

help: ## this list
	@awk -F ':[^#]*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.runtime ## set up, then plan and simulate SCENARIO (default: investai)
	@$(BIN)/gortyn run $(SCENARIO)

test: $(VENV)/.dev ## set up with the test tools, then run all tests (PYTEST_ARGS=… is handed on)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

lint: $(VENV)/.dev ## style, format and the order of the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev ## type check of src
	$(BIN)/basedpyright

bench: $(VENV)/.dev ## measurements side by side
	$(BIN)/python bench/run.py
	$(BIN)/python bench/training.py
	$(BIN)/python bench/operation.py
	$(BIN)/python bench/energy.py
	$(BIN)/python bench/finance.py

web: ## build the front end from web/ (needs Node; the built file is committed, so only its authors need this)
	cd web && npm ci --no-audit --no-fund && npm run build

setup: $(VENV)/.runtime ## only the virtual environment with what `make run` needs

setup-dev: $(VENV)/.dev ## only the virtual environment with what `make test` needs

clean: ## remove the virtual environment and every cache; results/ stays
	rm -rf $(VENV) .cache .hypothesis .pytest_cache .ruff_cache .import_linter_cache web/node_modules
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is written last, so a set-up that was interrupted is taken up again.
$(VENV)/.made:
	@found=; without_venv=; \
	for candidate in $(PYTHON) $(PYTHONS); do \
	  "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue; \
	  if "$$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then found=$$candidate; break; fi; \
	  without_venv=$$candidate; \
	done; \
	if [ -z "$$found" ] && [ -n "$$without_venv" ]; then \
	  echo "Gortyn needs Python's venv module, which $$without_venv lacks (Debian: apt-get install python3-venv)." >&2; \
	  exit 1; \
	fi; \
	if [ -z "$$found" ]; then \
	  echo "Gortyn needs Python 3.11 or newer; none of '$(strip $(PYTHON) $(PYTHONS))' is (make PYTHON=/path/to/python3)." >&2; \
	  exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$("$$found" --version)" >&2; \
	"$$found" -m venv --clear $(VENV)
	@echo "$(CURDIR)" > $@

# A virtual environment that was moved here, or whose Python is gone, is made anew.
ifneq ($(shell test -x $(BIN)/python && cat $(VENV)/.made 2>/dev/null),$(CURDIR))
$(VENV)/.made: FORCE
FORCE:
endif

$(VENV)/.runtime: $(VENV)/.made requirements/runtime.txt pyproject.toml
	@echo "Installing what Gortyn runs on" >&2
	@$(PIP_INSTALL) --require-hashes -r requirements/runtime.txt
	@$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	@echo "Installing what tests and linters need" >&2
	@$(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

# Lock files for every supported Python and platform, by uv from a throw-away virtual environment.
LOCK_VENV := .cache/lock-venv
UV_COMPILE = $(LOCK_VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate
lock: $(VENV)/.made ## resolve requirements/*.txt anew (LOCK_ARGS=--upgrade for newer versions)
	$(BIN)/python -m venv --clear $(LOCK_VENV)
	$(LOCK_VENV)/bin/python -m pip install --quiet uv
	$(UV_COMPILE) $(LOCK_ARGS) pyproject.toml requirements/build.in -o requirements/runtime.txt
	$(UV_COMPILE) $(LOCK_ARGS) pyproject.toml requirements/build.in --group dev --extra siting --extra site-energy \
	  -c requirements/runtime.txt \
	  -o requirements/dev.txt
	rm -rf $(LOCK_VENV)
