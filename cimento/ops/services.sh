#!/bin/sh
# Install what the tests run against: from Debian a browser, an SMS gateway, two databases, GnuPG, nginx,
# systemd-analyze and promtool; from the package index, pinned and apart in .tools/oidc, an OpenID Connect provider.
set -eu
cd "$(dirname "$0")/../.."

provider=.tools/oidc
cmp -s requirements/oidc.txt "$provider/installed.txt" || {
  echo "Installing an OpenID Connect provider…"
  rm -rf "$provider"
  .venv/bin/python -m venv "$provider"
  "$provider/bin/python" -m pip install -q --require-hashes -r requirements/oidc.txt
  cp requirements/oidc.txt "$provider/installed.txt"
}

packages="chromium gnupg kannel kannel-extras nginx-light postgresql prometheus redis-server systemd"

missing=""
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Not installed:$missing. As root on Debian or Ubuntu: apt-get install$missing" >&2
  exit 1
fi
echo "Installing$missing…"
export DEBIAN_FRONTEND=noninteractive
# The tests start their own: no daemon of the machine is to be started.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends $missing >/dev/null
