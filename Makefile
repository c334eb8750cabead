# The two that matter: `make demo` and `make test`. The others are listed by `make help`.
SHELL := /bin/sh
TARGET := $(or $(CARGO_TARGET_DIR),target)
DEBUG := $(TARGET)/debug/pepiniere
RELEASE := $(TARGET)/release/pepiniere

.PHONY: help demo test test-rust test-browser test-contract lint build bench image clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

demo: ## everything on the embedded store, with demonstration data, on http://127.0.0.1:8080
	@echo "building (a few minutes the first time)…"
	@cargo build -p pepiniere
	@$(DEBUG) demo $(DEMO_ARGS)

test: test-rust test-browser ## all tests that this machine can run; says what it skips

test-rust: ## stories, engines and vectors; on PostgreSQL too when PEPINIERE_TEST_POSTGRES names one
	@tools/with-postgres.sh cargo test --workspace --no-fail-fast

test-browser: ## every page in Chromium, with accessibility checks, at two widths
	@cargo build -p pepiniere
	@tools/browser-tests.sh $(DEBUG)

test-contract: ## schemathesis (PyPI) on our own OpenAPI description
	@cargo build -p pepiniere
	@tools/contract-tests.sh $(DEBUG)

lint: ## format, clippy, dependencies
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	@command -v cargo-deny >/dev/null && cargo deny check bans licenses sources || echo "cargo-deny is not installed: cargo install --locked cargo-deny"

build: ## the release program, at $(RELEASE)
	cargo build --release -p pepiniere
	@echo "$(RELEASE)"

bench: ## measured figures: placing, ingestion on SQLite and (when there is one) PostgreSQL
	@tools/bench.sh

clean:
	cargo clean
