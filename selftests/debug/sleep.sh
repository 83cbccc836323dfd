#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The machine sleeps (suspend to memory, woken by its clock) while sessions are there: times to
# live are by a clock that goes on meanwhile, and timers of the kernel do not. Once: QEMU's clock
# wakes at once from what comes after.
# lanes: sleep

. "$(dirname "$0")/common.sh"

alarm=/sys/class/rtc/rtc0/wakealarm
seconds=8

# Seconds that the machine was up, asleep or not, and ns of the clock that stands still meanwhile.
clocks()
{
	read -r up _ </proc/uptime
	awake=$(awk '$1 == "now" { print $3 }' /proc/timer_list)
}

# What is there is kept from one test to the next.
begin()
{
	{ grep -qw mem /sys/power/state && [ -w $alarm ]; } || skip 'this machine cannot sleep'
}

# Before the first test: 1000 sessions whose time is over meanwhile, and 500 that stay.
sleep_once()
{
	local up awake up_before awake_before monitor

	[ ! -e slept ] || return
	fresh
	csv 1 1000 ttl_ms 5000 >short.csv
	csv 1001 1500 ttl_ms 3600000 >long.csv
	devsess -j -t default monitor --sync >seen 2>complaint &
	monitor=$!
	soon grep -q '"kind":"synced"' seen
	ok devsess -q load short.csv
	ok devsess -q load long.csv
	clocks
	up_before=$up awake_before=$awake
	echo 0 >$alarm
	echo "+$seconds" >$alarm
	echo mem >/sys/power/state || fail 'it does not sleep'
	# Absent at once, whether they are freed or not.
	devsess get dev-0000001 >gone 2>&1
	devsess -j get dev-0001001 >stays
	clocks
	awk "BEGIN { print $up - $up_before - ($awake - $awake_before) / 1e9 }" >slept
	soon freed
	soon told
	kill "$monitor"
	wait "$monitor"
	echo "$?" >status
}

freed()
{
	[ "$(figure expired)" = 1000 ]
}

told()
{
	[ "$(grep -c '"kind":"expire"' seen)" -ge 1000 ]
}

test_sleeps()
{
	[ -z "$test_skipped" ] || return
	sleep_once
	awk -v n=$seconds '{ exit $1 < n - 2 }' slept || fail "it slept for $(<slept) s"
}

test_sessions_expire()
{
	[ -z "$test_skipped" ] || return
	sleep_once
	is "$(<gone)" \
		'devsess: dev-0000001: the device has no session [device] (No such file or directory)'
	is "$(jq -c '[(.expires_in_ms <= 3594000), (.expires_in_ms > 3400000), (.idle_ms >= 6000)]' stays)" \
		'[true,true,true]' "$(<stays)"
	is "$(figure expired)" 1000
	is "$(devsess count)" 500
}

# Who listens is told of each once it is awake, and once.
test_expiry_is_told()
{
	[ -z "$test_skipped" ] || return
	sleep_once
	is "$(<status)/$(<complaint)" 0/ 'the monitor'
	is "$(jq -r 'select(.kind == "expire") | .session.device' seen | sort | uniq | wc -l)" 1000
	is "$(grep -c '"kind":"expire"' seen)" 1000
}

# As before it.
test_goes_on()
{
	[ -z "$test_skipped" ] || return
	sleep_once
	ok devsess -q touch dev-0001001 ttl 1s
	soon devsess_gone dev-0001001
	is "$(devsess count)" 499
	ok devsess -q load short.csv
	is "$(devsess count)" 1499
}

devsess_gone()
{
	! devsess get "$1" >/dev/null 2>&1 && [ "$(figure expired)" = 1001 ]
}

run_tests "$@"
