# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What a failure leaks stays leaked: it is told at the end of the run, by the scan for what
# nobody has a pointer to any more (tools/vm/init.c), which takes minutes on kasan.
#
# Tests that are done by fail_alloc, of selftests/faults/, whose table of operations
# is that of the tests. A script may define functions test_NAME of its own, and ends
# with `run_cases GROUP "$@"'.

. "$(dirname "$0")/common.sh"

run_case()
{
	local status

	"$here/fail_alloc" "$1" >"$tmp/log" 2>&1
	status=$?
	grep '^#' "$tmp/log"
	case $status in
	0)	;;
	4)	skip "$(sed -n 's/^# \(not on \)/\1/p' "$tmp/log")" ;;
	*)	fail "fail_alloc $1 ended with $status: $(grep -v '^#' "$tmp/log")" ;;
	esac
}

# run_cases GROUP [NAME...]
run_cases()
{
	local group=$1 cases=("${@:2}") name

	if [ $# -eq 1 ]; then
		mapfile -t cases < <("$here/fail_alloc" --list "$group"
			sed -n 's/^test_\([a-z0-9_]*\)()$/\1/p' "$here/${0##*/}")
	fi
	ktap_print_header
	ktap_set_plan "${#cases[@]}"
	for name in "${cases[@]}"; do
		test_failed=
		test_skipped=
		begin
		if declare -F "test_$name" >/dev/null; then
			"test_$name"
		else
			run_case "$name"
		fi
		report "$name"
	done
	cd /
	ktap_finished
}
