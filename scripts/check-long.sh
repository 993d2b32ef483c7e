#!/bin/bash
# Runs the long tests (build tag long, names beginning with TestLong) and writes their result to docs/check-long.md.
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
go test "${race[@]}" -tags long -run '^TestLong' -count=1 -timeout 3h -v "${packages[@]}" 2>&1 | tee "$log" || status=$?

{
	echo "# Last result of \`make check-long\`"
	echo
	echo "- date: $(date -u +%Y-%m-%d)"
	echo "- commit: $commit"
	echo "- machine: $(nproc) cores, $(go env GOOS)/$(go env GOARCH), $(go env GOVERSION)"
	echo "- duration: $((SECONDS - began)) s"
	echo "- result: $([[ $status == 0 ]] && echo passed || echo FAILED)"
	echo
	echo '```'
	grep -E '^( *--- |ok |FAIL|panic:)' "$log" || true
	echo '```'
} >docs/check-long.md
exit "$status"
