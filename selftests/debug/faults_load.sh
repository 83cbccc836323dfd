#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Allocations fail while the module is loaded, while namespaces come, and in the
# workers.
# lanes: kasan

. "$(dirname "$0")/faults_lib.sh"

# Softirqs store new sessions, and the worker has no memory for most of what it
# wants to do about it.
test_worker_behind()
{
	ok insmod "/lib/modules/$(uname -r)/extra/devsess_test.ko"
	ok devsess -q table add test key-max 64 data-max 64 max-sessions 200000
	ok devsess -q table add small key-max 8 data-max 4 max-sessions 1000 owner-max 3
	ok "$here/fail_alloc" --worker sweep_some 60 \
		sh -c 'echo context_ >/sys/module/devsess_test/parameters/test'
	dmesg | sed -n 's/^.*devsess_test: #/#/p' | tail -n 20
	ok rmmod devsess_test
}

# Writes that have been taken are done or counted, one by one.
test_deferred_behind()
{
	ok devsess -q table add rings key-max 64 data-max 64 max-sessions 100000 defer-ring 256
	ok insmod "/lib/modules/$(uname -r)/extra/devsess_test.ko" hold=rings many=8000
	ok "$here/fail_alloc" --worker drain_round 60 \
		sh -c 'echo many_deferred >/sys/module/devsess_test/parameters/test'
	echo "# of $(figure deferred rings) writes $(figure deferred_failed rings) failed"
	is "$(figure deferred rings)" 8000 'writes taken'
	is "$(($(figure sessions rings) + $(figure deferred_failed rings)))" 8000 'done or failed'
	[ "$(figure deferred_failed rings)" -gt 0 ] || fail 'none failed'
	[ "$(figure sessions rings)" -gt 0 ] || fail 'all failed'
	ok rmmod devsess_test
}

# Ids that could not be asked for are dropped, counted, and asked for again.
test_upcalls_behind()
{
	csv 0 199 >"$tmp/known.csv"
	ok devsess -q table add lazy key-max 64 upcall on-request upcall-interval 10s upcall-rate 100000
	ok insmod "/lib/modules/$(uname -r)/extra/devsess_test.ko" hold=lazy many=200
	devsess -t lazy loader --from "$tmp/known.csv" >"$tmp/loader" 2>&1 &
	soon grep -qs listening "$tmp/loader"
	ok "$here/fail_alloc" --worker multicast 50 \
		sh -c 'echo load_all >/sys/module/devsess_test/parameters/test'
	kill $!
	wait $! || fail "the loader ended with $?: $(<"$tmp/loader")"
	echo "# $(figure upcalls lazy) upcalls, $(figure upcalls_dropped lazy) dropped"
	is "$(figure sessions lazy)" 200 'sessions loaded'
	[ "$(figure upcalls_dropped lazy)" -gt 0 ] || fail 'no upcall failed'
	ok rmmod devsess_test
}

run_cases others "$@"
