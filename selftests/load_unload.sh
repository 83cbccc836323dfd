#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module comes and goes: with tables full, in use, in the midst of a dump;
# its parameters are honoured or refused.

. "$(dirname "$0")/common.sh"

begin()
{
	modprobe devsess || exit 1
	fresh
}

loaded()
{
	[ -d /sys/module/devsess ]
}

reload()
{
	ok rmmod devsess
	ok modprobe devsess "$@"
}

# of FILTER: of the table `default'
of()
{
	devsess -j table list default | jq -c "$1"
}

test_loops()
{
	local i

	csv 1 2000 ttl_ms 60000 >f.csv
	for ((i = 0; i < 20 && ${#test_failed} == 0; i++)); do
		reload max_sessions=2000
		ok devsess -q load f.csv
		refused 'the table is full' devsess add one-more
		count 2000
	done
	ok rmmod devsess
	[ ! -e /proc/net/devsess ] || fail '/proc/net/devsess is still there'
	[ ! -e /proc/net/stat/devsess ] || fail '/proc/net/stat/devsess is still there'
}

test_parameters()
{
	reload max_sessions=3 key_max=8 data_max=16
	is "$(of '[.max_sessions,.key_max,.data_max,.policy]')" '[3,8,16,"reject"]'
	ok devsess -q add 12345678 data 00112233445566778899aabbccddeeff
	refused "device is longer than the table's key_max" devsess add 123456789
	refused "data is longer than the table's data_max" \
		devsess add 2 data 00112233445566778899aabbccddeeff00
	ok devsess -q add 2
	ok devsess -q add 3
	refused 'the table is full' devsess add 4
	is "$(cat /sys/module/devsess/parameters/max_sessions)" 3
	is "$(cat /sys/module/devsess/parameters/key_max)" 8
	is "$(cat /sys/module/devsess/parameters/data_max)" 16
	# They are for the table `default', of every namespace.
	is "$(unshare -n devsess -j table list default | jq -c '[.max_sessions,.key_max]')" '[3,8]'
	ok devsess -q table add other
	is "$(devsess -j table list other | jq -c '[.key_max,.data_max]')" '[32,0]'
	for name in max_sessions key_max data_max; do
		is "$(stat -c %a /sys/module/devsess/parameters/$name)" 444 $name
	done
}

test_parameter_bounds()
{
	reload max_sessions=1 key_max=1 data_max=0
	is "$(of '[.max_sessions,.key_max,.data_max]')" '[1,1,0]'
	reload key_max=64 data_max=64
	is "$(of '[.key_max,.data_max]')" '[64,64]'
	[ "$(of .max_sessions)" -ge 100000 ] || fail "max_sessions is $(of .max_sessions)"
	reload
	is "$(of '[.max_sessions,.key_max,.data_max]')" '[1048576,32,0]'
}

test_bad_parameters()
{
	local parameter text

	ok rmmod devsess
	while IFS='|' read -r parameter text; do
		dmesg -c >/dev/null
		fails '' modprobe devsess "$parameter"
		! loaded || fail "it is loaded with $parameter"
		dmesg >log
		grep -qF -e "$text" log || fail "$parameter: no '$text' in $(tail -n 3 log)"
	done <<-'END'
	max_sessions=0|devsess: max_sessions is 0, not 1 to
	max_sessions=1000000000000|devsess: max_sessions is 1000000000000, not 1 to
	max_sessions=18446744073709551615|devsess: max_sessions is 18446744073709551615, not 1 to
	max_sessions=18446744073709551616|invalid for parameter `max_sessions'
	max_sessions=many|invalid for parameter `max_sessions'
	max_sessions=-1|invalid for parameter `max_sessions'
	key_max=0|devsess: key_max is 0, not 1 to 64
	key_max=65|devsess: key_max is 65, not 1 to 64
	key_max=4294967296|invalid for parameter `key_max'
	data_max=65|devsess: data_max is 65, above 64
	data_max=x|invalid for parameter `data_max'
	END
	ok modprobe devsess
	count 0
}

# refuses: the module cannot be removed now, and is none the worse for it
refuses()
{
	fails 'Resource temporarily unavailable' rmmod devsess
	loaded || fail 'it is gone'
}

users()
{
	cat /sys/module/devsess/refcnt
}

in_dump()
{
	[ "$(users)" -gt 0 ]
}

idle()
{
	[ "$(users)" -eq 0 ]
}

# A dump half way keeps the module. It is stopped while its answer comes in.
test_removal_during_dump()
{
	local dump

	csv 1 60000 >f.csv
	ok devsess -q load f.csv
	devsess save dump.csv >/dev/null &
	dump=$!
	while [ -d /proc/$dump ] && ! in_dump; do
		:
	done
	kill -STOP $dump
	in_dump || fail 'the dump was over too soon'
	refuses
	kill -CONT $dump
	wait $dump || fail 'the dump failed'
	is "$(sed 1d dump.csv | cut -d , -f 1 | sort | uniq | wc -l)" 60000 'devices in the dump'
	# And one whose reader dies.
	devsess save dump.csv >/dev/null &
	dump=$!
	while [ -d /proc/$dump ] && ! in_dump; do
		:
	done
	kill -KILL $dump
	wait $dump 2>/dev/null
	is $? 137 'the dump was over too soon:'
	soon idle
	ok rmmod devsess
}

# An open file of /proc does not keep it, but reads nothing more.
test_removal_with_proc_open()
{
	exec 8</proc/net/devsess 9</proc/net/stat/devsess
	ok rmmod devsess
	run cat <&8
	is "$out" ''
	run cat <&9
	is "$out" ''
	exec 8<&- 9<&-
	ok modprobe devsess
	ok cat /proc/net/devsess
	has 'table default'
}

# Commands, dumps and readers all the while: each ends well or says what is wrong.
test_removal_under_load()
{
	local workers=() i kind removed=0

	csv 1 3000 >f.csv
	for kind in add dump load proc; do
		(
			trap 'exit 0' TERM
			while :; do
				case $kind in
				add)	devsess set x owner 1 && devsess del x ;;
				dump)	devsess -j list >/dev/null ;;
				load)	devsess -q load f.csv ;;
				proc)	cat /proc/net/devsess >/dev/null ;;
				esac 2>&1 | grep -v -e 'the kernel module is not loaded' \
					-e 'No such file' -e 'Invalid argument' -e 'has no session' \
					-e "answer" -e '^added' -e '^deleted' -e '^replaced' \
					-e 'older than this program' -e 'is being removed' \
					-e 'is being loaded' -e 'Input/output error' >>"strange-$kind"
			done
		) &
		workers+=($!)
	done
	for ((i = 0; i < 20; i++)); do
		for ((j = 0; j < 100; j++)); do
			rmmod devsess 2>/dev/null && break
			sleep 0.01
		done
		loaded || removed=$((removed + 1))
		ok modprobe devsess
		sleep 0.1
	done
	kill "${workers[@]}"
	wait
	[ $removed -gt 5 ] || fail "it was removed $removed times only"
	is "$(cat strange-*)" ''
	soon idle
	ok devsess -q flush
	count 0
}

# Work that waits for a later time does not outlive it.
test_removal_with_expiry_pending()
{
	local i

	for i in 1 2 3 4 5; do
		csv 1 500 ttl_ms 150 >f.csv
		ok devsess -q load f.csv
		ok devsess -q add later ttl 1d
		reload
	done
	sleep 0.5
	count 0
}

# All of the memory comes back.
test_memory_returns()
{
	local before after i

	csv 1 100000 >f.csv
	# What kvfree_rcu() frees comes back after some seconds. Free pages that a CPU
	# keeps for itself (/proc/zoneinfo) do not count as available.
	available()
	{
		local last=0 kb i

		for ((i = 0; i < 30; i++)); do
			sync
			echo 3 >/proc/sys/vm/drop_caches
			kb=$(awk '$1 == "MemAvailable:" { kb += $2 }
				$1 == "count:" { kb += 4 * $2 }
				END { print kb }' /proc/meminfo /proc/zoneinfo)
			[ "$i" -lt 6 ] || [ $((kb - last)) -gt 500 ] || break
			last=$kb
			sleep 1
		done
		echo "$kb"
	}
	ok devsess -q load f.csv
	ok rmmod devsess
	before=$(available)
	for i in 1 2 3; do
		ok modprobe devsess
		ok devsess -q load f.csv
		ok rmmod devsess
	done
	after=$(available)
	# Each time the table had some 25 MB.
	[ $((before - after)) -lt 10000 ] || fail "$((before - after)) kB are missing"
}

run_tests "$@"
modprobe devsess
