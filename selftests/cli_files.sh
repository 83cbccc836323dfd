#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Files for load, good and bad: CSV, JSON Lines and what people and accidents
# make of them. Good lines are loaded, each bad one is named with its reason.

. "$(dirname "$0")/common.sh"

# loads LOADED FAILED FILE [OPTION...]: so many, with that exit status
loads()
{
	local loaded=$1 bad=$2 file=$3 option

	shift 3
	for option in '' "$@"; do
		devsess -q flush
		run devsess load ${option:+"$option"} "$file"
		is "$status" "$((bad > 0))" "exit status $option"
		[[ $out == "loaded $loaded, $bad failed ("* ]] || fail "$option $out: $err"
		is "$(grep -c "^$file:[0-9]*: " <<<"$err")" "$bad" "reasons $option"
		count "$loaded"
	done
}

# says TEXT: a line of stderr
says()
{
	grep -qxF -e "$1" <<<"$err" || fail "'$1' is not in '$err'"
}

test_csv_columns()
{
	# Any columns in any order, device among them.
	printf '%s\n' 'owner,device,state' '7,a,idle' '8,b,' >f.csv
	loads 2 0 f.csv --batch=1
	is "$(devsess -j get a b | jq -c '.[] | [.owner, .state]')" $'[7,"idle"]\n[8,"new"]'
	printf 'device\na\n' >f.csv
	loads 1 0 f.csv
	printf 'owner,device,color\n' >f.csv
	misused "f.csv:1: " devsess load f.csv
	[[ $err == *"unknown column 'color'"* ]] || fail "$err"
	printf 'owner,state\n1,new\n' >f.csv
	misused "column 'device' is missing" devsess load f.csv
	printf 'device,owner,owner\na,1,1\n' >f.csv
	misused "column 'owner' stands there twice" devsess load f.csv
	printf 'device,Owner\na,1\n' >f.csv
	misused "unknown column 'Owner'" devsess load f.csv
	printf 'device,owner\na\nb,1,2\nc,1\n' >f.csv
	loads 1 2 f.csv
	says 'f.csv:2: 1 fields, but the header has 2'
	says 'f.csv:3: more fields than the 2 of the header'
}

test_csv_quotes()
{
	printf '%s\n' device,owner '"a",1' '"b","2"' 'c"d,1' '"e,1' '"f"x,1' '"g,h",1' \
		'"i""j",1' '"",1' >f.csv
	loads 4 4 f.csv
	says 'f.csv:4: a quote in a field that is not quoted'
	says 'f.csv:5: a quoted field does not end on its line'
	says 'f.csv:6: only a comma may follow a quoted field'
	says 'f.csv:9: device: a device id has at least one byte'
	ok devsess -j get 0x672c68 0x69226a b
	json_is length 3
}

test_line_ends()
{
	# CR LF, empty lines, no end at all, a byte order mark.
	printf '\xef\xbb\xbfdevice,owner\r\na,1\r\n\r\n  \r\nb,2\nc,3' >f.csv
	loads 3 0 f.csv --batch=1
	is "$(devsess -j list | jq -c 'map([.device, .owner]) | sort')" '[["a",1],["b",2],["c",3]]'
	printf '{"device":"a"}\r\n\r\n{"device":"b"}\r\n{"device":"c"}' >f.jsonl
	loads 3 0 f.jsonl
	printf '\n\n\r\ndevice\na\n' >f.csv
	loads 1 0 f.csv
	# A CR within a line belongs to it.
	printf 'device\na\rb\nc\n' >f.csv
	loads 1 1 f.csv
	says 'f.csv:2: device: byte 0x0d in a device id needs the 0x form'
}

test_bytes()
{
	printf 'device,owner\nnul\0nul,1\ngood-1,1\n\xff\xfe,1\n\xc3\xa9,1\ngood-2,1\0\n\0\n' >f.csv
	loads 1 5 f.csv --batch=1
	says 'f.csv:2: a NUL byte'
	says 'f.csv:4: device: byte 0xff in a device id needs the 0x form'
	says 'f.csv:5: device: byte 0xc3 in a device id needs the 0x form'
	says 'f.csv:6: a NUL byte'
	says 'f.csv:7: a NUL byte'
	printf '{"device":"a\xff"}\n{"device":"b"}\0\n{"device":"c\\u0000"}\n{"device":"d"}\n' >f.jsonl
	printf '{"device":"\\u00e9"}\n{"device":"e\\u0041"}\n' >>f.jsonl
	loads 2 4 f.jsonl
	[[ $err == *'f.jsonl:1: bad JSON: '* ]] || fail "$err"
	says 'f.jsonl:2: a NUL byte'
	is "$(devsess -j list | jq -c 'map(.device) | sort')" '["d","eA"]'
}

test_long_lines()
{
	local megabyte

	megabyte=$(head -c 1000000 /dev/zero | tr '\0' x)
	printf 'device,owner\na,1\n%s,1\nb,1\n%s\nc,1\n' "$megabyte" "$megabyte" >f.csv
	loads 3 2 f.csv
	says 'f.csv:3: the line is longer than 64 KiB'
	says 'f.csv:5: the line is longer than 64 KiB'
	printf '{"device":"a"}\n{"device":"%s"}\n{"device":"b"}\n' "$megabyte" >f.jsonl
	loads 2 1 f.jsonl
	says 'f.jsonl:2: the line is longer than 64 KiB'
	printf 'device,%s\n' "$megabyte" >f.csv
	misused 'the header line is longer than 64 KiB' devsess load f.csv
	# All of the 64 KiB may be used, to no avail.
	printf 'device,owner\n%065528d,1\nb,2\n' 7 >f.csv
	loads 1 1 f.csv
	says 'f.csv:2: device: a device id has at most 64 bytes, not 65528'
}

test_json()
{
	cat >f.jsonl <<-'END'
	{"device":"a","owner":1}
	{"device":"b","owner":"0x2"}
	{"device":"c"
	{"device":"d","color":"red"}
	["device"]
	"device"
	{}
	{"owner":1}
	{"device":5}
	{"device":null}
	{"device":"e","owner":null,"state":null}
	{"device":"f","owner":1.5}
	{"device":"g","owner":-1}
	{"device":"h","owner":4294967296}
	{"device":"i","owner":true}
	{"device":"j","flags":["pinned"]}
	{"device":"k","flags":["nonsense"]}
	{"device":"l","flags":[1]}
	{"device":"m","state":1}
	{"device":"n","device":"o"}
	{"device":"p"} {"device":"q"}
	{"device":"r","session":18446744073709551615}
	{"device":"s","session":18446744073709551616}
	{"device":"t","addr":{"ip":1}}
	{"device":"u","idle_ms":5,"created":6,"last_seen":7,"version":8}
	{"dev
	END
	loads 6 20 f.jsonl --batch=1
	is "$(devsess -j list | jq -c 'map(.device) | sort')" '["a","b","e","j","r","u"]'
	is "$(devsess -j get b | jq .owner)" 2
	[[ $(devsess -j get r) == *'"session":18446744073709551615,'* ]] || fail session
	says 'f.jsonl:5: not a JSON object'
	[[ $err == *"f.jsonl:4: unknown field 'color'"* ]] || fail "$err"
	[[ $err == *'f.jsonl:26: bad JSON: '* ]] || fail "$err"
}

# The file, not its name, says what it is, unless the option does.
test_formats()
{
	printf '{"device":"a"}\n' >f.csv
	loads 1 0 f.csv
	printf '\n \t\n  {"device":"a"}\n' >f.csv
	loads 1 0 f.csv
	printf 'device\na\n' >f.jsonl
	loads 1 0 f.jsonl
	loads 1 0 f.jsonl --format=csv
	run devsess load --format jsonl f.jsonl
	is "$status" 1
	[[ $err == *'f.jsonl:1: bad JSON'*'f.jsonl:2: bad JSON'* ]] || fail "$err"
	: >f.csv
	loads 0 0 f.csv --batch=1
	loads 0 0 f.csv --atomic
	printf '\n\n' >f.csv
	loads 0 0 f.csv
	refused 'No such file or directory' devsess load nowhere.csv
	refused 'Is a directory' devsess load /tmp
}

test_values()
{
	cat >f.csv <<-'END'
	device,session,addr,port,owner,mark,state,flags,ttl_ms,expires_in_ms,data
	a,18446744073709551615,192.0.2.1,65535,4294967295,0xff,active,pinned,60000,50000,
	b,1,2001:db8::1,,,,,,,,
	c,,192.0.2.1:80,,,,,,,,
	d,,,80,,,,,,,
	e,,192.0.2.1,65536,,,,,,,
	f,,,,,,,,,5,
	g,,,,,,,,315576000000,315576000000,
	h,,,,,,,,315576000001,,
	i,,,,,,,,5s,,
	j,,,,,,sleepy,,,,
	k,,,,,,,none,,,
	l,x,,,,,,,,,
	m,,,,,,,,,,00
	n,,,,,,,,0,60000,
	END
	loads 4 10 f.csv --batch=1
	is "$(devsess -j get a | jq -c '[.addr,.port,.owner,.mark,.state,.flags,.ttl_ms,.expires_in_ms > 0]')" \
		'["192.0.2.1",65535,4294967295,255,"active",["pinned"],60000,true]'
	[ "$(devsess -j get a | jq .expires_in_ms)" -le 50000 ] || fail 'expires_in_ms'
	says 'f.csv:5: port: it needs an addr'
	says "f.csv:6: port: '65536' is above 65535"
	says 'f.csv:7: expires_in_ms: it needs a ttl_ms'
	[[ $err == *"f.csv:14: data is longer than the table's data_max"* ]] || fail "$err"
}

# A device twice ends as its later line says, in one batch or in two.
test_twice()
{
	printf '%s\n' device,owner a,1 b,1 a,2 b,2 a,3 >f.csv
	ok devsess load f.csv
	[[ $out == 'loaded 5, 0 failed'* ]] || fail "$out"
	is "$(devsess -j get a b | jq -c 'map(.owner)')" '[3,2]'
	ok devsess load --batch 1 f.csv
	ok devsess load --batch 2 f.csv
	is "$(devsess -j get a b | jq -c 'map(.owner)')" '[3,2]'
	count 2
	ok devsess -q flush
	ends 1 '' devsess load --insert f.csv
	[[ $out == 'loaded 2, 3 failed'* ]] || fail "$out"
	says 'f.csv:4: the device has a session already'
	is "$(devsess -j get a b | jq -c 'map(.owner)')" '[1,1]'
}

# A table that fills up takes what it can, and says what it did not take.
test_full()
{
	ok devsess -q table add t max-sessions 150
	csv 1 200 >f.csv
	for option in --batch=1 --batch=64 --batch=1024 --batch=4096; do
		ok devsess -q -t t flush
		ends 1 'f.csv:152: the table is full' devsess -t t load $option f.csv
		[[ $out == 'loaded 150, 50 failed'* ]] || fail "$option: $out"
		is "$(wc -l <<<"$err")" 50 reasons
		is "$(devsess -t t count)" 150
		# Those that are there can be replaced.
		ends 1 '' devsess -t t load $option f.csv
		[[ $out == 'loaded 150, 50 failed'* ]] || fail "$option: $out"
	done
}

test_json_answer()
{
	printf '%s\n' device,owner a,1 b,x c,3 >f.csv
	ends 1 "f.csv:3: owner: 'x' is not a number" devsess -j load f.csv
	json_is '[.loaded, .failed, .complete, .failures[0].line] | tostring' '[2,1,true,3]'
	json_is '.failures[0].error' "owner: 'x' is not a number"
	json_is '(.seconds >= 0) and (.rate >= 0)' true
	ends 1 'stopped at line 2: there is no table of that name' devsess -j -t none load f.csv
	json_is '[.loaded, .complete] | tostring' '[0,false]'
	count 2
}

# What is closed is not what is opened next.
test_closed_files()
{
	local status

	csv 0 9 >in.csv
	ok devsess -q load in.csv
	timeout 20 devsess save >&- 2>err
	status=$?
	is "$status" 1 "save to nowhere: $(<err)"
	grep -q 'Bad file descriptor' err || fail "$(<err)"
	timeout 20 devsess load - <&- 2>err
	status=$?
	is "$status" 1 "load from nowhere: $(<err)"
	grep -q 'Bad file descriptor' err || fail "$(<err)"
	ok sh -c 'devsess -q add x 2>&-'
	count 11
}

# Names of files are others' choice, and no commands for the terminal.
test_names_of_files()
{
	local name=$'\e]0;x\a.csv' command

	printf '%s\n' device,owner a,x >"$name"
	for command in load apply 'load --atomic' 'load --replace' \
		'loader count 0 --from'; do
		# shellcheck disable=SC2086
		ends 1 '?]0;x?.csv:2: owner' devsess $command "$name"
		[[ $err != *[$'\e\a']* ]] || fail "$command: $(od -c <<<"$err")"
	done
	printf 'owner\n' >"$name"
	ends 2 "?]0;x?.csv:1: column 'device' is missing" devsess load "$name"
	[[ $err != *[$'\e\a']* ]] || fail "$(od -c <<<"$err")"
}

# A path as long as the kernel takes them, of bytes that JSON has no way to show.
test_long_path()
{
	local path=$PWD part i

	part=$(printf '\xff%.0s' {1..120})
	for i in {1..20}; do
		path+=/$part
	done
	mkdir -p "$path"
	ok devsess -q add a
	ok devsess -j save "$path/f.csv"
	is "$(jq -r '.file | length' <<<"$out")" $((${#PWD} + 20 * 121 + 6))
	[ -s "$path/f.csv" ] || fail 'nothing was saved'
}

test_stdin()
{
	run devsess load - <<<$'device,owner\na,1\nb,x'
	is "$status" 1
	says "<stdin>:3: owner: 'x' is not a number"
	count 1
	run devsess -q load - < <(csv 1 5000)
	is "$status$out$err" 0
	count 5001
}

run_tests "$@"
