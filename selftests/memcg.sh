#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What tables take is charged to the memory cgroup of who fills them, and stays
# so whatever the worker makes of them.

. "$(dirname "$0")/common.sh"

cgroups=/sys/fs/cgroup
group=$cgroups/devsess-test

begin()
{
	fresh
	if ! echo +memory 2>/dev/null >$cgroups/cgroup.subtree_control; then
		skip 'the kernel has no memory cgroups'
		return
	fi
	mkdir $group
	awk 'BEGIN {
		print "device,owner"
		for (i = 0; i < 50000; i++)
			printf "dev-%07d,%d\n", i, i % 10 ? 1 : 2
	}' >f.csv
}

end()
{
	ok inside devsess table del x
	soon below 100000
	ok rmdir $group
}

# inside COMMAND...: as a process of the cgroup
inside()
{
	# shellcheck disable=SC2016
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' $group "$@"
}

charged()
{
	awk '$1 == "kernel" { print $2 }' $group/memory.stat
}

# below BYTES: no more is charged
below()
{
	[ "$(charged)" -lt "$1" ]
}

# The cgroup's figures are kept per CPU and lag behind.
all_charged()
{
	[ $(($(charged) * 100)) -ge $(($(figure memory x) * 95)) ]
}

memory_below()
{
	[ "$(figure memory x)" -lt "$1" ]
}

test_charged()
{
	[ -z "$test_skipped" ] || return
	ok inside devsess -q table add x max-sessions 100000
	soon all_charged
	ok inside devsess -q -t x load f.csv
	[ "$(figure memory x)" -gt 5000000 ] || fail "$(figure memory x) bytes"
	soon all_charged
	end
}

# Smaller maps for larger ones, and one shard for two.
test_charged_after_the_worker()
{
	[ -z "$test_skipped" ] || return
	ok inside devsess -q table add x max-sessions 100000
	ok inside devsess -q -t x load f.csv
	# By somebody else: it is the worker's allocations that matter.
	ok devsess -q -t x flush owner 1
	soon memory_below 2500000
	[ "$(figure merges x)" -gt 0 ] || fail 'no merges'
	[ "$(figure memory x)" -gt 500000 ] || fail "$(figure memory x) bytes"
	soon all_charged
	end
}

# The cgroup may go before the table.
test_cgroup_ends_first()
{
	[ -z "$test_skipped" ] || return
	ok inside devsess -q table add x max-sessions 100000
	ok inside devsess -q -t x load f.csv
	ok rmdir $group
	ok devsess -q -t x flush owner 1
	soon memory_below 2500000
	is "$(devsess -t x count)" 5000
	ok devsess -q table del x
}

memory_of_claimed()
{
	devsess -n claimed -j stats default | jq .memory
}

claimed_is_charged()
{
	[ $(($(charged) * 100)) -ge $(($(memory_of_claimed) * 90)) ]
}

claimed_is_small()
{
	[ "$(memory_of_claimed)" -lt 2500000 ]
}

# The table of a namespace that somebody else has made goes to who changes it first. A look at it
# does not count.
test_default_is_claimed()
{
	[ -z "$test_skipped" ] || return
	ok ip netns add claimed
	is "$(devsess -n claimed count)" 0
	ok inside devsess -q -n claimed load f.csv
	# As above: the worker makes other maps in place of those that were charged to the cgroup.
	ok devsess -q -n claimed flush owner 1
	soon claimed_is_small
	soon claimed_is_charged
	ok ip netns del claimed
	soon below 100000
	ok rmdir $group
}

# What upcalls remember is charged to who switches them on, or refused.
test_upcalls()
{
	local upcalls='upcall on-request upcall-rate 1000000 negative-ttl 1h'

	[ -z "$test_skipped" ] || return
	echo 4M >$group/memory.max
	# shellcheck disable=SC2086
	refused 'no memory' inside devsess table add x $upcalls
	ok devsess -q table add x
	# shellcheck disable=SC2086
	refused 'no memory for the upcalls' inside devsess table set x $upcalls
	is "$(devsess -j table list x | jq -r .upcall)" off
	echo max >$group/memory.max
	# shellcheck disable=SC2086
	ok inside devsess -q table set x $upcalls
	soon all_charged
	end
}

run_tests "$@"
