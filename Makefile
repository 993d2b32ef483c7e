# Everything a person or a machine does with this repository. `make help` lists it.

PROGRAMS := coordinator printer-agent slicer-bridge

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## install what running needs, if it is missing
	@scripts/setup.sh run

.PHONY: build
build: ## build the three programs into bin/
	@scripts/setup.sh build
	@mkdir -p bin
	go build -trimpath -o bin/ $(PROGRAMS:%=./%)

.PHONY: run
run: setup build ## set up, build, and run the whole chain with simulated printers
	@scripts/run.sh $(ARGS)

.PHONY: test
test: ## set up, check style, and run every test
	@scripts/test.sh

.PHONY: shots
shots: ## take the pictures in docs/shots anew
	@scripts/setup.sh test
	@mkdir -p docs/shots
	go test -count=1 -timeout 5m ./coordinator -run TestBrowserFromRequestToDelivered -args -shots $(CURDIR)/docs/shots

.PHONY: check-long
check-long: ## run the long tests and write docs/check-long.md
	@scripts/check-long.sh

.PHONY: soak
soak: ## print a thousand files over bad cables on simulated boards and write docs/soak.md
	@scripts/soak.sh

.PHONY: bench-stream
bench-stream: ## measure the stream beside printcore, in a quarter of an hour, and write docs/bench-stream.md
	@scripts/bench.sh stream

.PHONY: bench-fleet
bench-fleet: ## measure eight printers in one process, in half a minute
	@scripts/bench.sh fleet

.PHONY: bench-size
bench-size: ## measure the agent's program for the smallest Raspberry Pi
	@scripts/bench.sh size

.PHONY: bench-bridge
bench-bridge: ## slice real parts for every machine and measure the bridge, in ten minutes, and write docs/survey.md
	@scripts/bench.sh bridge

.PHONY: bench-dispatch
bench-dispatch: ## measure the planner beside other policies and bounds, in some minutes
	@scripts/bench.sh dispatch

.PHONY: bench-books
bench-books: ## measure recalls and the stock over a million moves, on both databases, in some minutes
	@scripts/bench.sh books

.PHONY: bench-route
bench-route: ## measure orders of stops beside a bound that no tour can go below
	@scripts/bench.sh route

.PHONY: lint
lint: ## run the linters alone
	@scripts/lint.sh

.PHONY: fmt
fmt: ## format the Go sources
	gofmt -w $(shell scripts/sources.sh)

.PHONY: clean
clean: ## remove what was built
	rm -rf bin .cache
