#!/bin/bash
# Measures the agent on simulated printers, the slicer bridge on real parts, the planner on simulated labs, and orders of stops. Prints a line for each figure: name, value, what it is held against, ok or short.
# usage: scripts/bench.sh stream|fleet|size|bridge|dispatch|route|books [ARGS of printer-agent bench, slicer-bridge survey, or coordinator simulate figures]
#   stream  beside printcore on paced boards; also writes docs/bench-stream.md
#   fleet   eight printers in one process
#   size    the program for a Raspberry Pi Zero
#   bridge  every part of the catalogue and of the folder MAILLEUR_MODELS on every machine; also writes docs/survey.md
#   dispatch  labs on virtual time
#   books   recalls among 100,000 moves, and pages and the audit over a million, on both databases
#   route   fifty stops beside Held and Karp's bound, twelve exactly
set -euo pipefail
cd "$(dirname "$0")/.."

build() {
	mkdir -p bin
	go build -trimpath -o bin/printer-agent ./printer-agent
}

stream() {
	local commit
	scripts/setup.sh bench
	commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
	[[ -z $(git status --porcelain 2>/dev/null) ]] || commit+=", with changes"
	build
	bin/printer-agent bench stream --doc docs/bench-stream.md --commit "$commit" "$@"
}

fleet() {
	scripts/setup.sh build
	build
	bin/printer-agent bench fleet "$@"
}

size() {
	local verdict=short bytes
	scripts/setup.sh build
	program=$(mktemp)
	trap 'rm -f "$program"' EXIT
	CGO_ENABLED=0 GOOS=linux GOARCH=arm GOARM=6 go build -trimpath -ldflags '-s -w' -o "$program" ./printer-agent
	bytes=$(stat -c %s "$program")
	((bytes >= 20 * 1024 * 1024)) || verdict=ok
	awk -v b="$bytes" -v v="$verdict" 'BEGIN { printf "program for armv6: %.1f MiB; under 20 MiB; %s\n", b / 1048576, v }'
}

# speeds runs Go benchmarks of the bridge and prints a line for each.
speeds() {
	go test -run XX -bench 'InspectMillion' ./slicer-bridge
	go test -run XX -bench 'Check|Fit' ./slicer-bridge/gcode ./slicer-bridge/gcode/arcfit
	go test -run XX -bench 'CacheHit' ./slicer-bridge/slicing
}

# told makes of a benchmark's line: name, value, what it is held against, ok or short.
told() {
	awk '
		function line(name, value, unit, most, least) {
			verdict = (most && value > most || least && value < least) ? "short" : "ok"
			held = most ? "at most " most " " unit : "at least " least " " unit
			printf "%s: %.4g %s; %s; %s\n", name, value, unit, held, verdict
		}
		/^Benchmark/ {
			name = $1; sub(/-[0-9]+$/, "", name); sub(/^Benchmark/, "", name)
			for (i = 3; i < NF; i += 2) {
				if (name ~ /^InspectMillion/ && $(i + 1) == "ns/op") line(name, $i / 1e9, "s", 3, 0)
				if (name ~ /^InspectMillion/ && $(i + 1) == "peak-MiB") line(name, $i, "MiB", 400, 0)
				if (name ~ /^(Check|Fit)/ && $(i + 1) == "MB/s") line(name, $i, "MB/s", 0, 50)
				if (name ~ /^Recall/ && $(i + 1) == "median-ms") line(name, $i, "ms, the median", 200, 0)
				if (name ~ /^Pages.*\/(materials|stock)/ && $(i + 1) == "median-ms") line(name, $i, "ms, the median", 100, 0)
				if (name ~ /^Pages.*\/(home|requests|production|deliveries|gift|track)/ && $(i + 1) == "median-ms") line(name, $i, "ms, the median", 200, 0)
				if (name ~ /^Pages.*\/audit/ && $(i + 1) == "s") line(name, $i, "s", 60, 0)
				if (name ~ /^CacheHit/ && $(i + 1) == "ns/op") line(name, $i / 1e6, "ms", 20, 0)
				if (name ~ /^Order/ && $(i + 1) == "ns/op") line(name, $i / 1e6, "ms", 500, 0)
				if (name ~ /^Order/ && $(i + 1) ~ /bound/) line(name " " $(i + 1), $i, "", 1.05, 0)
			}
		}'
}

bridge() {
	local commit models=${MAILLEUR_MODELS:-../shared/models}
	local -a parts=(coordinator/catalog/*/*.stl)
	scripts/setup.sh test
	commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
	[[ -z $(git status --porcelain 2>/dev/null) ]] || commit+=", with changes"
	[[ ! -d $models ]] || parts+=("$models"/*.stl)
	mkdir -p bin
	go build -trimpath -o bin/slicer-bridge ./slicer-bridge
	cache=$(mktemp -d)
	trap 'rm -rf "$cache"' EXIT
	bin/slicer-bridge survey "${parts[@]}" --cache "$cache" --doc docs/survey.md --commit "$commit" "$@"
	speeds | told
}

dispatch() {
	scripts/setup.sh build
	mkdir -p bin
	go build -trimpath -o bin/coordinator ./coordinator
	bin/coordinator simulate figures "$@"
}

books() {
	scripts/setup.sh test
	go test -run XX -bench 'Recall|Pages' -benchtime 20x -timeout 30m ./coordinator/internal/report | told
}

route() {
	scripts/setup.sh build
	go test -run XX -bench . ./coordinator/internal/route | told
}

case ${1:-} in
stream | fleet | size | bridge | dispatch | route | books) "$@" ;;
*)
	echo "usage: scripts/bench.sh stream|fleet|size|bridge|dispatch|route|books [ARGS]" >&2
	exit 2
	;;
esac
