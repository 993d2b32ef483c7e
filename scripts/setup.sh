#!/bin/sh
# Installs what this repository needs on Debian 12 or Raspberry Pi OS, and nothing when nothing is missing.
# usage: scripts/setup.sh build|run|test|bench
#   build  checks Go
#   run    also wants the slicer, and the certificates that Go needs to fetch modules
#   test   also wants what the tests start: PostgreSQL, mosquitto, Chromium, a C compiler for the race detector, and what
#          reads the PDFs and the codes that we print
#   bench  wants Go, and the host that the stream is measured beside
set -eu
cd "$(dirname "$0")/.."

fail() {
	echo "setup: $*" >&2
	exit 1
}

# check_go compares the Go that would build with the one go.mod asks for. The question is put in another folder when
# it fails here: a Go too old to read go.mod refuses every command beside it, its own version included.
check_go() {
	wanted=$(awk '$1 == "go" { print $2; exit }' go.mod)
	command -v go >/dev/null || fail "Go is missing: install Go $wanted or newer, see https://go.dev/doc/install"
	found=$(go version 2>/dev/null) || found=$(cd / && GOTOOLCHAIN=local go version 2>/dev/null) || found="go version unknown"
	found=$(echo "$found" | awk '{ sub(/^go/, "", $3); print $3 }')
	oldest=$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n 1)
	[ "$oldest" = "$wanted" ] || fail "Go $found is too old: install Go $wanted or newer, see https://go.dev/doc/install"
}

# have tells whether a program is there; daemons live outside a plain user's path.
have() {
	PATH="$PATH:/usr/sbin:/usr/local/sbin:/sbin" command -v "$1" >/dev/null 2>&1
}

# have_file tells whether one of the files exists.
have_file() {
	for file in "$@"; do
		[ -e "$file" ] && return 0
	done
	return 1
}

# lacking prints the packages that this machine lacks for the mode.
lacking() {
	if [ "$1" = bench ]; then
		have printcore || echo printrun
		return 0
	fi
	have prusa-slicer || echo prusa-slicer
	have_file /etc/ssl/certs/ca-certificates.crt /etc/pki /etc/ssl/cert.pem || echo ca-certificates
	[ "$1" = test ] || return 0
	have_file /usr/lib/postgresql/*/bin/initdb || have initdb || echo postgresql
	have mosquitto || echo mosquitto
	have chromium || echo chromium
	have_file /usr/share/fonts/truetype/*/*.ttf || echo fonts-dejavu-core
	have gcc || have cc || echo gcc
	have_file /usr/include/stdlib.h || echo libc6-dev
	have git || echo git
	have pdftotext && have pdftoppm || echo poppler-utils
	have zbarimg || echo zbar-tools
}

# as_root runs a command with the rights to install, and never asks for a password.
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt_get() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1
}

# install_packages tries the package list at hand first, and refreshes it only when that was not enough.
install_packages() {
	if have_file /var/lib/apt/lists/*_Packages* && apt_get install --no-install-recommends "$@"; then
		return 0
	fi
	apt_get update && apt_get install --no-install-recommends "$@"
}

# quieten stops the services that come with freshly installed packages: tests start their own, and a system-wide
# broker would hold the coordinator's port.
quieten() {
	[ -d /run/systemd/system ] || return 0
	for service in "$@"; do
		case $service in
		mosquitto | postgresql) as_root systemctl disable --now "$service" >/dev/null 2>&1 || true ;;
		esac
	done
}

mode=${1:-}
case $mode in
build | run | test | bench) ;;
*) fail "usage: scripts/setup.sh build|run|test|bench" ;;
esac
check_go
[ "$mode" != build ] || exit 0
packages=$(lacking "$mode" | tr '\n' ' ')
packages=${packages% }
[ -n "$packages" ] || exit 0

command -v apt-get >/dev/null || fail "this machine has no apt; install by its own means what Debian calls: $packages"
if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
	fail "missing packages; run: sudo apt-get install --no-install-recommends $packages"
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "setup: installing $packages, which can take some minutes"
# shellcheck disable=SC2086 # a list of words
install_packages $packages || {
	tail -n 20 "$log" >&2
	fail "apt could not install: $packages"
}
# shellcheck disable=SC2086
quieten $packages
left=$(lacking "$mode" | tr '\n' ' ')
[ -z "$left" ] || fail "still missing after the installation: $left"
