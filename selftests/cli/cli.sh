#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The devsess tool against the module, as root, with no table but the default
# one: each command with good and bad input, text against JSON, load and save,
# names and namespaces. Prints KTAP. Needs jq; runs under dash and busybox.

# As in common.sh.
if command -v gojq >/dev/null; then
	jq()
	{
		case $* in
		*keys_unsorted* | *to_entries* | *tojson*) command jq "$@" ;;
		-cS*) shift; gojq -c "$@" ;;
		*) gojq "$@" ;;
		esac
	}
fi

tmp=$(mktemp -d) || exit 1
out=$tmp/out
err=$tmp/err
tests=0
failures=0

verdict()
{
	tests=$((tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tests $2"
		return
	fi
	failures=$((failures + 1))
	echo "not ok $tests $2"
	sed 's/^/# out: /' "$out" | head -n 20
	sed 's/^/# err: /' "$err" | head -n 20
}

# run STATUS ARGS...: the tool must end with STATUS
run()
{
	status=$1
	shift
	devsess "$@" >"$out" 2>"$err"
	# A sanitizer ends with 1 too.
	[ $? = "$status" ] && { [ ! -s "$err" ] || ! grep -q 'runtime error:\|Sanitizer:' "$err"; }
	verdict $? "$(printf %.80s "devsess $*") ends with $status"
}

# What it printed: the whole of it, a part, or what jq makes of it
is()
{
	[ "$(cat "$out")" = "$1" ]
	verdict $? "... and prints '$1'"
}

has()
{
	grep -q -e "$1" "$out"
	verdict $? "... and prints '$1'"
}

says()
{
	grep -q -e "$1" "$err"
	verdict $? "... and says '$1'"
}

silent()
{
	! [ -s "$out" ] && ! [ -s "$err" ]
	verdict $? "... and is silent"
}

json()
{
	[ -s "$out" ] && jq -e "$1" <"$out" >/dev/null 2>&1
	verdict $? "... and its JSON has $1"
}

lines()
{
	[ "$(wc -l <"$out")" = "$1" ]
	verdict $? "... and prints $1 lines"
}

test_usage()
{
	run 2
	says 'Usage: devsess'
	run 0 help
	has '^  add '
	for c in add set update getadd swap pop get touch del list count flush load save table \
		stats top loader refuse help; do
		run 0 help $c
		has "^Usage: devsess .OPTIONS. $c"
	done
	run 0 get --help
	has '^Usage: devsess .OPTIONS. get'
	run 0 --version
	has '^devsess [0-9]'
	run 2 help nonsense
	run 2 nonsense
	says "no command 'nonsense'"
	run 2 --nonsense list
	run 2 add
	says 'a device id is missing'
	run 2 add ''
	run 2 add a owner 1 owner 2
	says "'owner' stands there twice"
	run 2 add a ttl 300
	says 'lacks its unit'
	run 2 add a color red
	says "unknown word 'color'"
	run 2 add 0x123
	run 2 add "$(printf '%065d' 0)"
	says 'at most 64 bytes, not 65'
	run 2 add --if-version 1 a
	says 'if-version goes with update and del only'
	run 2 del --if-version 1 a b
	run 2 list --atomic
	run 2 load --batch 0 x
	run 2 load --batch 65537 x
	run 2 load --atomic --batch 5 x
	run 2 load --format xml x
	run 2 load
	run 2 table
	run 2 table list --table x
	run 2 pop
	run 2 pop a b
	run 2 get -t "$(printf '%032d' 0)" a
	run 2 stats a b
}

test_one()
{
	run 0 add sensor-1 session 18446744073709551615 addr 192.0.2.1:5683 owner 7 mark 0x10 \
		state active flags pinned ttl 5m
	has '^added sensor-1, version [0-9]*$'
	run 1 add sensor-1
	says '^devsess: sensor-1: the device has a session already'
	run 0 get sensor-1
	has '^  addr *192.0.2.1:5683$'
	has '^  session *18446744073709551615$'
	run 0 -j get sensor-1
	has '"session":18446744073709551615,'
	json '.device == "sensor-1" and .addr == "192.0.2.1" and .port == 5683 and .owner == 7'
	json '.mark == 16 and .state == "active" and .flags == ["pinned"] and .ttl_ms == 300000'
	json '.expires_in_ms > 0 and .expires_in_ms <= 300000 and .data == ""'
	json 'keys_unsorted == ["device","session","addr","port","owner","mark","state","flags",
		"ttl_ms","expires_in_ms","idle_ms","created","last_seen","version","data","weight"]'
	run 0 -j set sensor-1 addr '[2001:db8::1]:1' ttl 0
	json '.device == "sensor-1" and .loaded == true and .version > 1'
	run 0 -j get sensor-1
	json '.addr == "2001:db8::1" and .port == 1 and .owner == 0 and .expires_in_ms == null'
	run 0 -q update sensor-1 owner 9
	silent
	run 0 -j get sensor-1
	json '.owner == 9 and .addr == "2001:db8::1"'
	version=$(jq .version <"$out")
	run 1 update sensor-1 owner 1 --if-version $((version + 1000))
	says 'another version'
	run 0 --if-version "$version" update sensor-1 owner 10
	run 1 --if-version "$version" del sensor-1
	run 0 -j get sensor-1
	json '.owner == 10'
	run 1 update nobody owner 1
	says '^devsess: nobody: the device has no session'
	run 1 get nobody
	run 1 pop nobody
	run 1 touch nobody
	run 1 del nobody
	run 0 -j pop sensor-1
	json '.owner == 10'
	run 1 get sensor-1
	run 0 getadd new-1 owner 3
	has '^added$'
	run 0 getadd new-1 owner 4
	has '^found$'
	has '^  owner *3$'
	run 0 -j getadd new-1
	json '.owner == 3 and .loaded == true'
	run 0 -j swap new-1 owner 5
	json '.owner == 3 and .loaded == true'
	run 0 -j swap new-2 owner 5
	json '. == {"device":"new-2","loaded":false}'
	run 0 swap new-2
	has '^replaced$'
	run 0 -j del new-1
	json '. == {"failures":[],"done":1,"failed":0}'
	run 0 del new-2
	is 'deleted 1'
	run 0 count
	is 0
}

test_touch()
{
	run 0 add t ttl 1h
	run 0 touch t
	has '^touched t, expires in '
	run 0 -j touch t ttl 10m
	json '.expires_in_ms <= 600000 and .loaded == false'
	run 0 -j touch t ttl 5m only-later
	json '.expires_in_ms > 300000 and .loaded == true'
	run 0 -j touch t ttl 2h only-later
	json '.expires_in_ms > 3600000 and .loaded == false'
	run 0 add u
	run 0 -j touch u
	json '.expires_in_ms == null'
	run 1 touch t nobody u
	is 'touched 2'
	says '^devsess: nobody: the device has no session'
	run 1 -j touch t nobody u ttl 1h
	json '.done == 2 and .failed == 1 and .failures[0].device == "nobody"'
	run 0 add e ttl 1ms
	sleep 1
	run 1 get e
	run 0 flush
	has '^flushed [23]$'
}

# What is printed as an id is read as the same id.
test_ids()
{
	for id in 'with space' 'a,b' 'a"b' "a'b" 'a\b' 0x00 0xff00 0x3078 -- 0x2d78 '~'; do
		[ "$id" = -- ] && continue
		run 0 -j add "$id"
		shown=$(jq -r .device <"$out")
		run 0 -j get "$shown"
		json ".device == \"$shown\""
		run 0 del "$id"
	done
	run 0 add -- -x
	run 0 -j get 0x2d78
	json '.device == "0x2d78"'
	run 0 del -- -x
	run 1 add "$(printf '%033d' 0)"
	says "device is longer than the table's key_max"
	run 1 add a data 00
	says "data is longer than the table's data_max"
}

test_many()
{
	for i in 1 2 3; do
		run 0 -q add dev-$i owner $i
	done
	run 1 get dev-1 nobody dev-3
	says '^devsess: nobody: the device has no session'
	has '^dev-3$'
	run 1 -j get dev-1 nobody dev-3
	json 'map(.device) == ["dev-1","dev-3"]'
	run 0 -j get dev-1 dev-2
	json 'length == 2'
	run 1 del dev-1 nobody dev-2
	is 'deleted 2'
	run 1 -j del nobody dev-3 nobody
	json '.done == 1 and .failed == 2 and (.failures | length) == 2'
	run 0 count
	is 0
	# More than a batch holds
	ids=$(seq 1 600 | sed 's/^/many-/')
	seq 1 600 | sed 's/^/many-/; 1i device' >"$tmp/many.csv"
	run 0 -q load "$tmp/many.csv"
	# shellcheck disable=SC2086
	run 0 -j get $ids
	json 'length == 600 and .[599].device == "many-600"'
	# shellcheck disable=SC2086
	run 0 del $ids
	is 'deleted 600'
}

test_filters()
{
	cat >"$tmp/filter.csv" <<-'END'
	device,addr,port,owner,mark,state
	a-1,10.1.0.1,1,1,0x11,new
	a-2,10.1.0.2,2,1,0x21,active
	a-3,10.2.0.1,3,2,0x11,idle
	b-1,2001:db8::1,4,2,0x12,blocked
	b-2,2001:db8:1::1,5,3,0x22,active
	b-3,,,3,0,new
	END
	run 0 load "$tmp/filter.csv"
	has '^loaded 6, 0 failed'
	while read -r want filter; do
		# shellcheck disable=SC2086
		run 0 count $filter
		is "$want"
		# shellcheck disable=SC2086
		run 0 list $filter
		lines $((want + 1))
		# shellcheck disable=SC2086
		run 0 -j list $filter
		json "length == $want"
	done <<-'END'
	6
	2 owner 1
	0 owner 9
	2 state active
	2 mark 0x11
	3 mark 0x10/0xf0
	0 mark 0/0x3 owner 1
	3 prefix a-
	3 prefix 0x622d
	2 net 10.1.0.0/16
	3 net 0.0.0.0/0
	2 net 2001:db8::/32
	1 net 2001:db8::1
	6 idle 0
	0 idle 1h
	1 owner 1 state active net 10.0.0.0/8
	END
	run 0 list prefix a-1
	has '^DEVICE  *SESSION  *ADDR '
	has '^a-1  *0  *10.1.0.1:1  *1  *0x11  *new  *-  *1  *never  *never '
	run 0 -j flush owner 1
	json '. == {"count":2}'
	run 0 flush net 2001:db8::/32
	is 'flushed 2'
	run 0 flush
	is 'flushed 2'
	run 0 list
	lines 1
	run 0 -j list
	json '. == []'
}

test_tables()
{
	run 0 table add t1 max-sessions 3 key-max 8 data-max 4 policy reject
	is 'added table t1'
	run 1 table add t1
	says 'there is a table of that name'
	run 1 table add .bad
	says '\[name\]'
	run 1 table add 'a/b'
	run 2 table add ''
	run 1 table add t2 max-sessions 0
	says 'max_sessions is 0'
	run 1 table add t2 max-sessions 18446744073709551615
	run 1 table add t2 key-max 0
	says '\[key_max\]'
	run 1 table add t2 key-max 65
	run 1 table add t2 data-max 65
	run 2 table add t2 policy lru
	run 0 -j table list
	json 'map(.name) == ["default","t1"] and .[1].max_sessions == 3 and .[1].key_max == 8'
	run 0 -j table list t1
	json '.name == "t1" and .data_max == 4 and .policy == "reject" and .sessions == 0'
	run 0 table list
	has '^t1  *[0-9]*  *0  *3  *8  *4  *reject  *0  *-  *never  *-  *-  *0/-  *[0-9-]*$'
	run 1 table list nobody
	for i in 1 2 3; do
		run 0 -t t1 add $i data 0102030$i
	done
	run 1 -t t1 add 4
	says 'full'
	run 1 -t t1 add 123456789
	run 1 -t t1 set 1 data 0102030405
	run 1 -t nobody get 1
	says 'there is no table of that name'
	run 0 -j --table=t1 get 2
	json '.data == "01020302"'
	run 1 table set t1 max-sessions 2
	says 'holds more'
	run 0 -j table set t1 max-sessions 4
	json '. == {"name":"t1"}'
	run 0 -t t1 add 4
	run 0 -j stats t1
	json '.table == "t1" and .sessions == 4 and .fail_full == 1 and .max_sessions == 4'
	json '(.load_factor | type) == "number"'
	run 0 -t t1 stats
	has '^sessions 4$'
	run 0 stats
	has '^table default$'
	run 0 -j stats
	json 'map(.table) == ["default","t1"]'
	run 1 stats nobody
	run 0 table del t1
	run 1 table del t1
	says 'there is no table of that name'
	run 1 -t t1 list
	says 'there is no table of that name'
	run 1 -j -t t1 list
	silent_out
}

silent_out()
{
	! [ -s "$out" ]
	verdict $? '... and prints nothing'
}

# The figures of `stats' are those of /proc, where one more thing is told.
test_proc()
{
	run 0 stats
	sed 's/ .*//' "$out" >"$tmp/names"
	sed '/^bpf_id /d; s/ .*//' /proc/net/devsess | cmp -s - "$tmp/names"
	verdict $? 'stats and /proc/net/devsess have the same names'
}

# A good file loads, saves and loads again to the same sessions.
test_round_trip()
{
	run 0 table add rt key-max 64 data-max 64
	awk 'BEGIN {
		print "data,device,session,ttl_ms,expires_in_ms,addr,port,flags,state,owner,mark"
		for (i = 1; i <= 5000; i++)
			printf "%04x,dev-%d,%s,%d,%s,10.0.%d.%d,%d,%s,%s,%d,%d\n", i, i,
				i == 7 ? "18446744073709551615" : i, i % 2 * 86400000,
				i % 2 ? 43200000 + i : "", i / 256, i % 256, i,
				i % 3 ? "" : "pinned", i % 2 ? "idle" : "active", i % 10, i
	}' >"$tmp/rt.csv"
	printf '%s\n' ',"0x0000",1,,,,,,,,' ',"a ""quoted"" id",2,,,fd00::7,99,,,,' >>"$tmp/rt.csv"
	run 0 -t rt load "$tmp/rt.csv"
	has '^loaded 5002, 0 failed'
	for format in csv jsonl; do
		run 0 -t rt save "$tmp/a.$format"
		is 'saved 5002'
		run 0 table add rt2 key-max 64 data-max 64
		run 0 -j -t rt2 load "$tmp/a.$format"
		json '.loaded == 5002 and .failed == 0 and .complete == true'
		run 0 -j -t rt list
		jq -cS '.[] | del(.version, .created, .last_seen, .idle_ms) |
			.expires_in_ms |= (. != null)' <"$out" | sort >"$tmp/one"
		run 0 -j -t rt2 list
		jq -cS '.[] | del(.version, .created, .last_seen, .idle_ms) |
			.expires_in_ms |= (. != null)' <"$out" | sort >"$tmp/two"
		[ "$(wc -l <"$tmp/one")" = 5002 ] && cmp -s "$tmp/one" "$tmp/two"
		verdict $? "save and load through $format keep every session"
		run 0 -j -t rt2 get dev-7
		has '"session":18446744073709551615,'
		json '.expires_in_ms > 40000000 and .expires_in_ms <= 43200007'
		run 0 table del rt2
	done
	run 0 -t rt save
	lines 5003
	run 0 -t rt save --format jsonl -
	lines 5002
	run 0 -j -t rt save
	head -n 1 "$out" | jq -e .device >/dev/null
	verdict $? '... as JSON Lines'
	run 1 -t nobody save "$tmp/a.csv"
	[ "$(wc -l <"$tmp/a.csv")" = 5003 ]
	verdict $? 'a save that fails leaves the file as it was'
	run 1 -t rt save "$tmp/nowhere/a.csv"
	run 1 -t rt save /dev/full
	[ "$(find "$tmp" -name 'a.csv.*' | wc -l)" = 0 ]
	verdict $? 'and nothing beside it'
	run 0 table add rt2
	run 0 -t rt2 save "$tmp/empty.jsonl"
	run 0 -t rt2 load "$tmp/empty.jsonl"
	has '^loaded 0, 0 failed'
	run 0 table del rt2
	run 0 table del rt
}

test_bad_files()
{
	run 1 load "$tmp/nowhere.csv"
	says 'No such file'
	run 1 load "$tmp"
	printf 'device,nonsense\na,1\n' >"$tmp/f"
	run 2 load "$tmp/f"
	says "f:1: unknown column 'nonsense'"
	printf 'owner\n1\n' >"$tmp/f"
	run 2 load "$tmp/f"
	: >"$tmp/f"
	run 0 load "$tmp/f"
	has '^loaded 0, 0 failed'

	printf 'device,owner\r\ncr-1,1\r\n\r\ncr-2,x\r\nnul\0,1\r\n\377\376,1\r\ncr-3,3' >"$tmp/f"
	run 1 load "$tmp/f"
	has '^loaded 2, 3 failed'
	says "^$tmp/f:4: owner: 'x' is not a number$"
	says "^$tmp/f:5: a NUL byte$"
	says "^$tmp/f:6: device: byte 0xff"
	run 0 get cr-1 cr-3

	{
		printf 'device\nlong-1\n'
		head -c 1000000 /dev/zero | tr '\0' x
		printf '\nlong-2\n'
	} >"$tmp/f"
	run 1 load "$tmp/f"
	has '^loaded 2, 1 failed'
	says ':3: the line is longer than 64 KiB$'

	printf '{"device":"j-1"}\n{"device":"j-2"\n{"device":"j-3","x":1}\n{"dev' >"$tmp/f"
	run 1 -j load "$tmp/f"
	json '.loaded == 1 and .failed == 3 and (.failures | map(.line)) == [2,3,4]'
	says ":3: unknown field 'x'$"
	run 2 load --format csv "$tmp/f"
	says 'f:1: a quote in a field that is not quoted'
	printf 'device,owner\nd,1\ne,1\nd,2\n' >"$tmp/f"
	run 0 load "$tmp/f"
	run 0 -j get d
	json '.owner == 2'
	run 1 load --insert "$tmp/f"
	has '^loaded 0, 3 failed'
	says ':2: the device has a session already'
	run 1 load --insert --batch 1 "$tmp/f"
	has '^loaded 0, 3 failed'
	run 0 load --batch 1 "$tmp/f"
	has '^loaded 3, 0 failed'
	run 0 load - <"$tmp/f"
	has '^loaded 3, 0 failed'
	run 1 load --table nobody "$tmp/f"
	says 'stopped at line 2: there is no table of that name'
	has '^loaded 0, 0 failed'
	run 1 -j load --batch 1 --table nobody "$tmp/f"
	json '.complete == false and .loaded == 0'
	run 0 -q flush
	run 0 table add tiny max-sessions 2
	run 1 -t tiny load "$tmp/filter.csv"
	has '^loaded 2, 4 failed'
	says ':4: .*full'
	run 0 table del tiny
}

test_atomic()
{
	run 0 load --atomic "$tmp/filter.csv"
	has '^loaded 6, 0 failed'
	run 0 -q flush
	printf 'device,owner\nx-1,1\nx-2,2\nx-1,3\n' >"$tmp/f"
	run 1 load --atomic "$tmp/f"
	says ':4: device: x-1 stands on line 2 already$'
	says 'nothing was loaded$'
	run 0 count
	is 0
	printf 'device,owner\nx-1,1\nx-2,y\n' >"$tmp/f"
	run 1 -j load --atomic "$tmp/f"
	json '.loaded == 0 and .failed == 1'
	run 0 add x-2
	printf 'device,owner\nx-1,1\nx-2,2\nx-3,3\n' >"$tmp/f"
	run 1 load --atomic --insert "$tmp/f"
	says ':3: the device has a session already'
	says 'nothing was loaded$'
	has '^loaded 0, 1 failed'
	run 0 count
	is 1
	run 0 -q flush
	seq 1 65536 | sed 's/^/big-/; 1i device' >"$tmp/big.csv"
	run 0 load --atomic "$tmp/big.csv"
	has '^loaded 65536, 0 failed'
	run 0 count
	is 65536
	run 0 flush
	echo one-more >>"$tmp/big.csv"
	run 1 load --atomic "$tmp/big.csv"
	says 'at most 65536 sessions'
	says 'nothing was loaded$'
	run 0 count
	is 0
}

test_namespaces()
{
	run 1 -n nowhere list
	says "network namespace 'nowhere'"
	run 1 -n /proc/self/status list
	run 0 -n /proc/self/ns/net list
	mkdir -p /run/netns && : >/run/netns/other &&
		unshare -n sh -c 'mount --bind /proc/self/ns/net /run/netns/other'
	verdict $? 'a namespace is made'
	run 0 -n other add here owner 1
	run 0 -n other count
	is 1
	run 0 count
	is 0
	run 0 --netns other flush
	umount /run/netns/other
}

test_privileges()
{
	nobody='setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all'
	$nobody devsess -j stats >"$out" 2>"$err"
	verdict $? 'a user may see statistics'
	json '.[0].table == "default"'
	for c in list 'get a' 'add a' count flush 'table list' 'table add x' 'del a'; do
		# shellcheck disable=SC2086
		$nobody devsess $c >"$out" 2>"$err"
		[ $? = 1 ]
		verdict $? "a user may not $c"
		says 'CAP_NET_ADMIN'
	done
}

test_output()
{
	run 0 add full-1
	devsess list >/dev/full 2>"$err"
	[ $? = 1 ]
	verdict $? 'a full device is an error'
	says 'standard output'
	run 0 -q flush
}

echo 'TAP version 13'
test_usage
test_one
test_touch
test_ids
test_many
test_filters
test_tables
test_proc
test_round_trip
test_bad_files
test_atomic
test_namespaces
test_privileges
test_output
rm -rf "$tmp"
echo "1..$tests"
echo "# passed $((tests - failures)), failed $failures"
[ $failures = 0 ]
