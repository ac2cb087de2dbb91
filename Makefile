# One name for each thing a person does here. `make test` is all that is needed to begin.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Payments of one run of the simulation.
N ?= 100000

TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
# Tools that belong to this repository only; nothing is installed on the machine.
TOOLS := $(TARGET)/tools
DENY_VERSION := 0.20.2
MACHETE_VERSION := 0.9.2
BUF_VERSION := 1.72.0

.PHONY: help setup test verify audit tools fix gen buf simulate sandbox demo

help: ## Lists what can be made.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-10s %s\n", $$1, $$2 }'

setup: ## Checks that the machine has what is needed, and says what is missing.
	@bash tests/tidy/scripts/setup.sh

test: setup ## Runs every test and prints how many there were.
	@bash tests/tidy/scripts/test.sh

verify: setup ## Checks form, lints, documents and repository rules; changes nothing.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked --quiet
	cargo test -p ppob-tidy --locked --quiet

audit: tools ## Checks licences, banned crates, sources and unused dependencies.
	PATH="$(TOOLS)/bin:$$PATH" cargo deny --locked --all-features check bans licenses sources
	PATH="$(TOOLS)/bin:$$PATH" cargo machete

tools: ## Builds the tools of `audit` into the target directory, where they are missing.
	@PATH="$(TOOLS)/bin:$$PATH"; \
	command -v cargo-deny >/dev/null || \
		cargo install --locked --quiet --root "$(TOOLS)" cargo-deny --version $(DENY_VERSION); \
	command -v cargo-machete >/dev/null || \
		cargo install --locked --quiet --root "$(TOOLS)" cargo-machete --version $(MACHETE_VERSION)

fix: ## Formats, and repairs what clippy can repair.
	cargo fmt --all
	cargo clippy --workspace --all-targets --locked --fix --allow-dirty --allow-staged

gen: ## Writes the gRPC code again after a change in proto/.
	cargo run --locked -p ppob-tidy --bin gen

buf: ## Lints proto/ with buf, in a Python environment of its own.
	@if ! command -v python3 >/dev/null; then \
		echo 'SKIPPED: buf lint needs python3; install it with: apt-get install -y python3 python3-venv'; \
	else \
		test -x $(TOOLS)/buf/bin/buf || { \
			python3 -m venv $(TOOLS)/buf && \
			$(TOOLS)/buf/bin/pip install --quiet --disable-pip-version-check buf-bin==$(BUF_VERSION); \
		}; \
		$(TOOLS)/buf/bin/buf lint proto && echo 'buf lint: clean'; \
	fi

simulate: setup ## Simulates N payments with faults, from a seed (N=100000).
	cargo run --release --locked -p ppob-simulation -- --payments $(N)

sandbox: setup ## Starts the engine with simulated providers.
	cargo run --release --locked -- sandbox

demo: setup ## Walks through a running sandbox as a client.
	cargo run --release --locked -- demo
