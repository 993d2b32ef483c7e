#!/bin/bash
# Measures the agent on simulated printers and writes the result to docs/bench-stream.md.
# usage: scripts/bench.sh stream [ARGS of printer-agent bench stream]
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
stream) ;;
*)
	echo "usage: scripts/bench.sh stream [ARGS]" >&2
	exit 2
	;;
esac
scripts/setup.sh bench
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
[[ -z $(git status --porcelain 2>/dev/null) ]] || commit+=", with changes"
mkdir -p bin
go build -trimpath -o bin/printer-agent ./printer-agent
bin/printer-agent bench stream --doc docs/bench-stream.md --commit "$commit" "${@:2}"
