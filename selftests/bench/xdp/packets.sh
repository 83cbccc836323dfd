#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: packets.sh RUNS, in a guest
#
# Packets per ms that come in over veth, with `devsess xdp attach' and without. Sender and receiver
# are on the same CPU, so what the program takes is missing from what can be sent.

. /selftests/veth_lib.sh

count=40000
eui=01020304050607

received()
{
	cat /sys/class/net/in0/statistics/rx_packets
}

# measure IMPL
measure()
{
	local before begin end got i

	before=$(received)
	begin=$(cut -d ' ' -f 1 /proc/uptime)
	packets -u push "$count" 0
	for ((i = 0; i < 100; i++)); do
		got=$(($(received) - before))
		[ "$got" -lt "$count" ] || break
		sleep 0.01
	done
	end=$(cut -d ' ' -f 1 /proc/uptime)
	[ $((got * 100)) -ge $((count * 99)) ] || { echo "$1: $got of $count packets came" >&2; exit 1; }
	awk -v begin="$begin" -v end="$end" -v got="$got" -v impl="$1" 'BEGIN {
		printf "BENCH xdp,packets,%s,200,1,ops_per_ms,%.6g,1/ms\n", impl, got / (end - begin) / 1000
	}'
}

begin
seq 0 199 | awk -v eui="$eui" 'BEGIN { print "device" } { printf "0x%s%02x\n", eui, $1 }' >"$tmp/csv"
devsess -q load --format csv "$tmp/csv" || exit 1
for ((run = 0; run < $1; run++)); do
	measure limit
	for way in --mode=native --mode=generic --tc; do
		devsess -q xdp attach in0 --proto semtech-udp "$way" || exit 1
		case $way in
		*native) measure devsess ;;
		*generic) measure devsess-generic ;;
		*) measure devsess-tc ;;
		esac
		[ "$(devsess -j xdp stats in0 | jq '.[0] | .known + .unknown')" -ge $((count * 99 / 100)) ] ||
			{ devsess xdp stats in0 >&2; exit 1; }
		if [ "$way" = --tc ]; then
			devsess -q xdp detach --tc in0
		else
			devsess -q xdp detach in0
		fi
	done
done
