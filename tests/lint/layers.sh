#!/usr/bin/env bash
# Proves the layers on what was built: main -> io -> app -> core -> base, app -> wire -> core.
#
#   layers.sh SOURCE_DIR BUILD_DIR    checks includes, and what each archive can reach at link time
#   layers.sh --self-test             plants violations of every kind and expects each to be found
#
# "Can reach" is counted by object file: what the layer's objects call, what the objects of lower
# layers that define those symbols call, and so on. So a clock hidden behind a helper in base is
# found as well. ensure.c is the one exception: a broken invariant may speak before it aborts.
set -euo pipefail

# Names that are pure for us: they touch only the memory they are given.
PURE='mem(cpy|move|set|cmp|chr|rchr|mem|pcpy)|str(len|nlen|cmp|ncmp|casecmp|ncasecmp|chr|chrnul|rchr|str|spn|cspn|pbrk|tol|toll|toul|toull|tod)'
PURE+='|v?snprintf|bsearch|abs|labs|llabs|ffs|ffsll|__errno_location|__ctype_(b|tolower|toupper)_loc|tolower|toupper|is(alnum|alpha|digit|xdigit|print|space|upper|lower)'
PURE+='|(sqrt|sin|cos|asin|acos|atan|atan2|fabs|floor|ceil|round|lround|llround|fmod|fmin|fmax|hypot|exp|log|log2|pow)f?|explicit_bzero'
# What the compiler, the linker and the sanitizers put in.
RUNTIME='__asan_.*|__ubsan_.*|__sanitizer_.*|__stack_chk_fail|__(mem|str|v?snprintf).*_chk|_GLOBAL_OFFSET_TABLE_|__explicit_bzero_chk|__bcmp|bcmp|__(u?div|u?mod|mul)[a-z]*[0-9]|__popcountdi2|abort|__isoc[0-9]+_strto.*|__ubsan.*'
HEAP='malloc|calloc|realloc|reallocarray|free|strdup|strndup|aligned_alloc|qsort|qsort_r'
PROTOBUF='protobuf_c_.*'

declare -A LOWER=([base]="" [core]="base" [wire]="core base" [app]="wire core base")
declare -A MAY=([core]="$PURE|$RUNTIME" [wire]="$PURE|$RUNTIME|$PROTOBUF" [app]="$PURE|$RUNTIME|$PROTOBUF|$HEAP")
# What each folder may include of ours.
declare -A INCLUDES=(
	[base]="base" [core]="core base" [wire]="wire core base pingan" [app]="app wire core base pingan"
	[io]="io app wire core base pingan" [authd]="authd io core base"
)

# Prints "object defined|needed symbol" of an archive.
symbols() {
	nm -P -A "$1" 2>/dev/null | awk '
		{ match($1, /\[[^]]*\]/); object = substr($1, RSTART + 1, RLENGTH - 2); kind = $3 }
		kind == "U" || kind == "w" || kind == "v" { print object, "needs", $2; next }
		kind ~ /[A-Z]/ { print object, "has", $2 }'
}

# Everything LAYER can reach outside our own archives, as "symbol (by object)".
reached() {
	local layer=$1 daemon=$2 lower archive
	{
		symbols "$daemon/libpingan_$layer.a" | sed 's/^/own /'
		for lower in ${LOWER[$layer]}; do
			archive=$daemon/libpingan_$lower.a
			if [ -e "$archive" ]; then symbols "$archive" | sed "s/^/$lower /"; fi
		done
		archive=$daemon/../proto/libpingan_proto.a
		if [ "$layer" != core ] && [ -e "$archive" ]; then symbols "$archive" | sed 's/^/proto /'; fi
	} | awk '
		{ object = $1 "/" $2 }
		$3 == "has" { home[$4] = object }
		$3 == "needs" { needs[object] = needs[object] " " $4 }
		$1 == "own" && !(object in seen) { seen[object]; queue[++last] = object }
		END {
			for (i = 1; i <= last; i++) {
				if (queue[i] ~ /\/ensure\.c/)
					continue
				n = split(needs[queue[i]], names, " ")
				for (j = 1; j <= n; j++) {
					if (!(names[j] in home))
						print names[j], "(by " queue[i] ")"
					else if (!(home[names[j]] in seen)) {
						seen[home[names[j]]]
						queue[++last] = home[names[j]]
					}
				}
			}
		}' | sort -u
}

check_link() {
	local source=$1 build=$2 layer archive bad status=0
	for layer in core wire app; do
		archive=$build/daemon/libpingan_$layer.a
		if [ ! -e "$archive" ]; then
			if compgen -G "$source/daemon/$layer/*.c" >/dev/null; then
				echo "layers: $archive is not built"
				status=1
			fi
			continue
		fi
		# protoc-c's code asserts that it was called with a message of its own type.
		bad=$(reached "$layer" "$build/daemon" | grep -vE "^(${MAY[$layer]}) |^__assert_fail .by proto/" || true)
		if [ -n "$bad" ]; then
			echo "layers: $layer reaches what it must not:"
			printf '    %s\n' "${bad//$'\n'/$'\n'    }"
			status=1
		fi
	done
	return $status
}

check_includes() {
	local source=$1 layer file line name status=0
	for layer in "${!INCLUDES[@]}"; do
		[ -d "$source/daemon/$layer" ] || continue
		while IFS=: read -r file line name; do
			name=${name#*\"}
			if [[ " ${INCLUDES[$layer]} " != *" ${name%%/*} "* ]]; then
				echo "layers: ${file#"$source"/}:$line: $layer may not include \"${name%%\"*}\""
				status=1
			fi
		done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[a-z_]+/' \
			--include='*.[ch]' "$source/daemon/$layer" || true)
	done
	# wire allocates only through what it is given: protobuf-c takes NULL for "the heap".
	if [ -d "$source/daemon/wire" ]; then
		if grep -rnE '__unpack\( *NULL|__free_unpacked\([^;]*, *NULL *\)' --include='*.[ch]' "$source/daemon/wire"; then
			echo "layers: wire unpacks onto the heap; give it the allocator"
			status=1
		fi
	fi
	return $status
}

check() {
	local status=0
	check_includes "$1" || status=1
	check_link "$1" "$2" || status=1
	return $status
}

# --- self-test ---------------------------------------------------------------------------------

plant() { # plant LAYER FILE, with the source on stdin
	mkdir -p "$work/daemon/$1"
	cat >"$work/daemon/$1/$2.c"
}

build() {
	local layer source
	mkdir -p "$work/build/daemon"
	for layer in base core wire app; do
		rm -f "$work/build/daemon/libpingan_$layer.a"
		for source in "$work/daemon/$layer"/*.c; do
			"${CC:-cc}" -O1 -fno-builtin -w -c "$source" -o "$work/$layer-$(basename "$source").o"
			# The archive's member is named as CMake names it: FILE.c.o.
			(
				cd "$work"
				mv "$layer-$(basename "$source").o" "$(basename "$source").o"
				ar qc "build/daemon/libpingan_$layer.a" "$(basename "$source").o"
			)
		done
	done
}

clean_tree() {
	rm -rf "$work/daemon" "$work/build"
	plant base tool <<<'int tool(int a) { return a + 1; }'
	plant base clock <<<'long time(long *); long tool_now(void) { return time(0); }'
	plant base ensure <<<'int dprintf(int, const char *, ...); void abort(void); void ensure_fail(void) { dprintf(2, "x"); abort(); }'
	plant core incident <<<'void ensure_fail(void); int tool(int); int incident(int a) { if (a == 7) ensure_fail(); return tool(a); }'
	plant wire frame <<<'unsigned long strlen(const char *); int incident(int); int frame(const char *s) { return incident(strlen(s)); }'
	plant app app <<<'void *malloc(unsigned long); int frame(const char *); int app(void) { return frame(malloc(3)); }'
}

expect() { # expect green|red WHAT [PATTERN that the complaint must match]
	local got=green
	build
	check "$work" "$work/build" >"$work/out" 2>&1 || got=red
	if [ "$got" != "$1" ] || { [ -n "${3:-}" ] && ! grep -qE "$3" "$work/out"; }; then
		echo "layers self-test: $2: expected $1, got $got"
		cat "$work/out"
		exit 1
	fi
	echo "layers self-test: $2: $1, as it must be"
}

self_test() {
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	clean_tree
	expect green "a clean tree"

	plant core bad <<<'void *malloc(unsigned long); void *bad(void) { return malloc(9); }'
	expect red "core allocates" 'malloc .by own/bad'
	clean_tree
	plant core bad <<<'int socket(int, int, int); int bad(void) { return socket(1, 1, 0); }'
	expect red "core opens a socket" 'socket '
	clean_tree
	plant core bad <<<'long tool_now(void); long bad(void) { return tool_now(); }'
	expect red "core reaches a clock through base" 'time .by base/clock'
	clean_tree
	plant core bad <<<'int frame(const char *); int bad(void) { return frame("x"); }'
	expect red "core calls wire" 'frame .by own/bad'
	clean_tree
	plant core bad <<<'#include "app/app.h"'
	mkdir -p "$work/daemon/app"
	: >"$work/app.h"
	sed -i 's/^/#if 0\n/; s/$/\n#endif/' "$work/daemon/core/bad.c"
	expect red "core includes app" 'bad.c:2: core may not include'
	clean_tree
	plant wire bad <<<'int clock_gettime(int, void *); int bad(void) { return clock_gettime(0, 0); }'
	expect red "wire reads a clock" 'clock_gettime '
	clean_tree
	plant wire bad <<<'void free(void *); void bad(void *p) { free(p); }'
	expect red "wire frees by itself" 'free .by own/bad'
	clean_tree
	plant wire bad <<<'#if 0
	m = x__unpack(NULL, n, p);
	#endif'
	expect red "wire unpacks onto the heap" 'give it the allocator'
	clean_tree
	plant app bad <<<'long getrandom(void *, unsigned long, unsigned); long bad(void *p) { return getrandom(p, 8, 0); }'
	expect red "app asks for a random number" 'getrandom '
}

case ${1:-} in
--self-test) self_test ;;
"") echo "usage: layers.sh SOURCE_DIR BUILD_DIR | --self-test" >&2; exit 2 ;;
*) check "$1" "$2" && echo "layers: every layer reaches only what is to its right" ;;
esac
