# SPDX-License-Identifier: MIT
# Every target makes .venv first: python3 >= 3.11, make and PyPI are all it takes.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
POSCTL := $(VENV)/bin/posctl
READY := $(VENV)/.ready
FUZZ := $(VENV)/.fuzz
WORKERS ?= 2
BOARD ?= bench
PORT ?= auto
LOAD ?= --terminals 200 --seconds 300

.DEFAULT_GOAL := help
.PHONY: help venv demo test test-full check format bench bench-card bench-crypto bench-message load size image flash clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  BOARD=bench|esp32_devkit for image and flash, PORT=/dev/ttyUSB0 for flash"

venv: $(READY) ## the Python environment in .venv, from PyPI

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "make: needs python3 >= 3.11 (or: make PYTHON=python3.12)" >&2; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv --clear $(VENV) || { \
		echo "make: python3 has no venv module (Debian: apt install python3-venv)" >&2; exit 1; }
	$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(FUZZ): $(READY)
	@$(PY) -m pip install --quiet --disable-pip-version-check --only-binary atheris \
		--editable '.[fuzz]' || echo "make: no atheris for this Python, its fuzzing is skipped" >&2
	@touch $@

demo: $(READY) ## a merchant's day on the bench: sign-on, sales, a void, settlement, slips
	$(POSCTL) demo

test: $(READY) ## all tests in their quick form, on CPython and on MicroPython
	@status=0; \
	echo "== CPython (pytest)"; $(PY) -m pytest --numprocesses $(WORKERS) --dist loadfile || status=1; \
	echo "== MicroPython (run_unix.py)"; $(PY) host_tests/run_unix.py || status=1; \
	exit $$status

test-full: export ESPOS_FULL := 1
test-full: $(FUZZ) test ## the same with every slow suite: all power cuts, more examples

check: $(READY) ## format, lint, import rules, compiles for the board, generated files
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(PY) tools/check/import_rules.py
	$(PY) tools/check/tree.py
	$(PY) tools/check/compiles.py
	$(PY) tools/check/generated.py

format: $(READY) ## format the code and sort its imports
	$(VENV)/bin/ruff check --select I --fix .
	$(VENV)/bin/ruff format .

bench: $(READY) ## how fast it is, a peer beside ours (never fails on a time)
	$(PY) -m bench

bench-card: $(READY) ## public card decoders beside ours on the same swipes; CARD="--full"
	$(PY) -m bench.card $(CARD)

bench-crypto: $(READY) ## our ciphers beside pyDes and gmssl, sign-on + PIN + MAC of a sale
	$(PY) -m bench.crypto

bench-message: $(READY) ## our message codec beside pyiso8583 and iso-8583-toolbox, bytes a message
	$(PY) -m bench.message

load: $(READY) ## 200 simulated terminals on the acquirer, 5 minutes; LOAD="--seconds 30"
	$(POSCTL) acquirer load $(LOAD)

size: $(READY) ## lines, bytecode, image and heap against the budgets
	$(PY) tools/size_report.py

image: $(READY) ## the firmware image of BOARD
	$(POSCTL) image build --board $(BOARD)

flash: BOARD = esp32_devkit
flash: $(READY) ## put the firmware on the board at PORT
	$(POSCTL) deploy --board $(BOARD) --port $(PORT)

clean: ## remove what was built; the environment stays
	rm -rf build demo-out .pytest_cache .ruff_cache .hypothesis
	find firmware boards tools host_tests -name __pycache__ -type d -prune -exec rm -rf {} +
