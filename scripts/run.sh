#!/bin/sh
# Runs the demo: for as long as you like in a terminal, until everything is delivered without one.
set -eu
cd "$(dirname "$0")/.."
if [ ! -t 1 ]; then
	set -- --until delivered "$@"
fi
exec bin/coordinator demo "$@"
