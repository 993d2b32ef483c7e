#!/bin/bash
# Every check of this repository, cheapest first, and how long each took. `make test` and CI run exactly this.
set -euo pipefail
cd "$(dirname "$0")/.."

times=""

# step runs a named command and notes its seconds; the first failure ends everything.
step() {
	local name=$1 began=$SECONDS
	shift
	echo "== $name"
	if ! "$@"; then
		echo "FAILED: $name" >&2
		exit 1
	fi
	times+=$(printf '%6d s  %s' $((SECONDS - began)) "$name")$'\n'
}

format() {
	local dirs unformatted
	mapfile -t dirs < <(scripts/sources.sh)
	unformatted=$(gofmt -l "${dirs[@]}")
	[[ -z $unformatted ]] || {
		echo "not formatted, run make fmt:" "$unformatted" >&2
		return 1
	}
}

# tree prints the state of the work tree, or nothing outside git.
tree() {
	git status --porcelain 2>/dev/null || true
}

generated() {
	local before
	before=$(tree; git diff 2>/dev/null | cksum)
	go generate ./... || return 1
	[[ $before == "$(tree; git diff 2>/dev/null | cksum)" ]] || {
		echo "go generate changed files that are not committed:" >&2
		tree >&2
		return 1
	}
}

# cross builds the agent for every board it runs on: static, without cgo.
cross() {
	local target
	for target in amd64: arm64: arm:7 arm:6; do
		CGO_ENABLED=0 GOOS=linux GOARCH=${target%:*} GOARM=${target#*:} go build -o /dev/null ./printer-agent || return 1
	done
}

tests() {
	local race
	mapfile -t race < <(scripts/race.sh)
	go test "${race[@]}" -vet=off -timeout 5m ./...
}

step "set-up" scripts/setup.sh test
step "format" format
step "modules are tidy" go mod tidy -diff
step "vet" go vet ./...
step "lint" scripts/lint.sh
step "generated files" generated
step "cross-build of the agent" cross
step "tests" tests

printf '\n%s%6d s  in all\n' "$times" "$SECONDS"
