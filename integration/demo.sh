#!/bin/sh
# The main job, on the real softioc: built from source against the epicscorelibs that is asked for, though pip and uv
# can't. Everything happens in ./.demo; usage: demo.sh [PYBUILDSYNC]
set -eu
cd "$(dirname "$0")/.."
pybuildsync=${1:-.venv/bin/pybuildsync}
environment=.demo/env
rm -rf .demo
mkdir .demo
export PYBUILDSYNC_CACHE_DIR="$PWD/.demo/cache" # nothing built before

run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

run "$pybuildsync" venv "$environment"
run "$pybuildsync" install --python "$environment" --no-binary softioc softioc==4.6.1 epicscorelibs==7.0.7.99.1.2
run "$environment/bin/python" -c 'import softioc; from importlib.metadata import version
print("softioc", version("softioc"), "imported, on epicscorelibs", version("epicscorelibs"))'
run "$pybuildsync" check --python "$environment"
run "$pybuildsync" show --python "$environment" softioc
