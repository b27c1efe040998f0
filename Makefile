# Jeongsan (정산): the commands of this repository. `make` lists them.
#
# A machine with Go (the version of go.mod), Python 3 and make is enough. What else is needed is installed here, into
# .cache (ignored), or by apt when a Debian machine lacks it and we are root. What cannot be had is never passed over in
# silence: it is printed as "SKIPPED: name: reason", and again at the end.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help

CFN_LINT_VERSION := 1.51.0
CFN_LINT_DIR     := .cache/cfn-lint-$(CFN_LINT_VERSION)
CFN_LINT         := $(CFN_LINT_DIR)/bin/cfn-lint
SKIPPED          := .cache/skipped

# moto stands in for AWS in the adapters' suites; any other endpoint can be named in JEONGSAN_AWS_ENDPOINT.
MOTO_VERSION := 5.2.1
MOTO_DIR     := .cache/moto-$(MOTO_VERSION)
MOTO         := $(MOTO_DIR)/bin/moto_server

# The official clients of outside systems, which the simulators must satisfy: a folder with a package-lock.json each.
CONTRACTS := $(patsubst %/package-lock.json,%,$(wildcard infra/contract/*/package-lock.json))

# Folders with code of our own.
GO_DIRS := $(wildcard functions infra internal)

# Packages whose promises are about goroutines. The race detector makes the embedded SQLite some ten times slower, so
# the others are left to the plain run.
# The AWS adapters run against moto, which is as slow either way.
RACE := $(patsubst %,./%/...,$(wildcard internal/calendar internal/due internal/ledger internal/money internal/queue/goqite internal/rating internal/store/memory internal/store/sqlite internal/payment internal/taxinvoice infra/local/testclock))

.PHONY: help run test bench fmt clean reset check-format check-vet check-template check-tests check-races tell-skipped

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## play October 2026 of a seeded MSP, print it, and leave the stack running at the printed address
	@echo "== Building the one-machine stack (the first time this fetches Go modules: a minute or two)"
	@go run ./infra/local month 2026-10 --serve

test: start check-format check-vet check-template counterparts check-tests check-races tell-skipped ## install what is needed and run every check

bench: ## measure the figures of the README
	go test -run '^$$' -bench . -benchmem $(patsubst %,./%/...,$(GO_DIRS))

fmt: ## format all Go code
	gofmt -w $(GO_DIRS)

clean: ## remove what was installed and built (state in .local stays)
	rm -rf .cache build

reset: ## remove the state of the one-machine stack: books, documents, mailbox, clock
	rm -rf .local

.PHONY: start
start:
	@mkdir -p .cache && : > $(SKIPPED)

check-format:
	@echo "== Format"
	@unformatted=$$(gofmt -l $(GO_DIRS)) && if [ -n "$$unformatted" ]; then echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi

check-vet:
	@echo "== go vet (the first time this fetches Go modules)"
	@go vet ./...

# What cfn-lint does not see (cron fields, time zones, visibility, wildcards) the tests of infra/template hold; they
# run on any machine.
check-template: | start
	@echo "== template.yaml (cfn-lint $(CFN_LINT_VERSION), region Seoul)"
	@if $(MAKE) --silent --no-print-directory $(CFN_LINT); then \
		$(CFN_LINT) -r ap-northeast-2 -- template.yaml; \
	else \
		echo "SKIPPED: cfn-lint: version $(CFN_LINT_VERSION) could not be installed from PyPI into .cache (see above)" | tee -a $(SKIPPED); \
	fi

$(CFN_LINT):
	@echo "   installing cfn-lint $(CFN_LINT_VERSION) into $(CFN_LINT_DIR) (once)"
	@$(call venv,$(CFN_LINT_DIR),cfn-lint==$(CFN_LINT_VERSION) aws-sam-translator==1.110.0)

# venv makes a Python environment in a folder and installs packages into it; half of one is removed.
venv = rm -rf $(1); python3 -m venv $(1) > .cache/venv.log 2>&1 || { \
		[ "$$(id -u)" = 0 ] && echo "   installing python3-venv by apt" && apt-get update -qq && apt-get install -y -qq python3-venv > /dev/null && \
		rm -rf $(1) && python3 -m venv $(1); } || { cat .cache/venv.log; rm -rf $(1); exit 1; }; \
	$(1)/bin/pip install --quiet --disable-pip-version-check $(2) || { rm -rf $(1); exit 1; }

# What the tests compare us with and did not write: moto, and the official npm clients. A test whose counterpart could
# not be had skips by name here and fails in CI.
.PHONY: counterparts
counterparts: | start
	@echo "== Counterparts: moto $(MOTO_VERSION), npm clients of $(notdir $(CONTRACTS))"
	@$(MAKE) --silent --no-print-directory $(MOTO) || echo "SKIPPED: AWS adapters and deployed artefacts: moto $(MOTO_VERSION) could not be installed from PyPI into .cache (see above)" | tee -a $(SKIPPED)
	@for folder in $(CONTRACTS); do \
		$(MAKE) --silent --no-print-directory $$folder/node_modules/.package-lock.json || echo "SKIPPED: contract test of $$folder: its npm packages could not be installed (see above)" | tee -a $(SKIPPED); \
	done

$(MOTO):
	@echo "   installing moto $(MOTO_VERSION) into $(MOTO_DIR) (once)"
	@$(call venv,$(MOTO_DIR),'moto[server]==$(MOTO_VERSION)')

infra/contract/%/node_modules/.package-lock.json: infra/contract/%/package-lock.json
	@command -v npm > /dev/null || { [ "$$(id -u)" = 0 ] && echo "   installing nodejs and npm by apt" && apt-get update -qq && apt-get install -y -qq nodejs npm > /dev/null; }
	@echo "   installing the npm packages of infra/contract/$* (once)"
	@npm ci --prefix infra/contract/$* --no-audit --no-fund --silent
	@touch $@

check-tests: | start
	@echo "== Tests"
	@[ -d ../shared/data/focus ] || echo "SKIPPED: real FOCUS exports: ../shared/data/focus is not beside this clone; generated ones were read" | tee -a $(SKIPPED)
	@JEONGSAN_ARM64=1 go test ./...

check-races: | start
	@echo "== Tests under the race detector: $(RACE)"
	@if command -v "$$(go env CC)" > /dev/null; then \
		CGO_ENABLED=1 go test -race $(RACE); \
	else \
		echo "SKIPPED: race detector: it needs a C compiler ($$(go env CC)); on Debian: apt-get install gcc libc6-dev" | tee -a $(SKIPPED); \
	fi

tell-skipped:
	@if [ -s $(SKIPPED) ]; then echo "== Not everything was checked:"; cat $(SKIPPED); else echo "== Everything was checked; nothing was skipped."; fi
