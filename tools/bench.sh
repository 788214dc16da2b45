# bench.sh - ./dev bench [NAME ...]: runs tests/bench/NAME.mjs on the release build.
# shellcheck shell=bash
#
# A bench starts its own Redis and daemons, measures this machine's own limit in the same run, and
# prints both. From the first option on, everything is handed to it.

cmd_bench() {
	local -a names=() options=()
	local name
	while [ $# -gt 0 ] && [[ $1 != -* ]]; do
		names+=("$1")
		shift
	done
	options=("$@")
	if [ ${#names[@]} -eq 0 ]; then
		mapfile -t names < <(compgen -G 'tests/bench/*.mjs' | sed 's|.*/||; s|\.mjs$||' | sort)
	fi
	[ ${#names[@]} -gt 0 ] || die "there is no bench in tests/bench"
	for name in "${names[@]}"; do
		[ -e "tests/bench/$name.mjs" ] || die "no such bench: $name"
	done
	need_packages build
	need_node
	build_c release || exit 1
	# The benches speak with the daemons through the messages generated for the web clients, and the daemons serve the pages.
	build_web
	export PINGAN_SOURCE_DIR=$ROOT PINGAN_RELEASE_DIR=$BUILD/release PINGAN_WEB_DIR=$BUILD/web
	for name in "${names[@]}"; do
		say "bench $name"
		node "tests/bench/$name.mjs" "${options[@]}"
	done
}
