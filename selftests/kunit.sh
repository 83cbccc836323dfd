#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The unit tests of the engine, in the kernel: devsess_kunit.ko runs them when it
# is loaded. KUnit puts the results into debugfs; where the kernel has no KUnit,
# the module prints them to the kernel's log.

. "$(dirname "$0")/common.sh"

module=/lib/modules/$(uname -r)/extra/devsess_kunit.ko
debugfs=/sys/kernel/debug/kunit

# A line per test, `ok|not ok SUITE.TEST [# SKIP REASON]', and remarks.
results()
{
	local suite

	if [ ! -d "$debugfs" ]; then
		dmesg | sed -n 's/^.*devsess_kunit: //p' |
			sed -nE 's/^((not )?ok) [0-9]+ /\1 /p; /^#/p'
		return
	fi
	for suite in "$debugfs"/devsess_*; do
		sed -nE "s/^ +((not )?ok) [0-9]+ /\1 ${suite##*/}./p; s/^ +(# .*EXPECT|# .*ASSERT)/\1/p" \
			"$suite/results"
	done
}

# How many tests there are, as the suites say.
planned()
{
	if [ ! -d "$debugfs" ]; then
		dmesg | sed -n 's/^.*devsess_kunit: 1\.\.//p'
		return
	fi
	cat "$debugfs"/devsess_*/results | sed -nE 's/^ +1\.\.//p' | awk '{ n += $1 } END { print n + 0 }'
}

ktap_print_header
insmod "$module" || ktap_exit_fail_msg "devsess_kunit.ko does not load"
results >"$tmp/results"
grep -qE '^(not )?ok ' "$tmp/results" || ktap_exit_fail_msg "there are no results"
ktap_set_plan "$(planned)"
while read -r line; do
	test_failed=
	test_skipped=
	case $line in
	'not ok '*)	test_failed=yes; name=${line#not ok } ;;
	'ok '*)		name=${line#ok } ;;
	*)		echo "${line:0:200}"; continue ;;
	esac
	[[ $name != *' # SKIP '* ]] || test_skipped=${name#* # SKIP }
	report "${name%% *}"
done <"$tmp/results"
rmmod devsess_kunit || ktap_exit_fail_msg "devsess_kunit cannot be removed"
ktap_finished
