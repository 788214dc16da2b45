# fuzz.sh - ./dev fuzz: the codecs under libFuzzer, which sees the branches it takes, for as many inputs as wanted.
# shellcheck shell=bash
#
#   --runs N    inputs of each target (1,000,000)
#   --jobs N    targets at once (2)
#   --merge     afterwards the inputs that reach something new, the smallest ones, join tests/data/fuzz: look at what git shows
#
# What was found stays in build/fuzz-corpus/TARGET and is where the next run begins. A finding is kept as
# build/fuzz-corpus/TARGET-crash-...: it becomes a test with a name before the fault is mended.

FUZZ_CORPUS=$BUILD/fuzz-corpus
FUZZ_INPUT_MAX=8192

# Our dictionaries are written as in C strings; libFuzzer wants quotes around, ASCII, and knows only \\, \" and \xHH.
fuzz_dictionary() { # fuzz_dictionary FROM TO
	: >"$2"
	[ ! -f "$1" ] || LC_ALL=C awk 'BEGIN { for (i = 1; i < 256; i++) byte[sprintf("%c", i)] = i }
	!/^#/ && length {
		gsub(/"/, "\\\""); gsub(/\\n/, "\\x0A"); gsub(/\\r/, "\\x0D"); gsub(/\\0/, "\\x00")
		line = ""
		for (i = 1; i <= length($0); i++) {
			c = substr($0, i, 1)
			line = line (byte[c] < 32 || byte[c] > 126 ? sprintf("\\x%02X", byte[c]) : c)
		}
		print "\"" line "\""
	}' "$1" >"$2"
}

fuzz_one() { # fuzz_one TARGET RUNS
	local kept=$FUZZ_CORPUS/$1 started=$SECONDS log=$FUZZ_CORPUS/$1.log status=0
	mkdir -p "$kept"
	fuzz_dictionary "$ROOT/tests/data/fuzz/$1/dictionary" "$FUZZ_CORPUS/$1.dictionary"
	nice "$BUILD/fuzz/tests/fuzz/fuzz_$1" -runs="$2" -seed=1 -max_len=$FUZZ_INPUT_MAX -timeout=20 -rss_limit_mb=2048 \
		-dict="$FUZZ_CORPUS/$1.dictionary" -artifact_prefix="$FUZZ_CORPUS/$1-" -print_final_stats=1 -verbosity=1 \
		"$kept" "$ROOT/tests/data/fuzz/$1" >"$log" 2>&1 || status=$?
	if [ "$status" -ne 0 ]; then
		warn "$1: a finding (exit $status); the end of $log:"
		tail -n 25 "$log" >&2
		return 1
	fi
	printf '    %-12s %9s inputs  %5d s  %6s branches  no finding\n' "$1" \
		"$(awk '/number_of_executed_units/ { print $2 }' "$log")" $((SECONDS - started)) \
		"$(grep -o 'cov: [0-9]*' "$log" | tail -n 1 | cut -c6-)"
}

# Into the repository goes what adds a branch to what is there, and nothing over 4 KiB.
fuzz_merge() { # fuzz_merge TARGET
	local into=$ROOT/tests/data/fuzz/$1 small=$FUZZ_CORPUS/$1.small merged=$FUZZ_CORPUS/$1.merged file
	rm -rf "$small" "$merged"
	mkdir -p "$small" "$merged"
	find "$into" "$FUZZ_CORPUS/$1" -type f ! -name dictionary -size -4097c -exec cp -t "$small" {} +
	"$BUILD/fuzz/tests/fuzz/fuzz_$1" -set_cover_merge=1 "$merged" "$small" >"$FUZZ_CORPUS/$1.merge.log" 2>&1
	for file in "$merged"/*; do
		[ -n "$(find "$into" -type f -size "$(stat -c %s "$file")c" -exec cmp -s "$file" {} \; -print -quit)" ] ||
			cp "$file" "$into/found-$(sha1sum "$file" | cut -c1-10)"
	done
}

cmd_fuzz() {
	local runs=1000000 jobs=2 merge=no target status=0 running=0
	local -a targets=()
	while [ $# -gt 0 ]; do
		case $1 in
		--runs) runs=${2:?--runs needs a number} && shift ;;
		--jobs) jobs=${2:?--jobs needs a number} && shift ;;
		--merge) merge=yes ;;
		-*) die "unknown option: $1 (--runs N, --jobs N, --merge)" ;;
		*) targets+=("$1") ;;
		esac
		shift
	done
	if [ ${#targets[@]} -eq 0 ]; then
		mapfile -t targets < <(cd tests/fuzz && printf '%s\n' fuzz_*.c | sed 's/^fuzz_//; s/\.c$//')
	fi
	for target in "${targets[@]}"; do
		[ -f "tests/fuzz/fuzz_$target.c" ] || die "no such target: $target"
	done
	need_packages build
	need_packages test-build
	build_c fuzz "${targets[@]/#/fuzz_}"
	mkdir -p "$FUZZ_CORPUS"
	for target in "${targets[@]}"; do
		if ((running >= jobs)); then
			wait -n || status=1
			running=$((running - 1))
		fi
		fuzz_one "$target" "$runs" &
		running=$((running + 1))
	done
	while ((running > 0)); do
		wait -n || status=1
		running=$((running - 1))
	done
	if [ $merge = yes ] && [ $status -eq 0 ]; then
		for target in "${targets[@]}"; do fuzz_merge "$target"; done
	fi
	return $status
}
