#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who may do what: CAP_NET_ADMIN over the network namespace, or figures only.

. "$(dirname "$0")/common.sh"

# Every command that needs the privilege.
commands='add x|set a owner 9|update a owner 9|getadd x|swap a owner 9|pop a|get a|get a b|touch a
	touch a b|del a|del a b|list|list owner 1|count|count owner 1|flush|flush owner 1
	load /tmp/permission.csv|load --atomic /tmp/permission.csv|load --batch 1 /tmp/permission.csv
	save|table add x|table set default max-sessions 5|table del default|table list
	table list default|table rename default d|table swap default b|table drain default
	owner list|owner set 1 limit 5|apply /tmp/permission.csv|apply --dry-run /tmp/permission.csv
	load --replace /tmp/permission.csv|refuse x|loader --from /tmp/permission.csv|monitor
	monitor --sync'

begin()
{
	fresh
	devsess -q add a owner 1
	devsess -q add b owner 1
	printf 'device,owner\na,9\nx,9\n' >/tmp/permission.csv
	chmod 755 "$tmp"
}

unchanged()
{
	count 2
	count 2 owner 1
	is "$(devsess -j table list | jq -c 'map(.name)')" '["default"]'
}

# all_refused WRAPPER...
all_refused()
{
	local command

	while read -r command; do
		# shellcheck disable=SC2086
		refused CAP_NET_ADMIN "$@" devsess $command
		[[ $out =~ ^((touched|deleted)\ 0|loaded\ 0,.*)?$ ]] || fail "'$command' printed '$out'"
	done < <(tr '|' '\n' <<<"$commands" | sed 's/^[ \t]*//')
	unchanged
}

user=(setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=-all)

test_user_may_nothing()
{
	all_refused "${user[@]}"
}

test_root_without_the_capability()
{
	all_refused setpriv --bounding-set=-net_admin --inh-caps=-net_admin
}

test_user_may_see_figures()
{
	ok "${user[@]}" devsess stats
	has $'table default\nsessions 2\n'
	ok "${user[@]}" devsess -j stats default
	json_is .sessions 2
	ok "${user[@]}" devsess stats --prometheus
	has 'devsess_sessions{table="default"} 2'
	ok "${user[@]}" cat /proc/net/devsess
	has $'table default\nsessions 2\n'
	ok "${user[@]}" cat /proc/net/stat/devsess
	has 'read_hits'
}

# That capability alone is enough.
test_user_with_the_capability()
{
	local admin=("${user[@]}" --ambient-caps=+net_admin)

	admin[-2]=--inh-caps=+net_admin
	ok "${admin[@]}" devsess -q add c owner 2
	ok "${admin[@]}" devsess -q table add t
	ok "${admin[@]}" devsess -j get c
	json_is .owner 2
	ok "${admin[@]}" devsess -q table del t
	ok "${admin[@]}" devsess flush owner 2
	is "$out" 'flushed 1'
	unchanged
}

# Root of a user namespace is nobody in a network namespace that he does not own...
test_user_namespace()
{
	all_refused "${user[@]}" unshare --user --map-root-user
	ok "${user[@]}" unshare --user --map-root-user devsess stats
}

# ... and may do everything in one of his own.
test_user_namespace_owns()
{
	ok "${user[@]}" unshare --user --map-root-user --net sh -c '
		set -e
		devsess add mine owner 3
		devsess update mine owner 4
		devsess count
		devsess table add t
		devsess -t t add other
		devsess table list
		devsess table del t
		devsess flush'
	has $'\n1\n'
	has 'deleted table t'
	has 'flushed 1'
	unchanged
}

# What he may send at once is less than others may: it goes in parts, but for what must not.
test_user_namespace_loads()
{
	csv 1 6000 session,addr,port,owner,mark,state,flags,ttl_ms,weight \
		1,2001:db8::1,80,7,5,active,pinned,3600000,2 >/tmp/all.csv
	head -n 2501 /tmp/all.csv >/tmp/once.csv
	ok "${user[@]}" unshare --user --map-root-user --net sh -c '
		set -e
		devsess -q load /tmp/all.csv
		devsess count owner 7
		devsess -q flush
		devsess apply /tmp/all.csv'
	has $'6000\nadded 6000, changed 0, deleted 0, unchanged 0, 0 failed'
	refused 'net.core.wmem_max is too low to send all at once' "${user[@]}" \
		unshare --user --map-root-user --net devsess load --atomic /tmp/all.csv
	ok "${user[@]}" unshare --user --map-root-user --net devsess -q load --atomic /tmp/once.csv
	unchanged
}

run_tests "$@"
