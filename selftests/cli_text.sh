#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Text for people and JSON for programs say the same, field by field.

. "$(dirname "$0")/common.sh"

# What the text should be, made of the JSON; times that pass are looked at apart.
# shellcheck disable=SC2016
to_text='
def ms: if . % 86400000 == 0 then "\(. / 86400000)d"
	elif . % 3600000 == 0 then "\(. / 3600000)h"
	elif . % 60000 == 0 then "\(. / 60000)m"
	elif . % 1000 == 0 then "\(. / 1000)s"
	else "\(.)ms" end;
def digits: if . < 10 then "\(.)" else "abcdef"[. - 10:. - 9] end;
def hex: if . < 16 then digits else (. / 16 | floor | hex) + (. % 16 | digits) end;
def date: (. / 1000 | floor | strftime("%Y-%m-%dT%H:%M:%S")) +
	"." + (. % 1000 + 1000 | tostring[1:]) + "Z";
def peer: if .addr == null then "-"
	elif .port == 0 then .addr
	elif .addr | contains(":") then "[\(.addr)]:\(.port)"
	else "\(.addr):\(.port)" end;
def text: { device, session: "\(.session)", addr: peer, owner: "\(.owner)",
	mark: "0x\(.mark | hex)", state,
	flags: (if .flags == [] then "-" else .flags | join("|") end), weight: "\(.weight)",
	ttl: (if .ttl_ms == 0 then "never" else .ttl_ms | ms end),
	created: (.created | date), "last seen": (.last_seen | date),
	version: "\(.version)", data: (if .data == "" then "-" else .data end) };'

# A block of `get', and a row of `list', as a JSON object.
block()
{
	jq -Rn '[inputs] | [{ device: .[0] }, (.[1:][] | {
		(.[2:14] | sub(" *$"; "")): .[14:] })] | add'
}

rows()
{
	jq -Rn '[inputs] | (.[0] | split(" +"; null)) as $names | .[1:][] | split(" +"; null) |
		[$names, .] | transpose | map({ (.[0]): .[1] }) | add'
}

# ms_of TEXT: a time as people read it, in ms
ms_of()
{
	awk -v text="$1" 'BEGIN {
		unit["d"] = 86400000; unit["h"] = 3600000; unit["m"] = 60000
		unit["s"] = 1000; unit["ms"] = 1
		while (match(text, /^[0-9]+[a-z]+/)) {
			part = substr(text, 1, RLENGTH)
			text = substr(text, RLENGTH + 1)
			match(part, /[a-z]/)
			name = substr(part, RSTART)
			if (!(name in unit))
				exit
			sum += substr(part, 1, RSTART - 1) * unit[name]
		}
		if (text == "")
			print sum
	}'
}

# between WHAT LOW TEXT HIGH UNIT: a time that was read between two others
between()
{
	local value

	value=$(ms_of "$3")
	if [ -z "$value" ]; then
		fail "$1 '$3' is no time"
	elif [ "$value" -gt "$4" ] || [ $((value + $5)) -lt "$2" ]; then
		fail "$1 '$3' is not from $2 to $4 ms"
	fi
}

# agree ID: get and list, as text and as JSON
agree()
{
	local before text after want got

	before=$(devsess -j get "$1")
	text=$(devsess get "$1")
	after=$(devsess -j get "$1")
	want=$(jq -cS "$to_text text" <<<"$before")
	got=$(block <<<"$text" | jq -cS 'del(.idle, ."expires in")')
	is "$got" "$want" get
	between idle "$(jq .idle_ms <<<"$before")" "$(block <<<"$text" | jq -r .idle)" \
		"$(jq .idle_ms <<<"$after")" 1000
	if [ "$(jq .expires_in_ms <<<"$before")" = null ]; then
		is "$(block <<<"$text" | jq -r '."expires in"')" never
	else
		between 'expires in' "$(jq .expires_in_ms <<<"$after")" \
			"$(block <<<"$text" | jq -r '."expires in"')" \
			"$(jq .expires_in_ms <<<"$before")" 3600000
	fi

	want=$(jq -cS "$to_text"' text | del(.created, ."last seen")' <<<"$before")
	got=$(devsess list prefix "$1" | rows |
		jq -cS 'with_entries(.key |= ascii_downcase) | del(.idle, .expires)')
	is "$got" "$want" list
	is "$(devsess -j list prefix "$1" | jq -cS '.[0] | del(.idle_ms, .expires_in_ms)')" \
		"$(jq -cS 'del(.idle_ms, .expires_in_ms)' <<<"$before")" 'list -j'
}

test_sessions_agree()
{
	ok devsess table add data key-max 64 data-max 64
	ok devsess add a
	agree a
	ok devsess add b session 9007199254740991 addr 192.0.2.1 owner 4294967295 \
		mark 0xabcdef01 state active flags pinned ttl 61500ms
	agree b
	ok devsess add c addr 255.255.255.255:65535 mark 16 state idle ttl 90s weight 255
	agree c
	ok devsess add d addr ::ffff:192.0.2.1 state blocked ttl 3d
	agree d
	ok devsess add e addr '[fe80::1]:1' ttl 25h
	agree e
	ok devsess add 0x00ff20 addr ::
	agree 0x00ff20
}

test_data_agrees()
{
	local data

	ok devsess table add data data-max 64
	for data in 00 0123456789abcdef "$(printf '%0128d' 7)"; do
		ok devsess -t data set a data "$data"
		ok devsess -t data get a
		has "  data        $data"
		ok devsess -t data -j get a
		json_is .data "$data"
		ok devsess -t data list
		[[ $out == *" $data" ]] || fail "$out"
	done
	ok devsess -t data update a data ''
	ok devsess -t data get a
	[[ $out == *'  data        -' ]] || fail "$out"
}

# Numbers that jq would round: as they are printed.
test_big_numbers_agree()
{
	ok devsess add a session 18446744073709551615
	ok devsess get a
	has '  session     18446744073709551615'
	ok devsess -j get a
	has '"session":18446744073709551615,'
	ok devsess list
	has ' 18446744073709551615 '
	ok devsess save
	has 'a,18446744073709551615,'
	ok devsess save --format jsonl
	has '"session":18446744073709551615,'
}

test_tables_agree()
{
	local want

	ok devsess table add small max-sessions 10 key-max 8 data-max 4 defer-ring 16 \
		defer-interval 5ms ttl 3601s owner-max 5 upcall on-request upcall-interval 2s max-cost 70
	ok devsess -t small add a
	# Some of them share a column.
	want=$(devsess -j table list | jq -cS '.[] | map_values(tostring) |
		.defer = (if .defer_ring == "0" then "-"
			  else "\(.defer_ring)/\(.defer_interval_ms)ms" end) |
		.ttl = (if .ttl_ms == "0" then "never" else "\(.ttl_ms | tonumber / 1000)s" end) |
		.owner_max = (if .owner_max == "0" then "-" else .owner_max end) |
		.upcall = (if .upcall == "off" then "-"
			   else "\(.upcall)/\(.upcall_interval_ms | tonumber / 1000)s" end) |
		.bpf_id = (if .bpf_id == "0" then "-" else .bpf_id end) |
		.cost = "\(.cost)/\(if .max_cost == "0" then "-" else .max_cost end)" |
		del(.max_cost, .defer_ring, .defer_interval_ms, .ttl_ms, .upcall_interval_ms, .upcall_rate,
		    .upcall_negative_ttl_ms, .watermark_high, .watermark_low, .above, .reserve)')
	is "$(devsess table list | rows |
		jq -cS 'with_entries(.key |= (ascii_downcase | sub("-"; "_")))')" "$want"
	is "$(devsess -j table list small | jq -c .)" \
		"$(devsess -j table list | jq -c '.[] | select(.name == "small")')"
}

test_stats_agree()
{
	local want

	ok devsess table add small max-sessions 10
	ok devsess -t small add a
	want=$(devsess -j stats small | jq -rc 'to_entries[] | "\(.key) \(.value)"')
	# Figures in thousandths end in zeros that jq takes away.
	is "$(devsess stats small | awk '$2 ~ /[.]/ { $2 += 0 } { print }')" \
		"$(awk '$2 ~ /[.]/ { $2 += 0 } { print }' <<<"$want")"
	is "$(devsess stats | grep ^table)" $'table default\ntable small'
	is "$(devsess -j stats | jq -r '.[].table')" $'default\nsmall'
}

# samples: NAME{LABELS} VALUE a line, of families that are told of once, just before them
samples()
{
	awk '
	/^# HELP devsess_[a-z_]+ [A-Z].*[.]$/ {
		if (seen[$3]++) { print "twice: " $3; exit }
		family = $3; next
	}
	/^# TYPE devsess_[a-z_]+ (gauge|counter)$/ && $3 == family {
		if (($4 == "counter") != (family ~ /_total$/)) { print "type: " $0; exit }
		next
	}
	/^devsess_[a-z_]+[{]table="[A-Za-z0-9_.-]+"(,[a-z]+="[a-z_]+")?[}] [0-9.]+$/ &&
	substr($1, 1, index($1, "{") - 1) == family { print; next }
	{ print "not a sample of " family ": " $0 }'
}

test_prometheus()
{
	local line

	ok devsess table add small max-sessions 2
	ok devsess -t small add a
	ok devsess -t small add b
	run devsess -t small add c
	ok devsess -t small touch a
	ok devsess -j stats small
	# All figures but the table's name and three that others tell.
	line=$(jq 'length - 4' <<<"$out")
	ok devsess stats --prometheus small
	samples <<<"$out" >found
	is "$(wc -l <found)" "$line"
	for line in '_sessions{table="small"} 2' '_sessions_max{table="small"} 2' \
		'_writes_total{table="small",op="insert"} 2' \
		'_writes_total{table="small",op="touch"} 1' \
		'_failures_total{table="small",reason="full"} 1' \
		'_failures_total{table="small",reason="exists"} 0' \
		'_lookups_total{table="small",result="not_found"} 0'; do
		grep -qxF "devsess$line" found || fail "$line"
	done
	is "$(sed -n 's/^devsess_memory_bytes{table="small"} //p' found)" \
		"$(devsess -j stats small | jq .memory)"
	is "$(sed -n 's/^devsess_sessions_peak_timestamp_seconds.* \([0-9]*\)[.]000$/\1/p' found)" \
		"$(devsess -j stats small | jq '.peak_at / 1000')"
	awk -v now="$(date +%s)" '/_lock_hold_max_seconds/ && ($2 < 0 || $2 > 10) ||
		/_peak_timestamp/ && ($2 < now - 900 || $2 > now + 1)' found >far
	is "$(<far)" ''
}

# Of several tables each family is in one piece.
test_prometheus_of_all()
{
	ok devsess table add small max-sessions 10
	ok devsess stats --prometheus
	samples <<<"$out" >found
	is "$(grep -c '{table="default"' found)" "$(grep -c '{table="small"' found)"
	is "$(grep '^devsess_sessions{' found)" \
		$'devsess_sessions{table="default"} 0\ndevsess_sessions{table="small"} 0'
	misused 'JSON or Prometheus, not both' devsess -j stats --prometheus
	misused '--prometheus goes with stats only' devsess list --prometheus
	refused 'there is no table of that name' devsess stats --prometheus absent
}

# rate NAME: of the table t in the lines of top
rate()
{
	jq -c "select(.table == \"t\") | .$1" top.json
}

test_top()
{
	ok devsess table add t max-sessions 1000
	csv 1 500 >f.csv
	# 500 new sessions, of which 200 were written once more, while it looks for the second time.
	devsess -j top every 3s times 2 >first.json &
	soon test -s first.json
	ok devsess -q -t t load f.csv
	head -n 201 f.csv >g.csv
	ok devsess -q -t t load g.csv
	wait $! || fail "top ended with $?"
	tail -n 2 first.json >top.json
	is "$(jq -r .table top.json | tr '\n' ' ')" 'default t '
	is "$(rate sessions)" 500
	is "$(rate fill)" 0.5
	# By the clock of the machine, which a busy one may stretch.
	is "$(rate 'writes_per_s | . > 100 and . <= 700 / 3 + 1')" true
	is "$(rate 'growth_per_s | . > 70 and . <= 500 / 3 + 1')" true
	is "$(rate 'full_in_s * .growth_per_s | round')" 500
	is "$(rate 'write_amplification | . >= 1 and . < 5')" true
	is "$(rate '| .hit_ratio, .lookups_per_s' | tr '\n' ' ')" 'null 0 '
}

test_top_for_people()
{
	ok devsess table add a-name-of-thirty-one-bytes-1234 max-sessions 4000000
	ok devsess -q -t a-name-of-thirty-one-bytes-1234 add a
	ok devsess top every 10ms times 3
	is "$(grep -c '^devsess  ..:..:..  tables 2$' <<<"$out")" 3
	is "$(grep -c '^TABLE .* FULL IN$' <<<"$out")" 3
	is "$(awk 'length > 79' <<<"$out")" ''
	is "$(grep -A1 '^a-name-of-thirty-one-bytes-1234$' <<<"$out" | awk '!/^a-name|^--/ { print $1, $2 }' |
		sort -u)" '1 0.0%'
	is "$(grep -c '^default  *0  *0.0%' <<<"$out")" 3
	ok devsess -t default top every 10ms times 1
	is "$(wc -l <<<"$out")" 3
	ok devsess top times 0
	is "$out" ''
	refused 'there is no table of that name' devsess -t absent top
	misused 'at least 10ms' devsess top every 9ms
	misused "unknown word '5'" devsess top 5
	ends 1 'No space left on device' sh -c 'devsess top every 10ms >/dev/full'
}

# It ends by a signal, and on a terminal draws over what it drew.
test_top_on_a_terminal()
{
	[ -e /dev/ptmx ] || { skip 'not on a kernel without pseudo-terminals'; return; }
	timeout 20 script -qec 'devsess top every 50ms times 2' /dev/null >screen </dev/null ||
		fail "top ended with $?"
	is "$(tr -dc '\033' <screen | wc -c)" 11
	devsess top every 100ms >seen &
	soon grep -q '^default' seen
	kill -TERM $!
	wait $!
	is $? 143 'the status'
}

# What does not fit is told, rather than scrolled away.
test_top_of_many()
{
	local i

	[ -e /dev/ptmx ] || { skip 'not on a kernel without pseudo-terminals'; return; }
	for i in {1..30}; do
		ok devsess -q table add "table-$i"
	done
	timeout 20 script -qec 'stty rows 10 cols 80; devsess top every 50ms times 2' /dev/null >screen \
		</dev/null || fail "top ended with $?"
	is "$(grep -c '\[Kand 25 tables more' screen)" 2 "$(head -c 2000 screen)"
	is "$(tr -dc '\n' <screen | wc -c)" $((2 * 9))
	# No line takes two, be the screen as narrow as it may.
	timeout 20 script -qec 'stty rows 10 cols 60; devsess top every 50ms times 2' /dev/null >screen \
		</dev/null || fail "top ended with $?"
	is "$(tr -d '\033\r' <screen | sed 's/\[[0-9]*[HJK]//g' |
		awk 'length > n { n = length } END { print n }')" 60
	is "$(tr -dc '\n' <screen | wc -c)" $((2 * 9))
}

# No name is in a list twice, whatever is swapped meanwhile.
test_prometheus_during_swaps()
{
	local i

	ok devsess -q table add a
	ok devsess -q table add b
	while [ ! -e stop ]; do
		devsess -q table swap a b
	done &
	for ((i = 0; i < 100; i++)); do
		ok devsess stats --prometheus
		is "$(grep -c '^devsess_sessions{' <<<"$out")" 3 "$out"
		[ -z "$test_failed" ] || break
	done
	touch stop
	wait
	rm stop
}

# Each session as it is listed is what get says of it.
test_list_is_get()
{
	csv 1 50 owner,state,addr,port,mark 7,idle,10.0.0.1,99,3 >f.csv
	ok devsess load f.csv
	ok devsess -j list
	json_is length 50
	jq -cS 'sort_by(.device)[] | del(.idle_ms)' <<<"$out" >listed
	# shellcheck disable=SC2046
	ok devsess -j get $(sed 1d f.csv | cut -d , -f 1)
	jq -cS 'sort_by(.device)[] | del(.idle_ms)' <<<"$out" >got
	cmp -s listed got || fail "$(diff listed got)"
}

run_tests "$@"
