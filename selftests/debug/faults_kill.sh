#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# kill -9 of the tool in the midst of a load: what was acknowledged is there, and the
# table is whole; in the midst of an apply: each session is as it was or as it is to be.
# lanes: kasan rt 6.12

. "$(dirname "$0")/common.sh"

lines=200000

# Every 50th device is one that the kernel refuses: the tool tells so when it has
# read the answer to the batch, so what stands before it was acknowledged.
bad_now_and_then()
{
	awk -v n=$lines 'BEGIN {
		print "device,owner,session"
		for (i = 1; i <= n; i++)
			if (i % 50)
				printf "dev-%07d,%d,%d\n", i, i % 1000, i
			else
				printf "%040d,0,0\n", i
	}'
}

# killed ROUND: kills a load after so many refusals
killed()
{
	local load last there n

	: >errors
	devsess load --batch 200 f.csv 2>errors >/dev/null &
	load=$!
	while [ -d /proc/$load ] && [ "$(wc -l <errors)" -lt "$1" ]; do
		:
	done
	kill -KILL $load || fail 'the load was over too soon'
	wait $load 2>/dev/null
	# The last line may not be whole.
	last=$(sed -n 's/^f\.csv:\([0-9]*\): device is longer than.*\[device\]$/\1/p' errors |
		tail -n 1)
	devsess save out.csv >/dev/null || fail save
	sed 1d out.csv | cut -d , -f 1,2,5 | sort >there
	there=$(wc -l <there)
	is "$(cut -d , -f 1 there | sort -u | wc -l)" "$there" 'devices, each once'
	is "$(devsess count)" "$there" count
	is "$(figure sessions)" "$there" 'sessions in /proc'
	# Nothing is there that was not asked for, as it was asked for.
	is "$(comm -13 asked there | head -n 3)" '' 'not asked for'
	# Line 1 is the header, and every 50th of the others is none of those asked for.
	last=${last:-1}
	n=$((last - 1 - (last - 1) / 50))
	head -n $n asked >acknowledged
	is "$(comm -23 acknowledged there | head -n 3)" '' 'acknowledged and not there'
	echo "# $n acknowledged, $there there"
	[ "$n" -gt 0 ] || fail 'nothing was acknowledged'
	[ "$there" -lt $((lines - lines / 50)) ] || fail 'all was loaded'
	# And each is found by its device.
	is "$(shuf -n 200 acknowledged 2>/dev/null | cut -d , -f 1 | while read -r device; do
		devsess get "$device" >/dev/null || echo "$device"
	done)" ''
}

test_load()
{
	local after

	bad_now_and_then >f.csv
	# Those that are, in order.
	awk -F , '$1 ~ /^dev-/ { print $1 "," $3 "," $2 }' f.csv >asked
	sort -c asked || fail 'not in order'
	for after in 4 40 400 1200; do
		killed $after
		ok devsess -q flush
	done
	ends 1 '' devsess -q load f.csv
	count $((lines - lines / 50))
}

# All or nothing, whenever it dies.
test_atomic()
{
	local i load n begin whole all=0

	csv 1 60000 owner 5 >f.csv
	begin=${EPOCHREALTIME//[!0-9]/}
	ok devsess -q load --atomic f.csv
	whole=$((${EPOCHREALTIME//[!0-9]/} - begin))
	ok devsess -q flush
	# From its beginning to beyond its end, as that was.
	for i in 1 10 30 50 70 80 90 120 200; do
		devsess load --atomic f.csv >/dev/null 2>&1 &
		load=$!
		# The last one may end by itself.
		if [ $i -lt 200 ]; then
			sleep "$(awk "BEGIN { print $whole * $i / 100000000 }")"
			kill -KILL $load 2>/dev/null
		fi
		wait $load 2>/dev/null
		n=$(devsess count)
		[ "$n" -eq 0 ] || [ "$n" -eq 60000 ] || fail "$n sessions are there"
		is "$(devsess count owner 5)" "$n"
		all=$((all + n / 60000))
		ok devsess -q flush
	done
	echo "# $all of 9 times it was done"
	[[ $all = [1-8] ]] || fail "$all of 9 times it was done"
}

# devices: each with its owner, in order
devices()
{
	devsess save | sed 1d | cut -d , -f 1,5 | sort
}

# more FIGURE THAN: whether it is more by now; without a program that would take its time
more()
{
	local name value

	while read -r name value; do
		[ "$name" = "$1" ] || continue
		[ "$value" -gt "$2" ]
		return
	done </proc/net/devsess
}

# Of 30000 sessions the first 10000 are to go, the others get an owner, and 10000 are new. It is
# killed when it has begun with the ones or the others.
test_apply()
{
	local figure apply before half=0

	csv 1 30000 owner 1 >old.csv
	csv 10001 40000 owner 2 >new.csv
	sed 1d old.csv | cut -d , -f 1,2 | sort >was
	sed 1d new.csv | cut -d , -f 1,2 | sort >wanted
	for figure in deletes updates inserts; do
		ok devsess -q flush
		ok devsess -q load old.csv
		before=$(figure $figure)
		devsess apply new.csv >/dev/null 2>&1 &
		apply=$!
		until more $figure "$before" || [ ! -d /proc/$apply ]; do
			:
		done
		kill -KILL $apply 2>/dev/null
		wait $apply 2>/dev/null
		devices >there
		is "$(cut -d , -f 1 there | sort -u | wc -l)" "$(wc -l <there)" 'devices, each once'
		is "$(comm -23 there <(sort -u was wanted) | head -n 3)" '' 'neither old nor new'
		# Who is to stay was there all the time.
		is "$(comm -23 <(comm -12 <(cut -d , -f 1 was) <(cut -d , -f 1 wanted)) \
			<(cut -d , -f 1 there) | head -n 3)" '' 'gone'
		cmp -s there was || cmp -s there wanted || half=$((half + 1))
		ok devsess apply new.csv
		devices >there
		cmp -s there wanted || fail 'it is not as wanted'
	done
	echo "# $half of 3 times it was half done"
	[ $half -gt 0 ] || fail 'it never was half done'
}

run_tests "$@"
