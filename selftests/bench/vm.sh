#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: selftests/bench/vm.sh [OPTION OF tools/vm/run]...
#
# Figures of the whole way from a file to the table and back, in a VM: load by
# batches against a message per session and with two listeners to events, dumps at rest and
# while other sessions come and go, and what a session costs. Fails if a dump was not
# complete, or a listener did not hear of an event and was not told that he lost it.

set -euo pipefail

sessions=1000000
singly=100000
churning=20000
runs=5

# Sessions numbered from $1 to $2 by their session id, with device ids of 16 bytes.
csv()
{
	awk -v from="$1" -v to="$2" -v kind="$3" 'BEGIN {
		print "device,session,addr,port,owner,state"
		for (i = from; i <= to; i++)
			printf "%s-%013d,%d,10.%d.%d.%d,5683,%d,active\n", kind, i, i,
				i / 65536 % 256, i / 256 % 256, i % 256, i % 1000
	}'
}

host()
{
	local here top work

	here=$(cd "$(dirname "$0")" && pwd)
	top=$(cd "$here/../.." && pwd)
	"$top/tools/deps" vm cli build selftests
	work=$(mktemp -d)
	# shellcheck disable=SC2064
	trap "rm -rf '$work'" EXIT
	csv 1 $sessions id >"$work/all.csv"
	csv 1 $singly id >"$work/some.csv"
	csv $((sessions + 1)) $((sessions + churning)) ch >"$work/churn.csv"
	"$top/tools/vm/run" --mem 4G --timeout 1800 "$@" --add "$work:/bench" \
		--add "$here/vm.sh:/bench/vm.sh" --add /usr/bin/jq --add /usr/bin/sort \
		--add /usr/bin/cut --add /usr/bin/paste -- /bench/vm.sh --in-guest
}

row()
{
	printf '%-64s %18s\n' "$1" "$2"
}

number()
{
	printf "%.0f" "$1" | sed -e :a -e 's/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/' -e ta
}

divide()
{
	awk -v a="$1" -v b="$2" -v form="${3:-%.0f}" 'BEGIN { printf form, a / b }'
}

# timed COMMAND...: sets seconds
timed()
{
	local begin=$EPOCHREALTIME

	"$@"
	seconds=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
}

figure()
{
	awk -v name="$1" '$1 == name { print $2; exit }' /proc/net/devsess
}

# rate OPTION... FILE: of a load into a new table, sessions a second
rate()
{
	devsess -q table add fresh max-sessions 2000000
	devsess -j -q -t fresh load "$@" | jq .rate
	devsess -q table del fresh
}

# compare: some sessions with a message for each and in batches, by turns, to
# the files single, batched and ratio
compare()
{
	local run single batched

	for ((run = 0; run < runs; run++)); do
		single=$(rate --batch 1 some.csv)
		batched=$(rate some.csv)
		echo "$single" >>single
		echo "$batched" >>batched
		divide "$batched" "$single" '%.2f\n' >>ratio
	done
}

# Sockets in some group of generic netlink.
listeners()
{
	awk '$2 == 16 && $4 != "00000000"' /proc/net/netlink | wc -l
}

# heard FILE: how many sessions it says were created, and how many events were lost
heard()
{
	jq -n -r 'reduce inputs as $e ([0, 0]; if $e.kind == "create" then .[0] += 1
		elif $e.count then .[1] += $e.count else . end) | "\(.[0]) \(.[1])"' "$1"
}

# Some sessions in batches with two that listen, to the files listened and lost.
listen()
{
	local run i before pids was now created gone

	before=$(listeners)
	for ((run = 0; run < runs; run++)); do
		pids=()
		for i in 1 2; do
			devsess -j monitor >heard$i &
			pids+=($!)
		done
		for ((i = 0; $(listeners) < before + 2; i++)); do
			[ "$i" -lt 100 ] || { echo 'nobody listens'; exit 1; }
			sleep 0.1
		done
		rate some.csv >>listened
		was=
		until now=$(cat heard? | wc -c) && [ "$now" = "$was" ]; do
			was=$now
			sleep 3
		done
		kill "${pids[@]}"
		wait "${pids[@]}"
		for i in 1 2; do
			read -r created gone < <(heard heard$i)
			# Of those that are lost some may be of other kinds.
			if [ $((created + gone)) -lt $singly ] ||
			   { [ "$gone" -eq 0 ] && [ "$created" -ne $singly ]; }; then
				echo "a listener heard of $created sessions and lost $gone"
				exit 1
			fi
			echo "$gone" >>lost
		done
	done
}

# median FILE; spread FILE: the least and the most
median()
{
	sort -n "$1" | sed -n "$((runs / 2 + 1))p"
}

spread()
{
	sort -n "$1" | sed -n '1p;$p' | paste -s -d ' '
}

# spread_row TEXT FILE: the median, and the least and most
spread_row()
{
	local least most

	read -r least most < <(spread "$2")
	row "$1" "$(number "$(median "$2")")"
	row "  least, most" "$(number "$least") $(number "$most")"
}

available()
{
	echo 3 >/proc/sys/vm/drop_caches
	awk '$1 == "MemAvailable:" { print $2 * 1024 }' /proc/meminfo
}

# All sessions into the table `default', by a process in a cgroup of its own,
# which then has the kernel's memory for them; but for that of the worker.
load_all()
{
	local group=/sys/fs/cgroup/bench before after

	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir $group
	before=$(available)
	batched=$(sh -c "echo \$\$ >$group/cgroup.procs && exec devsess -j -q load all.csv" | jq .rate)
	sleep 2
	after=$(available)
	difference=$((before - after))
	charged=$(awk '$1 == "kernel" { print $2 }' $group/memory.stat)
}

# The permanent ones in a file that save wrote, each once.
complete()
{
	sed 1d saved.csv | cut -d , -f 2 | sort -n -S 1G >numbers
	[ "$(awk -v n=$sessions '$1 <= n' numbers | md5sum)" = "$(seq 1 $sessions | md5sum)" ]
}

churn()
{
	while :; do
		devsess -q load churn.csv
		devsess -q flush prefix ch-
	done
}

dump_under_churn()
{
	local churner i passing=0 deletes

	deletes=$(figure deletes)
	churn &
	churner=$!
	for i in 1 2 3; do
		timed devsess -q save saved.csv
		complete || {
			echo "dump $i under churn was not complete"
			exit 1
		}
		passing=$((passing + $(wc -l <numbers) - sessions))
	done
	kill $churner
	wait $churner 2>/dev/null || true
	row 'dump while others come and go (last of 3), sessions/s' \
		"$(number "$(divide $sessions "$seconds")")"
	row '  of these, permanent ones reported exactly once' "$(number $sessions)"
	row '  others met in 3 dumps' "$(number $passing)"
	row '  others deleted meanwhile' "$(number $(($(figure deletes) - deletes)))"
}

guest()
{
	local single batched difference charged seconds

	cd /bench
	echo "Linux $(uname -r), $(nproc) CPUs, figures for this VM only"
	echo
	devsess -q table set default max-sessions 2000000
	compare
	single=$(rate --batch 1 all.csv)
	load_all
	spread_row "load of $(number $singly), a message each, sessions/s, median of $runs" single
	spread_row "load of $(number $singly), batches of 4,096, sessions/s, median of $runs" \
		batched
	row '  ratio, median' "$(median ratio)"
	row '  least, most' "$(spread ratio)"
	row "load of $(number $sessions), a message each, sessions/s" "$(number "$single")"
	row "load of $(number $sessions), batches of 4,096, sessions/s" "$(number "$batched")"
	row '  ratio' "$(divide "$batched" "$single" %.2f)"
	row 'bytes per session, /proc/net/devsess' "$(figure bytes_per_session)"
	row '  from the loading cgroup (memory.stat kernel)' "$(divide "$charged" $sessions)"
	row '  from MemAvailable' "$(divide "$difference" $sessions)"
	row '  size of a slot' "$(figure slot_size)"
	row '  load factor' "$(figure load_factor)"
	timed devsess -q save saved.csv
	complete || {
		echo 'the dump was not complete'
		exit 1
	}
	row "dump (save) of $(number $sessions), sessions/s" \
		"$(number "$(divide $sessions "$seconds")")"
	timed devsess -q count owner 7 >/dev/null
	row 'count by owner, sessions looked at/s' "$(number "$(divide $sessions "$seconds")")"
	dump_under_churn
	row 'write amplification' "$(figure write_amplification)"
	row 'longest hold of a shard lock, us' "$(divide "$(figure lock_hold_max_ns)" 1000)"
	# The last: once somebody has listened each change looks whether anybody does.
	listen
	spread_row "load of $(number $singly) in batches, two listeners to events, sessions/s" listened
	row '  events that one of them lost, least, most' "$(spread lost)"
}

case ${1:-} in
--in-guest)	guest ;;
*)		host "$@" ;;
esac
