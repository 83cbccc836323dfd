#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Values of sessions and of options: what is taken, up to its bounds, what is
# refused, and that a refusal changes nothing.

. "$(dirname "$0")/common.sh"

# taken WORD VALUE FILTER WANT: a value that is taken and how it comes out
taken()
{
	run devsess -t values set a "$1" "$2"
	[ "$status" -eq 0 ] || fail "'$1 $2' was refused: $err"
	out=$(devsess -t values -j get a)
	is "$(json "$3")" "$4" "$1 $2"
}

# bad WORD VALUE TEXT: one that is not
bad()
{
	misused "$3" devsess -t values add -- bad "$1" "$2"
}

begin()
{
	fresh
	devsess -q table add values key-max 64 data-max 8
}

test_session()
{
	local value

	for value in 0 1 9007199254740993 9223372036854775807 9223372036854775808 \
		18446744073709551615; do
		ok devsess -t values -q set a session "$value"
		ok devsess -t values -j get a
		has "\"session\":$value,"
	done
	ok devsess -t values -q set a session 0xffffffffffffffff
	ok devsess -t values -j get a
	has '"session":18446744073709551615,'
	bad session 18446744073709551616 "'18446744073709551616' is above 18446744073709551615"
	bad session 0x10000000000000000 'is above'
	bad session 99999999999999999999999 'is above'
	bad session -1 "'-1' is not a number"
	bad session +1 "'+1' is not a number"
	bad session 1.5 'is not a number'
	bad session 1e3 'is not a number'
	bad session ' 1' 'is not a number'
	bad session 0x 'is not a number'
	bad session '' 'a number is missing'
}

test_owner_and_mark()
{
	local word

	for word in owner mark; do
		taken $word 0 .$word 0
		taken $word 4294967295 .$word 4294967295
		taken $word 0xFFFFFFFF .$word 4294967295
		taken $word 007 .$word 7
		bad $word 4294967296 "'4294967296' is above 4294967295"
		bad $word -1 'is not a number'
		bad $word x 'is not a number'
		bad $word '' 'a number is missing'
	done
}

test_weight()
{
	taken weight 1 .weight 1
	taken weight 255 .weight 255
	taken weight 0x10 .weight 16
	bad weight 256 "'256' is above 255"
	bad weight x 'is not a number'
	bad weight '' 'a number is missing'
	refused '[weight]' devsess -t values add bad weight 0
}

test_state_and_flags()
{
	local state

	for state in new active idle blocked; do
		taken state $state .state $state
	done
	bad state NEW "unknown state 'NEW' (known: new, active, idle, blocked)"
	bad state '' 'unknown state'
	bad state 1 "unknown state '1'"
	taken flags pinned '.flags | join("+")' pinned
	taken flags none '.flags | join("+")' ''
	bad flags '' "a flag or 'none' is needed"
	bad flags pinned,x unknown
	bad flags nonsense "unknown flag 'nonsense'"
}

test_addr()
{
	local addr

	taken addr 0.0.0.0 '.addr, .port' $'0.0.0.0\n0'
	taken addr 255.255.255.255:65535 '.addr, .port' $'255.255.255.255\n65535'
	taken addr 192.0.2.1:0 '.addr, .port' $'192.0.2.1\n0'
	taken addr :: '.addr, .port' $'::\n0'
	taken addr '[::1]' '.addr, .port' $'::1\n0'
	taken addr '[FFFF:0:0:0:0:0:0:1]:1' '.addr, .port' $'ffff::1\n1'
	taken addr ::ffff:1.2.3.4 '.addr, .port' $'::ffff:1.2.3.4\n0'
	for addr in '' x 1.2.3 1.2.3.4.5 256.0.0.1 1.2.3.04x ::g ::1::2 1.2.3.4/24 fe80::1%eth0 \
		'[1.2.3.4]:5'; do
		bad addr "$addr" 'addr: '
	done
	bad addr 1.2.3.4:65536 "port: '65536' is above 65535"
	bad addr 1.2.3.4: 'port: a number is missing'
	bad addr '[::1]:x' 'is not a number'
	bad addr '[::1' "']' is missing after the address"
	bad addr '[::1]5' "only :PORT may follow ']'"
}

test_ttl()
{
	taken ttl 0 .ttl_ms 0
	taken ttl 60001ms .ttl_ms 60001
	taken ttl 061s .ttl_ms 61000
	taken ttl 300s .ttl_ms 300000
	taken ttl 5m .ttl_ms 300000
	taken ttl 2h .ttl_ms 7200000
	taken ttl 1d .ttl_ms 86400000
	taken ttl 315576000000ms .ttl_ms 315576000000
	taken ttl 315576000s .ttl_ms 315576000000
	bad ttl 315576000001ms 'is longer than ten years'
	bad ttl 3653d 'is longer than ten years'
	bad ttl 18446744073709551616ms 'is above'
	bad ttl 99999999999999999d 'is longer than ten years'
	bad ttl 300 "'300' lacks its unit (ms, s, m, h or d)"
	bad ttl 5min "'5min' is not a time"
	bad ttl s 'is not a time'
	bad ttl 1.5s 'is not a time'
	bad ttl -1s 'is not a time'
	bad ttl '5 m' 'is not a time'
	bad ttl '' 'is not a time'
}

# The shortest and the longest.
test_ttl_bounds()
{
	ok devsess -t values -q add short ttl 1ms
	sleep 0.1
	refused 'the device has no session' devsess -t values get short
	taken ttl 315576000000ms '.expires_in_ms > 315575990000' true
	ok devsess -t values touch a ttl 315576000000ms
	misused 'is longer than ten years' devsess -t values touch a ttl 315576000001ms
	ok devsess -t values set a
	ok devsess -t values -j get a
	json_is .expires_in_ms null
}

test_data()
{
	taken data '' .data ''
	taken data 00 .data 00
	taken data 0x00FF .data 00ff
	taken data 0123456789abcdef .data 0123456789abcdef
	refused "data is longer than the table's data_max [data]" \
		devsess -t values add b data 000000000000000000
	bad data 0 'an even number of hexadecimal digits is needed'
	bad data xx 'only hexadecimal digits may stand here'
	bad data "$(printf '%0130d' 0)" 'at most 64 bytes, not 65'
	ok devsess add d data ''
	refused "data is longer than the table's data_max [data]" devsess update d data 00
}

# Words: each once, with its value, and no others.
test_words()
{
	misused "unknown word 'color' (known here: session, addr, owner, mark, state, flags, ttl, data, weight)" \
		devsess add bad color red
	misused "'owner' stands there twice" devsess add bad owner 1 owner 1
	misused "'owner' lacks its value" devsess add bad owner
	misused "unknown word 'OWNER'" devsess add bad OWNER 1
	misused "unknown word ''" devsess add bad ''
	misused "unknown word 'idle' (known here: ttl, only-later)" devsess touch bad ttl 1s idle
	ok devsess add a data '' ttl 0 flags none state new mark 0 owner 0 addr ::1 session 0
	count 1
}

# Nothing above was stored.
test_bad_was_never_stored()
{
	local command

	ok devsess add here owner 1
	for command in add set update getadd swap; do
		misused 'owner: ' devsess $command here owner x
		misused 'owner: ' devsess -j $command there owner x
	done
	ok devsess -j get here
	json_is .owner 1
	count 1
}

run_tests "$@"
