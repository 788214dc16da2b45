# lint.sh - ./dev lint, ./dev fmt.
# shellcheck shell=bash

cmd_fmt() {
	need_packages lint
	[ $# -gt 0 ] || die "fmt: which files?"
	clang-format -i "$@"
}

# What no file of ours may have: spaces for indentation, lines far over 120 columns (a tab is 4), blanks
# at the end of a line, no newline at the end of the file, words for what is not finished.
lint_style() {
	local -a files
	local file status=0
	mapfile -t files < <(find daemon clients/ctl clients/sim tests proto/pingan tools -path tests/data -prune -o -type f \
		\( -name '*.[ch]' -o -name '*.lua' -o -name '*.mjs' -o -name '*.sh' -o -name '*.proto' -o -name '*.cmake' \) -print | sort)
	awk '
		function complain(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; bad = 1 }
		/[ \t]$/ { complain("blanks at the end") }
		FILENAME ~ /\.[ch]$/ {
			# After an unfinished line they line something up.
			if (/^    / && before ~ /[;{}]$/) complain("spaces for indentation")
			before = $0
			line = $0
			gsub(/\t/, "    ", line)
			# Bytes, not letters: other scripts take three of them for two columns.
			if (length(line) > 140 && line !~ /[\200-\377]/) complain("far over 120 columns")
		}
		/(TO''DO|FIX''ME)([^A-Za-z]|$)/ { complain("not finished") }
		END { exit bad }' "${files[@]}" || status=1
	for file in "${files[@]}"; do
		[ -z "$(tail -c 1 "$file")" ] || { echo "$file: no newline at its end"; status=1; }
	done
	return $status
}

lint_tidy() {
	local -a files
	mapfile -t files < <(find daemon clients/ctl clients/sim -name '*.c' | sort)
	[ ${#files[@]} -eq 0 ] || printf '%s\0' "${files[@]}" |
		xargs -0 -n 4 -P "$(jobs_max)" clang-tidy --quiet -p "$BUILD/test-clang"
}

lint_shell() {
	local -a files
	mapfile -t files < <(find tools tests .ci systemd -name '*.sh' -o -path '.ci/run')
	shellcheck -x dev "${files[@]}"
}

lint_length() {
	local long
	long=$(find daemon clients/ctl clients/sim clients/web tests tools proto \
		-path '*/node_modules' -prune -o -path '*/lib/gen' -prune -o -path tests/data -prune -o -type f \
		\( -name '*.[ch]' -o -name '*.ts' -o -name '*.svelte' -o -name '*.mjs' -o -name '*.sh' -o -name '*.proto' \) \
		-exec wc -l {} + | awk '$2 != "total" && $1 > 700')
	[ -z "$long" ] || { echo "over 700 lines:"; echo "$long"; return 1; }
}

# Functions run in a child of step(): export what they need.
cmd_lint() {
	need_packages build
	need_packages test-build
	need_packages lint
	web_packages
	build_c test-clang || return 1
	local status=0
	export BUILD
	export -f lint_style lint_tidy lint_shell lint_length jobs_max
	step "house style" lint-style bash -euo pipefail -c lint_style || status=1
	step "clang-tidy" lint-tidy bash -euo pipefail -c lint_tidy || status=1
	step "shellcheck" lint-shell bash -euo pipefail -c lint_shell || status=1
	step "length of files" lint-length bash -euo pipefail -c lint_length || status=1
	step "web clients" lint-web npm --prefix clients/web run lint || status=1
	return $status
}
