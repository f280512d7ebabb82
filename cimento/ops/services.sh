#!/bin/sh
# Install from Debian what the tests run against: a browser, an SMS gateway, two databases, GnuPG, promtool.
set -eu
packages="chromium gnupg kannel kannel-extras postgresql prometheus redis-server"

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
