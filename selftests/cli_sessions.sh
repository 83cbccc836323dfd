#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The commands on sessions: what each does, answers, refuses and leaves alone.

. "$(dirname "$0")/common.sh"

full='session 18446744073709551615 addr [2001:db8::1]:5683 owner 4294967295 mark 0xffffffff
	state blocked flags pinned ttl 1h'

# member FILTER ID: of the session, by get -j
member()
{
	devsess -j get "$2" | jq -c "$1"
}

version_of()
{
	member .version "$1"
}

test_add()
{
	local version

	ok devsess add a
	[[ $out =~ ^added\ a,\ version\ [0-9]+$ ]] || fail "$out"
	version=${out##* }
	is "$(version_of a)" "$version" version
	# shellcheck disable=SC2086
	ok devsess -j add b $full
	json_is 'keys_unsorted | join(" ")' 'device version loaded'
	json_is .device b
	json_is .loaded false
	is "$(version_of b)" "$(json .version)" version
	is "$(member '[.owner,.mark,.port,.addr,.state,.flags,.ttl_ms]' b)" \
		'[4294967295,4294967295,5683,"2001:db8::1","blocked",["pinned"],3600000]'
	[[ $(devsess -j get b) == *'"session":18446744073709551615,'* ]] || fail 'session'
	ok devsess -q add c
	is "$out" ''
	count 3
}

# What is not given is nothing; a second add changes nothing.
test_add_defaults()
{
	ok devsess add a
	is "$(member '[.session,.addr,.port,.owner,.mark,.state,.flags,.ttl_ms,.expires_in_ms,.data]' a)" \
		'[0,null,null,0,0,"new",[],0,null,""]'
	refused 'a: the device has a session already' devsess add a owner 1
	is "$out" '' 'standard output'
	refused 'the device has a session already' devsess -j add a owner 1
	is "$out" '' 'standard output'
	is "$(member .owner a)" 0 owner
	count 1
}

test_set()
{
	local version

	# shellcheck disable=SC2086
	ok devsess set a $full
	[[ $out == 'added a, version '* ]] || fail "$out"
	version=$(version_of a)
	ok devsess set a owner 5
	[[ $out == 'replaced a, version '* ]] || fail "$out"
	[ "$(version_of a)" -gt "$version" ] || fail 'the version must rise'
	is "$(member '[.session,.addr,.port,.owner,.mark,.state,.flags,.ttl_ms]' a)" \
		'[0,null,null,5,0,"new",[],0]'
	ok devsess -j set a
	json_is .loaded true
	count 1
}

test_update()
{
	refused 'a: the device has no session' devsess update a owner 1
	count 0
	# shellcheck disable=SC2086
	ok devsess add a $full
	ok devsess update a owner 6
	[[ $out == 'updated a, version '* ]] || fail "$out"
	is "$(member '[.addr,.port,.owner,.mark,.state,.flags,.ttl_ms]' a)" \
		'["2001:db8::1",5683,6,4294967295,"blocked",["pinned"],3600000]'
	ok devsess update a addr 192.0.2.1
	is "$(member '[.addr,.port]' a)" '["192.0.2.1",0]'
	ok devsess update a flags none state active mark 7
	is "$(member '[.flags,.state,.mark]' a)" '[[],"active",7]'
	ok devsess update a ttl 0
	is "$(member '[.ttl_ms,.expires_in_ms]' a)" '[0,null]'
	ok devsess -j update a
	json_is .loaded true
	is "$(version_of a)" "$(json .version)"
}

test_if_version()
{
	local version

	ok devsess add a owner 1
	version=$(version_of a)
	refused 'the session has another version' devsess update a owner 2 --if-version $((version + 1))
	refused 'the session has another version' devsess --if-version 0 update a owner 2
	is "$(member .owner a)" 1 owner
	ok devsess update a owner 2 --if-version "$version"
	is "$(member .owner a)" 2 owner
	refused 'the session has another version' devsess update a owner 3 --if-version "$version"
	refused 'the session has another version' devsess del a --if-version "$version"
	is "$(member .owner a)" 2 owner
	ok devsess del a --if-version "$(version_of a)"
	count 0
	refused 'a: the device has no session' devsess update a owner 3 --if-version "$version"
	refused 'a: the device has no session' devsess del a --if-version "$version"
	misused '--if-version goes with one ID' devsess del a b --if-version 1
}

test_getadd()
{
	ok devsess getadd a owner 1
	has $'added\na\n'
	ok devsess getadd a owner 2 state idle
	has $'found\na\n'
	is "$(member '[.owner,.state]' a)" '[1,"new"]'
	ok devsess -j getadd a owner 2
	json_is '[.owner, .loaded] | tostring' '[1,true]'
	ok devsess -j getadd b owner 2
	json_is '[.owner, .loaded] | tostring' '[2,false]'
	ok devsess -q getadd b
	[[ $out == $'b\n'* ]] || fail "$out"
}

test_swap()
{
	ok devsess swap a owner 1
	is "$out" added
	ok devsess swap a owner 2
	[[ $out == $'replaced\na\n'*'owner       1'* ]] || fail "$out"
	is "$(member .owner a)" 2 owner
	ok devsess -j swap a owner 3
	json_is '[.owner, .loaded] | tostring' '[2,true]'
	ok devsess -j swap b
	is "$out" '{"device":"b","loaded":false}'
	count 2
}

test_pop()
{
	refused 'a: the device has no session' devsess pop a
	# shellcheck disable=SC2086
	ok devsess add a $full
	ok devsess -j pop a
	json_is '[.owner, .port] | tostring' '[4294967295,5683]'
	refused 'a: the device has no session' devsess pop a
	ok devsess add a owner 9
	ok devsess pop a
	has 'owner       9'
	count 0
}

test_get()
{
	ok devsess add a owner 1
	ok devsess add b owner 2
	refused 'c: the device has no session' devsess get c
	is "$out" ''
	ok devsess -j get a
	json_is '.device, .owner' $'a\n1'
	ok devsess -j get b a b
	json_is '[.[].device] | tostring' '["b","a","b"]'
	ends 1 'c: the device has no session' devsess -j get a c b
	json_is '[.[].owner] | tostring' '[1,2]'
	ends 1 'c: the device has no session' devsess get a c b
	is "$(grep -c '^[abc]$' <<<"$out")" 2 'sessions shown'
	[ "$(wc -l <<<"$err")" -eq 1 ] || fail "$err"
}

test_del()
{
	local ids

	refused 'a: the device has no session' devsess del a
	is "$out" ''
	ok devsess add a
	ok devsess del a
	is "$out" 'deleted 1'
	ok devsess add a
	ok devsess add b
	ends 1 'c: the device has no session' devsess del a c b
	is "$out" 'deleted 2'
	ok devsess add a
	ends 1 'a: the device has no session' devsess -j del a a
	json_is '[.done, .failed, .failures[0].device] | tostring' '[1,1,"a"]'
	json_is '.failures[0].error' 'the device has no session'
	ends 1 '' devsess -j del a
	json_is '[.done, .failed, .failures[0].device] | tostring' '[0,1,"a"]'
	# More than one batch.
	csv 1 3000 >f.csv
	ok devsess load f.csv
	ids=$(sed 1d f.csv)
	# shellcheck disable=SC2086
	ends 1 'nobody: the device has no session' devsess del $ids nobody
	is "$out" 'deleted 3000'
	count 0
}

test_touch()
{
	local version

	refused 'a: the device has no session' devsess touch a
	ok devsess add a ttl 1h
	version=$(version_of a)
	sleep 3
	[ "$(member .idle_ms a)" -ge 2900 ] || fail 'idle_ms must rise'
	ok devsess touch a
	[[ $out =~ ^touched\ a,\ expires\ in\ (1h|59m59s)$ ]] || fail "$out"
	[ "$(member .idle_ms a)" -lt 2900 ] || fail 'idle_ms must begin anew'
	is "$(version_of a)" "$version" version
	ok devsess -j touch a ttl 10m only-later
	json_is '[.device, .loaded, (.expires_in_ms > 3500000)] | tostring' '["a",true,true]'
	ok devsess -j touch a ttl 10m
	json_is '[.loaded, (.expires_in_ms <= 600000), (.expires_in_ms > 500000)] | tostring' \
		'[false,true,true]'
	is "$(member .ttl_ms a)" 3600000 ttl_ms
	ok devsess -j touch a ttl 2h only-later
	json_is '[.loaded, (.expires_in_ms > 7000000)] | tostring' '[false,true]'
	ok devsess add b
	ok devsess touch b
	is "$out" 'touched b, never expires'
	ok devsess touch b ttl 1h only-later
	is "$out" 'touched b, never expires as before'
	ends 1 'c: the device has no session' devsess touch a c b ttl 5m
	is "$out" 'touched 2'
	ends 1 '' devsess -j touch a c b
	json_is '[.done, .kept, .failed, .failures[0].device] | tostring' '[2,0,1,"c"]'
	# Of several, too, it is told if nothing was done; b never ends, which is later than all.
	ok devsess touch a b ttl 1d only-later
	is "$out" 'touched 2, 1 as before'
	ok devsess touch a b ttl 5h only-later
	is "$out" 'touched 2, 2 as before'
	ok devsess -j touch a b ttl 5h only-later
	json_is '[.done, .kept, .failed] | tostring' '[2,2,0]'
}

# What the clock on the wall says is nothing to a time to live.
test_clock_steps()
{
	local now step

	now=$(date +%s)
	ok devsess -q add a ttl 1h
	ok devsess -q add b ttl 1s
	for step in 86400 -172800 3153600000; do
		date -s "@$((now + step))" >/dev/null || fail "the clock cannot be set to $((now + step))"
		ok devsess -j get a
		json_is '[(.expires_in_ms > 3500000), (.expires_in_ms <= 3600000), (.idle_ms < 60000)] |
			tostring' '[true,true,true]'
	done
	date -s "@$now" >/dev/null
	soon gone b || fail 'b does not expire'
	ok devsess -q get a
}

none_is_left()
{
	[ "$(devsess count)" = 0 ]
}

gone()
{
	! devsess get "$1" >/dev/null 2>&1
}

test_ttl()
{
	ok devsess add a ttl 2s
	ok devsess -j get a
	json_is '[.ttl_ms, (.expires_in_ms <= 2000)] | tostring' '[2000,true]'
	soon gone a
	refused 'the device has no session' devsess touch a
	refused 'the device has no session' devsess update a owner 1
	ok devsess add a ttl 1d
	ok devsess update a ttl 100ms
	soon gone a
	ok devsess -j list
	is "$out" '[]'
	soon none_is_left || fail "$(devsess count) are left"
}

# A table of its own: nothing else is touched.
test_table_option()
{
	ok devsess table add other
	ok devsess -t other add a owner 1
	ok devsess add a owner 2
	ok devsess --table other -j get a
	json_is .owner 1
	ok devsess -j get a --table=other
	json_is .owner 1
	ok devsess -t default -j get a
	json_is .owner 2
	ok devsess -t other flush
	is "$out" 'flushed 1'
	count 1
	refused 'there is no table of that name [table]' devsess -t none add a
	# Linux 6.1 names no attribute where a dump begins.
	refused 'there is no table of that name' devsess -t none list
	refused 'there is no table of that name [table]' devsess -t none flush
	refused 'there is no table of that name [table]' devsess -t none count
}

run_tests "$@"
