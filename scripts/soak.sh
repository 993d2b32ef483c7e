#!/bin/bash
# Prints a thousand files over bad cables (printer-agent/internal/soak) and writes the result to docs/soak.md.
# usage: scripts/soak.sh [RUNS]
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh build

log=$(mktemp) table=$(mktemp)
trap 'rm -f "$log" "$table"' EXIT
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
[[ -z $(git status --porcelain 2>/dev/null) ]] || commit+=", with changes"
began=$SECONDS status=0
go test ./printer-agent/internal/soak -run '^TestSoak$' -count=1 -timeout 30m -v -runs "${1:-1000}" -table "$table" >"$log" 2>&1 || status=$?
grep -A2 -E '^ +soak_test\.go:[0-9]+: (seed|.*want)' "$log" || true

{
	echo "# Last result of \`make soak\`"
	echo
	echo "- date: $(date -u +%Y-%m-%d)"
	echo "- commit: $commit"
	echo "- machine: $(nproc) cores, $(go env GOOS)/$(go env GOARCH), $(go env GOVERSION)"
	echo "- duration: $((SECONDS - began)) s"
	echo "- result: $([[ $status == 0 ]] && echo passed || echo FAILED)"
	echo
	cat "$table"
	echo
	cat <<-'END'
		Each run prints a file of 300 to 3,000 lines on a simulated board that numbers lines (Marlin 1 and 2 with and without
		emergency parser and numbered acknowledgements, Prusa MK3, Prusa Buddy, Repetier), at 115200 or 250000 baud, with 0, 2 or
		16 ms latency, all drawn from its seed. It is judged by what the board executed.

		- noise: 0.001 to 0.01 % of bytes are flipped, lost, doubled or inserted, both ways; storm: 0.05 to 1 %.
		- lost, doubled and glued oks: 0.1 to 2 % of the acknowledgements.
		- replug: the cable is pulled one to three times for 0.1 to 50 s; agent kill: the agent dies as often, mostly in the
		  middle of a line; all of it: noise, lost and doubled oks, and one cut or death.
		- right: done, and every line executed exactly, each once, in order.
		- wrong: anything else that was executed, done or not. There must be none.
		- collisions: runs in which a line executed as the cable had hurt it because its checksum fitted by accident; all other
		  lines were right. No checksum: the same for lines that lost their checksum, on Repetier, which does not insist on one.
		- overruns: runs in which bytes found the board's receive ring full.
		- seconds lost: beyond what the same print takes undisturbed, on the board's clock; time without a cable included.

		A run is repeated with `go test ./printer-agent/internal/soak -run TestSoak -seed N -v`, which shows the wire.
	END
} >docs/soak.md
cat docs/soak.md
exit "$status"
