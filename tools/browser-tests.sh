#!/bin/sh
# Starts the demonstration on a free port and walks its pages in Chromium.
set -eu
program=$1
here=$(cd "$(dirname "$0")" && pwd)
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
missing() {
    if [ -n "${PEPINIERE_TEST_COMPULSORY:-}" ]; then echo "$1: compulsory here" >&2; exit 3; fi
    echo "$1: browser tests are skipped" >&2
    exit 0
}
[ -n "$chromium" ] || missing "Chromium is not installed (Debian: apt-get install chromium)"
command -v node >/dev/null || missing "Node is not installed"
[ -d "$here/../e2e/node_modules/playwright-core" ] && [ "$here/../e2e/node_modules/.package-lock.json" -nt "$here/../e2e/package-lock.json" ] \
    || (cd "$here/../e2e" && npm ci --no-audit --no-fund)
data=$(mktemp -d)
port=${PEPINIERE_TEST_PORT:-8199}
"$program" demo --listen "127.0.0.1:$port" --data "$data" >"$data/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true; rm -rf "$data"' EXIT
for _ in $(seq 1 450); do
    [ -f "$data/demo.json" ] && curl -fs "http://127.0.0.1:$port/healthz" >/dev/null 2>&1 && break
    kill -0 $server 2>/dev/null || { cat "$data/log" >&2; exit 1; }
    sleep 0.1
done
cd "$here/../e2e"
CHROMIUM="$chromium" BASE_URL="http://127.0.0.1:$port" DEMO_JSON="$data/demo.json" node run.mjs
