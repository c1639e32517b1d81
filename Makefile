# The two commands are `make run` and `make test`; `make help` lists the others.

# The first that is new enough; else any, which will say in one sentence that it is too old.
PYTHON ?= $(or $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done), \
	$(shell command -v python3 || command -v python), \
	$(error Haversack needs Python 3.11 or newer: install it, or name it with PYTHON=/path/to/python3.11))

SETUP = @$(PYTHON) -m scripts.setup
VENV = @.venv/bin/python -m

.PHONY: run test check test-python test-client test-browser sim screenshots format build clean help

run:  ## install, build, migrate, seed, and serve on http://127.0.0.1:8000 (PORT=…, HOST=…)
	$(SETUP)
	$(VENV) scripts.run

test:  ## everything: checks, Python tests (SQLite, PostgreSQL), client tests, browser tests
	$(SETUP)
	$(VENV) scripts.test

check:  ## formatters, linters, strict types, Django's checks
	$(SETUP) --no-build
	$(VENV) scripts.test check

test-python:  ## Python tests only
	$(SETUP)
	$(VENV) scripts.test python

test-client:  ## TypeScript tests only
	$(SETUP) --no-build
	$(VENV) scripts.test client

test-browser:  ## browser tests only
	$(SETUP)
	$(VENV) scripts.test browser

SEEDS = 20
STEPS = 40
SEED_BASE = 0
ONLY =
RESTORES =
sim:  ## random lives of devices in front of a real server (SEEDS=…, STEPS=…, SEED_BASE=…, DATABASE_URL=…)
	$(SETUP) --no-build
	$(VENV) tests.simulation --seeds $(SEEDS) --steps $(STEPS) --seed-base $(SEED_BASE) --only "$(ONLY)" $(if $(RESTORES),--restores)

screenshots:  ## draw the pictures of the README and of the install dialogs anew
	$(SETUP)
	$(VENV) tests.browser.screenshots

format:  ## let the formatters and linters rewrite what they can
	$(SETUP) --no-build
	$(VENV) ruff check --fix-only --quiet
	$(VENV) ruff format
	@PATH="$(CURDIR)/.venv/bin:$$PATH" node_modules/.bin/biome check --write

build:  ## install the packages and build the client
	$(SETUP)

clean:  ## remove what was installed, built and cached; the data in var/ stays
	@rm -rf .venv node_modules pwa/static/pwa/build staticfiles var/log .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help:  ## this list
	@sed -n 's/^\([a-z-]*\):  ## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '%-18s %s\n' "$$name" "$$text"; done
