# mutants.sh - ./dev mutants [NAME ...]: breaks one rule at a time in a copy, and shows which test notices.
# shellcheck shell=bash

cmd_mutants() {
	need_packages build
	need_packages test-build
	need_node
	ulimit -c 0 # many of them end in abort()
	case ${1:-} in
	--list) node "$ROOT/tools/mutants.mjs" list "$ROOT" ;;
	--check) node "$ROOT/tools/mutants.mjs" check "$ROOT" ;;
	*)
		mkdir -p "$BUILD/mutants"
		exec 8>"$BUILD/mutants/.lock"
		flock -n 8 || die "another ./dev mutants is running here"
		say "mutants: every promise must notice when it is broken"
		node "$ROOT/tools/mutants.mjs" run "$ROOT" "$BUILD/mutants" "$@"
		;;
	esac
}
