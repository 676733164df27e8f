# Two commands set everything up: `make demo` and `make test`. Both install what is missing into this directory.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv/bin
STAMP := .venv/.installed
LOCK := .uv/bin/uv pip compile --no-config --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --quiet

BOT := examples/lender_bot
# The sites of api/sites.py, each named by the page that its rule below makes.
SITES := build/explorer/index.html build/docs/index.html build/marketplace/index.html

.PHONY: help setup sites marketplace demo serve test lint types layers snapshot docs unit format schema authorisation lock bench

help: ## Show what can be made.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## Install uv, the dependencies (by hash) and the kalends command into .venv.

$(STAMP): requirements-dev.txt requirements-uv.txt requirements.in pyproject.toml hatch_build.py bin/bootstrap bin/bootstrap.py
	@bin/bootstrap
	@touch $@

sites: $(SITES) ## Build what is served beside the API: the explorer, the documentation, the example marketplace.

demo: $(STAMP) $(SITES) ## Run real loan applications through their whole life, then serve. ARGS=--once ends instead.
	@$(VENV)/kalends demo $(ARGS)

serve: $(STAMP) $(SITES) ## Serve the API on servers of its own.
	@$(VENV)/kalends serve --embedded $(ARGS)

test: lint types layers snapshot docs unit ## Run everything that the continuous integration runs.

lint: $(STAMP) ## Check style and formatting.
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .

types: $(STAMP) $(BOT)/.venv/.installed ## Check types.
	$(VENV)/mypy
	cd $(BOT) && .venv/bin/mypy

layers: $(STAMP) ## Check that imports run downwards only.
	$(VENV)/lint-imports

snapshot: $(STAMP) ## Check that schema.graphql says what the code serves.
	$(VENV)/kalends export-schema --check

docs: build/docs/index.html ## Build the documentation, which the API serves at /docs.

unit: $(STAMP) $(SITES) tests/clients/node_modules/.installed tests/clients/typed/node_modules/.installed $(BOT)/.venv/.installed ## Run the tests on real servers, in parallel.
	@bin/chromium >/dev/null
	$(VENV)/pytest -n 2 $(ARGS)

format: $(STAMP) ## Format the code and mend what can be mended.
	$(VENV)/ruff check --fix .
	$(VENV)/ruff format .

schema: $(STAMP) $(BOT)/.venv/.installed ## Write schema.graphql, migrations/schema.sql and the bot's client anew.
	$(VENV)/kalends export-schema
	$(VENV)/python -m migrations.dump
	cd $(BOT) && rm -rf kalends_client && .venv/bin/ariadne-codegen >/dev/null

authorisation: $(STAMP) ## Ask the API as everybody for everything and write docs/authorisation.md anew.
	@$(VENV)/python -m tests.api.authorisation docs/authorisation.md

lock: $(STAMP) ## Write the requirements*.txt anew from the requirements*.in.
	$(LOCK) requirements.in --output-file requirements.txt
	$(LOCK) requirements-dev.in --output-file requirements-dev.txt
	$(LOCK) requirements-uv.in --output-file requirements-uv.txt
	$(LOCK) $(BOT)/requirements.in --output-file $(BOT)/requirements.txt

NPM := PATH="$(CURDIR)/$(VENV):$$PATH" npm

%/node_modules/.installed: %/package.json %/package-lock.json $(STAMP)
	@cd $* && $(NPM) ci --silent
	@touch $@

# The bot's environment is its own: none of its packages is the product's.
$(BOT)/.venv/.installed: $(BOT)/requirements.txt $(STAMP)
	@.uv/bin/uv venv --quiet --allow-existing --python $(VENV)/python $(BOT)/.venv
	@.uv/bin/uv pip sync --quiet --python $(BOT)/.venv/bin/python --require-hashes $(BOT)/requirements.txt
	@touch $@

MARKETPLACE := examples/marketplace
marketplace: build/marketplace/index.html ## Build the example marketplace, which the API serves at `/`.

# Its own scripts generate the typed documents from schema.graphql and check the types first.
build/marketplace/index.html: $(MARKETPLACE)/node_modules/.installed schema.graphql \
	$(filter-out $(MARKETPLACE)/src/gql/%,$(shell find $(MARKETPLACE) -path '*/node_modules' -prune -o -type f -print))
	@echo "kalends: building the marketplace"
	@cd $(MARKETPLACE) && $(NPM) run --silent build
	@touch $@

build/explorer/index.html: web/explorer/node_modules/.installed $(shell find web/explorer -name node_modules -prune -o -type f -print)
	@echo "kalends: building the explorer"
	@cd web/explorer && $(NPM) run --silent build

DOCS_MADE_OF := mkdocs.yml schema.graphql CHANGELOG.md CONTRIBUTING.md api/errors.toml api/errors.py $(wildcard domain/*/errors.py) \
	$(shell find docs scripts/site \( -name node_modules -o -name __pycache__ \) -prune -o -type f -print)

build/docs/index.html: scripts/site/node_modules/.installed $(DOCS_MADE_OF)
	@echo "kalends: building the documentation"
	@NO_MKDOCS_2_WARNING=1 $(VENV)/mkdocs build --quiet

bench: bench/peers/node_modules/.installed ## Measure it beside its peers and write docs/performance.md. ARGS="--only reads --rounds 3".
	@$(VENV)/python -m bench.run $(ARGS)
