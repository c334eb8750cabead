#!/bin/sh
# Measured figures. Everything runs on this machine's loopback, bounded in time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
target=${CARGO_TARGET_DIR:-target}
stored=${PEPINIERE_BENCH_JOURNEYS:-1000000}
seconds=${PEPINIERE_BENCH_SECONDS:-20}
imported=${PEPINIERE_BENCH_IMPORTED:-200000}
cargo build --release -p pepiniere -p testkit
echo "== machine: $(nproc) cores, $(free -g | awk '/^Mem/{print $2}') GiB"
importing() { # folder; PEPINIERE_STORE__… say which store
    [ "$imported" -gt 0 ] || return 0
    program="$target/release/pepiniere"
    export PEPINIERE_STORE__FOLDER="$1"
    tenant=$("$program" --format json registry register-operator --name "Banc d’import" --legal-name Banc --siret 90000000900024 --email banc@exemple.fr | sed 's/.*"tenant":"\([^"]*\)".*/\1/')
    "$program" registry generate --journeys "$imported" --months 12 --seed 47 --to "$1/journeys.ndjson"
    # Exit 1 says that some journeys were refused by the terms: a few of those that are drawn always are.
    "$program" registry import "$1/journeys.ndjson" --operator "$tenant" || [ $? -eq 1 ]
}
ingestion() { # name, folder; PEPINIERE_STORE__… say which store
    program="$target/release/pepiniere"
    data=$1
    port=8197
    export PEPINIERE_STORE__FOLDER="$data" PEPINIERE_LIMITS__RATE_MULTIPLIER=1000 PEPINIERE_SERVER__LISTEN="127.0.0.1:$port"
    "$program" --format json registry register-operator --name "Banc d’essai" --legal-name Banc --siret 90000000900016 --email banc@exemple.fr >"$data/key.json"
    if [ "$stored" -gt 0 ]; then "$program" registry generate --journeys "$stored" --months 12 --seed 46; fi
    "$program" serve >"$data/log" 2>&1 &
    server=$!
    for _ in $(seq 1 100); do curl -fs "http://127.0.0.1:$port/healthz" >/dev/null 2>&1 && break; sleep 0.1; done
    "$target/release/ingestion-load" "http://127.0.0.1:$port" "$data/key.json" --connections 32 --seconds "$seconds"
    kill $server
    wait $server || true
}
echo "== ingestion on SQLite, store holding $stored journeys"
data=$(mktemp -d)
ingestion "$data"
echo "== pages and exports on SQLite"
"$target/release/registry-speed" "$data"
echo "== import of $imported journeys on SQLite, beside them"
importing "$data"
rm -rf "$data"
if PEPINIERE_TEST_POSTGRES_DIR=/tmp/pepiniere-bench-postgres PEPINIERE_TEST_POSTGRES_PORT=55433 PEPINIERE_TEST_POSTGRES_OPTIONS="-c shared_buffers=1GB -c max_wal_size=4GB" \
    url=$(PEPINIERE_TEST_POSTGRES_DIR=/tmp/pepiniere-bench-postgres PEPINIERE_TEST_POSTGRES_PORT=55433 PEPINIERE_TEST_POSTGRES_OPTIONS="-c shared_buffers=1GB -c max_wal_size=4GB" "$here/postgres.sh" start); then
    echo "== ingestion on PostgreSQL (durable), store holding $stored journeys"
    data=$(mktemp -d)
    PEPINIERE_STORE__POSTGRES="$url" PEPINIERE_STORE__SCHEMA_PREFIX="bench$(date +%s)_" export PEPINIERE_STORE__POSTGRES PEPINIERE_STORE__SCHEMA_PREFIX
    ingestion "$data"
    echo "== pages and exports on PostgreSQL"
    "$target/release/registry-speed" "$data"
    echo "== import of $imported journeys on PostgreSQL, beside them"
    importing "$data"
    rm -rf "$data"
    PEPINIERE_TEST_POSTGRES_DIR=/tmp/pepiniere-bench-postgres PEPINIERE_TEST_POSTGRES_PORT=55433 "$here/postgres.sh" stop
else
    echo "PostgreSQL is not installed: not measured"
fi
echo "== placing points in communes"
cargo bench -p geography --bench placing
