#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# devsess as other kernel modules use it: devsess_test.ko runs its tests; here
# is what user space sees of them.

. "$(dirname "$0")/common.sh"

module=/lib/modules/$(uname -r)/extra/devsess_test.ko
parameter=/sys/module/devsess_test/parameters/test

log()
{
	dmesg | sed -n 's/^.*devsess_test: //p'
}

# One of the module's tests; its remarks are ours.
run_case()
{
	local verdict lines

	lines=$(log | wc -l)
	if echo "$1" >"$parameter" 2>"$tmp/err"; then
		verdict=ok
	else
		verdict='not ok'
	fi
	log | tail -n "+$((lines + 1))" >"$tmp/log"
	grep '^#' "$tmp/log"
	test_failed=
	grep -q "^$verdict 1 $1\$" "$tmp/log" || [[ $(<"$tmp/log") == *"# SKIP"* ]] ||
		fail "the module said: $(<"$tmp/log")"
	[ "$verdict" = ok ] || test_failed=yes
	test_skipped=$(sed -n "s/^ok 1 $1 # SKIP //p" "$tmp/log")
	report "$1"
}

make_tables()
{
	devsess -q table add test key-max 64 data-max 64 max-sessions 200000 defer-ring 512
	# For modules it has a thousand places.
	devsess -q table add small key-max 8 data-max 4 max-sessions 1010 reserve 10 \
		owner-max 3 upcall on-request negative-ttl 1h
}

loader_listens()
{
	grep -qs listening "$tmp/loader"
}

# Somebody who hears upcalls, and has no session for any.
start_loader()
{
	echo device >"$tmp/none.csv"
	devsess -t small loader --from "$tmp/none.csv" >"$tmp/loader" &
	loader=$!
	soon loader_listens
}

stop_loader()
{
	kill "$loader"
	wait "$loader"
	loader=
}

# What the tests above must have made the table go through.
test_everything_happened()
{
	local name

	for name in promotions promoted splits merges grows shrinks expired \
		fail_exists fail_absent fail_version fail_invalid deferred merged deferred_failed \
		fail_ring; do
		[ "$(figure "$name" test)" -gt 0 ] || fail "$name is 0"
	done
	for name in fail_full fail_quota fail_owners; do
		[ "$(figure "$name" small)" -gt 0 ] || fail "$name of small is 0"
	done
	# What owner_refuse has refused, and not what it has not.
	is "$(figure negative_hits small)" 1 negative_hits
}

# The module's way of telling that a test has failed.
test_failure_shows()
{
	devsess -q table del small
	fails '' sh -c "echo api_clear >$parameter"
	[[ $(log | tail -n 1) == *"no tables 'test' and 'small'"* ]] || fail "$(log | tail -n 1)"
	fails '' sh -c "echo no_such_test >$parameter"
	ok rmmod devsess_test
	fails 'No such device' insmod "$module" test=api_clear
	fails 'No such device' insmod "$module" hold=nonesuch
	[ ! -d /sys/module/devsess_test ] || fail 'it is loaded'
}

# A handle keeps its table from being deleted, and devsess from being removed.
test_hold()
{
	fresh
	ok devsess table add held
	ok insmod "$module" hold=held
	ok devsess -j table list held
	json_is .users 1
	refused 'a kernel module uses the table' devsess table del held
	ok devsess -t held add still-works
	ok devsess table list held
	fails 'Resource temporarily unavailable' rmmod devsess
	is "$(cat /sys/module/devsess/refcnt)" 1 'refcnt of devsess'
	ok rmmod devsess_test
	ok devsess -j table list held
	json_is .users 0
	ok devsess table del held
	refused 'no table of that name' devsess table list held
}

# The namespace of a handle ends: its calls say so, and nothing is lost.
test_namespace_ends()
{
	local id

	fresh
	ok unshare -n sh -c "devsess -q add left-behind && exec insmod $module hold=default"
	id=$(log | wc -l)
	echo gone >"$parameter" 2>/dev/null || test_failed=yes
	log | tail -n "+$((id + 1))" | sed 's/^/# /'
	ok rmmod devsess_test
	is "$(cat /sys/module/devsess/refcnt)" 0 'refcnt of devsess'
}

ends='everything_happened failure_shows hold namespace_ends'
if ! insmod "$module"; then
	ktap_skip_all "devsess_test.ko does not load"
	exit "$KSFT_FAIL"
fi
# The others are for a table that is held.
mapfile -t cases < <(grep -vE '^(gone|many_|load_|swap_)' "$parameter")
ktap_print_header
# shellcheck disable=SC2086
ktap_set_plan $((${#cases[@]} + $(set -- $ends; echo $#)))
fresh
make_tables
for case in "${cases[@]}"; do
	if [ "$case" = trace_unlocked ]; then
		devsess -q table set small policy evict
		start_loader
		run_case "$case"
		stop_loader
		devsess -q table set small policy reject
	else
		run_case "$case"
	fi
done
for name in $ends; do
	test_failed=
	test_skipped=
	"test_$name"
	report "$name"
done
ktap_finished
