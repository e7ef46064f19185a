# `make run` and `make test` set everything up; `make help` lists the rest. Needs python3 (3.11 or newer) and a shell.
#
#   make PYTHON=/path/to/python3 run    uses that Python (remove .venv to change it later)
#   make JOBS=4 test                    runs the tests in four processes

.POSIX:
.SUFFIXES:
.PHONY: all help run gallery figures test quick coverage shake reseed qiskit2 lowest clients lint notebooks notebooks-update pages benchmarks fuzz mutants ci clean

JOBS = 2
BIN = .venv/bin
SYNC = PYTHON="$(PYTHON)" sh .ci/uv sync --locked --inexact
# Many small matrices: threads inside a process only get in the way of the processes beside it.
ONE_THREAD = OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
# Many processes: bytecode is kept, out of the sources, also where the environment asks for none.
CACHED = PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX="$$PWD/build/pycache"
PYTEST = -n $(JOBS) --dist loadgroup
ROOM =
SEEDS = 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20
SEED =
SAMPLE = 100
CASES = 1000
LOCKED = pyproject.toml uv.lock .ci/uv .ci/uv.txt

all: run

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 28

run: .venv/.runtime ## sets up the package and runs the main job: concurrence of a monitored pair
	$(BIN)/nvprotocol run circuits/monitored_bell.toml --force

gallery: .venv/.runtime ## runs every experiment file, and the design, and renews their pictures
	for file in circuits/*.toml; do \
		name=$$(basename "$$file" .toml) && \
		$(BIN)/nvprotocol run "$$file" --output "results/$$name" --force && \
		cp "results/$$name/figure.png" "circuits/$$name.png" || exit 1; \
	done
	$(BIN)/nvprotocol run circuits/measured/relaxometry.toml --output results/measured --force
	cp results/measured/figure.png circuits/measured/relaxometry.png
	$(BIN)/nvprotocol design designs/film.toml --output results/design --force
	cp results/design/map.png designs/film.png

figures: .venv/.runtime ## the figures of the paper, and of what it leaves open, into docs/figures
	$(ONE_THREAD) $(BIN)/nvprotocol figures --output docs/figures --format png --force

test: .venv/.dev ## the tests and every example of the documentation
	$(ONE_THREAD) $(CACHED) $(BIN)/pytest $(PYTEST)

quick: .venv/.dev ## the tests and docstrings of one room (ROOM=tomography); without ROOM, all that is not slow
	@set -- -m "not slow"; \
	if [ -n "$(ROOM)" ]; then \
		set -- tests/$(ROOM); \
		for code in nvprotocol/$(ROOM) nvprotocol/$(ROOM).py; do [ ! -e "$$code" ] || set -- "$$@" "$$code"; done; \
	fi; \
	$(ONE_THREAD) $(CACHED) $(BIN)/pytest $(PYTEST) -q "$$@"

coverage: .venv/.dev ## the tests, and which lines and branches none of them runs
	$(ONE_THREAD) $(CACHED) $(BIN)/pytest $(PYTEST) --cov

shake: .venv/.dev ## the tests once for each of SEEDS, in other orders and with other examples of hypothesis
	for seed in $(SEEDS); do echo "== seed $$seed" && \
		$(ONE_THREAD) $(CACHED) $(BIN)/pytest $(PYTEST) -q --randomly-seed=$$seed --hypothesis-seed=$$seed || exit 1; done

reseed: .venv/.dev ## the tests of draws once for each of SEEDS, with every seed moved: none may fail
	for seed in $(SEEDS); do echo "== seed $$seed" && \
		$(ONE_THREAD) $(CACHED) $(BIN)/pytest $(PYTEST) -q -m statistical --reseed $$seed --hypothesis-seed=$$seed || exit 1; done

qiskit2: .venv-qiskit2/.dev ## the tests again, on the newest Qiskit 2 (without the pulse engine)
	$(ONE_THREAD) $(CACHED) .venv-qiskit2/bin/pytest $(PYTEST)

lowest: ## part of the tests with the oldest versions that pyproject.toml allows, in .venv-lowest
	$(ONE_THREAD) $(CACHED) PYTHON="$(PYTHON)" sh .ci/lowest $(PYTEST)

clients: .venv-clients/.dev .venv-clients2/.dev ## qiskit-experiments on the backend, with Qiskit 1.3.0 and with the newest 2
	$(ONE_THREAD) .venv-clients/bin/pytest $(PYTEST) tests/clients
	$(ONE_THREAD) .venv-clients2/bin/pytest $(PYTEST) tests/clients

lint: .venv/.dev ## style, types, one-way layers without circles, notebooks in step with their sources
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/pytest tests/house/test_architecture.py -k notebook

notebooks: .venv/.dev ## runs every committed notebook from top to bottom
	$(ONE_THREAD) $(BIN)/pytest --nbmake --nbmake-timeout=120 notebooks

notebooks-update: .venv/.dev ## makes each notebook anew from its .py, outputs and pictures included
	$(ONE_THREAD) $(BIN)/python .ci/notebooks.py

pages: .venv/.runtime ## makes the pages of claims and errata in docs/, and the house in CONTRIBUTING.md, anew
	$(ONE_THREAD) $(BIN)/nvprotocol claims --output docs/claims.md
	$(ONE_THREAD) $(BIN)/nvprotocol errata --output docs/errata.md
	$(BIN)/python .ci/house.py

.PHONY: docs docs-update
docs: .venv-docs/.docs ## the documentation as a site in build/docs, every warning an error
	.venv-docs/bin/sphinx-build -W --keep-going -E -q docs build/docs
	@echo "open build/docs/index.html"

docs-update: .venv/.dev ## renews in the pages what their commands and examples print
	RENEW_PAGES=1 $(ONE_THREAD) $(BIN)/pytest $(PYTEST) docs README.md

fuzz: .venv/.dev ## spoilt files and options, CASES of each kind (CASES=1000), then all public arguments (an hour)
	NVPROTOCOL_FUZZ=$(CASES) $(ONE_THREAD) $(CACHED) $(BIN)/pytest $(PYTEST) tests/fuzz
	$(ONE_THREAD) $(BIN)/python tests/oracles/api_fuzzer.py

benchmarks: .venv/.benchmark ## times and accuracies beside other engines, printed as tables
	for script in benchmarks/[!_]*.py; do echo "== $$script" && $(ONE_THREAD) $(BIN)/python "$$script" || exit 1; done

mutants: .venv/.dev .venv-mutants/.mutants ## changes 100 random places of theory, conditioning and tomography: do the tests notice? (SEED=…)
	$(ONE_THREAD) .venv-mutants/bin/python .ci/mutants.py --seed "$(SEED)" --sample $(SAMPLE)

ci: ## everything, as the continuous integration does it
	.ci/run

clean: ## removes environments and caches
	rm -rf .coverage .venv .venv-qiskit2 .venv-lowest .venv-clients .venv-clients2 .venv-docs .venv-mutants .bootstrap .hypothesis .ruff_cache .import_linter_cache
	rm -rf build docs/notebooks/*.ipynb
	find nvprotocol tests benchmarks notebooks -name __pycache__ -prune -exec rm -rf {} +

# Stamps: an environment is brought up to date only when the lock has changed. `--inexact` keeps what another target added.
.venv/.runtime: $(LOCKED)
	@UV_PROJECT_ENVIRONMENT=.venv $(SYNC) --extra pulse --no-dev
	@touch $@

.venv/.dev: $(LOCKED)
	@UV_PROJECT_ENVIRONMENT=.venv $(SYNC) --extra pulse
	@touch $@ .venv/.runtime

.venv/.benchmark: $(LOCKED)
	@UV_PROJECT_ENVIRONMENT=.venv $(SYNC) --extra pulse --group benchmark
	@touch $@ .venv/.dev .venv/.runtime

.venv-qiskit2/.dev: $(LOCKED)
	@UV_PROJECT_ENVIRONMENT=.venv-qiskit2 $(SYNC) --group qiskit2
	@touch $@

.venv-clients/.dev: $(LOCKED)
	@UV_PROJECT_ENVIRONMENT=.venv-clients $(SYNC) --extra pulse --group clients
	@touch $@

.venv-clients2/.dev: $(LOCKED)
	@UV_PROJECT_ENVIRONMENT=.venv-clients2 $(SYNC) --group qiskit2 --group clients
	@touch $@

.venv-mutants/.mutants: $(LOCKED)
	@UV_PROJECT_ENVIRONMENT=.venv-mutants $(SYNC) --only-group mutants
	@touch $@

.venv-docs/.docs: $(LOCKED)
	@UV_PROJECT_ENVIRONMENT=.venv-docs $(SYNC) --only-group docs
	@touch $@
