# Everything happens in .venv, made here; nothing is installed elsewhere.
PYTHON ?= python3
BIN := .venv/bin
SOURCES := $(shell find sim -name '*.py')

.PHONY: setup run test lint types docs clean

setup: .venv/.kernels

.venv/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@

# The rules are compiled once here, so that no user and no worker waits for the compiler.
.venv/.kernels: .venv/.installed $(SOURCES)
	$(BIN)/python -m sim warm
	touch $@

run: setup
	$(BIN)/gamed compare salary nps_bonus outcomes --replicates 8 --open

test: setup
	$(BIN)/python -m pytest

lint: .venv/.installed
	$(BIN)/ruff check .

types: .venv/.installed
	$(BIN)/mypy

docs: .venv/.installed
	$(BIN)/python docs/build.py

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find sim tests docs -name __pycache__ -type d -prune -exec rm -rf {} +
