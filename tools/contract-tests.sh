#!/bin/sh
# schemathesis on our own description: no 5xx, no undocumented answer.
set -eu
program=$1
venv=${PEPINIERE_VENV:-/tmp/pepiniere-schemathesis}
[ -x "$venv/bin/schemathesis" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet schemathesis; }
data=$(mktemp -d)
port=${PEPINIERE_TEST_PORT:-8198}
base="http://127.0.0.1:$port"
"$program" demo --listen "127.0.0.1:$port" --data "$data" >"$data/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true; rm -rf "$data"' EXIT
for _ in $(seq 1 450); do
    [ -f "$data/demo.json" ] && curl -fs "$base/healthz" >/dev/null 2>&1 && break
    sleep 0.1
done
token=$(python3 - "$data/demo.json" "$base" <<'P'
import json, sys, urllib.request
key = json.load(open(sys.argv[1]))["operators"][0]
body = json.dumps({"access_key": key["access_key"], "secret_key": key["secret_key"]}).encode()
request = urllib.request.Request(sys.argv[2] + "/v3.4/auth/access_token", body, {"content-type": "application/json"})
print(json.load(urllib.request.urlopen(request))["access_token"])
P
)
"$venv/bin/schemathesis" run "$base/openapi.json" --url "$base/v3.4" -H "Authorization: Bearer $token" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --max-examples "${PEPINIERE_CONTRACT_EXAMPLES:-30}" --phases examples,coverage,fuzzing --suppress-health-check all --no-color
