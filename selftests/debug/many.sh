#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# As many sessions as a big gateway has: made, found, counted, and freed in each
# of the ways there are, while the kernel watches closely whether a CPU or RCU
# is kept waiting. Needs 8 GiB for the 10 million that MANY is unless set.
# lanes: many

. "$(dirname "$0")/common.sh"

module=/lib/modules/$(uname -r)/extra/devsess_test.ko
parameter=/sys/module/devsess_test/parameters/test
many=${MANY:-10000000}

# A CPU that does not schedule for 6 s, or a grace period of 5 s, is a splat.
watch_closely()
{
	echo 3 >/proc/sys/kernel/watchdog_thresh
	echo 5 >/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout
	is "$(cat /proc/sys/kernel/watchdog_thresh)" 3 watchdog_thresh
	is "$(cat /sys/module/rcupdate/parameters/rcu_cpu_stall_timeout)" 5 rcu_cpu_stall_timeout
}

# in_kernel CASE: a test of devsess_test.ko, which has the table `many'
in_kernel()
{
	local lines

	lines=$(dmesg | wc -l)
	echo "$1" >"$parameter" || fail "$1 failed"
	dmesg | tail -n "+$((lines + 1))" | sed -n "s/^.*devsess_test: # /# $1: /p"
}

# took WHAT SINCE
took()
{
	local now=$EPOCHREALTIME

	echo "# $1: $(((${now/./} - ${2/./}) / 1000)) ms"
}

# timed WHAT COMMAND...
timed()
{
	local what=$1 begin=$EPOCHREALTIME

	shift
	ok "$@"
	took "$what" "$begin"
}

fill()
{
	ok devsess -q table add many key-max 16 max-sessions "$many"
	ok insmod "$module" hold=many many="$many"
	in_kernel many_fill
	is "$(figure sessions many)" "$many" sessions
	echo "# memory of $many sessions: $(figure memory many) bytes"
}

available_kb()
{
	awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo
}

# What is freed comes back; a twentieth of what $many took is for others.
comes_back()
{
	[ "$(available_kb)" -gt $((before - many / 80)) ]
}

test_found_and_deleted()
{
	fill
	in_kernel many_find
	in_kernel many_miss
	timed 'count by owner' devsess -t many count owner 0
	has "$many"
	in_kernel many_delete
	soon comes_back
	ok rmmod devsess_test
	is "$(figure sessions many)" 0 sessions
	ok devsess -q table del many
}

test_flushed()
{
	fill
	timed flush devsess -q -t many flush
	is "$(figure sessions many)" 0 sessions
	soon comes_back
	ok rmmod devsess_test
	ok devsess -q table del many
}

test_table_deleted()
{
	fill
	ok rmmod devsess_test
	timed 'table del' devsess -q table del many
	soon comes_back
}

test_namespace_ends()
{
	local begin

	ok unshare -n "$here/${0##*/}" fill_here
	echo "$out"
	begin=$EPOCHREALTIME
	soon comes_back
	took 'the end of the namespace' "$begin"
}

if [ "${1:-}" = fill_here ]; then
	fill
	ok rmmod devsess_test
	[ -z "$test_failed" ]
	exit
fi
watch_closely
before=$(available_kb)
run_tests "$@"
