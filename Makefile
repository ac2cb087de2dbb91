# One name for each thing a person does here. To begin, `make test` is all.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Payments of one run of the simulation.
N ?= 100000
# Runs of the simulation, each on a fresh seed.
SEEDS ?= 1
# Deaths of one run of the crash test, and what repeats its plan.
KILLS ?= 200
SEED ?=
# Deaths of the database in one run of the crash test on PostgreSQL.
DATABASE_KILLS ?= 50

TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
# Tools of this repository; nothing is installed on the machine itself.
TOOLS := $(TARGET)/tools
DENY_VERSION := 0.20.2
MACHETE_VERSION := 0.9.2
BUF_VERSION := 1.75.0
FUZZ_VERSION := 0.13.2

# How long `fuzz` runs each target.
SECONDS_EACH ?= 60

.PHONY: help setup postgres provider test verify audit audit-tools fix gen buf buf-tool buf-release simulate mutants crash crash-postgres bench flood rights fuzz fuzz-corpus \
	fuzz-tool sandbox demo

help: ## Lists what can be made.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) \
		| awk -F ':.*## ' '{ printf "make %-12s %s\n", $$1, $$2 }'

setup: ## Checks that the machine has what is needed, and says what is missing.
	@command -v cargo >/dev/null || { \
		echo 'cargo is missing: install Rust with rustup (https://rustup.rs)' >&2; exit 1; }
	@rustc --version >/dev/null || { \
		echo 'rustc does not run: rustup must be able to install the toolchain of rust-toolchain.toml' >&2; exit 1; }
	@printf '#include <stdlib.h>\nint main(void) { return 0; }\n' \
		| "$${CC:-cc}" -x c -fsyntax-only - 2>/dev/null || { \
		echo 'no working C compiler, which SQLite and ring are built with: apt-get install -y gcc libc6-dev make' >&2; exit 1; }

postgres: ## Installs the PostgreSQL server that the tests start, where none is found (apt-get, as root or with sudo).
	@tests/postgres/install

provider: setup ## Writes a new provider that compiles, and says what is left to write (make provider NAME=foo).
	@cargo run --locked --quiet -p ppob-guide --bin new-provider -- $(if $(NAME),"$(NAME)")

test: setup postgres ## Runs every test, beside a PostgreSQL server of their own, and prints how many there were.
	@mkdir -p "$(TARGET)"
	@cargo build --locked --quiet -p ppob-test-postgres --bin ppob-with-postgres; \
	with_postgres="$(TARGET)/debug/ppob-with-postgres"; \
	if cargo nextest --version >/dev/null 2>&1; then \
		cargo test --workspace --locked --doc; \
		"$$with_postgres" -- cargo nextest run --workspace --locked; \
		exit; \
	fi; \
	status=0; \
	"$$with_postgres" -- cargo test --workspace --locked --no-fail-fast | tee "$(TARGET)/test.log" || status=$$?; \
	awk '/^test result:/ { passed += $$4; failed += $$6; ignored += $$8; binaries += 1 } \
		END { printf "test total: %d passed; %d failed; %d ignored; in %d test binaries\n", \
			passed, failed, ignored, binaries; exit passed == 0 }' "$(TARGET)/test.log" || status=1; \
	exit $$status

verify: setup ## Checks form, lints, documents and repository rules; changes nothing.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked --quiet
	cargo test -p ppob-tidy --locked --quiet

audit: audit-tools ## Checks licences, banned crates, sources and unused dependencies.
	PATH="$(TOOLS)/bin:$$PATH" cargo deny --locked --all-features check --hide-inclusion-graph bans licenses sources
	PATH="$(TOOLS)/bin:$$PATH" cargo machete

audit-tools: setup ## Builds the tools of `audit` where they are missing (some minutes, once).
	@export PATH="$(TOOLS)/bin:$$PATH"; \
	command -v cargo-machete >/dev/null || cargo install --locked --quiet --root "$(TOOLS)" \
		cargo-machete --version $(MACHETE_VERSION); \
	command -v cargo-deny >/dev/null || cargo install --locked --quiet --root "$(TOOLS)" \
		cargo-deny --version $(DENY_VERSION)

fix: setup ## Formats, and repairs what clippy can repair.
	cargo fmt --all
	cargo clippy --workspace --all-targets --locked --fix --allow-dirty --allow-staged

gen: setup ## Writes gRPC code and references again after a change in proto/ or of the errors.
	cargo run --locked -p ppob-tidy --bin gen

buf: ## Lints proto/ and holds it against the last release (buf, in a Python environment of its own).
	@if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then \
		echo '*** SKIPPED: buf lint and breaking. They need Python: apt-get install -y python3 python3-venv' >&2; \
		exit; \
	fi; \
	$(MAKE) --no-print-directory buf-tool; \
	"$(TOOLS)/buf/bin/buf" lint proto; \
	echo 'buf lint: clean'; \
	released=$$(ls proto/released/*.binpb | sort -V | tail -n 1); \
	"$(TOOLS)/buf/bin/buf" breaking proto --against "$$released"; \
	echo "buf breaking: clean against $$released"

buf-tool: ## Installs buf for `buf` and `buf-release` where it is missing.
	@if ! test -x "$(TOOLS)/buf/bin/buf"; then \
		python3 -m venv "$(TOOLS)/buf"; \
		"$(TOOLS)/buf/bin/pip" install --quiet --disable-pip-version-check buf-bin==$(BUF_VERSION); \
	fi

buf-release: buf-tool ## Keeps the protos of a release, for `make buf` to compare with later.
	@version=$$(sed -n 's/^version = "\(.*\)"$$/\1/p' Cargo.toml); \
	image="proto/released/$$version.binpb"; \
	if test -e "$$image"; then \
		echo "$$image exists: what was released does not change; raise the version first" >&2; exit 1; \
	fi; \
	"$(TOOLS)/buf/bin/buf" build proto --exclude-source-info -o "$$image"; \
	echo "$$image: written"

simulate: setup ## Simulates N payments with faults on SEEDS fresh seeds (make simulate N=100000 SEEDS=1).
	cargo run --release --locked -p ppob-simulation -- --payments $(N) --seeds $(SEEDS)

mutants: setup ## Hunts every deliberate mistake in the simulation, and prints how soon each was found.
	cargo run --release --locked -p ppob-simulation -- --payments $(N) --mutants

crash: setup ## Kills the real binary KILLS times under load, cuts answers at every byte, audits (make crash KILLS=200 SEED=7).
	cargo build --locked -p ppob-crash --bins
	cargo run --locked --quiet -p ppob-crash --bin ppob-crash -- --kills $(KILLS) $(if $(SEED),--seed $(SEED))
	cargo run --locked --quiet -p ppob-crash --bin ppob-wire

crash-postgres: setup postgres ## As crash, with the journal in PostgreSQL, which is killed, too (make crash-postgres KILLS=200 DATABASE_KILLS=50).
	cargo build --locked -p ppob-crash --bins
	cargo run --locked --quiet -p ppob-crash --bin ppob-crash -- --kills $(KILLS) --postgres $(DATABASE_KILLS) $(if $(SEED),--seed $(SEED))

bench: setup postgres ## Measures against floors, in one run (make bench; QUICK=1 for a short one), and writes docs/BENCHMARKS.md.
	cargo run --release --locked -p ppob-bench -- --write docs/BENCHMARKS.md $(if $(QUICK),--quick)

flood: setup ## Floods an engine of its own, and prints what other callers and the record made of it.
	cargo run --release --locked -p ppob-e2e --bin ppob-flood

fuzz: fuzz-tool ## Fuzzes every reader of foreign bytes (make fuzz SECONDS_EACH=60; ONLY=mmbc-pay for one).
	PATH="$(TOOLS)/bin:$$PATH" fuzz/run "$(TARGET)" run "$(SECONDS_EACH)" $(ONLY)

fuzz-corpus: fuzz-tool ## Keeps of what `fuzz` found, and of what is kept, the inputs that show something new.
	PATH="$(TOOLS)/bin:$$PATH" fuzz/run "$(TARGET)" keep 0 $(ONLY)

fuzz-tool: setup ## Builds cargo-fuzz where it is missing (some minutes, once). It needs a C++ compiler.
	@command -v "$${CXX:-c++}" >/dev/null || { \
		echo 'no C++ compiler, which libFuzzer is built with: apt-get install -y g++' >&2; exit 1; }
	@export PATH="$(TOOLS)/bin:$$PATH"; \
	command -v cargo-fuzz >/dev/null || cargo install --locked --quiet --root "$(TOOLS)" \
		cargo-fuzz --version $(FUZZ_VERSION)

sandbox: setup ## Starts the engine with simulated providers.
	cargo run --release --locked -- sandbox

demo: setup ## Walks through a running sandbox as a client.
	cargo run --release --locked -- demo

rights: setup ## Shows every right and refusal of consumers and operators, and the audit that is left.
	cargo run --locked -p ppob-e2e --bin ppob-rights
