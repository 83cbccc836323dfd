#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: selftests/bench/peers.sh [--entries N] [--peers A,B,...] [OPTION OF tools/vm/run]...
#
# Entries from a file into the kernel and back, in a VM with two CPUs, as the users of
# each tool do it: devsess load and save, ipset restore and save, conntrack -R and -L,
# bpftool batch and map dump. All take turns. The memory of each is what it says of itself,
# and of conntrack its objects. Then lookups by one CPU and by both. Prints samples for
# selftests/bench/summary; they compare this VM only.

set -euo pipefail

entries=1000000
peers=devsess,ipset,conntrack,bpftool
runs=5
options=()
while [ $# -gt 0 ]; do
	case $1 in
	--entries)	entries=$2; shift ;;
	--peers)	peers=$2; shift ;;
	*)		options+=("$1") ;;
	esac
	shift
done
set -- "${options[@]}"

# What each tool reads: an entry a line, from a number.
write_files()
{
	awk -v n="$entries" -v dir="$1" 'BEGIN {
		print "device,session,addr,port,state" >(dir "/devsess")
		print "create bench hash:ip,port maxelem 2000000 timeout 0" >(dir "/ipset")
		for (i = 1; i <= n; i++) {
			ip = sprintf("10.%d.%d.%d", i / 65536 % 256, i / 256 % 256, i % 256)
			printf "id-%013d,%d,%s,5683,active\n", i, i, ip >(dir "/devsess")
			printf "add bench %s,5683 timeout 86400\n", ip >(dir "/ipset")
			printf "-I -p udp -s %s -d 10.255.0.1 --sport 5683 --dport 5683 -t 86400\n",
				ip >(dir "/conntrack")
			printf "map update pinned /sys/fs/bpf/bench key" >(dir "/bpftool")
			for (b = 0; b < 16; b++)
				printf " %d", int(i / 256 ^ b) % 256 >(dir "/bpftool")
			printf " value" >(dir "/bpftool")
			for (b = 0; b < 72; b++)
				printf " %d", b >(dir "/bpftool")
			printf "\n" >(dir "/bpftool")
		}
	}'
}

host()
{
	local here top work release module adds=()

	here=$(cd "$(dirname "$0")" && pwd)
	top=$(cd "$here/../.." && pwd)
	"$top/tools/deps" vm cli build peers
	make -s -C "$top/selftests/testmod" KERNEL=6.12 >&2
	release=$(cut -d'"' -f2 "$("$top/tools/deps" --headers 6.12)/include/generated/utsrelease.h")
	work=$(mktemp -d)
	# shellcheck disable=SC2064
	trap "rm -rf '$work'" EXIT
	write_files "$work"
	for module in ip_set_hash_ipport nf_conntrack_netlink; do
		adds+=(--kmod "$module")
	done
	"$top/tools/vm/run" --mem 8G --timeout 7200 "$@" "${adds[@]}" --add "$work:/bench" \
		--add "$here/peers.sh:/bench/peers.sh" --add "$(command -v ipset)" \
		--add "$(command -v conntrack)" --add "$(command -v bpftool)" \
		--add "$top/build/$release/selftests/testmod/devsess_test.ko:/bench/devsess_test.ko" \
		--add /usr/bin/awk -- /bench/peers.sh \
		--entries "$entries" --peers "$peers" --in-guest
}

# timed WORKLOAD IMPL COMMAND...
timed()
{
	local workload=$1 impl=$2 begin=$EPOCHREALTIME

	shift 2
	"$@" >/bench/out 2>/bench/err || { cat /bench/err; echo "$* failed"; exit 1; }
	awk -v a="$begin" -v b="$EPOCHREALTIME" -v w="$workload" -v i="$impl" -v n="$entries" 'BEGIN {
		printf "BENCH vm,%s,%s,%d,2,ops_per_ms,%.6g,1/ms\n", w, i, n, n / (b - a) / 1000 }'
}

# memory IMPL BYTES
memory()
{
	[ "${2:-0}" -gt 0 ] || { echo "no memory of $1 is told"; exit 1; }
	awk -v i="$1" -v b="$2" -v n="$entries" 'BEGIN {
		printf "BENCH vm,load,%s,%d,1,bytes_per_session,%.4g,bytes\n", i, n, b / n }'
}

# check HAVE WHAT: what was saved is all
check()
{
	[ "$1" -ge "$entries" ] || { echo "$2 saved $1 entries"; exit 1; }
}

lines()
{
	grep -c "$1" /bench/out
}

one_devsess()
{
	devsess -q table add bench max-sessions 2000000
	timed load devsess devsess -q -t bench load /bench/devsess
	timed save devsess devsess -q -t bench save -
	check "$(lines '^id-')" devsess
	memory devsess "$(awk '$1 == "table" { here = $2 == "bench" }
		here && $1 == "memory" { print $2 }' /proc/net/devsess)"
	devsess -q table del bench
}

one_ipset()
{
	timed load ipset ipset restore -file /bench/ipset
	timed save ipset ipset save bench
	check "$(lines '^add ')" ipset
	memory ipset "$(ipset list -t bench | awk -F': ' '/^Size in memory/ { print $2 }')"
	ipset destroy bench
}

one_conntrack()
{
	timed load conntrack conntrack -R /bench/conntrack
	timed save conntrack conntrack -L
	check "$(lines '^udp ')" conntrack
	memory conntrack "$(awk '$1 == "nf_conntrack" { print $3 * $4 }' /proc/slabinfo)"
	conntrack -F >/dev/null 2>&1
}

one_bpftool()
{
	bpftool map create /sys/fs/bpf/bench type hash key 16 value 72 entries $((entries + 1)) name bench
	timed load bpftool bpftool batch file /bench/bpftool
	timed save bpftool bpftool map dump pinned /sys/fs/bpf/bench
	check "$(lines 'key')" bpftool
	memory bpftool "$(bpftool map show pinned /sys/fs/bpf/bench |
		sed -n 's/.*memlock \([0-9]*\)B.*/\1/p')"
	rm /sys/fs/bpf/bench
}

# Lookups by one CPU and by both, in the kernel.
scale()
{
	local run test=/sys/module/devsess_test/parameters/test

	devsess -q table add scale max-sessions 200000
	insmod /bench/devsess_test.ko hold=scale many=100000
	echo many_fill >$test
	dmesg -c >/dev/null
	for ((run = 0; run < runs; run++)); do
		echo many_scale >$test
	done
	dmesg | sed -n 's/.*# \([0-9]*\) CPUs: \([0-9]*\) lookups in \([0-9]*\) ms/\1 \2 \3/p' |
		awk '{ printf "BENCH vm,hit,devsess,100000,%d,ops_per_ms,%.6g,1/ms\n", $1, $2 / $3 }'
	rmmod devsess_test
	devsess -q table del scale
}

guest()
{
	local run peer

	echo 2000000 >/proc/sys/net/netfilter/nf_conntrack_max
	for ((run = 0; run < runs; run++)); do
		for peer in ${peers//,/ }; do
			"one_$peer"
		done
	done
	scale
}

case ${1:-} in
--in-guest)	guest ;;
*)		host "$@" ;;
esac
