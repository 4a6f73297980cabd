# Everything happens in .venv, made here; nothing is installed elsewhere.
PYTHON ?= python3
BIN := .venv/bin
SOURCES := $(shell find sim -name '*.py')

.PHONY: setup run demo browser test bench mutants lint types docs clean

setup: .venv/.kernels

# Byte code is made when a module is first imported: most of what is installed never is.
INSTALL = $(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -c constraints.txt -e

# What a run needs; the pages, the studies' extras and the tools for tests come with the targets that need them.
.venv/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) .
	touch $@

.venv/.demo: .venv/.installed
	$(INSTALL) ".[demo]"
	touch $@

.venv/.dev: .venv/.installed
	$(INSTALL) ".[dev]"
	touch $@ .venv/.demo

# The rules are compiled once here, so that no user and no worker waits for the compiler.
.venv/.kernels: .venv/.installed $(SOURCES)
	@echo "compiling the rules, once; this takes a minute or two"
	$(BIN)/python -m sim warm
	touch $@

run: setup
	$(BIN)/gamed compare salary nps_bonus outcomes --replicates 8 --open

demo: setup .venv/.demo
	$(BIN)/gamed demo

# The tests of the pages drive a real browser, from Debian's packages where there is none yet. Where none can be had they
# say so and are the only ones not run.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 \
	  || echo "no Chromium here and none could be installed: the tests of the pages will be skipped"

test: setup .venv/.dev browser
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

# Measures the engine on this machine and writes docs/performance.md; some minutes, on a machine that does nothing else.
bench: setup
	$(BIN)/gamed bench --out docs/performance.md

# Breaks the model on purpose and says which tests notice (docs/mutants.md); some ten minutes.
mutants: setup .venv/.dev
	$(BIN)/python tests/mutants.py

lint: .venv/.dev
	$(BIN)/ruff check .

types: .venv/.dev
	$(BIN)/mypy

docs: setup .venv/.dev
	$(BIN)/gamed theory --out docs/theory.json
	$(BIN)/gamed claims --vary --replicates 8 --quiet --out docs/claims.json
	$(BIN)/python docs/build.py

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find sim tests docs -name __pycache__ -type d -prune -exec rm -rf {} +
