#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tables: made, changed, listed, deleted; their limits are exact.

. "$(dirname "$0")/common.sh"

begin()
{
	fresh
	devsess -q table set default max-sessions 1000000
}

# of NAME FILTER: from table list -j
of()
{
	devsess -j table list "$1" | jq -c "$2"
}

test_add()
{
	ok devsess table add t
	is "$out" 'added table t'
	is "$(of t '[.name,.key_max,.data_max,.policy,.sessions,.users]')" '["t",32,0,"reject",0,0]'
	[ "$(of t .max_sessions)" -gt 0 ] || fail max_sessions
	ok devsess -j table add u max-sessions 1 key-max 1 data-max 64 policy reject
	is "$out" '{"name":"u"}'
	is "$(of u '[.max_sessions,.key_max,.data_max]')" '[1,1,64]'
	ok devsess -q table add v max-sessions 5 key-max 64 data-max 0
	is "$out" ''
	is "$(of v '[.max_sessions,.key_max,.data_max]')" '[5,64,0]'
	refused 't: there is a table of that name [name] (File exists)' devsess table add t
	refused 'there is a table of that name' devsess table add default
	is "$(devsess -j table list | jq -c 'map(.name)')" '["default","t","u","v"]'
}

test_names()
{
	local name

	for name in a 0 _ a.b-c_d ABC "$(printf '%031d' 0)"; do
		ok devsess -q table add "$name"
		is "$(of "$name" .name)" "\"$name\""
		ok devsess -q -t "$name" add x
		is "$(devsess -t "$name" count)" 1
	done
	for name in .a -a a/b 'a b' 'a,b' $'a\nb' é '*'; do
		refused 'name is not 1 to 31 of A-Z a-z 0-9 _ . -, or begins with . or - [name]' \
			devsess table add -- "$name"
	done
	misused 'the name of a table has at least one byte' devsess table add ''
	misused 'the name of a table has at most 31 bytes' devsess table add "$(printf '%032d' 0)"
	misused 'at least one byte' devsess -t '' list
	misused 'at most 31 bytes' devsess -t "$(printf '%032d' 0)" list
	is "$(devsess -j table list | jq length)" 7
}

test_bad_limits()
{
	refused 'max_sessions is 0 [max_sessions]' devsess table add t max-sessions 0
	refused 'more than this machine has memory for [max_sessions]' \
		devsess table add t max-sessions 18446744073709551615
	refused 'more than this machine has memory for' \
		devsess table add t max-sessions 99999999999
	misused 'is above 18446744073709551615' devsess table add t max-sessions 18446744073709551616
	refused '[key_max]' devsess table add t key-max 0
	refused '[key_max]' devsess table add t key-max 65
	refused '[key_max]' devsess table add t key-max 4294967295
	misused 'is above 4294967295' devsess table add t key-max 4294967296
	refused '[data_max]' devsess table add t data-max 65
	misused "unknown policy 'lru' (known: reject, evict-expired-only, evict)" devsess table add t policy lru
	misused "unknown word 'size'" devsess table add t size 5
	misused "'key-max' stands there twice" devsess table add t key-max 5 key-max 5
	misused "'key-max' lacks its value" devsess table add t key-max
	is "$(devsess -j table list | jq length)" 1
}

# As many as max-sessions says, and not one more.
test_limit()
{
	local i

	ok devsess table add t max-sessions 5
	for i in 1 2 3 4 5; do
		ok devsess -q -t t add $i
	done
	refused '6: the table is full: it holds max_sessions' devsess -t t add 6
	refused 'the table is full' devsess -t t set 6
	refused 'the table is full' devsess -t t getadd 6
	refused 'the table is full' devsess -t t swap 6
	ok devsess -q -t t set 5 owner 1
	is "$(devsess -t t count)" 5
	ok devsess -q -t t del 1
	ok devsess -q -t t add 6
	refused 'the table is full' devsess -t t add 1
	is "$(of t .sessions)" 5
	is "$(figure fail_full t)" 5 fail_full
}

test_set()
{
	local i

	ok devsess table add t max-sessions 3
	ok devsess -q -t t add 1
	ok devsess -q -t t add 2
	refused 'the table holds more sessions than that [max_sessions] (Device or resource busy)' \
		devsess table set t max-sessions 1
	is "$(of t .max_sessions)" 3
	ok devsess table set t max-sessions 2
	is "$out" 'changed table t'
	refused 'the table is full' devsess -t t add 3
	ok devsess -j table set t max-sessions 4 policy reject
	is "$out" '{"name":"t"}'
	ok devsess -q -t t add 3
	ok devsess -q table set t policy evict-expired-only
	is "$(of t .policy)" '"evict-expired-only"'
	ok devsess -q table set t policy evict
	is "$(of t .policy)" '"evict"'
	ok devsess -q -t t set 1 flags pinned
	ok devsess -q -t t add 4
	for i in 5 6 7 8; do
		ok devsess -q -t t add $i
	done
	is "$(of t .sessions)" 4
	is "$(figure evicted t)" 4 evicted
	ok devsess -q -t t get 1
	ok devsess -q -t t get 8
	ok devsess -q -t t flush
	for i in 1 2 3; do
		ok devsess -q -t t add $i
	done
	ok devsess -q table set t policy reject
	is "$(of t '[.max_sessions,.sessions]')" '[4,3]'
	refused 'max_sessions is 0' devsess table set t max-sessions 0
	refused 'more than this machine has memory for' \
		devsess table set t max-sessions 18446744073709551615
	refused 'there is no table of that name [name]' devsess table set u max-sessions 5
	misused 'there is nothing to change' devsess table set t
	misused "unknown word 'key-max' (known here: max-sessions, policy, defer-ring, defer-interval, ttl, upcall, upcall-interval, upcall-rate, negative-ttl, watermark-high, watermark-low, reserve, max-cost)" \
		devsess table set t key-max 8
	misused "unknown word 'data-max'" devsess table set t data-max 8
	is "$(of t '[.max_sessions,.key_max,.data_max]')" '[4,32,0]'
}

# What tells that a table fills up, and what is kept for user space: this program.
test_fill()
{
	local verb fill='[.watermark_high,.watermark_low,.above,.reserve]'

	ok devsess table add t max-sessions 10 watermark-high 90
	is "$(of t "$fill")" '[90,80,0,0]'
	ok devsess -q table set t watermark-high 5
	is "$(of t "$fill")" '[5,0,0,0]'
	ok devsess -q table set t watermark-high 70 watermark-low 69 reserve 9
	is "$(of t "$fill")" '[70,69,0,9]'
	refused 'watermark_low is not below watermark_high [watermark_low]' \
		devsess table set t watermark-low 70
	refused 'watermark_low is not below watermark_high [watermark_low]' \
		devsess table add u watermark-high 0 watermark-low 1
	refused '[watermark_high]' devsess table set t watermark-high 101
	refused 'reserve is not below max_sessions [reserve]' devsess table set t reserve 10
	refused 'reserve is not below max_sessions [max_sessions]' devsess table set t max-sessions 9
	refused 'reserve is not below max_sessions [reserve]' \
		devsess table add u max-sessions 5 reserve 18446744073709551615
	is "$(of t "$fill")" '[70,69,0,9]'
	csv 1 10 >ten
	ok devsess -q -t t load ten
	refused 'the table is full' devsess -t t add more
	# None of our doors leaves the reserve to others.
	for verb in add set getadd swap; do
		ok devsess -q -t t del dev-0000001
		ok devsess -q -t t "$verb" dev-0000001
	done
	soon filled
	ok devsess -q table set t watermark-high 0 reserve 0
	is "$(of t "$fill")" '[0,0,0,0]'
}

filled()
{
	[ "$(of t .above)" = 1 ]
}

test_defer()
{
	ok devsess table add t defer-ring 1000 defer-interval 2s
	is "$(of t '[.defer_ring,.defer_interval_ms]')" '[1024,2000]'
	ok devsess table list t
	has 'DEFER'
	has '1024/2s'
	ok devsess table drain t
	is "$out" 'drained table t'
	ok devsess -j table drain t
	is "$out" '{"name":"t"}'
	ok devsess table set t defer-interval 1ms
	is "$(of t '[.defer_ring,.defer_interval_ms]')" '[1024,1]'
	ok devsess table set t defer-ring 0
	is "$(of t '[.defer_ring,.defer_interval_ms]')" '[0,1]'
	refused 'the table takes no deferred writes [name] (Operation not supported)' \
		devsess table drain t
	refused 'there is no table of that name [name]' devsess table drain u
	refused '[defer_ring]' devsess table set t defer-ring 65537
	refused '[defer_interval_ms]' devsess table set t defer-interval 0
	refused '[defer_interval_ms]' devsess table set t defer-interval 61s
	refused '[defer_interval_ms]' devsess table set t defer-interval 365d
	misused 'defer-interval' devsess table set t defer-interval 10
	misused 'the name of one table must follow' devsess table drain
	misused 'the name of one table must follow' devsess table drain t u
}

test_ttl()
{
	ok devsess table add t ttl 90s
	is "$(of t .ttl_ms)" 90000
	ok devsess table list t
	has 'TTL'
	has ' 90s'
	ok devsess -q -t t add a
	ok devsess -q -t t add b ttl 0
	ok devsess -q -t t add c ttl 5m
	is "$(devsess -j -t t list | jq -c 'map(.ttl_ms) | sort')" '[0,90000,300000]'
	ok devsess table set t ttl 0
	is "$(of t .ttl_ms)" 0
	ok devsess -q -t t add d
	ok devsess -q -t t touch a
	is "$(devsess -j -t t list | jq -c 'map(.ttl_ms) | sort')" '[0,0,90000,300000]'
	misused 'ttl: ' devsess table set t ttl 4000d
	misused 'ttl' devsess table set t ttl 10
	misused 'ttl' devsess table add u ttl
}

# What is saved has its own ttl, also if that is for ever.
test_ttl_restored()
{
	ok devsess table add t
	ok devsess -q -t t add a
	devsess -q -t t save >saved.csv || fail "not saved"
	ok devsess table add u ttl 1h
	ok devsess -q -t u load saved.csv
	is "$(devsess -j -t u get a | jq -c .ttl_ms)" 0
}

test_del()
{
	ok devsess table add t
	ok devsess -q -t t add 1
	ok devsess table del t
	is "$out" 'deleted table t'
	refused 't: there is no table of that name [name]' devsess table del t
	refused 'there is no table of that name' devsess -t t get 1
	refused 'there is no table of that name' devsess table list t
	ok devsess -j table add t
	is "$(devsess -t t count)" 0
	ok devsess -j table del t
	is "$out" '{"name":"t"}'
	misused 'the name of one table must follow' devsess table del
	misused 'the name of one table must follow' devsess table del t default
	is "$(devsess -j table list | jq -c 'map(.name)')" '["default"]'
}

# The one that is always there can go, and come again.
test_default()
{
	ok devsess -q add a
	ok devsess table del default
	refused 'there is no table of that name' devsess get a
	refused 'there is no table of that name' devsess count
	ok devsess -j table list
	is "$out" '[]'
	is "$(cat /proc/net/devsess)" ''
	ok devsess -q table add default max-sessions 1000000
	count 0
	ok devsess -q add a
	count 1
}

# Tables have sessions of their own, and there may be many.
test_many()
{
	local i

	for ((i = 0; i < 40; i++)); do
		ok devsess -q table add "t$i" max-sessions $((i + 1))
		ok devsess -q -t "t$i" add same owner "$i"
	done
	is "$(devsess -j table list | jq 'map(.sessions) | add')" 40
	is "$(devsess table list | wc -l)" 42
	is "$(devsess -j -t t17 get same | jq .owner)" 17
	is "$(devsess -j stats t39 | jq .max_sessions)" 40
	is "$(devsess -j stats | jq length)" 41
	is "$(grep -c ^table /proc/net/devsess)" 41
	is "$(devsess -j table list | jq -c 'map(.id) | . == (sort | unique)')" true
}

test_stats()
{
	ok devsess stats
	[[ $out == 'table default'* ]] || fail "$out"
	ok devsess -t default stats
	has $'\nsessions 0\n'
	refused 'there is no table of that name' devsess stats none
	refused 'there is no table of that name' devsess -t none stats
	misused 'the name of one table is enough' devsess stats default default
	misused 'the name of one table is enough' devsess -t default stats default
}

run_tests "$@"
