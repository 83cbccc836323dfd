#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Allocations fail, one after the other, then several at a time, in every request,
# while the module is loaded, while namespaces come, and in the worker. What is
# tested is in selftests/faults/: fail_alloc --list.
# lanes: kasan

. "$(dirname "$0")/common.sh"

# The table of fail_alloc's operations is that of the tests here.
run_case()
{
	test_failed=
	test_skipped=
	"$here/fail_alloc" "$1" >"$tmp/log" 2>&1
	status=$?
	grep '^#' "$tmp/log"
	case $status in
	0)	;;
	4)	skip "$(sed -n 's/^# \(not on \)/\1/p' "$tmp/log")" ;;
	*)	fail "fail_alloc $1 ended with $status: $(grep -v '^#' "$tmp/log")" ;;
	esac
	report "$1"
}

# Softirqs store new sessions faster than the worker, which has no memory for
# most of what it wants to do, can make place for them.
test_worker_behind()
{
	ok insmod "/lib/modules/$(uname -r)/extra/devsess_test.ko"
	ok devsess -q table add test key-max 64 data-max 64 max-sessions 200000
	ok devsess -q table add small key-max 8 data-max 4 max-sessions 1000
	ok "$here/fail_alloc" --worker 60 \
		sh -c 'echo context_ >/sys/module/devsess_test/parameters/test'
	dmesg | sed -n 's/^.*devsess_test: #/#/p' | tail -n 20
	ok rmmod devsess_test
}

# Looks for what nobody has a pointer to any more.
test_leaks()
{
	local kmemleak=/sys/kernel/debug/kmemleak

	[ -w $kmemleak ] || { skip 'not on a kernel without kmemleak'; return; }
	ok rmmod devsess
	sleep 6
	echo scan >$kmemleak
	sleep 1
	echo scan >$kmemleak
	is "$(cat $kmemleak)" ''
	ok modprobe devsess
}

mapfile -t cases < <("$here/fail_alloc" --list)
lasts='worker_behind leaks'
if [ $# -gt 0 ]; then
	cases=("$@")
	lasts=
fi
ktap_print_header
# shellcheck disable=SC2086
ktap_set_plan $((${#cases[@]} + $(set -- $lasts; echo $#)))
for case in "${cases[@]}"; do
	run_case "$case"
done
for name in $lasts; do
	test_failed=
	test_skipped=
	begin
	"test_$name"
	report "$name"
done
cd /
ktap_finished
