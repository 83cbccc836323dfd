# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the scripts that use devsess_torture.ko share, on top of common.sh.

# shellcheck source=../common.sh
. "$(dirname "$0")/common.sh"

module=/lib/modules/$(uname -r)/extra/devsess_torture.ko
parameters=/sys/module/devsess_torture/parameters

# The tables are kept from one test to the next.
begin()
{
	:
}

# What its 300 sessions weigh, more or less, so that either bound is reached.
crowd_cost=30000

start_torture()
{
	local skip=/sys/module/kcsan/parameters/skip_watch

	# Accesses between two watchpoints. More delays would do the other tests no good.
	[ ! -w $skip ] || echo 400 >$skip
	devsess -q table add torture key-max 64 data-max 64 max-sessions 100000 owner-max 64
	devsess -q table add cleared key-max 64 data-max 64 max-sessions 800 policy evict owner-max 64 \
		defer-ring 256 watermark-high 80
	devsess -q table add crowd key-max 64 data-max 64 max-sessions 300 policy evict \
		max-cost "$crowd_cost"
	insmod "$module" && echo 1 >"$parameters/run"
}

# --- What user space does meanwhile: jobs that go on until $tmp/stop is there ---

# What user space adds to the table; the module allows for 2048.
own=1000
# Those that stay; of the module's ids.
kept=1024

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
	local said

	while working; do
		devsess -q -t replaced save >"$tmp/whole" || complain "save ended with $?"
		said=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "mark") m = i; next }
			{ n++; if (!($m in seen)) marks++; seen[$m] }
			END { print n " sessions, " marks " marks" }' "$tmp/whole")
		[ "$said" = "$whole sessions, 1 marks" ] || complain "$said"
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
			complain "$(diff "$tmp/followed.has" "$tmp/followed.is" |
				sed '/^\(---\|+++\|@@\| \)/d' | head -n 5)"
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
# find the table full sooner or later. No session is stored, or becomes heavier, that is too heavy.
owner_of_cleared=3

job_limits()
{
	local limit reserve cost

	while working; do
		cost=$(devsess -j stats crowd | jq .cost)
		[ "$cost" -le "$crowd_cost" ] || complain "the crowd weighs $cost"
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

# The tables of the jobs replace, whole and follow.
make_whole()
{
	csv 1 "$whole" mark 1 >"$tmp/whole-1.csv"
	csv 1 "$whole" mark 2 >"$tmp/whole-2.csv"
	csv 1 $((whole / 2)) mark 3 >"$tmp/half.csv"
	devsess -q table add replaced max-sessions 1000
	devsess -q table add followed max-sessions 1000
	devsess -q -t replaced load "$tmp/whole-1.csv"
}

# As nice as the module's threads, which get nothing done otherwise.
start_jobs()
{
	for job; do
		{
			renice -n 19 -p "$BASHPID" >/dev/null
			"job_$job"
		} &
	done
}
