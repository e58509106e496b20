# Two targets do everything on a fresh Debian machine with Python: `make demo` and `make test`.

PYTHON ?= python3
BIN := .venv/bin

NODE := $(if $(shell command -v npm),,nodejs npm)

# What `make test` needs beside Python; the tests start these themselves, on loopback, with folders of their own.
PACKAGES := openssh-server openssh-client sudo php-cli php-mysql php-xml mariadb-server wordpress nftables iptables \
	iproute2 debootstrap systemd-container rbldnsd busybox-static csh e2fsprogs faketime chromium poppler-utils procps \
	libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core $(NODE)
QUICK = $(wildcard tests/checks/$(CHECK) tests/checks/test_$(CHECK).py)
DEMO_PACKAGES := php-cli php-mysql mariadb-server

# As many tests at once as there are processors.
WORKERS ?= logical

.PHONY: help demo test quick times coverage bench soak deb booted packages format lint types layers unit clean catalogues constraints

help: ## Show what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 20

demo: .venv/ready ## A round over a small estate of its own, ending with findings and an HTML report
	@sh tests/packages.sh optional $(DEMO_PACKAGES)
	@$(BIN)/python -m tests.demo

test: packages lint types layers unit ## Everything: format, lint, types, layers, tests against real servers

quick: .venv/ready ## The pure tests of one check, in seconds: make quick CHECK=disk
	@test -n "$(CHECK)" -a -n "$(QUICK)" || { echo "Name a check: make quick CHECK=disk" >&2; exit 1; }
	$(BIN)/pytest -m "not server" $(QUICK)

times: .venv/ready ## The seconds that each folder of tests took in the last `make test`
	@$(BIN)/python -m tests.times build/tests.xml

coverage: .venv/ready packages ## Run the tests and say which lines and branches they reach
	@mkdir -p build/coverage
	$(BIN)/pytest -n $(WORKERS) --cov --cov-report=term --cov-report=html

bench: .venv/ready packages build/benchmarks/ready ## Compare with what people use instead; a small dose by DOSE=--quick
	@$(BIN)/python -m tests.benchmarks $(DOSE)

# The peers live in an environment of their own; one that cannot be installed is left out, and the benchmark says so.
build/benchmarks/ready: tests/benchmarks/requirements.txt
	rm -rf build/benchmarks
	$(PYTHON) -m venv build/benchmarks
	@while read -r peer; do build/benchmarks/bin/pip install --quiet --disable-pip-version-check "$$peer" || \
		echo "$$peer cannot be installed" >&2; done < tests/benchmarks/requirements.txt
	@touch build/benchmarks/ready

soak: .venv/ready ## 200 rounds with faults in every request, killed 100 times: tickets and time are told once
	@$(BIN)/python -m tests.outside.soak --rounds 200 --kills 100 --seed 1

deb: .venv/ready ## Build build/deb/siterounds_VERSION_ARCHITECTURE.deb for this Debian
	@bash .ci/deb/build

booted: .venv/ready packages ## The service under a systemd of its own: installed, hung, killed 100 times, upgraded, removed
	$(BIN)/pytest -m booted tests/booted -rs

packages:
	@sh tests/packages.sh required $(PACKAGES)

format: .venv/ready ## Put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/ready
	$(BIN)/mypy

layers: .venv/ready
	$(BIN)/lint-imports

unit: .venv/ready packages
	@mkdir -p build
	$(BIN)/pytest -n $(WORKERS) --junitxml=build/tests.xml

.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "siterounds needs Python 3.11 or newer, $(PYTHON) is older: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || sh tests/packages.sh required python3-venv
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[tests]'
	@touch .venv/ready

clean: ## Remove what was made
	rm -rf .venv demo-output build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

catalogues: .venv/ready ## Bring the catalogues of the reports' languages up to date
	@$(BIN)/python -m tests.catalogues

constraints: ## Write constraints.txt anew from the newest versions that fit
	rm -rf build/constraints
	$(PYTHON) -m venv build/constraints
	build/constraints/bin/pip install --quiet --disable-pip-version-check -e '.[tests]'
	build/constraints/bin/pip freeze --exclude-editable > constraints.txt
