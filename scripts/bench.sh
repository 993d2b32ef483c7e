#!/bin/bash
# Measures the agent on simulated printers. Prints a line for each figure: name, value, what it is held against, ok or short.
# usage: scripts/bench.sh stream|fleet|size [ARGS of printer-agent bench stream|fleet]
#   stream  beside printcore on paced boards; also writes docs/bench-stream.md
#   fleet   eight printers in one process
#   size    the program for a Raspberry Pi Zero
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

case ${1:-} in
stream | fleet | size) "$@" ;;
*)
	echo "usage: scripts/bench.sh stream|fleet|size [ARGS]" >&2
	exit 2
	;;
esac
