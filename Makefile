# Two commands are all a newcomer needs: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links -q --custom-compile-command "make lock"
PIP := $(BIN)/pip --disable-pip-version-check -q

.PHONY: install demo test check format bench bench-model train-env services services-stop secrets lock clean

install: $(VENV)/.installed
$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "yuqing needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: $(VENV)/.installed requirements-dev.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	touch $@

demo: install
	@$(BIN)/yuqing demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev  ## posts a second end to end, embedded and (where services run) distributed
	$(BIN)/python -m benchmarks

train-env: $(VENV)-train/.installed  ## an environment that can train: torch beside the rest (5 GB)
$(VENV)-train/.installed: pyproject.toml
	test -x $(VENV)-train/bin/python || $(PYTHON) -m venv $(VENV)-train
	$(VENV)-train/bin/pip --disable-pip-version-check -q install -e '.[train]'
	touch $@

bench-model: train-env  ## the shipped encoder against torch fp32 on 12 layers of 768
	$(VENV)-train/bin/python -m benchmarks.model

lock:  ## resolve the dependencies anew (needs uv)
	uv pip compile pyproject.toml --group build $(LOCK) -o requirements.lock
	uv pip compile pyproject.toml --group build --group dev $(LOCK) -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

services:  ## real Kafka, Elasticsearch and PostgreSQL on loopback, without Docker
	@PYTHON=$(PYTHON) scripts/services start

services-stop:
	@PYTHON=$(PYTHON) scripts/services stop

secrets:  ## what docker-compose.yml refuses to start without, in .env (mode 600)
	@$(PYTHON) scripts/secrets
