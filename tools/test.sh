# test.sh - ./dev test [KIND ...]: every suite, one sum.
# shellcheck shell=bash
#
# Each suite writes its numbers where tools/count.mjs can read them; a suite that was wanted and
# executed no test is a failure of its own. Logs: build/test-logs/SUITE.log.

TEST_LOGS=$BUILD/test-logs
KINDS_CTEST=(unit contract sim fault fuzz)
passed=0
failed=0

tally() { # tally SUITE PASSED FAILED SECONDS [NOTE]
	passed=$((passed + $2))
	failed=$((failed + $3))
	local mark="ok  "
	[ "$3" -eq 0 ] || mark="${RED}FAIL${PLAIN}"
	printf '    %s %-12s %5d passed %4d failed %5d s  %s\n' "$mark" "$1" "$2" "$3" "$4" "${5:-}"
}

# suite NAME FORMAT REPORT COMMAND...: runs it, then counts REPORT.
suite() {
	local name=$1 format=$2 report=$3 started=$SECONDS status=0 counts
	shift 3
	rm -f "$report"
	STEP_TAIL=0 LOGS=$TEST_LOGS step "$name tests" "$name" "$@" 2>/dev/null || status=$?
	counts=$(node "$ROOT/tools/count.mjs" "$format" "$report" "$status" 2>>"$TEST_LOGS/$name.log") || counts="0 1"
	if [ "$counts" = "0 0" ]; then
		tally "$name" 0 1 $((SECONDS - started)) "executed no test"
	else
		# shellcheck disable=SC2086 # two numbers
		tally "$name" $counts $((SECONDS - started))
	fi
	if [ "${counts#* }" != 0 ] || [ "$status" -ne 0 ]; then
		warn "$name: from $TEST_LOGS/$name.log:"
		node "$ROOT/tools/count.mjs" --failures "$format" "$report" "$TEST_LOGS/$name.log" >&2 || true
	fi
}

suite_ctest() { # suite_ctest KIND
	suite "$1" ctest "$TEST_LOGS/$1.xml" ctest --test-dir "$BUILD/test" -L "^$1\$" -j "$(jobs_max)" \
		--output-on-failure --test-output-size-passed 1000000 --test-output-size-failed 1000000 \
		--output-junit "$TEST_LOGS/$1.xml"
}

# suite_node NAME FOLDER CONCURRENCY: node's own test runner over FOLDER/*.test.mjs.
suite_node() {
	local -a files=()
	mapfile -t files < <(compgen -G "$2/*.test.mjs" | sort)
	if [ ${#files[@]} -eq 0 ]; then
		tally "$1" 0 1 0 "no test file in $2"
		return
	fi
	suite "$1" node "$TEST_LOGS/$1.json" \
		node "$ROOT/tools/node-tests.mjs" "$3" "$TEST_LOGS/$1.json" "$TEST_LOGS/$1" "${files[@]}"
}

# check NAME LOG COMMAND...: one thing that succeeds or not.
check() {
	local name=$1 log=$2 started=$SECONDS
	shift 2
	if LOGS=$TEST_LOGS step "$name" "$log" "$@"; then
		tally "$name" 1 0 $((SECONDS - started))
	else
		tally "$name" 0 1 $((SECONDS - started))
	fi
}

test_web() {
	need_packages browser
	# In a subshell what ends there is this suite, not the sum.
	if ! (build_web); then
		tally web 0 1 0 "did not build"
		return
	fi
	# shellcheck disable=SC2016 # the inner shell's $0
	suite web-unit vitest "$TEST_LOGS/web-unit.json" \
		env -C clients/web sh -c 'npm run gen && exec npx --no-install vitest run --reporter=default --reporter=json --outputFile.json="$0"' \
		"$TEST_LOGS/web-unit.json"
	check svelte-check svelte-check npm --prefix clients/web run check
	suite_node web tests/web 2
}

# test_seeds ARGUMENT...: histories of the simulator by seed; sim_histories knows the rest of the arguments.
#   --seeds N [--from S] [--keep-going]   N histories from seed S on, over all cores
#   --seed N                              this one alone, all of it printed
#   --fast                                without sanitizers: several times as many in the same time
#   --golden                              writes the golden histories anew (tests/sim/golden)
test_seeds() {
	local preset=test trace='' argument program=sim_histories
	local -a rest=()
	for argument in "$@"; do
		case $argument in
		--fast) preset=fast ;;
		--golden) program=sim_golden ;;
		--seed) trace=1 && rest+=("$argument") ;;
		*) rest+=("$argument") ;;
		esac
	done
	need_packages build
	need_packages test-build
	need_packages test
	build_c "$preset" "$program" || return 1
	[ -z "$trace" ] || export PINGAN_SIM_TRACE=1
	[ "$program" = sim_histories ] || export PINGAN_SIM_GOLDEN=write
	export PINGAN_SOURCE_DIR=$ROOT
	"$BUILD/$preset/tests/sim/$program" "${rest[@]}"
}

cmd_test() {
	local -a kinds=("$@")
	local all=no kind started=$SECONDS
	if [ $# -gt 1 ] && [ "$1" = sim ] && [ "${2#--}" != "$2" ]; then
		shift
		test_seeds "$@"
		return
	fi
	if [ ${#kinds[@]} -eq 0 ] || [ "${kinds[*]}" = all ]; then
		all=yes
		kinds=("${KINDS_CTEST[@]}" functional web)
	fi
	for kind in "${kinds[@]}"; do
		case " ${KINDS_CTEST[*]} functional web " in
		*" $kind "*) ;;
		*) die "no such kind of test: $kind (${KINDS_CTEST[*]} functional web)" ;;
		esac
	done

	mkdir -p "$TEST_LOGS"
	need_packages build
	need_packages test-build
	need_packages test
	need_node
	# Where tests find what was built; the harness reads these.
	export PINGAN_SOURCE_DIR=$ROOT PINGAN_BUILD_DIR=$BUILD/test PINGAN_RELEASE_DIR=$BUILD/release
	export PINGAN_WEB_DIR=$BUILD/web PINGAN_TEST_OUTPUT=$BUILD/test-output

	if ! build_c test; then
		tally build 0 1 $((SECONDS - started))
		finish
		return
	fi
	if [ $all = yes ]; then
		# shellcheck disable=SC2016 # the inner shell's $0
		check clang clang sh -c 'cmake --preset clang && cmake --build --preset clang -j "$0"' "$(jobs_max)"
	fi
	for kind in "${kinds[@]}"; do
		case $kind in
		functional)
			# Some of them ask the release to refuse what only a test build may do.
			if build_c release && (build_web); then
				suite_node functional tests/functional 2
			else
				tally functional 0 1 0 "did not build"
			fi
			;;
		web) test_web ;;
		*) suite_ctest "$kind" ;;
		esac
	done
	finish
}

finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
