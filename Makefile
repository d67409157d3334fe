# Needs Python 3.11 to 3.14 and make, nothing else. `make help` lists the targets.

VENV ?= .venv
PY := $(VENV)/bin/python
PREFIX ?= var/image
# One more than the cores of a small machine: many tests wait for processes that they start.
WORKERS ?= 3
# What cannot be audited fails, unless it is asked for otherwise.
export CLAUSES_AUDIT ?= required
# The tests start dozens of processes: each would compile the whole service anew.
unexport PYTHONDONTWRITEBYTECODE

PIP := $(PY) -m pip --disable-pip-version-check --no-input --quiet
LOCK := $(PY) -m uv --quiet pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header pyproject.toml

# A stamp without a working interpreter beside it (an upgraded system, a moved folder) means: start again.
ifneq ($(shell test -e $(VENV)/.created && $(PY) -c 'import pip' 2>/dev/null && echo works),works)
.PHONY: $(VENV)/.created
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.created:
	@python=$$(PYTHON='$(PYTHON)' sh scripts/find_python.sh) && \
	echo "Creating $(VENV) with $$python" && \
	"$$python" -m venv --clear $(VENV) && touch $@

# The development lock holds the runtime lock: installing one never breaks the other.
$(VENV)/.runtime: requirements.lock | $(VENV)/.created
	@echo "Installing requirements.lock"
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/.created
	@echo "Installing requirements-dev.lock"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: run
run: $(VENV)/.runtime ## Migrate, load the demonstration set, print keys, serve on http://127.0.0.1:8000
	@$(PY) -m app.cli run

# What needs one core each goes side by side: types and traced examples take a quarter of a minute both.
.PHONY: test
test: $(VENV)/.dev ## Everything that must hold: style, types, layers, tests on both databases
	@$(MAKE) --no-print-directory --jobs=2 check branches
	@$(MAKE) --no-print-directory others

.PHONY: check
check: $(VENV)/.dev ## Style, types and layers only
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-logo

# The rules decide about people and money: each of their branches is taken by an example with its expected
# value. Properties do not count there, so that they are drawn without the cost of tracing; nor are the
# examples tried again without it.
.PHONY: tests
tests: branches others ## The tests only (every branch of the rules included); PostgreSQL from TEST_POSTGRES_URL, else an embedded server

.PHONY: branches
branches: $(VENV)/.dev
	$(PY) -m coverage run --source=app/rules -m pytest tests/rules -m example
	$(PY) -m coverage report --fail-under=100

.PHONY: others
others: $(VENV)/.dev
	$(PY) -m pytest -n $(WORKERS) --dist worksteal -m 'not example'

.PHONY: demo
demo: $(VENV)/.dev ## The whole story, step by step; DECP="file ..." plays it on those files
	@$(PY) -m app.cli demo $(DECP)

.PHONY: bench
bench: $(VENV)/.dev ## Speed as ratios to a floor measured in the same run (PostgreSQL)
	@$(PY) -m tests.bench

.PHONY: import-bench
import-bench: $(VENV)/.dev ## Memory and speed of importing 500 MB of contracts, then 100,000 rows of hours
	@$(PY) -m tests.bench.imports
	@$(PY) -m tests.bench.tables

.PHONY: faults
faults: $(VENV)/.dev ## The API and PostgreSQL killed fifty times each under load: nothing lost, nothing twice
	@$(PY) -m tests.bench.faults

.PHONY: fuzz
fuzz: $(VENV)/.dev ## Hundreds of generated requests per operation
	@CLAUSES_FUZZ_EXAMPLES=500 $(PY) -m pytest tests/contract -n $(WORKERS)

.PHONY: canary
canary: $(VENV)/.dev ## Unique words in every personal field reach nobody and nothing they are not for
	@$(PY) -m pytest tests/api/test_canary.py tests/api/test_secrecy.py tests/api/test_matrix.py -n $(WORKERS)

.PHONY: matrix
matrix: $(VENV)/.dev ## Every operation by every role, one's own and another's: who may what, and nothing leaks
	@$(PY) -m pytest tests/api/test_matrix.py tests/api/test_published_lists.py -n $(WORKERS)

.PHONY: attack
attack: $(VENV)/.dev ## An adversary with every release and a solver finds nobody, in forty worlds
	@CLAUSES_ATTACK_WORLDS=40 $(PY) -m pytest tests/rules/test_attack.py -n $(WORKERS)

.PHONY: audit
audit: $(VENV)/.dev ## Known flaws in both locks; OSV="address" asks another advisory service than PyPI's
	@$(PY) scripts/audit.py requirements.lock requirements-dev.lock \
		$(if $(OSV),-- --vulnerability-service osv --osv-url '$(OSV)')

.PHONY: rotation
rotation: $(VENV)/.dev ## A new key takes over under load, the old one goes and everything opens
	@$(PY) -m pytest tests/api/test_key_rotation.py

# Only changed functions are tried again: what is known stays in mutants/ until it is removed.
.PHONY: mutation
mutation: $(VENV)/.dev ## The rules, wrong in thousands of ways: which of them no case notices (an hour or more)
	@$(PY) -m mutmut run --max-children $(WORKERS)
	@$(PY) -m mutmut results
	@$(PY) -m mutmut export-cicd-stats && cat mutants/mutmut-cicd-stats.json

.PHONY: format
format: $(VENV)/.dev ## Put the code in the project's style
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

.PHONY: openapi
openapi: $(VENV)/.dev ## Write openapi/openapi.json again
	@mkdir -p openapi
	@$(PY) -m app.cli openapi > openapi/openapi.json

.PHONY: client
client: $(VENV)/.dev ## Generate a Python client from openapi/openapi.json into var/clauses_client
	@mkdir -p var
	@$(PY) -m openapi_python_client generate --overwrite --fail-on-warning --meta none \
		--path openapi/openapi.json --config openapi/client.yaml --output-path var/clauses_client

.PHONY: migration
migration: $(VENV)/.dev ## Draft the next migration from the tables: NAME="what changes"
	@$(PY) -m app.cli migration "$(NAME)" && $(PY) -m ruff format --quiet migrations

.PHONY: lock
lock: $(VENV)/.dev ## Resolve the dependencies again
	$(LOCK) -o requirements.lock
	$(LOCK) --group dev --constraints requirements.lock -o requirements-dev.lock

.PHONY: image-steps
image-steps: image-install image-check ## The steps of the Dockerfile, without an engine, into PREFIX

.PHONY: image-install
image-install: $(VENV)/.created
	sh scripts/image_install.sh $(PY) $(PREFIX)

.PHONY: image-check
image-check:
	PYTHONPATH=. $(PREFIX)/bin/python scripts/check_imports.py

.PHONY: clean
clean: ## Remove what can be made again (not the data in var/)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage mutants
