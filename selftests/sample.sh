#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The sample of a module that uses devsess, with packets.

. "$(dirname "$0")/veth_lib.sh"

counts=/proc/net/devsess_filter

# What it has counted, in a row.
counted()
{
	[ "$(awk '{ print $2 }' $counts | xargs)" = "$*" ]
}

test_packets()
{
	local before

	ok devsess -q add 0xc0000201 state active ttl 1h mark 9
	ok devsess -q add 0xc0000202 state blocked
	ok devsess -q add 0x20010db8000000000000000000000001
	ok modprobe devsess_filter
	is "$(devsess -j table list default | jq .users)" 1
	before=$(delivered)
	packets push 10 1
	packets push 10 2
	packets push 10 3
	packets v6 10 1
	soon counted 20 10 10 || fail "$(cat $counts)"
	is $(($(delivered) - before)) 30 delivered
	is "$(figure touches)" 20
	ip rule add pref 100 lookup local
	ip rule del pref 0
	ip rule add fwmark 9 pref 1 blackhole
	packets push 10 1
	soon counted 30 10 10
	is $(($(delivered) - before)) 30 marked
	ip rule del pref 1
	ip rule add pref 0 lookup local
	ip rule del pref 100
	ok rmmod devsess_filter
	is "$(devsess -j table list default | jq .users)" 0
}

# Each namespace has its own table, or none, and goes while packets are on their way.
test_namespaces()
{
	local i

	ok modprobe devsess_filter table=t
	[ ! -e $counts ] || fail 'there is no such table'
	ok rmmod devsess_filter
	ok modprobe devsess_filter
	for ((i = 0; i < 5; i++)); do
		unshare -n sh -c 'devsess -q add 0x7f000001 state blocked; ip link set dev lo up
			! ping -c 1 -W 1 127.0.0.1 >/dev/null; cat /proc/net/devsess_filter' >"$tmp/seen"
		grep -qx 'blocked [1-9]*' "$tmp/seen" || fail "$(<"$tmp/seen")"
	done
	counted 0 0 0 || fail "$(cat $counts)"
	packets push 2000 1 &
	ok rmmod devsess_filter
	wait
}

if [ ! -e "/lib/modules/$(uname -r)/extra/devsess_filter.ko" ]; then
	echo '1..0 # SKIP not on a kernel without netfilter'
	exit 4
fi
run_tests "$@"
