#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Owners: counted, limited, listed.

. "$(dirname "$0")/common.sh"

begin()
{
	fresh
	devsess -q table add t owner-max 3
}

# owners FILTER [ARGUMENT...]: from owner list -j
owners()
{
	local filter=$1

	shift
	devsess -j -t t owner list "$@" | jq -c "$filter"
}

test_list()
{
	is "$(owners .)" '[]'
	ok devsess -q -t t add a owner 7
	ok devsess -q -t t add b owner 7 state idle
	ok devsess -q -t t add c
	ok devsess -q -t t owner set 9 limit 5
	is "$(owners 'map([.owner,.sessions,.limit,.new,.active,.idle,.blocked,.refused])')" \
		'[[7,2,0,1,0,1,0,0],[0,1,0,1,0,0,0,0],[9,0,5,0,0,0,0,0]]'
	is "$(owners 'map(.owner)' top 2)" '[7,0]'
	is "$(owners 'map(.owner)' top 4294967295)" '[7,0,9]'
	is "$(owners '[.owner,.sessions,.idle]' 7)" '[7,2,1]'
	is "$(owners '[.owner,.sessions,.limit]' 1000)" '[1000,0,0]'
	ok devsess -t t owner list
	is "$(head -1 <<<"$out" | tr -s ' ')" \
		'OWNER SESSIONS LIMIT NEW ACTIVE IDLE BLOCKED REFUSED'
	is "$(sed -n 2p <<<"$out" | tr -s ' ')" '7 2 - 1 0 1 0 0'
	is "$(sed -n 4p <<<"$out" | tr -s ' ')" '9 0 5 0 0 0 0 0'
	is "$(wc -l <<<"$out")" 4
	ok devsess -t t owner list 7
	is "$(wc -l <<<"$out")" 2
}

test_limit()
{
	ok devsess -t t owner set 7 limit 1
	is "$out" 'changed owner 7'
	ok devsess -q -t t add a owner 7
	refused 'b: the owner has as many sessions as its limit [owner] (Disk quota exceeded)' \
		devsess -t t add b owner 7
	ok devsess -q -t t add b owner 8
	refused 'the owner has as many sessions as its limit' devsess -t t update b owner 7
	is "$(devsess -j -t t get b | jq .owner)" 8
	refused 'the owner has as many sessions as its limit' devsess -t t set b owner 7
	is "$(owners .refused 7)" 3
	is "$(figure fail_quota t)" 3 fail_quota
	ok devsess -q -t t update a owner 7 state blocked
	is "$(owners '[.new,.blocked]' 7)" '[0,1]'
	ok devsess -j -t t owner set 7 limit 2
	is "$out" '{"owner":7}'
	ok devsess -q -t t update b owner 7
	is "$(owners .sessions 7)" 2
	ok devsess -q -t t owner set 7 limit none
	is "$out" ''
	is "$(owners .limit 7)" 0
	ok devsess -q -t t flush owner 7
	is "$(owners .)" '[]'
}

# A session of one owner too many, alone and in a file.
test_owner_max()
{
	is "$(devsess -j table list t | jq .owner_max)" 3
	is "$(devsess -j table list default | jq .owner_max)" 0
	ok devsess table list t
	has 'OWNER-MAX'
	printf 'device,owner\na,1\nb,2\nc,3\nd,4\ne,3\n' >f.csv
	refused 'the owner is new, and the table has owner_max others' devsess -t t load f.csv
	is "$(owners 'map(.sessions)')" '[2,1,1]'
	refused '[owner] (Too many users)' devsess -t t add d owner 4
	refused 'the owner is new' devsess -t t owner set 4 limit 5
	is "$(figure fail_owners t)" 2 fail_owners
	ok devsess -q -t t del a
	ok devsess -q -t t add d owner 4
	refused '[owner_max]' devsess table add u owner-max 65537
	ok devsess -q table add u owner-max 65536
	misused "unknown word 'owner-max'" devsess table set t owner-max 5
}

test_refused()
{
	local none='the table counts no owners: its owner_max is 0'

	refused "$none" devsess owner list
	refused "$none" devsess owner list 7
	refused "7: $none" devsess owner set 7 limit 5
	refused 'there is no table of that name' devsess -t none owner list
	refused 'there is no table of that name' devsess -t none owner list 7
	refused 'there is no table of that name [table]' devsess -t none owner set 7 limit 5
	misused 'list or set must follow' devsess owner
	misused 'list or set must follow' devsess owner del 7
	misused 'the number of an owner is missing' devsess owner set
	misused 'there is nothing to change' devsess owner set 7
	misused "'limit' lacks its value" devsess owner set 7 limit
	misused "owner: 'x' is not a number" devsess owner set x limit 5
	misused 'limit: ' devsess owner set 7 limit x
	misused 'is above 4294967295' devsess owner set 7 limit 4294967296
	misused "unknown word 'max'" devsess owner set 7 max 5
	misused 'owner: ' devsess owner list x
	misused "'top' lacks its value" devsess owner list top
	misused 'top: at least 1' devsess owner list top 0
	misused "unknown word '7'" devsess owner list 7 top 5
}

run_tests "$@"
