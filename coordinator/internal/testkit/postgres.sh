# Serves a throw-away PostgreSQL for as long as somebody holds the other end of standard input, then removes it.
# Reading from the test process, rather than being told by it, is what makes a killed test leave nothing behind.
set -eu
bin=$1 dir=$2

"$bin/initdb" --no-sync --auth=trust --username=postgres --encoding=UTF8 --locale=C.UTF-8 --wal-segsize=1 \
	-D "$dir/data" >"$dir/log" 2>&1

"$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c timezone=UTC \
	-c fsync=off -c full_page_writes=off -c synchronous_commit=off \
	-c shared_buffers=32MB -c max_connections=200 -c jit=off \
	</dev/null >>"$dir/log" 2>&1 &
server=$!

cat >/dev/null
kill -QUIT "$server" 2>/dev/null || true
wait "$server" 2>/dev/null || true
rm -rf "$dir"
