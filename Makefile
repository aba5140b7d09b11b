# `make` alone lists what there is.
VENV   := .venv
PYTHON ?= python3
RUN    := $(VENV)/bin
OUT    ?= reef-audit

.DEFAULT_GOAL := help
.PHONY: help demo serve screenshots test test-slow lint bench lock

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Glowworm needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	test -x $(RUN)/python || $(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --disable-pip-version-check -q -r requirements.lock
	$(RUN)/python -m pip install --disable-pip-version-check -q --no-deps -e .
	@touch $@

demo: $(VENV)/.installed  ## audit the reef, print the findings and the scorecard
	$(RUN)/glowworm demo --out $(OUT)

serve: $(VENV)/.installed  ## open the desk on the demo's audit
	$(RUN)/glowworm serve $(OUT)

screenshots: $(VENV)/.installed  ## a whole session at the desk, in a real browser, on the demo's audit
	test -e $(OUT)/audit.db || $(RUN)/glowworm demo --out $(OUT)
	$(RUN)/python -m tests.ui.session $(OUT) docs/images

test: $(VENV)/.installed  ## the test suite, without what is slow
	$(RUN)/pytest -n 2

test-slow: $(VENV)/.installed  ## what is slow: big models, the real pack
	$(RUN)/pytest -m slow --timeout 1800

lint: $(VENV)/.installed  ## format, lint, types
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/pyright

bench: $(VENV)/.installed  ## every figure we claim, from a fresh run
	$(RUN)/glowworm bench all

lock: $(VENV)/.installed  ## refresh the lock on purpose
	$(RUN)/python -m pip install -q uv
	$(RUN)/uv pip compile --universal --upgrade --no-header --no-annotate --no-emit-index-url --group dev pyproject.toml -o requirements.lock
