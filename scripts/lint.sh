#!/bin/sh
# Runs the linter at a pinned version. It is built from source by the Go module proxy's client and cached like any
# build, and stays out of go.mod so that its dependencies are not ours.
# Our own rules (imports, sizes, errors, sleeping tests) are the tests in coordinator/arch_test.go.
set -eu
cd "$(dirname "$0")/.."
staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2

# SA mistakes, S1 needless code, U1 unused code, ST1005 error texts, ST1008 error last, ST1019 double imports.
go run "$staticcheck" -checks 'SA*,S1*,U1000,ST1005,ST1008,ST1019' "$@" ./...
