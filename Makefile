# What a developer types. Needs Python >= 3.11 and a C compiler; everything else is installed into .venv.
#   make test    what CI runs
#   make demo    the main job on the real softioc
#   make bench   us, pip and uv side by side (integration/bench/README.md)

PYTHON ?= python3
JOBS ?= 2
# More options for pytest, e.g. make unit PYTEST="-k solver"
PYTEST ?=

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SOURCES := src hooks tests integration

# Of the machine's pip configuration only the way to an index is wanted here, not where or how to install.
PIP := env -u PIP_TARGET -u PIP_PREFIX -u PIP_ROOT -u PIP_CONSTRAINT -u PIP_BUILD_CONSTRAINT -u PIP_NO_DEPS \
	-u PIP_REQUIREMENT -u PIP_NO_BUILD_ISOLATION -u PIP_REQUIRE_HASHES -u PIP_DRY_RUN -u PIP_REPORT \
	PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
unexport PYTHONPATH PYTHONHOME PYTHONWARNINGS VIRTUAL_ENV CONDA_PREFIX

.PHONY: help dev test check lint types layers format unit hooks-oldest integration demo bench clean
.DEFAULT_GOAL := help

help:
	@sed -n '2,5s/^# *//p' Makefile
	@echo "also: $$(sed -n 's/^\.PHONY: //p' Makefile)"

dev: $(STAMP)

$(STAMP): pyproject.toml hooks/pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and "Python 3.11 or later is needed, this is %d.%d: make PYTHON=..." % v[:2])'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) $(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(PIP) $(BIN)/python -m pip install --quiet -e hooks -e . --group dev
	touch $@

test: check unit hooks-oldest integration

check: lint types layers

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy $(SOURCES)

layers: $(STAMP)
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Two bounds: every branch of what is pure and of what ends up in other people's wheels, and 95 % of the rest.
PURE := src/pybuildsync/core/*,hooks/src/*
unit: $(STAMP)
	$(BIN)/coverage erase
	$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report= $(PYTEST)
	$(BIN)/coverage report --skip-covered --include='$(PURE)' --fail-under=100
	$(BIN)/coverage report --skip-covered --omit='$(PURE)' --fail-under=95

# The hooks promise Python 3.8; where it is not found, ruff's target version alone watches over that.
OLDEST := $(VENV)/hooks-oldest
OLDEST_PYTHON ?= $(or $(lastword $(wildcard $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions/3.8.*/bin/python3.8)),python3.8)
hooks-oldest: $(STAMP)
	@if $(OLDEST_PYTHON) -c '' 2>/dev/null; then \
	  set -ex; \
	  if [ ! -e $(OLDEST)/.installed ] || [ hooks/pyproject.toml -nt $(OLDEST)/.installed ]; then \
	    $(OLDEST_PYTHON) -m venv --clear $(OLDEST); \
	    $(PIP) $(OLDEST)/bin/python -m pip install --quiet pytest pytest-timeout -e hooks; \
	    touch $(OLDEST)/.installed; \
	  fi; \
	  $(OLDEST)/bin/python -m pytest hooks/tests; \
	else echo 'hooks on Python 3.8: no python3.8 here, left out'; fi

# The real registry, real backends, pip and uv beside us.
integration: $(STAMP)
	$(BIN)/python -m pytest -n $(JOBS) --timeout 900 integration $(PYTEST)

demo: $(STAMP)
	sh integration/demo.sh $(BIN)/pybuildsync

# BENCH="--rounds 5 --case venv" and the like: integration/bench/README.md
BENCH ?=
bench: $(STAMP)
	$(BIN)/python -m integration.bench $(BENCH)

clean:
	rm -rf $(VENV) .demo .bench .fuzz .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
