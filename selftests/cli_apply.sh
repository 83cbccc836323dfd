#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# apply: a table becomes what a file lists, and what does not differ is not touched.

. "$(dirname "$0")/common.sh"

# versions: of all sessions
versions()
{
	devsess -j list | jq -c 'sort_by(.device) | map([.device, .version, .created])'
}

# sum ADDED CHANGED DELETED UNCHANGED [FAILED]
sum()
{
	is "$out" "added $1, changed $2, deleted $3, unchanged $4, ${5:-0} failed"
}

test_plan_and_apply()
{
	local before done_before

	done_before=$(($(figure touches) + $(figure updates)))
	ok devsess -q add keep owner 1 ttl 1h
	ok devsess -q add change owner 2 mark 3
	ok devsess -q add drop
	before=$(versions)
	printf '%s\n' device,owner,mark,state keep,1,, change,2,4,idle new,5,, >f.csv
	ok devsess apply --dry-run f.csv
	is "$out" "$(printf '%s\n' 'delete drop' 'change change mark,state' 'add new' \
		"to add 1, to change 1, to delete 1, unchanged 1, generation 3")"
	is "$(versions)" "$before" 'the dry run has changed nothing:'
	ok devsess -j apply --dry-run f.csv
	json_is '.plan | tojson' '[{"do":"delete","device":"drop"},{"do":"change","device":"change","fields":["mark","state"]},{"do":"add","device":"new"}]'
	json_is '[.add, .change, .delete, .unchanged, .generation] | tostring' '[1,1,1,1,3]'
	ok devsess apply f.csv
	sum 1 1 1 1
	is "$(devsess -j list | jq -c 'sort_by(.device) | map([.device, .owner, .mark, .state])')" \
		'[["change",2,4,"idle"],["keep",1,0,"new"],["new",5,0,"new"]]'
	is "$(versions | jq -c '.[] | select(.[0] == "keep")')" \
		"$(jq -c '.[] | select(.[0] == "keep")' <<<"$before")" 'what does not differ'
	is "$(devsess -j get keep | jq .ttl_ms)" 3600000 ttl
	is "$(($(figure touches) + $(figure updates)))" $((done_before + 1)) 'touches and updates'
	ok devsess -j apply f.csv
	json_is '[.added, .changed, .deleted, .unchanged, .failed, .complete] | tostring' \
		'[0,0,0,3,0,true]'
	ok devsess -q apply f.csv
	is "$out" ''
}

# What save wrote is what there is; and back again after any change, but for the times.
test_save_and_apply()
{
	local before

	ok devsess -q table add t data-max 8 ttl 2h
	csv 1 300 owner,addr,port,data 7,192.0.2.1,80,00ff >f.csv
	ok devsess -q -t t load f.csv
	ok devsess -q -t t add six addr '[2001:db8::1]:9' flags pinned state blocked ttl 0
	ok devsess -q -t t add bare
	ok devsess -q -t t add 0x00ff0a session 18446744073709551615
	for format in csv jsonl; do
		ok devsess -q -t t save --format "$format" "saved.$format"
		before=$(devsess -t t -j list | jq -c 'sort_by(.device) | map(del(.expires_in_ms, .idle_ms))')
		ok devsess -t t apply "saved.$format"
		sum 0 0 0 303
		is "$(devsess -t t -j list | jq -c 'sort_by(.device) | map(del(.expires_in_ms, .idle_ms))')" \
			"$before" "$format"
		# Each field is set, and cleared again.
		ok devsess -q -t t update six addr none flags none state new data 01 owner 4294967295
		is "$(devsess -t t -j get six | jq -c '[.addr, .port, .flags]')" '[null,null,[]]'
		ok devsess -q -t t update bare addr 192.0.2.9:1 session 5 mark 6 ttl 5s weight 2
		ok devsess -q -t t del 0x00ff0a dev-0000001
		ok devsess -q -t t add more
		ok devsess -t t apply --dry-run "saved.$format"
		is "$(sort <<<"$out")" "$(printf '%s\n' 'add 0x00ff0a' 'add dev-0000001' \
			'change bare session,addr,mark,ttl_ms,weight' 'change six addr,owner,state,flags,data' \
			'delete more' \
			"to add 2, to change 2, to delete 1, unchanged 299, generation $(figure generation t)")"
		ok devsess -t t apply "saved.$format"
		sum 2 2 1 299
		is "$(devsess -t t -j list | jq -c 'sort_by(.device) | map(del(.expires_in_ms, .idle_ms, .version, .created, .last_seen))')" \
			"$(jq -c 'map(del(.version, .created, .last_seen))' <<<"$before")" "$format"
	done
}

# With a bad line nothing is changed; every one is told.
test_bad_files()
{
	local option

	ok devsess -q add a owner 1
	printf '%s\n' device,owner b,1 c,x d,2 b,3 ,1 >f.csv
	ends 1 'f.csv: nothing was changed' devsess apply f.csv
	[[ $err == *"f.csv:3: owner: 'x' is not a number"* ]] || fail "$err"
	[[ $err == *'f.csv:5: device: b stands on line 2 already'* ]] || fail "$err"
	[[ $err == *'f.csv:6: device: a device id has at least one byte'* ]] || fail "$err"
	: >f.csv
	refused 'f.csv: the file is empty; a CSV header alone empties the table' devsess apply f.csv
	refused 'the file is empty' devsess apply --format jsonl - </dev/null
	# It may have been `b,12', and more.
	printf 'device,owner\na,2\nb,1' >f.csv
	ends 1 'f.csv: nothing was changed' devsess apply f.csv
	[[ $err == *'f.csv:3: the last line does not end: is that all of the file?'* ]] || fail "$err"
	refused '<stdin>: nothing was changed' devsess apply - < <(printf device)
	printf 'owner\n' >f.csv
	refused "f.csv:1: column 'device' is missing" devsess apply f.csv
	refused 'No such file or directory' devsess apply nowhere.csv
	refused 'Is a directory' devsess apply /tmp
	refused 'there is no table of that name' devsess -t none apply <(echo device)
	misused 'the name of one file' devsess apply
	misused "--if-generation: 'x' is not a number" devsess apply --if-generation x f.csv
	misused '--dry-run goes with apply only' devsess load --dry-run f.csv
	misused '--if-generation goes with apply only' devsess load --if-generation 1 f.csv
	misused '--atomic goes with load only' devsess apply --atomic f.csv
	printf '%s\n' device,data c, "$(printf 'x%.0s' {1..33}),00" d,00 >f.csv
	for option in '' --dry-run; do
		# shellcheck disable=SC2086
		ends 1 'f.csv: nothing was changed' devsess apply $option f.csv
		[[ $err == *"f.csv:3: device is longer than the table's key_max"* ]] || fail "$err"
		[[ $err == *"f.csv:4: data is longer than the table's data_max"* ]] || fail "$err"
		[ -z "$out" ] || fail "it printed '$out'"
	done
	printf '%s\n' device,weight a,0 >f.csv
	refused 'f.csv:2: weight: 1 is the least' devsess apply f.csv
	refused 'f.csv:2: weight: 1 is the least' devsess load f.csv
	count 1
	# A header alone says so: nothing.
	ok devsess apply - < <(echo device)
	sum 0 0 1 0
	count 0
}

test_generation()
{
	local generation

	printf '%s\n' device,owner a,1 >f.csv
	ok devsess -q add a owner 2
	generation=$(figure generation)
	ok devsess -q touch a
	is "$(figure generation)" "$generation" 'a touch does not raise it:'
	is "$(devsess -j stats default | jq .generation)" "$generation" 'through netlink:'
	ends 1 "the table has changed: its generation is $generation, not $((generation + 1))" \
		devsess apply --if-generation $((generation + 1)) f.csv
	is "$(devsess -j get a | jq .owner)" 2
	ok devsess -q apply --if-generation "$generation" f.csv
	is "$(devsess -j get a | jq .owner)" 1
	is "$(figure generation)" $((generation + 1))
	ends 1 'the table has changed' devsess apply --if-generation "$generation" f.csv
	# An end counts too, of whatever kind.
	ok devsess -q add b ttl 100ms
	soon gone
	is "$(figure generation)" $((generation + 3)) 'expired:'
	# What apply may do depends on these, and what a session gets that does not say so.
	ok devsess -q table set default ttl 1h
	is "$(figure generation)" $((generation + 4)) 'an option:'
	ends 1 'the table has changed' devsess apply --if-generation $((generation + 3)) f.csv
	ok devsess -q table set default ttl 0
	ok devsess -q flush
	is "$(figure generation)" $((generation + 6)) 'flushed:'
	ok devsess -q table add t owner-max 1
	generation=$(figure generation t)
	ok devsess -q -t t owner set 1 limit 5
	is "$(figure generation t)" $((generation + 1)) 'a limit:'
	refused 'the owner is new' devsess -t t owner set 2 limit 5
	is "$(figure generation t)" $((generation + 1)) 'refused:'
}

# Without another process, for which a fast apply would not wait.
some_are_there()
{
	local name value

	while read -r name value; do
		[ "$name" != sessions ] || { [ "$value" -gt 0 ] && return; }
	done </proc/net/devsess
	return 1
}

# interfered: somebody adds a session while the file's are being added, which must be noticed.
# Whether it had not begun the last of them.
interfered()
{
	local state

	generation=$(figure generation)
	devsess apply --if-generation "$generation" f.csv >said 2>complaint &
	pid=$!
	until some_are_there || ! kill -0 "$pid"; do
		:
	done
	kill -STOP "$pid"
	read -r _ _ state _ <"/proc/$pid/stat"
	ok devsess -q add another
	kill -CONT "$pid"
	wait "$pid"
	status=$?
	# It may be stopped a little later; but not at its end.
	[ "$state" = Z ] || is "$status" 1 'status'
	[ "$state" != Z ] && ! grep -q '^added 100000,' said
}

# It stops there; what he has added is not in the file, and stays.
test_generation_meanwhile()
{
	local generation pid added i

	csv 1 100000 >f.csv
	# The last batch may have been on its way.
	for ((i = 0; i < 5; i++)); do
		ok devsess -q flush
		! interfered || break
	done
	added=$(sed -n 's/^added \([0-9]*\), changed 0, deleted 0, unchanged 0, 0 failed$/\1/p' said)
	[ "$added" -lt 100000 ] || fail "it went on: $(<said)"
	grep -q "the table has changed: its generation is $((generation + added + 1)), not" \
		complaint || fail "$(<complaint)"
	count $((added + 1))
	# Without the option it is no matter.
	ok devsess -q apply f.csv
	count 100000
}

# outdated GENERATION: what somebody has seen before is not what there is now
outdated()
{
	ends 1 'the table has changed' devsess -t t apply --if-generation "$1" f.csv
	[ "$(devsess -j stats t | jq .generation)" -gt "$1" ] || fail "$(devsess stats t)"
}

# Another content has another generation, also when as many changes have made it.
test_generation_of_a_name()
{
	local generation

	printf '%s\n' device,owner a,1 b,1 >f.csv
	printf '%s\n' device,owner c,1 d,1 >other.csv
	ok devsess -q table add t
	ok devsess -q -t t load --replace f.csv
	generation=$(devsess -j stats t | jq .generation)
	ok devsess -q -t t load --replace other.csv
	outdated "$generation"
	# The same table comes again, but other content was there meanwhile.
	generation=$(devsess -j stats t | jq .generation)
	ok devsess -q table add u
	ok devsess -q table swap t u
	ok devsess -q table swap t u
	outdated "$generation"
	generation=$(devsess -j stats t | jq .generation)
	ok devsess -q table del t
	ok devsess -q table add t
	ok devsess -q -t t load other.csv
	outdated "$generation"
	generation=$(devsess -j stats t | jq .generation)
	ok devsess -q table rename t v
	ok devsess -q table rename u t
	outdated "$generation"
}

gone()
{
	[ "$(figure sessions)" = 1 ]
}

# A table that is full is not too full for as many others.
test_full()
{
	ok devsess -q table add t max-sessions 6000
	csv 1 6000 >f.csv
	ok devsess -t t apply f.csv
	sum 6000 0 0 0
	csv 501 6500 owner 1 >f.csv
	ok devsess -t t apply f.csv
	sum 500 5500 500 0
	is "$(devsess -t t count)$(devsess -t t count owner 1)" 60006000
	csv 501 6510 owner 1 >f.csv
	ends 1 'the table is full' devsess -t t apply f.csv
	sum 0 0 0 6000 10
	is "$(grep -c '^devsess: dev-00065[01][0-9]: the table is full' <<<"$err")" 10
	run devsess -j -t t apply f.csv
	json_is '[.failed, (.failures | length), .complete] | tostring' '[10,10,true]'
}

# Somebody writes all the time: his writes stay, and in the end the file holds.
test_writers_meanwhile()
{
	local writer i

	csv 1 2000 owner 1 >f.csv
	ok devsess -q load f.csv
	csv 1001 3000 owner 2 >g.csv
	while [ ! -e stop ]; do
		devsess -q set dev-0001500 owner 3 mark $((++i))
		devsess -q del dev-0000001
		devsess -q set other-$i
	done >/dev/null 2>&1 &
	writer=$!
	for i in 1 2 3; do
		run devsess apply g.csv
		[ "$status" -le 1 ] || fail "$err"
		[ -z "$err" ] || ! grep -vqE 'the session has another version|has a session already|no session' <<<"$err" ||
			fail "$err"
	done
	touch stop
	wait "$writer"
	ok devsess apply g.csv
	is "$(devsess count)$(devsess count owner 2)" 20002000
}

# look: on and on, at sessions that stay and at ones that change; tells what is wrong
look()
{
	local ids

	ids=$(sed 1d f.csv | cut -d , -f 1 | head -n 200)
	while [ ! -e stop ]; do
		# shellcheck disable=SC2086
		devsess -j get $ids | jq -r '.[] | "\(.device) \(.owner) \(.mark) \(.version)"' >seen
		awk -v kept="$1" '
			$2 != $3 { print "a mix: " $0 }
			$1 <= "dev-0000100" { stay++; if ($2 != 1 || $4 > kept) print "was touched: " $0 }
			END { if (stay != 100 || NR != 200) print stay + 0 " and " NR " of 100 and 200" }' seen
		echo >>looks
	done
}

# Who looks meanwhile finds what stays, always, and of what changes all or nothing.
test_under_lookups()
{
	local i version

	csv 1 500 owner,mark 1,1 >f.csv
	{ csv 1 100 owner,mark 1,1; csv 101 400 owner,mark 2,2 | sed 1d; csv 600 700 owner,mark 2,2 | sed 1d; } >g.csv
	ok devsess -q load f.csv
	version=$(devsess -j list | jq -s 'flatten | map(.version) | max')
	look "$version" >wrong &
	for i in {1..5}; do
		ok devsess -q apply g.csv
		ok devsess -q apply f.csv
	done
	touch stop
	wait
	[ -s looks ] || fail 'nobody looked'
	[ ! -s wrong ] || fail "$(head -n 5 wrong)"
	is "$(devsess count)$(devsess count owner 1)" 500500
	rm stop
}

# Of a file: its number is the mark and the owner of all but each third.
numbered()
{
	csv 0 299 owner,mark "$1,$1" | awk -F, -v OFS=, 'NR % 3 == 2 { $2 = $3 = 0 } { print }'
	[ $(($1 % 2)) -eq 0 ] || csv 300 399 owner,mark "$1,$1" | sed 1d
}

# So do threads of the kernel, of which a batch is not seen at once.
test_under_kernel_lookups()
{
	local n=2 watch

	numbered 1 >f.csv
	ok devsess -q load f.csv
	ok insmod "/lib/modules/$(uname -r)/extra/devsess_test.ko" hold=default many=300
	echo swap_watch_applied >/sys/module/devsess_test/parameters/test 2>watch.err &
	watch=$!
	while kill -0 $watch 2>/dev/null; do
		numbered $n >f.csv
		ok devsess -q apply f.csv
		n=$((n + 1))
	done
	wait $watch || fail "the module said: $(dmesg | grep devsess_test: | tail -n 8)"
	dmesg | sed -n 's/^.*devsess_test: \(# saw\)/\1/p' | tail -n 2
	[ "$n" -gt 3 ] || fail "only $((n - 2)) files"
	is "$(devsess count owner 0)" 100
	is "$(devsess count owner $((n - 1)))" $((n % 2 ? 200 : 300))
	ok rmmod devsess_test
}

run_tests "$@"
