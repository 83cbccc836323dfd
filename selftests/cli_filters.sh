#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Filters of list, count and flush: which sessions are meant, at the bounds too.

. "$(dirname "$0")/common.sh"

load_some()
{
	cat >some.csv <<-'END'
	device,addr,port,owner,mark,state
	a-1,10.1.0.1,1,1,0x11,new
	a-2,10.1.255.255,2,1,0x21,active
	a-3,10.2.0.1,3,2,0x11,idle
	b-1,2001:db8::1,4,2,0x12,blocked
	b-2,2001:db8:1::1,5,4294967295,0xffffffff,active
	b-3,,,0,0,new
	0x622d00,0.0.0.0,0,0,0,new
	0x00,::,0,0,0,idle
	END
	devsess -q load some.csv
}

# devices FILTER...: that list finds
devices()
{
	devsess -j list "$@" | sed -n 's/^{"device":"\([^"]*\).*/\1/p' | sort | tr '\n' ' '
}

# Each line: the devices meant, then the filter. Count and list agree.
check_all()
{
	local want filter

	while IFS=: read -r want filter; do
		# shellcheck disable=SC2086
		is "$(devices $filter)" "${want:+$want }" "list $filter"
		# shellcheck disable=SC2086
		is "$(devsess list $filter | wc -l)" $(($(wc -w <<<"$want") + 1)) "list $filter"
		# shellcheck disable=SC2086
		count "$(wc -w <<<"$want")" $filter
	done
}

test_fields()
{
	load_some
	check_all <<-'END'
	a-1 a-2:owner 1
	0x00 0x622d00 b-3:owner 0
	b-2:owner 4294967295
	:owner 3
	0x622d00 a-1 b-3:state new
	0x00 a-3:state idle
	b-1:state blocked
	a-1 a-3:mark 0x11
	a-1 a-3:mark 17
	0x00 0x622d00 b-3:mark 0
	b-2:mark 0xffffffff
	a-1 a-2 a-3 b-2:mark 1/1
	a-1 a-3 b-1:mark 0x10/0xf0
	0x00 0x622d00 a-1 a-2 a-3 b-1 b-2 b-3:mark 7/0
	0x00 0x622d00 a-1 a-2 a-3 b-1 b-3:mark 1/0x100
	b-2:mark 0x100/0x100
	END
}

test_prefixes()
{
	load_some
	check_all <<-'END'
	a-1 a-2 a-3:prefix a-
	a-1:prefix a-1
	0x622d00 b-1 b-2 b-3:prefix b-
	0x622d00:prefix 0x622d00
	0x00:prefix 0x00
	:prefix a-11
	END
}

test_networks()
{
	load_some
	check_all <<-'END'
	a-1 a-2:net 10.1.0.0/16
	a-1 a-2:net 10.1.7.7/16
	a-1:net 10.1.0.1
	a-1:net 10.1.0.1/32
	a-1:net 10.1.0.0/31
	:net 10.1.0.0/32
	a-1 a-2 a-3:net 10.0.0.0/8
	0x622d00 a-1 a-2 a-3:net 0.0.0.0/0
	0x00 b-1 b-2:net ::/0
	b-1 b-2:net 2001:db8::/32
	b-1:net 2001:db8::/48
	b-1:net 2001:db8::1
	b-1:net 2001:db8::1/128
	0x00:net ::/128
	END
}

test_combined()
{
	load_some
	check_all <<-'END'
	a-1:owner 1 state new
	a-1:state new net 10.0.0.0/8 mark 1/1 owner 1 prefix a idle 0
	:owner 1 state blocked
	0x00 0x622d00 a-1 a-2 a-3 b-1 b-2 b-3:idle 0
	END
}

test_idle()
{
	load_some
	count 0 idle 1h
	count 0 idle 315576000000ms
	sleep 2
	ok devsess -q touch a-1 a-2
	count 6 idle 2s
	ok devsess -q touch a-1 a-2
	is "$(devsess list idle 2s | grep -c '^[ab0]')" 6
	ok devsess -q touch a-1 a-2
	ok devsess flush idle 2s
	is "$out" 'flushed 6'
	is "$(devices)" 'a-1 a-2 '
}

# What is expired is not meant.
test_expired()
{
	ok devsess add a ttl 1ms owner 1
	ok devsess add b owner 1
	sleep 0.1
	is "$(devices owner 1)" 'b '
	count 1 owner 1
	ok devsess flush owner 1
	is "$out" 'flushed 1'
}

test_flush()
{
	load_some
	ok devsess flush owner 77
	is "$out" 'flushed 0'
	ok devsess flush owner 1 state active
	is "$out" 'flushed 1'
	count 7
	refused 'the device has no session' devsess get a-2
	ok devsess -j flush net ::/0
	is "$out" '{"count":3}'
	ok devsess -q flush prefix a
	is "$out" ''
	is "$(devices)" '0x622d00 b-3 '
	ok devsess flush
	is "$out" 'flushed 2'
	ok devsess -j count
	is "$out" '{"count":0}'
	ok devsess -j list
	is "$out" '[]'
	is "$(devsess list | wc -l)" 1 'lines of an empty list'
}

test_bad()
{
	local command

	load_some
	for command in list count flush; do
		misused "unknown word 'device' (known here: owner, state, mark, prefix, net, idle)" \
			devsess $command device a-1
		misused "'owner' stands there twice" devsess $command owner 1 owner 2
		misused "'net' lacks its value" devsess $command net
		misused "'4294967296' is above 4294967295" devsess $command owner 4294967296
		misused "unknown state 'x'" devsess $command state x
		misused "mask: 'x' is not a number" devsess $command mark 1/x
		misused 'mark: ' devsess $command mark /1
		misused "prefix length: '33' is above 32" devsess $command net 10.0.0.0/33
		misused "prefix length: '129' is above 128" devsess $command net ::/129
		misused 'prefix length: ' devsess $command net 10.0.0.0/
		misused 'is not an IPv4 or IPv6 address' devsess $command net x/8
		misused 'lacks its unit' devsess $command idle 5
		misused 'is longer than ten years' devsess $command idle 4000d
	done
	count 8
}

run_tests "$@"
