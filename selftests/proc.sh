#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# /proc/net/devsess and /proc/net/stat/devsess: their layout, and that each
# figure tells what happened.

. "$(dirname "$0")/common.sh"

tables=/proc/net/devsess
cpus=/proc/net/stat/devsess

# The promised lines, in their order.
lines='table sessions peak peak_at max_sessions shards memory slots slot_size load_factor
	bytes_per_session lookups read_hits dirty_hits not_found inserts updates touches deletes
	expired promotions promoted grows shrinks splits merges slots_written
	write_amplification lock_hold_max_ns fail_exists fail_absent fail_version fail_full
	fail_memory fail_invalid deferred merged deferred_failed fail_ring deferred_waiting
	generation upcalls upcalls_dropped negative_hits evicted fail_quota fail_owners cost
	max_cost bpf_id'
counters='read_hits dirty_hits not_found inserts updates touches deletes expired promotions
	promoted grows shrinks splits merges slots_written fail_exists fail_absent fail_version
	fail_full fail_memory fail_invalid deferred merged deferred_failed fail_ring upcalls
	upcalls_dropped negative_hits evicted fail_quota fail_owners'

# A new table: all its figures begin at 0.
begin()
{
	fresh
	devsess -q table add t max-sessions 200000 key-max 16
}

# Whether sessions of table t...
expired()
{
	[ "$(now expired)" = "$1" ]
}

# ... have left memory and shards behind...
shrunk()
{
	[ "$(now memory)" -le "$1" ] && [ "$(now shards)" -eq "$2" ]
}

# ... and are promoted, once they have been asked for.
promoted()
{
	devsess -t t get "$@" >/dev/null
	[ "$(now promoted)" = $# ]
}

# now NAME...: figures of table t, in a row
now()
{
	local name row=

	for name; do
		row+=" $(figure "$name" t)"
	done
	echo "${row# }"
}

# figures WANT NAME...
figures()
{
	local want=$1

	shift
	is "$(now "$@")" "$want" "$*"
}

# above LIMIT NAME
above()
{
	local value

	value=$(now "$2")
	[ "${value:--1}" -gt "$1" ] || fail "$2 is '$value', not above $1"
}

test_layout()
{
	local name

	ok devsess -q table add u
	for name in default t u; do
		is "$(awk -v t=$name '$1 == "table" { here = $2 == t } here && NF { print $1 }' $tables)" \
			"$(tr -s ' \t\n' '\n' <<<"$lines" | sed '/^$/d')" "lines of $name"
	done
	# name value, and an empty line between tables.
	grep -vE '^[a-z_]+ [0-9]+$|^(load_factor|write_amplification) [0-9]+\.[0-9]{3}$|^table |^$' \
		$tables >strange
	is "$(<strange)" ''
	is "$(grep -c '^$' $tables)" 2 'empty lines'
	is "$(head -n 1 $tables)" 'table default'
	is "$(figure bpf_id t)" "$(devsess -j table list t | jq .bpf_id)"
	# As `stats' has them, but for what is no figure.
	is "$(devsess stats t | grep -v -e ^memory -e ^bytes)" "$(awk '
		$1 == "table" { here = $2 == "t" } here && NF' $tables | grep -v -e ^memory -e ^bytes -e ^bpf_id)"
}

test_files_are_read_only()
{
	local file

	for file in $tables $cpus; do
		is "$(stat -c '%a %U' "$file")" '444 root'
		fails '' sh -c "echo x >$file"
		fails 'Permission denied' setpriv --reuid 1000 --clear-groups sh -c ": >$file"
	done
}

# Nothing of a session, and no other secret, is in them.
test_no_sessions()
{
	ok devsess -q -t t add secret-device session 7777777 addr 203.0.113.77:7771 \
		owner 777777 mark 7777778
	ok devsess -q table add hidden
	ok devsess -q -t hidden add x
	if grep -e secret-device -e 777777 -e 203.0.113 $tables $cpus; then
		fail 'it is shown'
	fi
	ok dmesg
	[[ $out != *secret-device* ]] || fail 'it is in the log'
}

test_sessions_and_peak()
{
	local before after

	before=$(($(date +%s) * 1000))
	csv 1 100 >f.csv
	ok devsess -q -t t load f.csv
	after=$((($(date +%s) + 1) * 1000))
	figures '100 100 200000' sessions peak max_sessions
	above $((before - 2000)) peak_at
	[ "$(now peak_at)" -le $after ] || fail "peak_at is $(now peak_at), after $after"
	ok devsess -q -t t flush
	figures '0 100' sessions peak
	ok devsess -q table set t max-sessions 500
	figures 500 max_sessions
	figures 128 slot_size
	ok devsess -q table add v key-max 64 data-max 64
	is "$(figure slot_size v)" 256
}

test_operations_count()
{
	ok devsess -q -t t add a
	ok devsess -q -t t add b
	figures '2 0 0 0' inserts updates deletes touches
	ok devsess -q -t t set a owner 1
	ok devsess -q -t t update a owner 2
	ok devsess -q -t t swap a owner 3
	figures '2 3' inserts updates
	ok devsess -q -t t touch a
	ok devsess -q -t t touch a b a
	figures 4 touches
	run devsess -t t get a
	run devsess -t t get b
	run devsess -t t get nobody
	figures '3 1' lookups not_found
	is $(($(now read_hits) + $(now dirty_hits))) 2 hits
	ok devsess -q -t t del a
	figures '1 1 2' deletes sessions inserts
	ok devsess -q -t t flush
	figures '2 0' deletes sessions
	# Two new slots, three replaced, four touched, and what promotions moved.
	is $(($(now slots_written) - $(now promoted))) 9 'slots_written but promoted'
}

test_failures_count()
{
	ok devsess -q -t t add a
	refused '' devsess -t t add a
	refused '' devsess -t t add a
	figures 2 fail_exists
	refused '' devsess -t t update nobody
	refused '' devsess -t t del nobody
	refused '' devsess -t t touch nobody
	figures 3 fail_absent
	refused '' devsess -t t update a --if-version 1000000
	figures 1 fail_version
	ok devsess -q table set t max-sessions 1
	refused '' devsess -t t add b
	figures 1 fail_full
	figures '0 1 1' fail_memory sessions inserts
}

test_expired_count()
{
	ok devsess -q -t t add a ttl 50ms
	ok devsess -q -t t add b ttl 50ms
	ok devsess -q -t t add c ttl 1h
	soon expired 2
	figures '1 0' sessions deletes
}

# A table that fills up: dirty maps are promoted, maps grow, shards split.
test_growth_counts()
{
	local shards memory

	shards=$(now shards)
	memory=$(now memory)
	csv 1 20000 >f.csv
	ok devsess -q -t t load f.csv
	figures '20000 20000' sessions inserts
	above 0 promotions
	above 0 grows
	above "$shards" shards
	is "$(now splits)" $(($(now shards) - shards)) splits
	above "$(now promotions)" promoted
	above $((20000 * 128)) memory
	# Amplification: what was written for what was asked.
	awk -v have="$(now write_amplification)" -v w="$(now slots_written)" 'BEGIN {
		want = w / 20000
		exit !(have > 1 && have < 8 && have - want < 0.002 && want - have < 0.002) }' ||
		fail "write_amplification is $(now write_amplification)"
	awk -v have="$(now load_factor)" -v slots="$(now slots)" 'BEGIN {
		want = 20000 / slots
		exit !(have > 0.2 && have <= 0.9 && have - want < 0.002 && want - have < 0.002) }' ||
		fail "load_factor is $(now load_factor)"
	is "$(now bytes_per_session)" $(($(now memory) / 20000)) bytes_per_session
	above 0 lock_hold_max_ns

	# And when all have left, the memory returns.
	ok devsess -q -t t flush
	soon shrunk $((memory + 100000)) "$shards"
	above 0 merges
	above 0 shrinks
	is "$(now merges)" "$(now splits)" merges
}

# Sessions in the dirty map are promoted once lookups have missed often enough.
test_misses_promote()
{
	local ids=(m-1 m-2 m-3 m-4 m-5 m-6 m-7 m-8) id

	for id in "${ids[@]}"; do
		ok devsess -q -t t add "$id"
	done
	figures '0 0' promotions dirty_hits
	soon promoted "${ids[@]}"
	above 0 dirty_hits
	ok devsess -t t get "${ids[@]}"
	above 7 read_hits
}

# Hexadecimal numbers under their names, a line per CPU: as lnstat reads it.
test_per_cpu_layout()
{
	local columns

	columns=$(head -n 1 $cpus)
	is "$columns" "entries $(tr -s ' \t\n' ' ' <<<"$counters" | sed 's/ $//')"
	is "$(sed 1d $cpus | wc -l)" "$(grep -c ^processor /proc/cpuinfo)" 'lines'
	is "$(sed 1d $cpus | grep -cvE "^[0-9a-f]{8,16}( [0-9a-f]{8,16}){$(wc -w <<<"$counters")}\$")" 0 \
		'strange lines'
}

# column NAME: of the file per CPU, summed up
column()
{
	local n row sum=0

	n=$(head -n 1 $cpus | tr ' ' '\n' | grep -nx "$1" | cut -d : -f 1)
	while read -r -a row; do
		sum=$((sum + 16#${row[n - 1]}))
	done < <(sed 1d $cpus)
	echo $sum
}

# All tables together, over all CPUs.
test_per_cpu_sums()
{
	local name

	csv 1 3000 >f.csv
	ok devsess -q -t t load f.csv
	ok devsess -q load f.csv
	for name in $counters; do
		is "$(column "$name")" $(($(figure "$name" t) + $(figure "$name" default))) "$name"
	done
	# Entries are not per CPU: each line has all.
	is "$(sed 1d $cpus | cut -d ' ' -f 1 | sort -u)" "$(printf %08x 6000)" entries
}

test_lnstat()
{
	ok devsess -q -t t add a
	ok devsess -q -t t set a
	# Its exit status says nothing, but what it makes of the file does.
	run lnstat -d -f devsess
	is "$(grep -c '^[[:space:]]*[0-9]*: ' <<<"$out")" $(($(wc -w <<<"$counters") + 1)) columns
	run lnstat -j -i 1 -c 1 -f devsess
	json_is .inserts "$(column inserts)"
	json_is .updates "$(column updates)"
	json_is .entries 1
}

# Reading takes part in nothing and goes on while tables come and go.
test_read_while_tables_change()
{
	local reader

	(
		trap 'exit 0' TERM
		while :; do
			cat $tables $cpus >/dev/null || exit 1
		done
	) &
	reader=$!
	for name in a b c d e f g h i j; do
		ok devsess -q table add "$name"
		ok devsess -q -t "$name" add x
		ok devsess -q table del "$name"
	done
	kill "$reader"
	wait "$reader" || fail 'the reader failed'
	is "$(grep ^table $tables)" $'table default\ntable t'
}

# Small reads of a large file: nothing is lost or repeated.
test_small_reads()
{
	local i

	for ((i = 0; i < 30; i++)); do
		ok devsess -q table add "many-$i"
	done
	dd if=$tables bs=100 2>/dev/null | grep -e ^table -e ^max_sessions >small
	grep -e ^table -e ^max_sessions $tables >large
	is "$(wc -l <small)" 64
	cmp -s small large || fail "$(diff small large)"
	is "$(dd if=$cpus bs=10 2>/dev/null | cut -d ' ' -f 1 | wc -l)" "$(wc -l <$cpus)"
}

run_tests "$@"
