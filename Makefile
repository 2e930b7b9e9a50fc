.DEFAULT_GOAL := help
.PHONY: help packages build release program demo check test golden matrix chaos wakes sleeps ticks failover soak fuzz sanitize bench screenshot lint docs format install clean

SWIFT ?= swift
PREFIX ?= /usr/local
sources = Sources Tests Plugins Examples sql Package.swift Benchmarks/Sources/bench Benchmarks/Package.swift
binary = .build/release/cronmill
console = .build/release/cronmill-serve

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1	\2/p' $(MAKEFILE_LIST) | expand -t 12

packages: ## Install the Debian packages that are missing
	scripts/install-packages

build: ## Build for debugging
	$(SWIFT) build

release: program ## Build the programs for use, in .build/release: cronmill, and cronmill-serve, its console
	$(SWIFT) build -c release --product cronmill-serve --static-swift-stdlib

# The console's web server takes longer to build than all the rest, and the demo and the bench need none.
program:
	$(SWIFT) build -c release --product cronmill --static-swift-stdlib

demo: packages program ## Run the demo on a throw-away server (ARGS="--help")
	$(binary) demo $(ARGS)

test: ## Install what the tests need, lint, run the tests, make the docs
	scripts/install-packages --test
	$(MAKE) lint
	scripts/run-tests
	scripts/make-docs

check: ## Lint, and run the tests that need no server
	$(MAKE) lint
	$(SWIFT) test --disable-xctest --filter '^(PostgresTests|CronmillTests|CommandLineTests|ConsoleTests)'

golden: ## Record the schemas of both halves as they are now, for the test that compares them
	CRONMILL_WRITE_GOLDEN=1 $(SWIFT) test --disable-xctest --filter 'SchemaTests/golden'

matrix: ## Run the end-to-end tests on PostgreSQL 15, 17 and 18 (SERVERS="17/libpq 17/workers")
	scripts/install-packages --test
	scripts/run-matrix $(SERVERS)

chaos: packages build ## Kill a busy server at random and verify what became of every task (SECONDS=600, SEED=7)
	python=$$(scripts/make-client-venv .build/client-venv) && .build/debug/chaos-cli --seconds $(or $(SECONDS),60) \
		--python "$$python" $(if $(SEED),--seed $(SEED)) $(ARGS)

wakes: packages build ## Kill a server while tasks wake processors that sleep (SEED=7, ARGS="--rounds 40")
	.build/debug/chaos-cli wakes $(if $(SEED),--seed $(SEED)) $(ARGS)

sleeps: packages build ## Enqueue at the moment when processors fall asleep (SEED=7, ARGS="--sleeps 20000 --rolled-back 0")
	.build/debug/chaos-cli sleeps $(if $(SEED),--seed $(SEED)) $(ARGS)

ticks: packages build ## Fire recurring templates in simulated time while backends are killed (SEED=7, ARGS="--hours 24")
	.build/debug/chaos-cli ticks $(if $(SEED),--seed $(SEED)) $(ARGS)

failover: packages build ## Cut off a busy primary, promote its standby, adopt it, and see whether all goes on
	.build/debug/chaos-cli failover --seconds $(or $(SECONDS),10) $(ARGS)

soak: packages build ## Keep PostgreSQL 17 at a steady load and see whether memory and tables grow (SECONDS=3600)
	bin=$$(scripts/make-matrix-server trixie 17) && .build/debug/chaos-cli soak --seconds $(or $(SECONDS),3600) \
		--bin "$$bin" $(ARGS)

fuzz: ## Feed changed inputs to all that is parsed, and compare with the server (SECONDS=60, CRONMILL_FUZZ_SEED=7)
	scripts/install-packages --test
	CRONMILL_FUZZ_SECONDS=$(or $(SECONDS),60) $(SWIFT) test --disable-xctest --filter FuzzTests

sanitize: ## Run the tests of the client, the library and the command line under thread and address sanitizer
	scripts/install-packages --test
	scripts/run-sanitizers

bench: packages program ## Measure the speed beside the limit and other queues (QUICK=1, ARGS="--help")
	Benchmarks/install-peers .build/bench-venv
	$(SWIFT) build --package-path Benchmarks --scratch-path .build/benchmarks -c release
	.build/benchmarks/release/bench $(if $(QUICK),--quick) $(ARGS)

screenshot: build ## Make docs/console.png of a server (ARGS="--host /tmp/cronmill-... --port 5432 --user postgres", of make demo ARGS=--keep)
	scripts/shoot-console docs/console.png $(ARGS)

lint: ## Check the format of the sources
	$(SWIFT) format lint --strict -r $(sources)

docs: ## Make the reference of the library in .build/docs; a warning is an error
	scripts/make-docs

format: ## Format the sources
	$(SWIFT) format -i -r $(sources)

install: $(binary) $(console) ## Copy the programs to PREFIX/bin (PREFIX=/usr/local)
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/bin $(binary) $(console)

$(binary) $(console):
	$(MAKE) release

clean: ## Remove what was built
	rm -rf .build
