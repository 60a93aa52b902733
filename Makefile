# Each target is the only command needed, also from a fresh clone; a second call installs nothing.
# Needed: make, and Python 3.11 or newer with its venv module (PYTHON=/path/to/python to choose one).

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BENCH ?= $(patsubst %.py,%,$(sort $(wildcard benchmarks/speed/*.py)))

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test check bench docs format clean

help:
	@echo "make demo    learn to read digits and to find them in photos; writes demo-out/report.html"
	@echo "make test    every test"
	@echo "make check   linter, formatter, types, import contract"
	@echo "make bench   measure speed on this machine (BENCH=benchmarks/... for one) and renew the tables"
	@echo "make docs    build the documentation into site/"
	@echo "make format  let the formatter and the linter repair what they can"
	@echo "make clean   remove the environment and everything that was built"

demo: $(VENV)/.stamp-train
	@$(BIN)/lenslet demo

test: $(VENV)/.stamp-dev
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(ARGS)

check: $(VENV)/.stamp-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.stamp-dev
	@set -e; for file in $(BENCH); do $(BIN)/python -m $$(echo $${file%.py} | tr / .); done
	@$(BIN)/python -m benchmarks.table

docs: $(VENV)/.stamp-docs
	@$(BIN)/python docs/make_cli.py
	@$(BIN)/python docs/make_http.py
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict
	@echo "site/index.html"

format: $(VENV)/.stamp-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:
	rm -rf $(VENV) site dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# One environment, filled as far as a target needs it; the stamp of an extra is older than the files that decide its content
# exactly when it has to be installed again.
$(VENV)/.stamp-venv:
	@test -n "$(PYTHON)" || { \
		echo "Lenslet needs Python 3.11 or newer; on Debian and Ubuntu: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { v=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		echo "This Python $$v cannot make virtual environments; on Debian and Ubuntu: apt-get install python$$v-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.stamp-%: pyproject.toml constraints.txt | $(VENV)/.stamp-venv
	@echo "Installing lenslet[$*] into $(VENV); the first time this can take some minutes." >&2
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[$*]'
	@touch $@ $(if $(filter dev,$*),$(VENV)/.stamp-train $(VENV)/.stamp-docs)
