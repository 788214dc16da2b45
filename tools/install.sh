#!/bin/sh
# Installs Debian packages, as root, for ./dev. usage: install.sh PACKAGE...
#
# Debian starts a service when its package is installed. We only want Redis' program (ours listens
# on a Unix socket of its own), so while we install nothing may be started, and where it is this
# installation that brings redis-server, its service stays switched off.
set -eu

POLICY=/usr/sbin/policy-rc.d
KEPT=$POLICY.before-pingan
export DEBIAN_FRONTEND=noninteractive

installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

restore() {
	rm -f "$POLICY"
	if [ -e "$KEPT" ]; then mv "$KEPT" "$POLICY"; fi
}

install_all() {
	apt-get -o DPkg::Lock::Timeout=300 -q install -y --no-install-recommends "$@"
}

unknown() {
	for package in "$@"; do
		apt-cache show "$package" >/dev/null 2>&1 || return 0
	done
	return 1
}

[ "$(id -u)" -eq 0 ] || { echo "install.sh: needs root" >&2; exit 1; }
[ $# -gt 0 ] || { echo "usage: install.sh PACKAGE..." >&2; exit 2; }

redis_is_new=no
if ! installed redis-server; then redis_is_new=yes; fi

# Kept from an interrupted run of ours: that one is the administrator's, so it wins.
if [ -e "$POLICY" ] && [ ! -e "$KEPT" ]; then mv "$POLICY" "$KEPT"; fi
trap restore EXIT
trap 'exit 130' INT TERM HUP
printf '#!/bin/sh\nexit 101\n' >"$POLICY"
chmod 755 "$POLICY"

updated=no
if unknown "$@"; then
	apt-get -o DPkg::Lock::Timeout=300 -q update
	updated=yes
fi
if ! install_all "$@"; then
	# Old lists name files that the mirror no longer has.
	[ "$updated" = no ] || exit 1
	apt-get -o DPkg::Lock::Timeout=300 -q update
	install_all "$@"
fi

if [ "$redis_is_new" = yes ] && installed redis-server; then
	# The same two links where systemd is not there (yet), as in a container.
	systemctl disable redis-server.service >/dev/null 2>&1 ||
		rm -f /etc/systemd/system/redis.service /etc/systemd/system/*.wants/redis-server.service
fi
