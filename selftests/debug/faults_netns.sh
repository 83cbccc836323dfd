#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Namespaces end with their tables full, with dumps half read on open sockets, and
# with a handle of another module on one of the tables.
# lanes: kasan rt 6.12

. "$(dirname "$0")/common.sh"

test_module=/lib/modules/$(uname -r)/extra/devsess_test.ko

idle()
{
	[ "$(cat /sys/module/devsess/refcnt)" -eq 0 ]
}

# A namespace with full tables and a stopped reader of one; prints the reader.
fill_namespace()
{
	local name users=0

	for name in a b c; do
		devsess -q table add $name max-sessions 8000 || exit 1
		devsess -q -t $name load f.csv || exit 1
		[[ $(devsess -t $name add one-more 2>&1) == *'the table is full'* ]] ||
			echo "table $name is not full" >&2
	done
	if [ -n "$1" ]; then
		insmod "$test_module" hold="$1" || exit 1
		users=1
	fi
	devsess -t b list >/dev/null &
	while [ -d /proc/$! ] && [ "$(cat /sys/module/devsess/refcnt)" -le $users ]; do
		:
	done
	kill -STOP $!
	echo $!
}
export -f fill_namespace

# end_namespace [HELD]: makes one, and has it end by a violent death
end_namespace()
{
	local reader

	csv 1 8000 owner,ttl_ms 1,3600000 >f.csv
	reader=$(export test_module; unshare -n bash -c "fill_namespace $1" 2>"$tmp/err")
	is "$(<"$tmp/err")" ''
	kill -KILL "$reader" || fail 'the reader is gone already'
	count 3
}

test_ends_with_readers()
{
	local i

	for i in 1 2 3 4 5 6 7 8; do
		csv 1 3 >own.csv
		ok devsess -q load own.csv
		end_namespace
	done
	soon idle
	ok rmmod devsess
	ok modprobe devsess
}

test_ends_with_a_handle()
{
	local i

	for i in 1 2 3 4; do
		csv 1 3 >own.csv
		ok devsess -q load own.csv
		end_namespace b
		ok sh -c 'echo gone >/sys/module/devsess_test/parameters/test'
		fails 'Resource temporarily unavailable' rmmod devsess
		ok rmmod devsess_test
	done
	soon idle
	ok rmmod devsess
	ok modprobe devsess
}

run_tests "$@"
