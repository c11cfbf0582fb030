# The commands of this project. `make up` and `make test` work from a fresh clone.
PYTHON ?= python3
BIN := .venv/bin
QUALITY ?= data/quality
OLD := Strata needs Python 3.11 or newer. Set PYTHON, for example: make up PYTHON=python3.12
NOVENV := This Python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv

.PHONY: install up test test-long check fix bench quality faults help

help:  ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

install: .venv/installed  ## the virtual environment with the locked packages

.venv/installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "$(OLD)" >&2; exit 2; }
	@$(PYTHON) -m venv .venv >/dev/null || { echo "$(NOVENV)" >&2; exit 2; }
	@echo "Installing the packages; the first time this takes some minutes."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@touch $@

up: install  ## start the studio; STUDIO_PORT, STUDIO_DATA_DIR and STUDIO_BIND are settings
	@exec $(BIN)/python manage.py up

check: install  ## style, types and imports; changes nothing
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy training
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py makemigrations --check --dry-run

fix: install  ## mend what can be mended by itself
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

test: check  ## everything but the long tests
	@$(BIN)/python -m pytest -m "not long" $(PYTEST)

test-long: install  ## the tests that take minutes
	@$(BIN)/python -m pytest -m long $(PYTEST)

faults: install  ## what must survive kills, full disks and lost servers
	@$(BIN)/python -m pytest tests/faults $(PYTEST)

quality: install  ## how good the defaults are, beside peers; takes an hour. MNIST=folder of its two zips
	@test -d .venv-quality || $(PYTHON) -m venv .venv-quality
	@.venv-quality/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock -r quality/requirements.txt
	@.venv-quality/bin/python -m quality peers $(QUALITY)
	@$(BIN)/python -m quality ours $(QUALITY)
	@$(BIN)/python -m quality table $(QUALITY)
	@test -z "$(MNIST)" || $(BIN)/python -m quality mnist $(MNIST)

bench: install  ## measurements as JSON; BENCH=name for one
	@$(BIN)/python -m bench $(BENCH)
