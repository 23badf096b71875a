# Two commands do everything: `make demo` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
SERVE ?= 1
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check -q

help: ## what there is to do
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: .venv/.product maps/static/vendor/.done ## the bundled district on 127.0.0.1:8000 (SERVE=0: only compute and print; PORT=n)
	@$(BIN)/wangge demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve,)

setup: .venv/.product maps/static/vendor/.done ## install what is missing, nothing more

test: .venv/.dev maps/static/vendor/.done ## the whole suite on a database of its own
	@.ci/setup --browser || { [ "$${CI:-}" != true ]; echo "没有 Chromium，浏览器测试会跳过" >&2; }
	$(BIN)/lint-imports --no-cache --verbose > /dev/null || $(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

lint: .venv/.dev ## style, types and the import rule
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache

bench: .venv/.dev ## measured ratios against peers and oracles
	@$(BIN)/python -m tests.bench

fuzz: .venv/.dev ## the long tests of who may see what: schemathesis as every role, 1,000 questions, 10,000 requests
	WANGGE_FULL=1 $(BIN)/python -m pytest tests/rights $(ARGS)

scan: .venv/.dev ## secrets in tree and history; known faults of the pinned dependencies (asks the package index: needs the network)
	$(BIN)/python -m pytest -q tests/test_secrets.py
	@[ -x var/scan/bin/pip-audit ] || { $(PYTHON) -m venv var/scan && var/scan/bin/pip --disable-pip-version-check -q install pip-audit; }
	var/scan/bin/pip-audit --disable-pip --no-deps -r constraints.txt

shots: .venv/.dev maps/static/vendor/.done ## the screenshots of the README
	@.ci/setup --browser
	$(BIN)/python -m tests.shots

clean: ## stop the private databases and remove what was built
	@[ ! -x $(BIN)/wangge ] || $(BIN)/wangge db stop || true
	rm -rf .venv var maps/static/vendor

.venv/bin/pip:
	@.ci/setup
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新。用 make PYTHON=python3.11 指定" >&2; exit 3; }
	$(PYTHON) -m venv .venv

.venv/.product: constraints.txt pyproject.toml | .venv/bin/pip
	@.ci/setup
	echo "安装 Python 依赖…" >&2
	$(PIP) install -c constraints.txt -e .
	touch $@

.venv/.dev: .venv/.product
	@echo "安装测试依赖…" >&2
	$(PIP) install -c constraints.txt -e '.[dev]'
	touch $@

maps/static/vendor/.done: maps/assets.py | .venv/.product
	@$(BIN)/python -m maps.assets
	touch $@

.PHONY: help demo setup test lint bench fuzz scan shots clean
