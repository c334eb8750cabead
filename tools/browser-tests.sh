#!/bin/sh
# Starts the demonstration on a free port, and beside it a house with a provider of identities; walks their pages in Chromium.
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
others=
trap 'kill $server $others 2>/dev/null; wait $server $others 2>/dev/null || true; rm -rf "$data"' EXIT
for _ in $(seq 1 450); do
    [ -f "$data/demo.json" ] && curl -fs "http://127.0.0.1:$port/healthz" >/dev/null 2>&1 && break
    kill -0 $server 2>/dev/null || { cat "$data/log" >&2; exit 1; }
    sleep 0.1
done
# A second house, where agents sign in by a provider of identities that holds to the standard.
house="http://127.0.0.1:$((port + 1))" issuer="http://127.0.0.1:$((port + 2))"
mkdir "$data/proconnect"
cat >"$data/proconnect.toml" <<END
demonstration = true
[server]
listen = "${house#http://}"
[store]
folder = "$data/proconnect"
[limits]
rate_multiplier = 100
allow_internal_calls = true
[proconnect]
issuer = "$issuer"
client_id = "pepiniere"
client_secret = "secret-d-essai"
organisations = ["90000000100018"]
END
"$program" migrate --config "$data/proconnect.toml" >>"$data/log" 2>&1 || { cat "$data/log" >&2; exit 1; }
invited() {
    "$program" invite --config "$data/proconnect.toml" --service registry --role "$1" --email "$2" --name "Camille Martin" \
        --organisation "Registre" >>"$data/log" 2>&1 || { cat "$data/log" >&2; exit 1; }
}
invited registry.user camille.desk@exemple.fr
invited registry.user camille.phone@exemple.fr
invited registry.admin double@exemple.fr
(cd "$here/../e2e" && ISSUER=$issuer HOUSE=$house exec node lib/provider.mjs) >"$data/provider.log" 2>&1 &
others=$!
"$program" serve --config "$data/proconnect.toml" >"$data/proconnect.log" 2>&1 &
others="$others $!"
for address in "$house/healthz" "$issuer/.well-known/openid-configuration"; do
    for _ in $(seq 1 450); do
        curl -fs "$address" >/dev/null 2>&1 && break
        kill -0 $others 2>/dev/null || { cat "$data/provider.log" "$data/proconnect.log" >&2; exit 1; }
        sleep 0.1
    done
done
cd "$here/../e2e"
export PROCONNECT_URL="$house"
CHROMIUM="$chromium" BASE_URL="http://127.0.0.1:$port" DEMO_JSON="$data/demo.json" node run.mjs
