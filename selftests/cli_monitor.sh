#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# devsess monitor: what it shows, what it says of losses, and that who applies its
# lines has the table.

. "$(dirname "$0")/common.sh"

# monitor ARGUMENT...: begins to write what it shows to the file seen; it has begun
# when this returns
monitor()
{
	local groups states=S

	# Whoever is to show a snapshot may never rest, and misses nothing.
	[[ " $* " != *' --sync '* ]] || states=RSD
	groups=$(groups_joined)
	devsess "$@" >seen 2>complaint &
	pid=$!
	soon joined "$groups" "$states"
}

# Sockets in some group of generic netlink but the controller's.
groups_joined()
{
	awk '$2 == 16 && $4 != "00000000"' /proc/net/netlink | wc -l
}

# joined GROUPS STATES: one more than those, and the monitor, which does more than that before it
# waits, is in one of these states
joined()
{
	local state

	[ "$(groups_joined)" -gt "$1" ] || return
	read -r _ _ state _ <"/proc/$pid/stat" && [[ $2 == *"$state"* ]]
}

# What has happened has been sent: of several tables one may come after the other.
settled()
{
	ok devsess table list
}

# ended: waits for the monitor; it had nothing to complain of
ended()
{
	wait "$pid" || fail "monitor ended with $?"
	is "$(<complaint)" ''
}

# stopped [SIGNAL]: all that has happened has come, then the signal
stopped()
{
	soon marked
	kill "-${1:-TERM}" "$pid"
	ended
}

# What is done last has come.
marked()
{
	devsess -q getadd last >/dev/null
	devsess -q del last
	grep -q '"device":"last"\| last ' seen
}

test_text()
{
	devsess table add t >/dev/null
	monitor monitor count 8
	ok devsess -q -t t add sensor-17 session 5 addr 10.0.0.1:99 owner 12 state active ttl 1h
	ok devsess -q -t t update sensor-17 state idle
	ok devsess -q -t t touch sensor-17
	ok devsess -q -t t del sensor-17
	settled
	ok devsess -q add 0x00ff owner 3
	ok devsess -q flush
	settled
	ok devsess -q table set t max-sessions 10
	ok devsess -q table del t
	ended
	is "$(awk '{ print $2, $3, $4, $5 }' seen)" "t create request sensor-17
t update request sensor-17
t touch request sensor-17
t delete request sensor-17
default create request 0x00ff
default flush request 0x00ff
t table set 
t table del "
	grep -q ' session 5 addr 10.0.0.1:99 owner 12 state active expires [^ ]* version [0-9]*$' seen ||
		fail "$(head -n 1 seen)"
	is "$(awk 'length > 120' seen)" ''
}

test_json()
{
	monitor -j monitor count 3
	ok devsess -q add 'a b"c' owner 3 mark 7
	ok devsess -q del 'a b"c'
	ok devsess -q table add t
	ended
	is "$(jq -c '[.kind, .reason, .table, .session.device, .session.owner]' seen)" \
		'["create","request","default","0x6120622263",3]
["delete","request","default","0x6120622263",3]
["table","new","t",null,null]'
	is "$(jq -s '.[1].seq - .[0].seq' seen)" 1
	ok devsess -q table del t
}

# The kernel leaves out what is not meant.
test_filters()
{
	devsess table add t >/dev/null
	monitor -j -t t monitor kind create,delete owner 7 count 2
	ok devsess -q add a owner 7
	ok devsess -q -t t add a owner 8
	ok devsess -q -t t add b owner 7
	ok devsess -q -t t update b mark 1
	ok devsess -q -t t del b
	ended
	is "$(jq -c '[.table, .kind, .session.device]' seen)" '["t","create","b"]
["t","delete","b"]'
}

# What is no session's is not one owner's either: of one table, and of all.
test_of_an_owner()
{
	local words

	devsess table add t >/dev/null
	for words in '-t t monitor' monitor; do
		# shellcheck disable=SC2086
		monitor -j $words owner 7 count 1
		ok devsess -q table set t policy evict watermark-high 90
		ok devsess -q -t t add "a${#words}" owner 7
		ended
		is "$(jq -c '[.kind, .session.device]' seen)" "[\"create\",\"a${#words}\"]" "$words:"
	done
}

# In the background of a script SIGINT is ignored: then it is not what ends it.
test_ignored_signals()
{
	monitor -j monitor count 1
	kill -INT "$pid"
	ok devsess -q add a
	ended
	is "$(jq -r .session.device seen)" a
}

# above JSON: what the table's list has of it
above()
{
	[ "$(devsess -j table list t | jq .above)" = "$1" ]
}

test_watermark()
{
	devsess table add t max-sessions 10 watermark-high 80 watermark-low 50 >/dev/null
	monitor -j -t t monitor kind watermark count 3
	csv 1 7 >seven
	ok devsess -q -t t load seven
	ok devsess -q -t t add last
	soon above 1
	ok devsess -q -t t del dev-0000001
	ok devsess -q -t t del dev-0000002
	ok devsess -q -t t add dev-0000001
	ok devsess -q -t t del dev-0000001
	ok devsess -q -t t del dev-0000003
	soon above 0
	ok devsess -q table set t max-sessions 5
	ended
	is "$(jq -c '[.kind, .reason, .sessions, .max_sessions]' seen)" \
		'["watermark","above",8,10]
["watermark","below",5,10]
["watermark","above",5,5]'
	monitor -t t monitor kind watermark count 1
	ok devsess -q -t t flush
	ended
	# How far the flush had got when the work came to it.
	is "$(awk '{ print $2, $3, $4, ($5 <= 2), $6, $7 }' seen)" 't watermark below 1 of 5'
}

# A table may fill up by weight, too.
test_watermark_of_cost()
{
	devsess table add t max-cost 100 watermark-high 80 watermark-low 50 >/dev/null
	monitor -j -t t monitor kind watermark count 2
	ok devsess -q -t t add a weight 79
	ok devsess -q -t t add b weight 1
	soon above 1
	ok devsess -q -t t del a
	ended
	is "$(jq -c '[.reason, .sessions, .cost, .max_cost]' seen)" \
		'["above",2,80,100]
["below",1,1,100]'
	monitor -t t monitor kind watermark count 1
	ok devsess -q -t t update b weight 90
	ended
	is "$(awk '{ print $2, $3, $4, $5, $6, $8, $9, $10, $11 }' seen)" \
		't watermark above 1 of cost 90 of 100'
	is "$(devsess -j -t t top times 1 | jq .fill)" 0.9
}

# A table that is made anew, with another number, is the same to who named it.
test_table_made_anew()
{
	devsess table add t >/dev/null
	monitor -j -t t monitor count 5
	ok devsess -q table del t
	ok devsess -q table add other
	ok devsess -q table add t
	soon grep -q lost seen
	ok devsess -q -t other add a
	ok devsess -q -t t add b
	ok devsess -q -t t del b
	ok devsess -q -t t flush
	ok devsess -q table set t max-sessions 5
	ended
	is "$(jq -c '[.table, .kind, .reason]' seen)" '["t","table","del"]
["t","table","new"]
[null,"lost",null]
["t","create","request"]
["t","delete","request"]
["t","table","set"]'
}

test_ends()
{
	ok devsess monitor timeout 300ms
	is "$out" ''
	ok devsess monitor count 0
	is "$out" ''
	# After no events, but a snapshot is whole.
	csv 1 3 >few.csv
	ok devsess -q load few.csv
	ok devsess -j monitor --sync count 0
	[[ $out == *'"kind":"synced"'*'"sessions":3'* ]] || fail "it shows $out"
	ok devsess -q flush
	# Else the shell has it ignore SIGINT.
	set -m
	monitor -j monitor
	set +m
	stopped INT
	monitor monitor
	stopped TERM
	ends 1 'No space left on device' sh -c 'devsess monitor --sync timeout 20s >/dev/full'
	misused "unknown kind of event 'x'" devsess monitor kind x
	misused 'at least one kind' devsess monitor kind ''
	misused 'goes without kind and owner' devsess monitor --sync owner 3
	misused "unknown word 'x'" devsess monitor x
	misused 'below 4096' devsess monitor buffer 4095
	misused 'above 1073741824' devsess monitor buffer 1073741825
	misused '--sync goes with monitor only' devsess list --sync
	refused 'there is no table of that name' devsess -t absent monitor
	refused 'this needs CAP_NET_ADMIN' setpriv --reuid 1000 --clear-groups --inh-caps=-all \
		devsess monitor
}

# churn FROM: sessions come, change, expire and go
churn()
{
	csv "$1" $(($1 + 99)) owner 1 >"f$1.csv"
	devsess -q load "f$1.csv"
	csv "$1" $(($1 + 39)) ttl_ms 100 >"g$1.csv"
	devsess -q load "g$1.csv"
	devsess -q flush prefix "dev-00000$(($1 / 10))"
	# shellcheck disable=SC2046
	devsess -q del $(sed -n '50,80p' "f$1.csv" | cut -d , -f 1)
}

expired_are_gone()
{
	[ "$(devsess -j list | jq 'map(.ttl_ms > 0) | any')" = false ] &&
		[ "$(devsess -j list | jq length)" -eq "$(figure sessions)" ]
}

# It says so, and does not wait for ever: whoever loads the module again has other tables.
test_module_goes()
{
	local words

	for words in monitor '-t default monitor --sync' 'monitor kind create owner 1'; do
		# shellcheck disable=SC2086
		monitor -j $words
		[[ $words != *--sync* ]] || soon grep -q '"kind":"synced"' seen
		ok rmmod devsess
		wait "$pid"
		is $? 1 "$words:"
		[[ $(<complaint) == *'the kernel module was removed (No such device)' ]] ||
			fail "$words: $(<complaint)"
		ok modprobe devsess
	done
}

test_sync()
{
	csv 1 50 >f.csv
	ok devsess -q load f.csv
	monitor -j monitor --sync
	churn 100 &
	churn 500
	wait $!
	soon expired_are_gone
	stopped
	is "$(jq -c 'select(.kind == "snapshot") | [.table, .reason]' seen)" '["default","start"]'
	is "$(jq 'select(.kind == "synced") | .sessions' seen)" 50
	left_by seen default >applied
	listed default >now
	[ -s now ] || fail 'nothing is left'
	cmp -s applied now || fail "$(diff applied now | head)"
}

# Whoever reads it is slow: a signal comes while it prints, and nothing of a line is lost.
test_signal_while_it_prints()
{
	local first

	csv 1 3000 >f.csv
	ok devsess -q load f.csv
	mkfifo pipe
	devsess -j monitor --sync >pipe 2>complaint &
	pid=$!
	exec 9<pipe
	# It prints, and then the pipe is full.
	IFS= read -r first <&9
	sleep 1
	kill -TERM "$pid"
	sleep 0.5
	{
		echo "$first"
		cat <&9
	} >seen
	exec 9<&-
	ended
	jq -c .kind seen >kinds || fail 'half a line'
	[ "$(wc -l <kinds)" -eq "$(wc -l <seen)" ] || fail "$(tail -n 1 seen)"
	[ "$(tail -c 1 seen | wc -l)" -eq 1 ] || fail "$(tail -n 1 seen)"
	[ "$(wc -l <seen)" -gt 100 ] || fail 'too little'
}

events_after_it()
{
	[ "$(sed '1,/"kind":"synced"/d' seen | wc -l)" -gt 400 ]
}

# A table that never rests while it is shown: its events are more than the buffer takes.
test_sync_of_a_busy_table()
{
	local writer

	csv 1 30000 >f.csv
	csv 1 20 >few.csv
	ok devsess -q load f.csv
	touch busy
	while [ -e busy ]; do
		devsess -q load few.csv
	done &
	writer=$!
	monitor -j monitor --sync buffer 524288
	soon grep -qF '"kind":"synced"' seen || fail 'no end of the snapshot'
	soon events_after_it
	rm busy
	wait "$writer"
	stopped
	is "$(grep -F '"kind":"snapshot"' seen | jq -c '[.table, .reason]')" '["default","start"]'
	left_by seen default >applied
	listed default >now
	cmp -s applied now || fail "$(diff applied now | head)"
	# A snapshot does not outlast its time.
	ok devsess -j monitor --sync timeout 1ms
	[[ $out = *'"kind":"session"'* && $out != *'"kind":"synced"'* ]] ||
		fail "$(tail -n 1 <<<"$out")"
}

# It is held until its buffer, a small one, is full, and goes on by itself.
overflow()
{
	kill -STOP "$pid"
	csv 1 1000 >many.csv
	ok devsess -q load many.csv
	kill -CONT "$pid"
}

test_sync_after_a_loss()
{
	monitor -j monitor --sync buffer 65536
	kill -STOP "$pid"
	csv 1 1000 >many.csv
	ok devsess -q load many.csv
	ok devsess -q flush prefix dev-0000
	csv 4001 4100 >more.csv
	ok devsess -q load more.csv
	kill -CONT "$pid"
	soon grep -q '"reason":"lost"' seen
	stopped
	is "$(grep '"kind":"snapshot"' seen | grep -o '"reason":"[a-z]*"' | sort -u)" \
		'"reason":"lost"
"reason":"start"'
	# What was shown before does not matter to who applies the lines.
	sed -n '/"kind":"snapshot".*"reason":"lost"/,$p' seen >rest
	left_by rest default >applied
	listed default >now
	is "$(wc -l <now)" 101
	cmp -s applied now || fail "$(diff applied now | head)"
}

# A table was renamed, and who follows all has lost that event: the old name is shown as empty.
test_rename_lost()
{
	ok devsess -q table add old
	ok devsess -q -t old add a
	monitor -j monitor --sync buffer 65536
	soon grep -q '"synced","table":"old"' seen
	csv 1 1000 >many.csv
	kill -STOP "$pid"
	ok devsess -q load many.csv
	ok devsess -q table rename old new
	kill -CONT "$pid"
	soon grep -q '"synced","table":"new"' seen
	stopped
	is "$(jq -r 'select(.kind == "synced") | select(.table != "default") |
		[.table, .sessions] | join(" ")' seen | xargs)" 'old 1 old 0 new 1'
}

# Without a snapshot, what is shown and what is told as lost are together all that happened.
test_loses()
{
	monitor -j monitor buffer 65536
	overflow
	soon grep -q '"kind":"lost"' seen
	stopped
	is "$(sed 's/[{}"]//g; s/,session:.*//' seen | awk -F '[:,]' '
		$2 == "lost" { n += $4; lost++; next }
		{ n++; last = $NF; if (!first) first = last }
		END { print (lost > 0), n - (last - first + 1) }')" '1 0'
}

run_tests "$@"
