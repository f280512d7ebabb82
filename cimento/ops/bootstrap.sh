#!/bin/sh
# Make .venv: find or fetch uv, find or fetch Python 3.10, install requirements.txt.
# Nothing is installed outside this folder. Run by `make`; safe to run again.
set -eu
cd "$(dirname "$0")/../.."

find_uv() {
    for candidate in "$(command -v uv || true)" .tools/bin/uv "$HOME/.local/bin/uv"; do
        if [ -n "$candidate" ] && [ -x "$candidate" ]; then
            echo "$candidate"
            return
        fi
    done
    echo "Fetching uv into .tools…" >&2
    if ! { python3 -m venv .tools && .tools/bin/python -m pip install -q --require-hashes -r requirements/uv.txt; } >&2; then
        rm -rf .tools
        echo "uv could not be fetched. Install it (docs.astral.sh/uv) or Debian's python3-venv, then run make again." >&2
        exit 1
    fi
    echo .tools/bin/uv
}

find_python() {
    "$uv" python find --system --no-python-downloads 3.10 2>/dev/null && return
    if command -v pyenv >/dev/null && prefix=$(pyenv prefix 3.10 2>/dev/null); then
        echo "$prefix/bin/python"
        return
    fi
    echo "Fetching Python 3.10…" >&2
    if ! "$uv" python install 3.10 >&2; then
        echo "Python 3.10 could not be fetched. Install it (Rasa 3.6 needs it), then run make again." >&2
        exit 1
    fi
    "$uv" python find --system 3.10
}

uv=$(find_uv)
python=$(find_python)
echo "Installing the environment with $("$python" --version) (1.8 GB, once)…"
"$uv" venv -q --allow-existing --python "$python" .venv
VIRTUAL_ENV=.venv "$uv" pip sync --require-hashes requirements.txt
VIRTUAL_ENV=.venv "$uv" pip install -q --no-deps --no-index --no-build-isolation -e .
touch .venv/.synced
