#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The tracepoints: each tells what was done, as often as it was done.

. "$(dirname "$0")/common.sh"

tracing=/sys/kernel/tracing
events=$tracing/events/devsess

# listen EVENT...: to these only, from now on
listen()
{
	local event

	echo 0 >$events/enable
	echo >$tracing/trace
	for event; do
		echo 1 >"$events/$event/enable" || fail "no event $event"
	done
}

# told: what was heard, without who and when
told()
{
	sed -n 's/^[^#].*[0-9]: \([a-z]*: .*\)$/\1/p' $tracing/trace
}

begin()
{
	fresh
	[ -d $events ] || mount -t tracefs tracefs $tracing 2>/dev/null
	if [ ! -d $events ]; then
		skip 'this kernel has no tracepoints'
		return
	fi
	# To record names a probe is put into the scheduler: its code changes while all CPUs
	# run it, which an emulated machine of several CPUs does not survive at times.
	echo 0 >$tracing/options/record-cmd
	devsess -q table add t max-sessions 200000 key-max 16
}

# The promised ones are there, and no other.
test_names()
{
	[ -z "$test_skipped" ] || return
	is "$(cd $events && printf '%s ' */)" 'delete/ evict/ expire/ full/ merge/ miss_upcall/ promote/ split/ store/ '
}

# documented EVENT: its fields, as the table of tracing.rst has them
documented()
{
	awk -v event="\`\`$1\`\`" '
		row { gsub("[`-]", ""); print; exit }
		$1 == "*" && $3 == event { row = 1 }' "$here/tracing.rst" | xargs
}

# The document has each event with its fields, and what its lines ask for is there: neither
# perf nor bpftrace is.
test_documented()
{
	local event line word lines=0

	[ -z "$test_skipped" ] || return
	for event in "$events"/*/format; do
		event=${event%/format}
		event=${event##*/}
		is "$(documented "$event")" \
			"$(sed -n 's/.*\<field:[^;]* \([a-z]*\)\(\[[^]]*\]\)\?;.*/\1/p' "$events/$event/format" |
				grep -v '^common_' | xargs)" "fields of $event"
		grep -q "^	bpftrace -e 'tracepoint:devsess:$event { .* }'\$" "$here/tracing.rst" ||
			fail "no line for bpftrace with $event"
		grep -qE "^	perf (record|stat|trace) -a .*-e '?devsess:(${event::4}\\*|$event)" \
			"$here/tracing.rst" || fail "no line for perf with $event"
	done
	while read -r line; do
		lines=$((lines + 1))
		event=${line#*tracepoint:devsess:}
		event=${event%% *}
		while read -r word; do
			[[ " $(documented "$event") " == *" $word "* ]] || fail "$event has no $word"
		done < <(grep -o 'args->[a-z_]*' <<<"$line" | cut -c 7-)
	done < <(grep '^	bpftrace' "$here/tracing.rst")
	is "$lines" "$(printf '%s\n' $events/*/ | wc -l)" 'lines for bpftrace'
}

test_writes()
{
	[ -z "$test_skipped" ] || return
	listen store delete full expire
	ok devsess -q -t t add a
	ok devsess -q -t t set a owner 1
	ok devsess -q -t t update a owner 2
	ok devsess -q -t t getadd a
	ok devsess -q -t t touch a
	ok devsess -q -t t get a
	refused '' devsess -q -t t add a
	refused '' devsess -q -t t del b
	ok devsess -q -t t del a
	is "$(told | sed 's/ version=[1-9][0-9]*$/ V/')" "\
store: table=t device=0x61 created=1 V
store: table=t device=0x61 created=0 V
store: table=t device=0x61 created=0 V
delete: table=t device=0x61"
	told | sed -n 's/.* version=//p' >versions
	is "$(sort -nu versions)" "$(<versions)"
}

# Ids are bytes.
test_bytes()
{
	[ -z "$test_skipped" ] || return
	listen store
	ok devsess -q -t t add 0x0a2025732200ff
	is "$(told | cut -d ' ' -f 3)" 'device=0x0a2025732200ff'
}

test_full()
{
	[ -z "$test_skipped" ] || return
	ok devsess -q table set t max-sessions 1
	ok devsess -q -t t add a
	listen store full
	refused 'the table is full' devsess -q -t t add b
	is "$(told)" 'full: table=t device=0x62'
}

test_evict()
{
	[ -z "$test_skipped" ] || return
	ok devsess -q table set t max-sessions 1 policy evict
	ok devsess -q -t t add a
	listen store full evict
	ok devsess -q -t t add b
	is "$(told | cut -d ' ' -f 1-3)" "\
evict: table=t device=0x61
store: table=t device=0x62"
}

test_expire()
{
	[ -z "$test_skipped" ] || return
	listen expire
	csv 1 300 ttl_ms 50 >f.csv
	ok devsess -q -t t load f.csv
	for _ in {1..50}; do
		[ "$(devsess -j stats t | jq .expired)" -eq 300 ] && break
		sleep 0.1
	done
	is "$(told | awk '/^expire: table=t sessions=/ { sub(".*=", ""); n += $0 } END { print n }')" 300
}

# Whoever frees them, the worker or a flush.
test_expire_by_flush()
{
	local i

	[ -z "$test_skipped" ] || return
	listen expire
	csv 1 500 ttl_ms 20 >f.csv
	for ((i = 0; i < 20; i++)); do
		ok devsess -q -t t load f.csv
		sleep 0.02
		ok devsess -q -t t flush
	done
	sleep 0.5 # the worker counts before it tells
	is "$(told | awk '/^expire: table=t sessions=/ { sub(".*=", ""); n += $0 } END { print n + 0 }')" \
		"$(devsess -j stats t | jq .expired)"
	[ "$(devsess -j stats t | jq .expired)" -gt 0 ] || fail 'none expired'
}

# The structural ones come as often as the figures say.
test_structure()
{
	[ -z "$test_skipped" ] || return
	listen promote split merge
	csv 1 40000 owner 1 >f.csv
	ok devsess -q -t t load f.csv
	ok devsess -q -t t flush owner 1
	for _ in {1..50}; do
		[ "$(devsess -j stats t | jq .merges)" -gt 8 ] && break
		sleep 0.1
	done
	sleep 1
	devsess -j stats t >figures
	is "$(told | grep -c '^split: table=t shards=[1-9][0-9]*$')" "$(jq .splits figures)"
	is "$(told | grep -c '^merge: table=t shards=[1-9][0-9]*$')" "$(jq .merges figures)"
	is "$(told | awk '/^promote:/ { sub(".*=", ""); n += $0 } END { print n }')" \
		"$(jq .promoted figures)"
	[ "$(jq .splits figures)" -gt 8 ] || fail 'few splits'
}

# Who does not listen hears nothing.
test_off()
{
	[ -z "$test_skipped" ] || return
	listen
	ok devsess -q -t t add a
	is "$(told)" ''
}

run_tests "$@"
