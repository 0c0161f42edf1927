#!/usr/bin/env bash
# Runs the Dockerfile's steps without a container engine: a clean directory, a fresh virtual environment from the
# hash-pinned requirements, a real (not editable) install, a non-root-like data folder, the entry point, the health
# check and the stop signal. Exits 0 when the service became ready and stopped cleanly.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'kill %1 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/src" "$work/data"
cd "$root"
cp -r pyproject.toml README.md LICENSE signalwatch connectors rules "$work/src/"
mkdir "$work/src/requirements" && cp requirements/run.txt "$work/src/requirements/"
find "$work/src" -name __pycache__ -type d -prune -exec rm -rf {} +
cd "$work/src"
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/run.txt
PATH="$work/venv/bin:$PATH" "$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation .
rm -rf "$work/src"   # what is installed must not need the source tree
export PATH="$work/venv/bin:$PATH" PYTHONUNBUFFERED=1 HOME="$work/data"
cd "$work/data"
signalwatch init .
python - <<'PY'
import re, pathlib
path = pathlib.Path("signalwatch.yaml")
text = path.read_text()
text = text.replace('contact: ""', "contact: ops@example.com").replace("listen: 127.0.0.1:8787", "listen: 127.0.0.1:0")
text = re.sub(r"sources:.*?\nchannels:", "sources: []\nchannels:", text, flags=re.S)   # no network in this proof
path.write_text(text)
PY
signalwatch check
signalwatch run > log.jsonl &
for _ in $(seq 1 100); do
  port=$(sed -n 's/.*"listen": "port \([0-9]*\)".*/\1/p' log.jsonl | head -1)
  if [ -n "$port" ] && python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/readyz', timeout=4)" 2>/dev/null; then ready=yes; break; fi
  sleep 0.2
done
[ "${ready:-}" = yes ] || { echo "never became ready"; cat log.jsonl; exit 1; }
kill -TERM %1
wait %1
echo "proved: installed from pinned requirements, ready on port $port, stopped cleanly on SIGTERM"
