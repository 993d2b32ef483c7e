#!/bin/sh
# Prints the flags of `go test` for the race detector, one a line, and nothing on 32-bit boards, where Go has none.
# Left out of it are SQLite, which is translated from C and guarded by its own locks, and what draws pictures, pixel by
# pixel: watching every access of theirs takes several times as long.
set -eu
case $(go env GOARCH) in
amd64 | arm64) ;;
*)
	echo "no race detector on this processor" >&2
	exit 0
	;;
esac
echo "-race"
for pkg in modernc.org/sqlite/lib modernc.org/libc/... github.com/fogleman/fauxgl; do
	echo "-gcflags=$pkg=-race=false"
done
