#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Kfuncs in a tc action (sched_act), with packets: the program that it calls is none of ours.

. "$(dirname "$0")/veth_lib.sh"

pinned=/sys/fs/bpf/devsess_act

# attach TABLE: so that all that comes in over in0 goes by the action
attach()
{
	ok "$here/bpf_pin_act" "$(devsess -j table list "$1" | jq .bpf_id)" "$pinned"
	ok tc qdisc add dev in0 clsact
	ok tc filter add dev in0 ingress matchall action bpf object-pinned "$pinned"
	rm "$pinned"
}

# mac N [COUNT]: packets of a device, by its MAC
mac()
{
	packets -s "02:00:00:00:00:0$1" push "${2:-10}"
}

# arrived COUNT [TOUCHES]: so many packets, and no more, have come, which made so many touches
arrived()
{
	soon came "$1"
	settle
	is "$(delivered)" "$1" delivered
	is "$(figure touches)" "${2:-$(figure touches)}" touches
}

came()
{
	[ "$(delivered)" -ge "$1" ]
}

test_packets()
{
	local before

	ok devsess -q add 0x020000000003 ttl 1h
	ok devsess -q add 0x020000000004 state blocked
	attach default
	before=$(delivered)
	mac 3
	mac 4
	mac 5
	arrived $((before + 20)) 10
	# Its state counts from the next packet on.
	ok devsess -q set 0x020000000003 state blocked
	ok devsess -q set 0x020000000004 state active
	ok devsess -q set 0x020000000005 state blocked
	mac 3
	mac 4 20
	mac 5
	arrived $((before + 40)) 30
}

# The module stays while an action calls it, and the action does without a table that is gone.
test_lifetime()
{
	local before

	ok devsess -q table add t
	ok devsess -q -t t add 0x020000000004 state blocked
	attach t
	before=$(delivered)
	mac 4
	mac 5
	arrived $((before + 10))
	fails 'Resource temporarily unavailable' rmmod devsess
	ok devsess -q table del t
	mac 4
	arrived $((before + 20))
	ok tc filter del dev in0 ingress
	soon rmmod devsess 2>/dev/null || fail 'the module is still in use'
	ok modprobe devsess
}

case $(uname -r) in
6.1.*)	why='not on Linux 6.1, where sched_act programs call no kfuncs' ;;
*)	modprobe -q act_bpf && modprobe -q cls_matchall || why='not on a kernel without act_bpf' ;;
esac
if [ -n "${why:-}" ]; then
	echo "1..0 # SKIP $why"
	exit 4
fi
run_tests "$@"
