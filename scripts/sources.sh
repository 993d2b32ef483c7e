#!/bin/sh
# Names the folders that hold Go sources, one a line. bin, .cache and testdata hold none of ours.
set -eu
cd "$(dirname "$0")/.."
for dir in coordinator printer-agent slicer-bridge ui firmware-profiles; do
	[ -d "$dir" ] && echo "$dir"
done
