#!/bin/sh
# Runs a command with PEPINIERE_TEST_POSTGRES set, starting a private PostgreSQL when one is installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${PEPINIERE_TEST_POSTGRES:-}" ]; then
    if url=$("$here/postgres.sh" start 2>/dev/null); then
        export PEPINIERE_TEST_POSTGRES="$url"
        trap '"$here/postgres.sh" stop' EXIT
    elif [ -n "${PEPINIERE_TEST_COMPULSORY:-}" ]; then
        echo "PostgreSQL is compulsory here and does not start" >&2
        exit 3
    else
        echo "PostgreSQL is not installed (Debian: apt-get install postgresql): its tests are skipped" >&2
    fi
fi
"$@"
