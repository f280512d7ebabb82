#!/bin/sh
# Install the release that this bundle holds, as root, without network: docs/install.md.
# Releases stand side by side in /opt/cimento/releases. The first is put in use; a later one changes nothing
# that runs, and no settings.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
version=$(cat "$here/VERSION")
home=/opt/cimento
release=$home/releases/$version

refuse() {
  echo "$1" >&2
  exit 1
}
[ "$(id -u)" -eq 0 ] || refuse "Run it as root."
[ "$(uname -sm)" = "Linux x86_64" ] || refuse "It is made for Linux on x86-64."
[ ! -e "$release" ] || refuse "$release is there already. If nothing uses it: rm -r $release"
free=$(df -Pk /opt | awk 'NR == 2 { print int($4 / 1000) }')
[ "$free" -ge 3000 ] || refuse "/opt has $free MB free, 3000 are needed."

echo "Checking the bundle…"
(cd "$here" && sha256sum --quiet -c SHA256SUMS) || refuse "The bundle is damaged: copy it again."

getent passwd cimento >/dev/null || useradd --system --user-group --home-dir /var/lib/cimento \
  --no-create-home --shell /usr/sbin/nologin cimento
install -d -m 0750 -g cimento /etc/cimento
install -d -m 0700 -o cimento -g cimento /var/lib/cimento /var/spool/cimento /var/backups/cimento

echo "Installing $release (2 GB)…"
umask 022
trap 'rm -rf "$release"; echo "Not installed." >&2' EXIT
mkdir -p "$release"
cp -R "$here/project/." "$release"
cp -R "$here/python" "$release/python"
ln -s /var/lib/cimento "$release/var"
cd "$release"
# Nothing comes from elsewhere, whatever is set on this machine.
export UV_OFFLINE=1 UV_NO_CONFIG=1 UV_CACHE_DIR="$release/.uv" UV_PYTHON_DOWNLOADS=never
"$here/uv" venv -q --python "$release/python/bin/python3.10" .venv
export VIRTUAL_ENV="$release/.venv"
"$here/uv" pip sync -q --no-index --find-links "$here/wheels" --require-hashes --compile-bytecode \
  "$here/wheels/requirements.txt"
"$here/uv" pip install -q --no-deps --no-index --no-build-isolation -e .
.venv/bin/python -m compileall -q actions cimento
rm -rf "$release/.uv"

echo "Trying the model…"
CIMENTO_ENV_FILE='' .venv/bin/cimento model install "$here/model.tar"
trap - EXIT

for file in deploy/etc/*.env; do
  [ -e "/etc/cimento/${file##*/}" ] || install -m 0640 -g cimento "$file" /etc/cimento
done
install -D -m 0755 deploy/etc/cimento /usr/local/sbin/cimento
if [ -d /run/systemd/system ]; then
  cp -R deploy/systemd/. /etc/systemd/system
  systemctl daemon-reload
fi
if [ ! -e "$home/current" ]; then
  ln -s "$release" "$home/current"
  echo "Installed, and in use. Next: /etc/cimento, then systemctl enable --now cimento.target"
else
  echo "Installed beside $(readlink "$home/current"). Next: docs/install.md, \"Upgrade\""
fi
