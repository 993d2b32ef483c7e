#!/bin/bash
# Runs the long tests (build tag long, names beginning with TestLong) and writes their result to docs/check-long.md.
# All of them together are to end within 40 minutes on two cores that have nothing else to do.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh test

log=$(mktemp)
trap 'rm -f "$log"' EXIT
mapfile -t race < <(scripts/race.sh)
mapfile -t packages < <(grep -rlE '^//go:build .*\blong\b' --include='*_test.go' . | xargs -r -n 1 dirname | sort -u)
if [[ ${#packages[@]} == 0 ]]; then
	echo "check-long: no long tests yet"
	exit 0
fi

commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
[[ -z $(git status --porcelain 2>/dev/null) ]] || commit+=", with changes"
began=$SECONDS status=0
go test "${race[@]}" -tags long -run '^TestLong' -count=1 -timeout 40m -v "${packages[@]}" 2>&1 | tee "$log" || status=$?

{
	echo "# Last result of \`make check-long\`"
	echo
	echo "- date: $(date -u +%Y-%m-%d)"
	echo "- commit: $commit"
	echo "- machine: $(nproc) cores, $(go env GOOS)/$(go env GOARCH), $(go env GOVERSION)"
	echo "- duration: $((SECONDS - began)) s, of 2400"
	echo "- result: $([[ $status == 0 ]] && echo passed || echo FAILED)"
	echo
	echo "| test | seconds | result |"
	echo "|---|---:|---|"
	sed -nE 's/^--- ([A-Z]+): ([^ ]+) \(([0-9.]+)s\)$/\3 \2 \1/p' "$log" | sort -rn | while read -r seconds name result; do
		echo "| $name | $seconds | $result |"
	done
	if grep -qE '^(FAIL|panic:)' "$log"; then
		printf '\n```\n'
		grep -E '^( *--- FAIL|FAIL|panic:)' "$log"
		echo '```'
	fi
} >docs/check-long.md
exit "$status"
