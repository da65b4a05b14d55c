# `make` alone lists what there is. Everything runs from a .venv in this checkout, made from requirements.lock.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# where bytecode may not be kept, each of the hundreds of processes that tests start would compile the package anew
unexport PYTHONDONTWRITEBYTECODE

help: ## list the targets
	@grep -hE '^[a-z.]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z.]+):[^#]*## /  make \1\t/' | expand -t 18

FRONT := casebook/desk/front
.venv: pyproject.toml requirements.lock $(wildcard $(FRONT)/*.*) ## the environment, from the committed lock: nothing is installed whose hash is not in it
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python $(FRONT)/build.py
	@touch .venv

demo: .venv ## a whole synthetic force, from intake to follow-up, on a real Prefect server
	@$(BIN)/casebook demo

desk: .venv ## the desk of the last demonstration again, with ids and tokens to sign in
	@$(BIN)/casebook demo --again

up: .venv ## the platform of the default home, in the foreground
	@$(BIN)/casebook up

test: .venv ## every kind of test once, small
	@$(BIN)/python -m pytest -n 3 --dist worksteal -m 'not soak'

browser: .venv ## the desk in a real browser: installs Playwright and Debian's Chromium, and runs the tests that need them
	@command -v chromium >/dev/null || { apt-get -qq update && apt-get -qq install --yes chromium >/dev/null; }
	@$(BIN)/python -m pip install --quiet --require-hashes --requirement browser.lock
	@$(BIN)/python -m pytest -n 2 --dist worksteal -k browser tests/desk/test_browser.py tests/desk/test_whole_case.py

soak: .venv ## long seeds and kill matrices; writes docs/evidence/
	@CASEBOOK_SEEDS=20 CASEBOOK_STEPS=1000 $(BIN)/python -m pytest --timeout 14400 -s tests/property/test_casework.py 2>&1 | tee docs/evidence/soak.txt
	@$(BIN)/python -m pytest --timeout 14400 -m soak --ignore tests/acceptance/test_kill_matrix.py tests 2>&1 | tee -a docs/evidence/soak.txt
	@$(BIN)/python -m pytest -m soak -s tests/acceptance/test_kill_matrix.py 2>&1 | tee docs/evidence/kills.txt
	@$(BIN)/python -m benchmarks.guarded_numbers

check: .venv ## every read-only check; counts failures at the end
	@$(BIN)/python benchmarks/check.py

fix: .venv ## the only command that edits
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: .venv ## what docs/benchmarks.md comes from
	@for each in foundation gate handoff throughput matching search loading review_speed sweep; do $(BIN)/python -m benchmarks.$$each; done

docs: .venv ## the generated pages
	@$(BIN)/python -m casebook.cli.pages docs
	@$(BIN)/python -m casebook.policies.page > docs/policy.md

lock: ## make requirements.lock anew; pins that still fit stay: `make lock UPGRADE=--upgrade` raises them
	@rm -rf .lock && $(PYTHON) -m venv .lock && .lock/bin/python -m pip install --quiet uv
	@.lock/bin/python benchmarks/lock.py $(UPGRADE) && rm -rf .lock

.PHONY: help demo desk up test browser soak check fix bench docs lock
.DEFAULT_GOAL := help
