#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# lanes: kasan kcsan rt
#
# All operations at once, in all contexts: devsess_torture.ko does them and
# judges the answers, while user space dumps and flushes the same table, and
# makes and deletes tables and namespaces, and answers upcalls. TORTURE_SECONDS is how long,
# 30 unless told, or on a slow machine until the table has once been filled and emptied,
# sessions have been evicted, and everybody in user space has done something.

# shellcheck source=torture_common.sh
. "$(dirname "$0")/torture_common.sh"

seconds=${TORTURE_SECONDS:-30}
# For a slow machine.
more_seconds=360
# reported KIND NAME...: the last field of a line of the report
reported()
{
	awk -v want="$*" 'index($0, want " ") == 1 { print $NF }' "$tmp/report"
}

jobs='save flush tables namespaces replace whole monitor follow loader limits'

[ ! -e /sys/kernel/btf/vmlinux ] || jobs+=' packets'

# --- The run ------------------------------------------------------------------

progress()
{
	cat "$parameters/report" >"$tmp/report"
	awk -v minute="$1" '
		$1 == "act" { ops += $4 }
		$1 == "error" { errors += $3 }
		$2 == "tides" { tides = $3 }
		END {
			printf "# minute %d: %.1f million operations, %d tides, %d errors\n",
			       minute, ops / 1000000, tides, errors
		}' "$tmp/report"
}

# The table has not been filled and emptied, or some have done nothing yet, or the other
# table was never full.
unfinished()
{
	local job

	for job in $jobs; do
		[ -s "$tmp/done.$job" ] || return 0
	done
	cp /proc/net/devsess "$tmp/figures"
	[ "$(after expired cleared)" -gt 0 ] && [ "$(after evicted cleared)" -gt 0 ] &&
		[ "$(after evicted crowd)" -gt 0 ] || return 0
	grep -qx 'figure tides 0' "$parameters/report"
}

# Copies the figures when the worker has freed what was left to expire.
settle()
{
	local i

	for ((i = 0; i < 30; i++)); do
		cp /proc/net/devsess "$tmp/figures"
		sleep 1
		cmp -s /proc/net/devsess "$tmp/figures" && return
	done
	fail 'the figures do not come to rest'
}

# Once, before the first test that asks for what came out.
torture()
{
	local end=$((SECONDS + seconds)) minute=0 lines

	[ ! -s "$tmp/report" ] || return
	fresh
	lines=$(dmesg | wc -l)
	make_whole
	start_torture
	# shellcheck disable=SC2086
	start_jobs $jobs
	while [ "$SECONDS" -lt "$end" ] ||
	      { unfinished && [ "$SECONDS" -lt $((end + more_seconds)) ]; }; do
		sleep 1
		if [ $(((seconds - end + SECONDS) / 60)) -gt "$minute" ]; then
			minute=$((minute + 1))
			progress "$minute"
		fi
	done
	touch "$tmp/stop"
	wait
	echo 0 >"$parameters/run"
	settle
	cat "$parameters/report" >"$tmp/report"
	rmmod devsess_torture
	sed -n 's/^act/#/p; s/^figure/#/p' "$tmp/report"
	dmesg | tail -n "+$((lines + 1))" | sed -n 's/^.*devsess_torture: /# /p' | head -n 50
}

# after NAME: a figure of the table, at the end of the run
after()
{
	awk -v name="$1" -v table="${2:-torture}" '
		$1 == "table" { here = $2 == table }
		here && $1 == name { print $2 }' "$tmp/figures"
}

none_wrong()
{
	is "$(reported error "$1")" 0 "errors of $1"
}

# job NAME: it has done something, and complained of nothing
job()
{
	[ -s "$tmp/done.$1" ] || fail "$1 has done nothing"
	[ ! -s "$tmp/complaints.$1" ] || fail "$1: $(head -n 20 "$tmp/complaints.$1")"
}

# --- What must hold -----------------------------------------------------------

test_no_torn_record()
{
	torture
	none_wrong torn
}

test_no_counter_backwards()
{
	torture
	none_wrong backwards
}

test_no_session_vanished()
{
	torture
	none_wrong vanished
}

test_no_ghost()
{
	torture
	none_wrong ghost
}

test_no_wrong_answer()
{
	torture
	none_wrong answer
}

test_walks_complete()
{
	torture
	none_wrong dump
}

test_saves_complete()
{
	torture
	job save
}

test_flushes_complete()
{
	torture
	job flush
}

test_replaced_whole()
{
	torture
	job replace
	job whole
}

test_events_in_order()
{
	torture
	job monitor
}

test_followed_exactly()
{
	torture
	job follow
}

test_upcalls_answered()
{
	torture
	job loader
	[ "$(after upcalls)" -gt 0 ] || fail 'no upcall'
}

# Deferred writes come, and the limit of an owner is reached.
test_limits_held()
{
	local name

	torture
	job limits
	for name in deferred merged fail_quota; do
		[ "$(after $name cleared)" -gt 0 ] || fail "$name is 0"
	done
}

test_programs_answer()
{
	torture
	[[ $jobs == *packets* ]] || { skip 'not on a kernel without BTF'; return; }
	job packets
}

test_handles_keep_tables()
{
	torture
	none_wrong handle
}

test_tables_came_and_went()
{
	torture
	job tables
	job namespaces
	for figure in taken lacking gone; do
		[ "$(reported figure "handles_$figure")" -gt 0 ] || fail "no handles $figure"
	done
}

test_counts_add_up()
{
	local table owner sessions sum=0

	torture
	none_wrong count
	for table in torture cleared crowd; do
		is "$(($(after inserts $table) - $(after deletes $table) - $(after expired $table) -
			$(after evicted $table)))" "$(after sessions $table)" "sessions of $table"
	done
	# Of each owner, and counted one by one.
	while read -r owner sessions; do
		is "$(devsess -t torture count owner "$owner")" "$sessions" "sessions of owner $owner"
		sum=$((sum + sessions))
	done < <(devsess -j -t torture owner list | jq -r '.[] | "\(.owner) \(.sessions)"')
	is "$sum" "$(after sessions)" "sessions of all owners"
	for table in torture cleared; do
		is "$(devsess -t $table save | awk -F, 'NR > 1 { sum += $NF } END { print sum + 0 }')" \
			"$(after cost $table)" "weights of all sessions of $table"
	done
	is "$(after sessions crowd) $(after cost crowd)" '0 0' 'the crowd, which has gone'
}

test_contexts()
{
	torture
	none_wrong context
}

test_no_stall()
{
	torture
	none_wrong stall
}

test_everybody_worked()
{
	local act context sum least

	torture
	while read -r _ act context sum least; do
		[ "$least" -gt 0 ] || fail "$act in $context: $sum operations, the laziest did $least"
	done < <(grep '^act ' "$tmp/report")
	[ "$(grep -c '^act ' "$tmp/report")" -gt 20 ] || fail "there are few actors: $(<"$tmp/report")"
}

test_population_swung()
{
	torture
	[ "$(reported figure tides)" -gt 0 ] || fail 'no tide'
	[ "$(reported figure peak)" -gt 20000 ] || fail "only $(reported figure peak) sessions"
}

test_engine_moved()
{
	local name

	torture
	for name in promotions promoted grows shrinks splits merges dirty_hits; do
		[ "$(after $name)" -gt 0 ] || fail "$name is 0"
	done
	[ "$(after expired cleared)" -gt 0 ] || fail 'none expired'
	[ "$(after evicted cleared)" -gt 0 ] || fail 'none was evicted'
	[ "$(after evicted crowd)" -gt 0 ] || fail 'none of the crowd was evicted'
	is "$(after evicted)" 0 'evicted, though the table was not full'
}

run_tests "$@"
