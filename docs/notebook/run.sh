#!/usr/bin/env bash
# Runs every cell of the notebook, and keeps what they show. Starts a server with the demo's data, unless AG_URL names one.
# Needs, on Debian: apt-get install jupyter-nbconvert python3-ipykernel python3-pandas python3-matplotlib
set -euo pipefail
cd "$(dirname "$0")"

if [ -z "${AG_URL:-}" ]; then
    server=../../src/AnalyticsGraph.Server
    data=$(mktemp -d)
    export AG_URL=http://127.0.0.1:5081
    dotnet build -c Release --nologo --verbosity quiet "$server"
    dotnet "$server/bin/Release/net10.0/AnalyticsGraph.Server.dll" --demo --data "$data" --urls "$AG_URL" &
    pid=$!
    trap 'kill "$pid" && wait "$pid"; rm -rf "$data"' EXIT
    until curl --silent --fail --output /dev/null "$AG_URL/health/ready"; do
        kill -0 "$pid" || { echo "The server ended before it was ready."; exit 1; }
        sleep 1
    done
fi

jupyter-nbconvert --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False analyticsgraph.ipynb
