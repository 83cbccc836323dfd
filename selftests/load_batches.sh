#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# load by batches of every size does the same; all or nothing is just that; and
# what save writes, load reads to the same sessions.

. "$(dirname "$0")/common.sh"

# Every kind of value, by the number of the device; every eighth line is bad.
mixed()
{
	awk -v n="$1" 'BEGIN {
		split("new active idle blocked", state, " ")
		print "device,session,addr,port,owner,mark,state,flags,ttl_ms,data"
		for (i = 0; i < n; i++)
			printf "0x%06x,%d,%s,%s,%s,%d,%s,%s,%d,%s\n", i, i * 7919,
				i % 3 == 0 ? "" : i % 3 == 1 ? "10.0.0." i % 256 : "2001:db8::" i % 9,
				i % 3 ? i % 65536 : "", i % 8 == 5 ? "bad" : i, i % 255,
				state[i % 4 + 1], i % 5 ? "" : "pinned", i % 2 * 3600000,
				i % 7 ? "" : sprintf("%08x", i)
	}'
}

# All sessions of table T but what time changes, in the order of their ids.
sessions()
{
	devsess -t "$1" save --format jsonl |
		jq -cS 'del(.version, .created, .last_seen, .idle_ms) |
			.expires_in_ms |= (. != null)' | sort
}

begin()
{
	fresh
	devsess -q table add t data-max 8
	devsess -q table add u data-max 8
}

test_batch_sizes_agree()
{
	local size failures

	mixed 1500 >f.csv
	run devsess -t t load --batch 1 f.csv
	is "$status" 1
	[[ $out == 'loaded 1313, 187 failed'* ]] || fail "$out"
	failures=$err
	sessions t >want
	is "$(wc -l <want)" 1313
	for size in 2 7 1023 1500 65536; do
		ok devsess -q -t u flush
		run devsess -t u load --batch $size f.csv
		[[ $out == 'loaded 1313, 187 failed'* ]] || fail "$size: $out"
		is "$err" "$failures" "failures with --batch $size"
		sessions u >got
		cmp -s got want || fail "--batch $size: $(diff got want | head -n 4)"
	done
}

# What the kernel refuses is told in the same words, whatever the batch.
test_kernel_refusals_agree()
{
	local size

	printf '%s\n' device,data a,00 "$(printf '%033d' 0),00" b,000000000000000000 a,01 >f.csv
	for size in 1 2 100; do
		ok devsess -q -t t flush
		ends 1 '' devsess -t t load --batch $size f.csv
		[[ $out == 'loaded 2, 2 failed'* ]] || fail "$out"
		[[ $err == *"f.csv:3: device is longer than the table's key_max [device]"* ]] || fail "$err"
		[[ $err == *"f.csv:4: data is longer than the table's data_max [data]"* ]] || fail "$err"
	done
}

# More failures than an answer of the kernel has room to explain.
test_many_failures()
{
	csv 1 5000 >f.csv
	ok devsess -q load f.csv
	ends 1 '' devsess load --insert --batch 5000 f.csv
	[[ $out == 'loaded 0, 5000 failed'* ]] || fail "$out"
	is "$(grep -c '^f.csv:[0-9]*: the device has a session already$' <<<"$err")" 5000
	count 5000
}

# Table t, times that were taken included. What is undone has a new version.
contents()
{
	devsess -t t -j list |
		jq -cS 'sort_by(.device)[] | del(.version, .idle_ms, .expires_in_ms)'
}

# nothing TEXT FILE OPTION...: an atomic load that is refused; table t is as before
nothing()
{
	local text=$1 before

	shift
	before=$(contents)
	ends 1 "$text" devsess -t t load --atomic "$@"
	[[ $err == *"$1: nothing was loaded" ]] || fail "$err"
	[[ $out == 'loaded 0, '* ]] || fail "$out"
	is "$(contents)" "$before" 'the table'
}

test_atomic_good()
{
	csv 1 3000 owner 5 >f.csv
	ok devsess -t t load --atomic f.csv
	[[ $out == 'loaded 3000, 0 failed'* ]] || fail "$out"
	is "$(devsess -t t count owner 5)" 3000
	# It replaces as well.
	csv 1 3000 owner 6 >f.csv
	ok devsess -t t load --atomic f.csv
	is "$(devsess -t t count owner 6)" 3000
	is "$(devsess -t t count)" 3000
}

test_atomic_bad()
{
	ok devsess -q -t t add dev-0000002 owner 9 ttl 1h
	ok devsess -q -t t add other
	csv 1 100 owner 5 >good.csv
	cp good.csv f.csv
	echo 'last,x' >>f.csv
	nothing "f.csv:102: owner: 'x' is not a number" f.csv
	{ cat good.csv; printf '%033d,1\n' 0; } >f.csv
	nothing "f.csv:102: device is longer than the table's key_max" f.csv
	{ cat good.csv; echo dev-0000050,1; } >f.csv
	nothing 'f.csv:102: device: dev-0000050 stands on line 51 already' f.csv
	nothing 'good.csv:3: the device has a session already' good.csv --insert
	printf 'device\na\n%s' 'b,c' >f.csv
	nothing 'f.csv:3: more fields' f.csv
	is "$(devsess -t t count)" 2
}

# Full in the midst of it: what was new goes, what was replaced is as it was.
test_atomic_full()
{
	ok devsess table set t max-sessions 50
	csv 30 49 owner 1 >f.csv
	ok devsess -q -t t load f.csv
	csv 1 100 owner 2 >f.csv
	nothing 'the table is full' f.csv
	is "$(devsess -t t count owner 1)" 20
	csv 1 50 owner 2 >f.csv
	ok devsess -t t load --atomic f.csv
	is "$(devsess -t t count owner 2)" 50
}

test_atomic_limit()
{
	csv 1 65536 >f.csv
	ok devsess -t t load --atomic f.csv
	[[ $out == 'loaded 65536, 0 failed'* ]] || fail "$out"
	ok devsess -t t -q flush
	csv 1 65537 >f.csv
	nothing '--atomic takes at most 65536 sessions' f.csv
	is "$(figure inserts t)" 65536 'inserts: it was refused before anything was sent'
}

# Killed in the midst of it: what was sent is loaded by whole batches, in the order of
# the file, and loading again does the rest.
test_killed()
{
	local n pid midway=0 i

	csv 1 60000 >f.csv
	for i in 1 2 3 4 5; do
		devsess -t t load --batch 100 f.csv >/dev/null 2>&1 &
		pid=$!
		until [ "$(devsess -t t count)" -gt 0 ] || ! kill -0 $pid 2>/dev/null; do :; done
		kill -KILL $pid 2>/dev/null
		wait $pid 2>/dev/null
		n=$(devsess -t t count)
		[ $((n % 100)) -eq 0 ] || fail "$n sessions are no whole batches"
		[ "$n" -eq 60000 ] || midway=$((midway + 1))
		csv 1 "$n" | tail -n +2 | sort >want
		devsess -t t save --format csv | tail -n +2 | cut -d, -f1 | sort >got
		cmp -s got want || fail "not the first $n: $(diff got want | head -n 4)"
		ok devsess -t t load f.csv
		[[ $out == 'loaded 60000, 0 failed'* ]] || fail "$out"
		is "$(devsess -t t count)" 60000
		ok devsess -q -t t flush
	done
	[ $midway -gt 0 ] || fail 'it was never killed in the midst'
}

# csv and jsonl, save and load, both ways: the same sessions.
test_round_trip()
{
	local format

	mixed 2000 | grep -v ,bad, >f.csv
	printf '%s\n' '"a ""b"" c",1,,,,,,,,' "0x00,2,,,,,,,,ffffffffffffffff" 0x0a0d,3,,,,,,,, \
		'-,18446744073709551615,,,,,,,,' >>f.csv
	ok devsess -t t load f.csv
	[[ $out == 'loaded 1754, 0 failed'* ]] || fail "$out"
	sessions t >want
	for format in csv jsonl; do
		ok devsess -t t save "saved.$format"
		is "$out" 'saved 1754'
		ok devsess -q -t u flush
		ok devsess -t u load "saved.$format"
		sessions u >got
		cmp -s got want || fail "$format: $(diff got want | head -n 4)"
		ok devsess -q -t u flush
		devsess -t t save --format $format | devsess -q -t u load - || fail "$format by a pipe"
		sessions u >got
		cmp -s got want || fail "$format by a pipe: $(diff got want | head -n 4)"
	done
}

test_save_names()
{
	local columns=device,session,addr,port,owner,mark,state,flags,ttl_ms,expires_in_ms

	columns+=,idle_ms,created,last_seen,version,data,weight
	ok devsess -q -t t add a
	is "$(devsess -t t save | head -n 1)" "$columns"
	is "$(devsess -j -t t save | jq -r 'keys_unsorted | join(",")')" "$columns"
}

# A saved session has what was left of its time, not all of it again.
test_expiry_is_kept()
{
	ok devsess -t t add a ttl 1h
	ok devsess -t t touch a ttl 10m
	devsess -t t save | devsess -q -t u load - || fail load
	ok devsess -t u -j get a
	json_is '[.ttl_ms, (.expires_in_ms <= 600000), (.expires_in_ms > 500000)] | tostring' \
		'[3600000,true,true]'
	# One without a ttl of its own may have an end all the same.
	ok devsess -t t set a
	ok devsess -t t touch a ttl 10m
	devsess -t t save | devsess -q -t u load - || fail load
	ok devsess -t u -j get a
	json_is '[.ttl_ms, (.expires_in_ms <= 600000), (.expires_in_ms > 500000)] | tostring' \
		'[0,true,true]'
}

test_save_targets()
{
	csv 1 10 >f.csv
	ok devsess -q -t t load f.csv
	ok devsess -t t save out.jsonl
	is "$(jq -s length out.jsonl)" 10
	is "$(stat -c %a out.jsonl)" 600 mode
	ok devsess -j -t t save out.csv
	json_is '.saved, .file' $'10\nout.csv'
	is "$(wc -l <out.csv)" 11
	chmod 640 out.csv
	ok devsess -q -t t save out.csv
	is "$out" ''
	is "$(stat -c %a out.csv)" 640 mode
	ok devsess -t t save -
	is "$(wc -l <<<"$out")" 11
	# What fails leaves the file as it was, and nothing beside it.
	refused 'there is no table of that name' devsess -t none save out.csv
	is "$(wc -l <out.csv)" 11
	is "$(find . -name 'out.csv?*')" ''
	# A link is followed, and stays if there is nothing behind it.
	ln -s out.csv link.csv
	ok devsess -q -t t save link.csv
	[ -L link.csv ] || fail 'the link was replaced'
	ln -s nowhere.csv lost.csv
	refused 'lost.csv: it is a link to a file that is not there' devsess -t t save lost.csv
	is "$(readlink lost.csv)" nowhere.csv
	[ ! -e nowhere.csv ] || fail 'there is a file'
}

begun()
{
	[ -n "$(find . -name 'big.csv.*')" ]
}

# save_and_kill SIGNAL: in the midst of it
save_and_kill()
{
	devsess -q -t t save big.csv &
	until begun || [ ! -d /proc/$! ]; do
		:
	done
	kill "-$1" $!
	wait $!
}

# By whatever signal it ends, nothing is left; one that is to be ignored does not end it.
test_save_and_signals()
{
	csv 1 100000 >f.csv
	ok devsess -q -t t load f.csv
	save_and_kill TERM
	is $? 143
	is "$(ls -d big.csv* 2>/dev/null)" '' TERM
	(ulimit -f 10; devsess -q -t t save big.csv) 2>/dev/null
	is $? 153
	is "$(ls -d big.csv* 2>/dev/null)" '' 'the limit of files'
	trap '' HUP
	save_and_kill HUP
	is $? 0
	trap - HUP
	is "$(wc -l <big.csv)" 100001
	is "$(ls -d big.csv*)" big.csv
}

run_tests "$@"
