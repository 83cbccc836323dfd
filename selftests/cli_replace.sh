#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tables as a whole: load --replace, table swap, table rename. Readers see the old content
# or the new one, whether they look by name or have a handle.

. "$(dirname "$0")/common.sh"

module=/lib/modules/$(uname -r)/extra/devsess_test.ko
parameters=/sys/module/devsess_test/parameters

clean_up()
{
	rmmod devsess_test 2>/dev/null
}

trap 'clean_up; rm -rf "$tmp"' EXIT

begin()
{
	clean_up
	fresh
}

options()
{
	devsess -j table list "$1" | jq -c 'del(.id, .sessions, .cost)'
}

limits()
{
	devsess -j -t "$1" owner list | jq -c '[.[] | [.owner, .limit]] | sort'
}

# only NAME...: no other tables are there
only()
{
	is "$(devsess -j table list | jq -r '.[].name' | sort | xargs)" "$*" tables
}

test_replace()
{
	csv 0 99 owner 7 >old.csv
	csv 50 149 owner 8 >new.csv
	ok devsess -q load old.csv
	ok devsess load --replace new.csv
	has 'loaded 100, 0 failed'
	count 100
	count 100 owner 8
	only default
	ok devsess get dev-0000149
	refused 'no session' devsess get dev-0000049
	# An empty file is a file, and one from a pipe is one, too.
	echo device >empty.csv
	ok devsess load --replace - <empty.csv
	count 0
	ok devsess -j load --replace new.csv
	json_is .loaded 100
	json_is .complete true
	# One without even a header may be the end of a pipe that failed.
	refused '<stdin>: the file is empty; a CSV header alone empties' \
		devsess load --replace - </dev/null
	refused 'the file is empty' devsess load --replace --format jsonl - </dev/null
	refused 'the file is empty' devsess -j load --replace --format jsonl - < <(echo)
	json_is .complete false
	# It may have been cut.
	refused '<stdin>:2: the last line does not end' devsess load --replace - < <(printf 'device\na')
	refused 'nothing was loaded' devsess load --replace - < <(printf device)
	count 100
	only default
	# Elsewhere that takes nothing away.
	ok devsess load - < <(printf 'device\na')
	count 101
}

# What the table was made with, and set to, and the limits of its owners.
test_options()
{
	ok devsess -q table add t key-max 48 data-max 16 max-sessions 1234 policy evict \
		defer-ring 64 defer-interval 20ms ttl 2h upcall on-request upcall-interval 3s \
		upcall-rate 77 negative-ttl 4s owner-max 99 watermark-high 90 watermark-low 7 \
		reserve 3 max-cost 5000
	ok devsess -q -t t owner set 7 limit 55
	ok devsess -q -t t owner set 8 limit 1
	before=$(options t) limits=$(limits t)
	csv 0 9 owner 7 >f.csv
	ok devsess -q -t t load --replace f.csv
	is "$(options t)" "$before"
	is "$(limits t)" "$limits"
	ok devsess -j -t t get dev-0000003
	json_is .ttl_ms 7200000
	# The limits hold for what is loaded, too.
	csv 0 9 owner 8 >f.csv
	refused 'as many sessions as its limit' devsess -q -t t load --replace f.csv
	is "$(devsess -t t count owner 7)" 10
	is "$(options t)" "$before"
	only default t
}

state()
{
	devsess -j table list
	devsess -j list | jq -c '.[] | [.device, .version, .owner]' | sort
}

# bad FILE-NAME TEXT OPTION...: refused, and nothing has changed
bad()
{
	local file=$1 text=$2 seen

	shift 2
	seen=$(state)
	refused "$text" devsess load --replace "$@" "$file"
	[[ $err == *"nothing was loaded"* ]] || fail "it said '$err'"
	is "$(state)" "$seen" "after $file"
}

test_bad_files()
{
	csv 0 99 owner 7 >old.csv
	ok devsess -q load old.csv
	csv 0 20000 owner 8 >late.csv
	echo 'dev-x,nonsense' >>late.csv
	bad late.csv "late.csv:20003: "
	csv 0 3 owner 8 | sed '2s/dev-0000000/dev-0000003/' >twice.csv
	bad twice.csv 'twice.csv:5: ' --insert
	ok devsess -q table set default max-sessions 1000
	csv 0 1000 owner 8 >many.csv
	bad many.csv 'the table is full'
	# Nor does it evict what it has itself loaded.
	ok devsess -q table set default policy evict
	bad many.csv 'the table is full'
	refused ":1: column 'device' is missing" devsess load --replace <(echo owner)
	refused ":1: unknown column 'nonsense'" devsess load --replace <(echo nonsense)
	refused 'No such file' devsess load --replace nonesuch.csv
	misused '--atomic' devsess load --replace --atomic old.csv
	misused '--replace goes with load only' devsess list --replace
	refused 'there is no table of that name' devsess -t nonesuch load --replace old.csv
	count 100 owner 7
	only default
}

begun()
{
	devsess table list default.replace >/dev/null 2>&1
}

# One that was killed leaves its table, and the next one says so.
test_left_over()
{
	csv 0 9 owner 7 >f.csv
	mkfifo pipe
	devsess load --replace pipe &
	pid=$!
	exec 3>pipe
	soon begun
	refused 'devsess table del default.replace' devsess load --replace f.csv
	kill -KILL "$pid"
	wait "$pid"
	exec 3>&-
	refused 'of a load --replace under way or killed; if killed: devsess table del default.replace' \
		devsess load --replace f.csv
	count 0
	ok devsess -q table del default.replace
	ok devsess -q load --replace f.csv
	count 10
	# A long name has its place, too.
	ok devsess -q table add a234567890123456789012345678901
	ok devsess -q -t a234567890123456789012345678901 load --replace f.csv
	is "$(devsess -t a234567890123456789012345678901 count)" 10
}

# A table that has the name where its own new content would be built.
test_own_place()
{
	local name=a2345678901234567890123.replace

	csv 0 9 >f.csv
	ok devsess -q table add "$name"
	ok devsess -q -t "$name" add b
	refused 'that is where the new content would be built' devsess -t "$name" load --replace f.csv
	is "$(devsess -t "$name" count)" 1
}

# By a signal, or by the end of who reads what it says: it takes its table away.
test_interrupted()
{
	local signal

	csv 0 9 >f.csv
	ok devsess -q load f.csv
	mkfifo pipe
	for signal in TERM HUP; do
		devsess load --replace pipe 2>said &
		pid=$!
		exec 3>pipe
		soon begun
		kill -$signal "$pid"
		wait "$pid"
		is $? 1
		exec 3>&-
		[[ $(<said) == *'pipe: Interrupted system call'* ]] ||
			fail "$signal: $(<said)"
		only default
	done
	count 10
	{
		echo device
		seq 20000 | sed 's/^/bad line,/'
	} >bad.csv
	{ devsess -j load --replace bad.csv; } 2>&1 | head -n 1 >said
	is "${PIPESTATUS[0]}" 1
	only default
	count 10
}

test_swap_and_rename()
{
	ok devsess -q table add a max-sessions 10
	ok devsess -q table add b max-sessions 20
	ok devsess -q -t a add only-a
	ok devsess table swap a b
	is "$out" 'swapped tables a and b'
	ok devsess -t b get only-a
	ok devsess -j table list b
	json_is .max_sessions 10
	is "$(figure sessions b)/$(figure sessions a)" 1/0 /proc
	ok devsess -j table rename b c
	json_is '[.name, .other] | join(" ")' 'b c'
	ok devsess -t c get only-a
	is "$(figure sessions c)/$(figure sessions b)" 1/ /proc
	ok devsess table rename c d
	is "$out" 'renamed table c to d'
	refused 'a: there is a table of that name' devsess table rename d a
	refused 'nonesuch: there is no table of that name' devsess table rename nonesuch x
	refused 'a: a table cannot be swapped with itself' devsess table swap a a
	refused 'nonesuch: there is no table of that name' devsess table swap a nonesuch
	refused 'nonesuch: there is no table of that name' devsess table swap nonesuch a
	refused '[other]' devsess table rename a .hidden
	misused 'two names' devsess table swap a
	misused 'two names' devsess table rename a b c
	only a d default
}

# Of a generation: all its sessions have its number as their mark.
generation()
{
	csv 0 $((ids - 1)) mark "$1"
}

# Lists and lookups by name, one after the other, until the file stop is there.
# Of a file as save writes it.
sessions_and_marks()
{
	awk -F, '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == "mark") mark = i; next }
		{ n++; if (!($mark in seen)) marks++; seen[$mark] }
		END { print n + 0, marks + 0 }'
}

read_by_name()
{
	local n=0

	set -o pipefail
	while [ ! -e stop ]; do
		devsess save | sessions_and_marks || echo 'save failed'
		devsess get "dev-000000$((n++ % 10))" >/dev/null || echo "get failed"
		echo looked >>looks
	done >answers 2>&1
}

# A table is replaced again and again under readers: nobody sees nothing, or a mix.
test_readers()
{
	local ids=300 n=2 end reader

	generation 1 >f.csv
	ok devsess -q load f.csv
	ok insmod "$module" hold=default many=$ids
	read_by_name &
	reader=$!
	echo swap_watch >$parameters/test 2>watch.err &
	watch=$!
	end=$((SECONDS + 12))
	while [ $SECONDS -lt $end ] && kill -0 $watch 2>/dev/null; do
		generation $n >f.csv
		ok devsess -q load --replace f.csv
		n=$((n + 1))
	done
	wait $watch || fail "the module said: $(dmesg | grep devsess_test: | tail -n 8)"
	touch stop
	wait $reader
	dmesg | sed -n 's/^.*devsess_test: \(# saw\)/\1/p' | tail -n 2
	echo "# $n generations, $(wc -l <looks) lists"
	[ "$n" -gt 3 ] || fail "only $n generations"
	[ "$(wc -l <looks)" -gt 3 ] || fail 'hardly any lists'
	is "$(sort -u answers)" "$ids 1" 'lists'
	ok devsess -j table list default
	json_is .users 1
	only default
}

# A handle goes with the name: that is what cannot be deleted.
test_handle()
{
	ok devsess -q table add a
	ok devsess -q table add b
	ok insmod "$module" hold=a
	ok devsess -q table swap a b
	ok devsess -j table list a
	json_is .users 1
	refused 'a kernel module uses the table' devsess table del a
	ok devsess -q table rename a c
	refused 'a kernel module uses the table' devsess table del c
	ok devsess -q table del b
	ok rmmod devsess_test
	ok devsess -q table del c
}

in_seen()
{
	grep -q "$1" seen
}

# Who follows the table by its name has the new content, with all that comes after.
test_followers()
{
	csv 0 4 owner 8 >f.csv
	ok devsess -q load f.csv
	devsess -t default -j monitor --sync >seen 2>complaint &
	pid=$!
	soon in_seen '"synced"'
	csv 10 12 owner 9 >f.csv
	ok devsess -q load --replace f.csv
	soon in_seen '"sessions":3'
	ok devsess -q add after
	soon in_seen '"create".*"after"'
	kill -TERM "$pid"
	wait "$pid"
	is "$(<complaint)" ''
	# A second one if one of the two events of the swap comes after that.
	is "$(jq -r 'select(.kind == "snapshot") | .reason' seen | xargs |
		sed 's/^start swap swap$/start swap/')" 'start swap'
	is "$(jq -r 'select(.kind == "table") | .reason' seen | sort -u)" swap
	# Its lines make the table, whoever keeps them by name.
	is "$(jq -r 'if .kind == "snapshot" then "forget" else .session.device // empty end' seen |
		awk '/forget/ { n = 0; next } { keep[n++] = $0 }
			END { for (i = 0; i < n; i++) print keep[i] }' | sort | xargs)" \
		'after dev-0000010 dev-0000011 dev-0000012'
}

# Of all tables: the old name is shown as empty.
test_followers_of_all()
{
	ok devsess -q table add a
	ok devsess -q -t a add x
	devsess -j monitor --sync >seen 2>complaint &
	pid=$!
	soon in_seen '"synced","table":"a"'
	ok devsess -q table rename a b
	soon in_seen '"synced","table":"b"'
	kill -TERM "$pid"
	wait "$pid"
	is "$(<complaint)" ''
	# Before, what is gone, and after; the tables in the order of their numbers.
	is "$(jq -c 'select(.kind == "synced") | [.table, .sessions]' seen | sort | tr '\n' ' ')" \
		'["a",0] ["a",1] ["b",1] ["default",0] ["default",0] '
}

listening()
{
	grep -q listening loader.out
}

# A loader stays with the name: the new content asks as the old one did.
test_loader()
{
	ok devsess -q table add t upcall on-request upcall-interval 1h upcall-rate 100000
	ok insmod "$module" hold=t many=20
	csv 0 19 owner 5 >f.csv
	devsess -t t loader --from f.csv count 40 >loader.out 2>loader.err &
	pid=$!
	soon listening
	ok sh -c "echo load_all >$parameters/test"
	is "$(devsess -t t count owner 5)" 20
	echo device >empty.csv
	ok devsess -q -t t load --replace empty.csv
	is "$(devsess -t t count)" 0
	ok sh -c "echo load_all >$parameters/test"
	is "$(devsess -t t count owner 5)" 20
	wait "$pid" || fail "the loader ended with $?: $(<loader.err)"
}

run_tests "$@"
