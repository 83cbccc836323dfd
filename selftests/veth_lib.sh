# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For tests with packets: in0, a device here, on which comes in what a sender in another
# namespace sends. Each test begins with both anew, and with an empty table `default'.

. "$(dirname "$0")/common.sh"
trap 'end 2>/dev/null; rm -rf "$tmp"' EXIT

# out0 is in a namespace of its own, in0 here.
begin()
{
	end 2>/dev/null
	fresh
	mkdir -p /run/netns
	: >/run/netns/sender
	unshare -n mount --bind /proc/self/ns/net /run/netns/sender
	# By the driver, XDP wants as many queues to receive as there are to send.
	ip link add dev in0 address 02:00:00:00:00:02 numtxqueues 1 numrxqueues 1 type veth \
		peer name out0 address 02:00:00:00:00:01 numtxqueues 1 numrxqueues 1 netns sender
	# What the kernel sends by itself would be counted as well.
	sysctl -qw net.ipv6.conf.in0.addr_gen_mode=1 net.ipv6.conf.in0.accept_dad=0
	ip -n sender link set dev out0 addrgenmode none arp off up
	ip link set dev in0 up
	ip addr add 192.0.2.254/24 dev in0
	ip -6 addr add 2001:db8::fe/64 dev in0 nodad
	ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev in0
	ip neigh add 2001:db8::1 lladdr 02:00:00:00:00:01 dev in0
	settle
}

end()
{
	ip link del dev in0
	umount /run/netns/sender
	rm -f /run/netns/sender
}

# Routers' solicitations and such have gone out.
settle()
{
	local before now

	before=$(cat /sys/class/net/in0/statistics/rx_packets)
	for _ in {1..50}; do
		sleep 0.3
		now=$(cat /sys/class/net/in0/statistics/rx_packets)
		[ "$now" != "$before" ] || return 0
		before=$now
	done
}

# packets KIND [COUNT [ID]]: from the sender
packets()
{
	nsenter --net=/run/netns/sender "$here/packets" out0 "$@" || fail "packets $*"
}

# Datagrams that came as far as UDP, and found nobody there.
delivered()
{
	awk '$1 == "Udp:" && $3 ~ /^[0-9]+$/ { n += $3 }
		$1 == "Udp6NoPorts" { n += $2 }
		END { print n }' /proc/net/snmp /proc/net/snmp6
}
