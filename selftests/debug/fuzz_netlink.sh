#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# lanes: fuzz
# timeout: 2400
#
# The netlink fuzzer, see Documentation/testing.rst. FUZZ_SEED and FUZZ_COUNT in
# the environment decide what is sent and how much.

# shellcheck source=../common.sh
. "$(dirname "$0")/common.sh"

seed=${FUZZ_SEED:-$(date +%s)}
count=${FUZZ_COUNT:-1000000}

# fuzz OPTION...: what it says is shown, whether it is well or not
fuzz()
{
	"$here/fuzz_netlink" "$@"
}

# What was found, and what each kind of bad message comes to.
test_corpus()
{
	local file n=0

	for file in "$here"/netlink/*; do
		fuzz --replay "$file" || fail "${file##*/} comes out in another way"
		n=$((n + 1))
	done
	[ "$n" -ge 10 ] || fail "there are only $n files"
}

# said LOG TEXT: the number before a text in what was printed
said()
{
	sed -n "s/^# .*\b\([0-9][0-9]*\) $2.*/\1/p" "$1"
}

test_messages()
{
	local log=$tmp/log

	fuzz -s "$seed" -n "$count" "$here"/netlink/* >"$log" ||
		fail "something was wrong, with seed $seed"
	cat "$log"
	[ "$(said "$log" 'messages in')" -ge "$count" ] || fail "too few messages"
	# Else it listens to nothing.
	[ "$(said "$log" 'events of them')" -ge $((count / 100)) ] || fail "too few events"
	# Else it fuzzes nothing but the front door.
	[ "$(said "$log" 'done,')" -ge $((count / 10)) ] || fail "too few were done"
}

# What one process sends depends on the seed and on what it keeps, nothing else.
test_replays()
{
	fuzz -s 7 -n 3000 -w 0 >"$tmp/first" || fail "seed 7"
	fuzz -s 7 -n 3000 -w 0 -k "$tmp/first" >"$tmp/second" || fail "seed 7 again"
	is "$(grep hash "$tmp/second")" "$(grep hash "$tmp/first")" 'what was sent'
	fuzz -s 9 -n 3000 -w 0 >"$tmp/third" || fail "seed 9"
	[ "$(grep hash "$tmp/third")" != "$(grep hash "$tmp/first")" ] || fail "a seed is no seed"
}

# Nothing is left that holds it.
test_unload()
{
	fuzz -s 8 -n 2000 >/dev/null || fail "seed 8"
	ok rmmod devsess
	ok modprobe devsess
}

run_tests "$@"
