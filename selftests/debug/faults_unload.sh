#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module is removed again and again while it is looked into, dumped and read,
# and while namespaces come and go: it waits or is refused, and nothing breaks.
# lanes: kasan rt 6.12

. "$(dirname "$0")/common.sh"

test_module=/lib/modules/$(uname -r)/extra/devsess_test.ko

# A kernel with KASAN is slow.
rounds=40
[ ! -e /sys/kernel/debug/kmemleak ] || rounds=30

begin()
{
	modprobe devsess || exit 1
	fresh
}

idle()
{
	[ "$(cat /sys/module/devsess/refcnt)" -eq 0 ]
}

# meanwhile COMMAND: again and again until stop_all
workers=()
meanwhile()
{
	(
		trap 'exit 0' TERM
		while :; do
			sh -c "$1" >/dev/null 2>&1
		done
	) &
	workers+=($!)
}

stop_all()
{
	kill "${workers[@]}"
	wait "${workers[@]}" 2>/dev/null
	workers=()
}

# Removes and loads it $rounds times; refusals are counted, other errors fail.
remove_and_load()
{
	local i try refused=0

	for ((i = 0; i < rounds && ${#test_failed} == 0; i++)); do
		for ((try = 0; ; try++)); do
			run rmmod devsess
			[ "$status" -ne 0 ] || break
			[[ $err == *'Resource temporarily unavailable'* ]] || fail "rmmod: $err"
			refused=$((refused + 1))
			[ $try -lt 3000 ] || { fail 'it is never idle'; return; }
		done
		ok modprobe devsess
		ok devsess -q add "round-$i"
		count 1
	done
	echo "# removed and loaded $i times, refused $refused times"
}

test_race_with_readers()
{
	meanwhile 'cat /proc/net/devsess /proc/net/stat/devsess'
	meanwhile 'devsess list; devsess stats; devsess table list'
	remove_and_load
	stop_all
	soon idle
}

test_race_with_namespaces()
{
	meanwhile 'unshare -n devsess -q add left-behind'
	meanwhile 'unshare -n true'
	remove_and_load
	stop_all
	soon idle
}

# Listeners hold nothing, and hear of its end.
test_race_with_listeners()
{
	meanwhile 'devsess monitor --sync timeout 1s; devsess monitor timeout 1s'
	meanwhile 'devsess -t default monitor kind table timeout 1s'
	remove_and_load
	stop_all
	soon idle
}

# A module that uses it comes and goes: while it is there, devsess stays.
test_race_with_users()
{
	meanwhile "insmod $test_module hold=default; rmmod devsess_test"
	remove_and_load
	stop_all
	rmmod devsess_test 2>/dev/null
	soon idle
}

# Threads of another module look up, insert and walk without a pause.
test_refused_while_looked_up()
{
	local tests refused=0 round

	ok devsess -q table add test key-max 64 data-max 64 max-sessions 200000
	ok devsess -q table add small key-max 8 data-max 4 max-sessions 1000 owner-max 3
	ok insmod "$test_module"
	# Once is enough, unless rmmod takes long.
	for ((round = 0; round < 5 && refused < 20; round++)); do
		echo parallel_ >/sys/module/devsess_test/parameters/test &
		tests=$!
		while [ -d /proc/$tests ]; do
			run rmmod devsess
			[ "$status" -ne 0 ] || fail 'it was removed'
			refused=$((refused + 1))
		done
		wait $tests || fail "$(dmesg | grep devsess_test: | tail -n 5)"
	done
	echo "# refused $refused times"
	[ $refused -ge 20 ] || fail "only $refused times"
	ok rmmod devsess_test
	soon idle
	ok rmmod devsess
}

run_tests "$@"
modprobe devsess
