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
# What user space adds to the table; the module allows for 2048.
own=1000
# Those that stay; of the module's ids.
kept=1024

# reported KIND NAME...: the last field of a line of the report
reported()
{
	awk -v want="$*" 'index($0, want " ") == 1 { print $NF }' "$tmp/report"
}

# --- What user space does meanwhile ------------------------------------------

working()
{
	[ ! -e "$tmp/stop" ]
}

# complain TEXT: in the background; the test of that name tells
complain()
{
	echo "$1" >>"$tmp/complaints.$job"
}

did()
{
	echo >>"$tmp/done.$job"
}

# Sessions that stay are in each dump, once.
job_save()
{
	while working; do
		rm -f "$tmp/dump"
		devsess -q -t torture save "$tmp/dump" || complain "save ended with $?"
		awk -F, -v kept="$kept" '
			/^k[0-9a-f]{8}x*,/ { times[$1]++ }
			END {
				for (id in times) {
					n++
					if (times[id] != 1)
						print id " " times[id] " times"
				}
				if (n != kept)
					print n " of " kept
			}' "$tmp/dump" >"$tmp/dump.wrong"
		[ ! -s "$tmp/dump.wrong" ] || complain "$(head -n 5 "$tmp/dump.wrong")"
		did
	done
}

# Nobody else has this owner: all that was added is found, and deleted.
job_flush()
{
	local said

	csv 1 "$own" owner 99 >"$tmp/own.csv"
	while working; do
		devsess -q -t torture load "$tmp/own.csv" || complain "load ended with $?"
		said=$(devsess -t torture list owner 99 | grep -c '^dev-')
		[ "$said" = "$own" ] || complain "list: $said"
		said=$(devsess -t torture flush owner 99)
		[ "$said" = "flushed $own" ] || complain "flush: $said"
		did
	done
}

# One that is in use is not deleted, and there when the next round begins.
job_tables()
{
	local i

	while working; do
		for i in 0 1 2 3; do
			devsess -q table add "coming-$i" 2>>"$tmp/busy"
		done
		sleep 0.1
		for i in 0 1 2 3; do
			devsess -q table del "coming-$i" 2>>"$tmp/busy" && did
		done
	done
}

job_namespaces()
{
	while working; do
		unshare -n sleep 0.3 || complain "unshare ended with $?"
		did
	done
}

# The table `replaced' always has this many sessions, all of one mark.
whole=300

job_replace()
{
	local mark

	while working; do
		for mark in 1 2; do
			devsess -q -t replaced load --replace "$tmp/whole-$mark.csv" ||
				complain "load --replace ended with $?"
		done
		did
	done
}

job_whole()
{
	while working; do
		devsess -q -t replaced save >"$tmp/whole" || complain "save ended with $?"
		[ "$(awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "mark") m = i; next }
			{ n++; if (!($m in seen)) marks++; seen[$m] }
			END { print n, marks }' "$tmp/whole")" = "$whole,1" ] ||
			complain "$(cut -d , -f 6 "$tmp/whole" | sort | uniq -c | head -n 5)"
		did
	done
}

# Now and then somebody listens; of each table no number is missing that is not told as lost, but
# where names change. Some of the time the socket must have had room for all.
job_monitor()
{
	while working; do
		devsess monitor count 2000 timeout 2s >"$tmp/events" || complain "monitor ended with $?"
		awk '
			# The socket had no room, who knows for what; some lines may come before it is told.
			$1 !~ /^[0-9]+$/ { delete last; delete wrong; next }
			$2 ~ /^(replaced|followed|elsewhere)/ { next }
			$2 in last && !($3 == "table" && $4 == "new") {
				due = last[$2] + ($3 == "overrun" ? $6 : 1)
				if ($1 != due)
					wrong[NR] = due ": " $0
			}
			{ last[$2] = $1 }
			END { for (n in wrong) print wrong[n] }' "$tmp/events" >"$tmp/events.wrong"
		[ ! -s "$tmp/events.wrong" ] || complain "$(head -n 5 "$tmp/events.wrong")"
		! grep -q '^[0-9]' "$tmp/events" || grep -q '^--' "$tmp/events" || did
		sleep 1
	done
}

# What a table goes through as a whole, for a follower of its name.
change_followed()
{
	devsess -q -t followed load "$tmp/whole-1.csv" &&
		devsess -q -t followed apply "$tmp/half.csv" &&
		devsess -q -t followed load --replace "$tmp/whole-2.csv" &&
		devsess -q table rename followed elsewhere &&
		devsess -q -t elsewhere load "$tmp/half.csv" &&
		devsess -q table rename elsewhere followed &&
		devsess -q -t followed flush mark 2 &&
		devsess -q -t followed add "last-$1"
}

# has_come NAME: it is in what the follower has shown, which is at the end of no snapshot, or
# that takes too long
has_come()
{
	local i

	for ((i = 0; i < 600; i++)); do
		! grep -q "\"device\":\"$1\"" "$tmp/followed" ||
			[ "$(grep -c '"kind":"snapshot"' "$tmp/followed")" -ne \
				"$(grep -c '"kind":"synced"' "$tmp/followed")" ] || return 0
		sleep 0.2
	done
	complain "$1 has not come"
}

# Who applies what a follower shows has what the table has. It may have been filled by nobody else.
job_follow()
{
	local round follower

	for ((round = 0; ; round++)); do
		working || return 0
		devsess -j -t followed monitor --sync >"$tmp/followed" 2>&1 &
		follower=$!
		change_followed "$round" || complain "a change ended with $?"
		has_come "last-$round"
		kill "$follower"
		wait "$follower" || complain "a follower ended with $?"
		left_by "$tmp/followed" followed >"$tmp/followed.has"
		listed followed >"$tmp/followed.is"
		cmp -s "$tmp/followed.has" "$tmp/followed.is" ||
			complain "$(diff "$tmp/followed.has" "$tmp/followed.is" | head -n 5)"
		did
	done
}

# Now and then lookups in all contexts ask for what they do not find, and are told that there is
# none. Not all the time: all of them would take longer.
job_loader()
{
	local loaded asked

	echo device >"$tmp/none.csv"
	while working; do
		devsess -q table set torture upcall every-lookup upcall-interval 1s \
			upcall-rate 50 negative-ttl 20ms || complain "upcall on ended with $?"
		devsess -j -t torture loader --from "$tmp/none.csv" count 1000 for 2s >"$tmp/asked" ||
			complain "loader ended with $?"
		read -r asked loaded < <(jq -r 'select(.asked) | "\(.asked) \(.loaded)"' "$tmp/asked")
		[ "$loaded" = 0 ] || complain "loader: $(<"$tmp/asked")"
		[ "$asked" = 0 ] || did
		devsess -q table set torture upcall off || complain "upcall off ended with $?"
		sleep 5
	done
}

# All sessions of the table `cleared' have this owner, for whom there is room or not. And modules
# find the table full sooner or later.
owner_of_cleared=3

job_limits()
{
	local limit reserve

	while working; do
		while read -r limit reserve; do
			devsess -q -t cleared owner set "$owner_of_cleared" limit "$limit" ||
				complain "owner set ended with $?"
			devsess -q table set cleared reserve "$reserve" ||
				complain "table set ended with $?"
			sleep 1
		done <<<$'400 0\nnone 300\nnone 0'
		did
	done
}

# BPF programs, on kernels that have them, look up, make, change and delete.
job_packets()
{
	while working; do
		"$here/bpf_visit" 2000 2>"$tmp/visit" || complain "bpf_visit: $(<"$tmp/visit")"
		did
	done
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
	csv 1 "$whole" mark 1 >"$tmp/whole-1.csv"
	csv 1 "$whole" mark 2 >"$tmp/whole-2.csv"
	csv 1 $((whole / 2)) mark 3 >"$tmp/half.csv"
	devsess -q table add replaced max-sessions 1000
	devsess -q table add followed max-sessions 1000
	devsess -q -t replaced load "$tmp/whole-1.csv"
	start_torture
	for job in $jobs; do
		# As nice as the module's threads, which get nothing done otherwise.
		{
			renice -n 19 -p "$BASHPID" >/dev/null
			"job_$job"
		} &
	done
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
	is "$(devsess -t torture save | awk -F, 'NR > 1 { sum += $NF } END { print sum + 0 }')" \
		"$(after cost)" 'weights of all sessions'
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
