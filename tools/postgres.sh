#!/bin/sh
# Starts a private PostgreSQL for tests and prints its address; `stop` ends it. Durability is off: tests only.
set -eu
folder=${PEPINIERE_TEST_POSTGRES_DIR:-/tmp/pepiniere-test-postgres}
port=${PEPINIERE_TEST_POSTGRES_PORT:-55432}
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/initdb)")
[ -x "$bin/initdb" ] || { echo "PostgreSQL is not installed (Debian: apt-get install postgresql)" >&2; exit 3; }
# PostgreSQL refuses to run as root: then it runs as its own user.
if [ "$(id -u)" = 0 ]; then as() { runuser -u postgres -- "$@"; }; else as() { "$@"; }; fi
cd /tmp
case "${1:-start}" in
start)
    if [ ! -f "$folder/PG_VERSION" ]; then
        rm -rf "$folder"
        if [ "$(id -u)" = 0 ]; then install -d -o postgres -m 700 "$folder"; else mkdir -p -m 700 "$folder"; fi
        as "$bin/initdb" -D "$folder" -U postgres --auth=trust --no-sync >/dev/null
    fi
    as "$bin/pg_ctl" -D "$folder" status >/dev/null 2>&1 || as "$bin/pg_ctl" -D "$folder" -w -l "$folder/log" \
        -o "-p $port -k $folder -c listen_addresses=127.0.0.1 -c max_connections=400 -c shared_buffers=256MB ${PEPINIERE_TEST_POSTGRES_OPTIONS:--c fsync=off -c synchronous_commit=off -c full_page_writes=off}" start >/dev/null
    echo "postgres://postgres@127.0.0.1:$port/postgres"
    ;;
stop) as "$bin/pg_ctl" -D "$folder" -m fast stop >/dev/null 2>&1 || true ;;
*) echo "usage: $0 start|stop" >&2; exit 2 ;;
esac
