#!/bin/sh
# Make one archive, dist/cimento-….tar, that installs on a bare Debian without network: docs/install.md.
# It holds the last commit, its packages as wheels with their hashes, its model, uv and Python.
# PYTHON_TREE: a folder with a Python 3.10 that can be moved; by default uv fetches one.
set -eu
cd "$(dirname "$0")/../.."

[ -z "$(git status --porcelain)" ] || { echo "Commit first: the bundle is made of the last commit." >&2; exit 1; }
version=$(git log -1 --format=%cd --date=format:%Y%m%d)-$(git rev-parse --short=8 HEAD)
name=cimento-$version
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
made=$work/$name
mkdir -p "$made/project" "$made/wheels" dist

echo "The project and its model…"
git archive HEAD | tar -x -C "$made/project"
rm -rf "$made/project/tests" "$made/project/.ci"
.venv/bin/cimento model pack "$made/model.tar" >/dev/null
echo "$version" >"$made/VERSION"
mv "$made/project/deploy/install.sh" "$made/install.sh"

echo "The packages, as wheels (some 550 MB)…"
# Those that come as sources are built with what .venv holds, which is pinned: nothing else is fetched.
.venv/bin/python -m venv "$work/tools"
"$work/tools/bin/python" -m pip install -q --require-hashes -r requirements/uv.txt
"$work/tools/bin/python" -m pip --python .venv/bin/python wheel -q --use-pep517 --no-build-isolation \
  --require-hashes --no-deps -r requirements.txt -w "$made/wheels"
for wheel in "$made"/wheels/*.whl; do
  basename "$wheel" | awk -F- -v hash="$(sha256sum "$wheel" | cut -d' ' -f1)" \
    '{ print $1 "==" $2 " --hash=sha256:" hash }'
done >"$made/wheels/requirements.txt"
cp "$work/tools/bin/uv" "$made/uv"

if [ -n "${PYTHON_TREE:-}" ]; then
  echo "Python, from $PYTHON_TREE…"
  cp -R "$PYTHON_TREE" "$made/python"
else
  echo "Python…"
  "$made/uv" python install -q --no-bin --install-dir "$work/python" 3.10
  mv "$work"/python/cpython-3.10.* "$made/python"
fi

(cd "$made" && find . -type f ! -name SHA256SUMS -exec sha256sum {} + >SHA256SUMS)
tar -cf "dist/$name.tar" -C "$work" "$name"
(cd dist && sha256sum "$name.tar" >"$name.tar.sha256")
echo "Written: dist/$name.tar and its SHA-256"
