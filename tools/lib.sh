# lib.sh - what every ./dev command uses: words to the user, packages, Node, builds.
# Sourced by ./dev, which sets ROOT.
# shellcheck shell=bash

BUILD=$ROOT/build
LOGS=$BUILD/logs
mkdir -p "$LOGS"
# Two copies of ./dev may build at once: each build step holds build/.lock while it runs.

# Node: the web build's own floor, and what we fetch where the machine has none or an older one.
NODE_MIN_MAJOR=20
NODE_MIN_MINOR=19
NODE_PACKAGE=node@20.20.2

PACKAGES_BUILD=(
	gcc libc6-dev binutils cmake ninja-build pkg-config ca-certificates
	protobuf-compiler protobuf-c-compiler libprotobuf-c-dev
	libevent-dev libwebsockets-dev libwebsockets-evlib-uv libuv1-dev libhiredis-dev
	libssl-dev libsodium-dev libcyaml-dev libyaml-dev libjansson-dev libcsv-dev libqrencode-dev libicu-dev libsystemd-dev
	redis-server redis-tools openssl
)
PACKAGES_TEST_BUILD=(libcmocka-dev clang libclang-rt-14-dev)
PACKAGES_TEST=(systemd shellcheck curl zsh)
# Without the fonts every Chinese screenshot is boxes.
PACKAGES_BROWSER=(chromium fonts-noto-cjk)
PACKAGES_LINT=(clang-format clang-tidy shellcheck git)

if [ -t 1 ]; then BOLD=$'\e[1m' RED=$'\e[31m' DIM=$'\e[2m' PLAIN=$'\e[0m'; else BOLD="" RED="" DIM="" PLAIN=""; fi

say() { printf '%s\n' "${BOLD}==>${PLAIN} $*"; }
warn() { printf '%s\n' "${RED}==>${PLAIN} $*" >&2; }
die() {
	warn "$@"
	exit 1
}

jobs_max() {
	local cpus gigabytes
	cpus=$(nproc)
	# A sanitized compile takes up to 1 GiB.
	gigabytes=$(awk '/MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
	((gigabytes < 1)) && gigabytes=1
	echo "${JOBS:-$((cpus < gigabytes ? cpus : gigabytes))}"
}

# step TITLE LOG COMMAND...: runs it quietly into build/logs/LOG.log, shows that it is alive,
# and the end of the log where it fails.
STEP_PID=
step() {
	local title=$1 log=$LOGS/$2.log started=$SECONDS shown=$SECONDS status=0 traps
	shift 2
	: >"$log"
	[ -t 1 ] || say "$title"
	# A group of its own, so that Ctrl-C can end all of it and nothing else.
	setsid "$@" >"$log" 2>&1 </dev/null &
	STEP_PID=$!
	traps=$(trap -p INT TERM HUP)
	trap 'step_stop; exit 130' INT TERM HUP
	while kill -0 "$STEP_PID" 2>/dev/null; do
		if [ -t 1 ]; then
			printf '\r\e[K%s %s%s%s' "${BOLD}==>${PLAIN} $title ${DIM}$((SECONDS - started)) s${PLAIN}" \
				"$DIM" "$(tail -n 1 "$log" 2>/dev/null | tr -cd '[:print:]' | cut -c1-70)" "$PLAIN"
		elif ((SECONDS - shown >= 15)); then
			shown=$SECONDS
			printf '    %s s: %s\n' "$((SECONDS - started))" "$(tail -n 1 "$log" | tr -cd '[:print:]' | cut -c1-100)"
		fi
		sleep 0.2
	done
	wait "$STEP_PID" || status=$?
	STEP_PID=
	trap - INT TERM HUP
	eval "$traps"
	if [ "$status" -ne 0 ]; then
		[ ! -t 1 ] || printf '\r\e[K'
		warn "$title: failed (exit $status); the end of $log:"
		tail -n "${STEP_TAIL:-40}" "$log" >&2
		return "$status"
	fi
	if [ -t 1 ]; then
		printf '\r\e[K%s\n' "${BOLD}==>${PLAIN} $title ${DIM}$((SECONDS - started)) s${PLAIN}"
	fi
}

step_stop() {
	[ -z "$STEP_PID" ] || kill -TERM -- "-$STEP_PID" 2>/dev/null || true
}

# --- packages ----------------------------------------------------------------------------------

# need_packages build|test-build|test|browser|lint
need_packages() {
	local -a wanted missing=()
	local package
	case $1 in
	build) wanted=("${PACKAGES_BUILD[@]}") ;;
	test-build) wanted=("${PACKAGES_TEST_BUILD[@]}") ;;
	test) wanted=("${PACKAGES_TEST[@]}") ;;
	browser) wanted=("${PACKAGES_BROWSER[@]}") ;;
	lint) wanted=("${PACKAGES_LINT[@]}") ;;
	*) die "no such set of packages: $1 (build, test-build, test, browser, lint)" ;;
	esac
	for package in "${wanted[@]}"; do
		package_installed "$package" || missing+=("$package")
	done
	[ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

package_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_packages() {
	say "these Debian packages are missing and will be installed now:"
	printf '    %s\n' "$(echo "$*" | fold -s -w 90 | sed '2,$s/^/    /')"
	echo "    with: DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends"
	local -a as_root=()
	if [ "$(id -u)" -ne 0 ]; then
		if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
			as_root=(sudo)
		else
			warn "this needs root, and there is no sudo that could ask for it. Please run this one line:"
			echo "    su -c '$ROOT/tools/install.sh $*'" >&2
			die "and then ./dev again"
		fi
	fi
	"${as_root[@]}" "$ROOT/tools/install.sh" "$@" || die "the installation failed"
}

# --- Node --------------------------------------------------------------------------------------

node_is_good() { # node_is_good PATH_OF_NODE
	local version
	version=$("$1" --version 2>/dev/null) || return 1
	[[ $version =~ ^v([0-9]+)\.([0-9]+)\. ]] || return 1
	((BASH_REMATCH[1] > NODE_MIN_MAJOR || (BASH_REMATCH[1] == NODE_MIN_MAJOR && BASH_REMATCH[2] >= NODE_MIN_MINOR)))
}

# Puts a Node that is new enough on PATH: the machine's own, or the npm package of it in build/tools.
need_node() {
	local own=$BUILD/tools/node/node_modules/node/bin
	if command -v node >/dev/null && node_is_good "$(command -v node)"; then
		command -v npm >/dev/null || install_packages npm
		return
	fi
	if ! [ -x "$own/node" ] || ! node_is_good "$own/node"; then
		say "node is missing or older than $NODE_MIN_MAJOR.$NODE_MIN_MINOR: fetching $NODE_PACKAGE into build/tools"
		command -v npm >/dev/null || install_packages npm
		mkdir -p "$BUILD/tools/node"
		step "npm: $NODE_PACKAGE" node npm install --prefix "$BUILD/tools/node" --no-save --no-audit --no-fund \
			"$NODE_PACKAGE" || die "could not fetch $NODE_PACKAGE"
		node_is_good "$own/node" || die "$own/node does not run here"
	fi
	PATH=$own:$PATH
	export PATH
}

# --- builds ------------------------------------------------------------------------------------

build_c() { # build_c PRESET [TARGET...]
	local preset=$1
	shift
	if ! [ -e "$BUILD/$preset/build.ninja" ] || [ CMakePresets.json -nt "$BUILD/$preset/build.ninja" ]; then
		step "configuring $preset" "configure-$preset" flock -o "$BUILD/.lock" cmake --preset "$preset" || return 1
	fi
	step "building $preset" "build-$preset" flock -o "$BUILD/.lock" \
		cmake --build --preset "$preset" -j "$(jobs_max)" ${1:+--target "$@"} || return 1
}

# The packages of the lock file, only when it is newer than what is there.
web_packages() {
	need_node
	local web=$ROOT/clients/web
	[ -e "$web/node_modules/.package-lock.json" ] &&
		! [ "$web/package-lock.json" -nt "$web/node_modules/.package-lock.json" ] && return
	step "npm ci in clients/web" npm-ci flock -o "$BUILD/.lock" npm --prefix "$web" ci || die "npm ci failed"
}

build_web() {
	local stamp=$BUILD/.web-built
	web_packages
	if [ -e "$stamp" ] && [ -d "$BUILD/web" ] && [ -z "$(find clients/web proto \
		\( -name node_modules -o -name .svelte-kit -o -path clients/web/test -o -path clients/web/src/lib/gen \) -prune -o \
		-type f -newer "$stamp" -print -quit)" ]; then
		return
	fi
	rm -f "$stamp"
	step "building the web clients" build-web flock -o "$BUILD/.lock" npm --prefix clients/web run build || die "the web build failed"
	[ -d "$BUILD/web" ] || die "the web build left nothing in $BUILD/web"
	touch "$stamp"
}
