#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tool, /proc, /sys and the log must not tell: anything of another
# network namespace, and addresses in the kernel. netlink_leak looks at the
# replies that the tool gets.

. "$(dirname "$0")/common.sh"

user=(setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=-all)

# A neighbour, with table, ids, data and numbers that are found wherever they
# turn up: the owner is 0xc0ffee11, the mark 0xc0ffee22, the data `canary`.
begin()
{
	fresh
	mkdir -p /run/netns
	: >/run/netns/next
	unshare -n mount --bind /proc/self/ns/net /run/netns/next
	csv 1 500 addr,port,owner,mark,data 2001:db8:cafe::77,4711,3237998097,3237998114,63616e617279 |
		sed 's/^dev-/canary-/' >next.csv
	devsess -q -n next table add canaries data-max 64
	devsess -q -n next -t canaries load next.csv || fail 'the neighbour is not there'
	devsess -q table add t data-max 64
	devsess -q -t t add mine owner 1 data 6d79 ttl 1h
}

end()
{
	umount /run/netns/next
	rm -f /run/netns/next
}

# told FILE: whether it tells of the neighbour
told()
{
	grep -aEi 'canar|63616e|cafe::77|c0ffee|32379980|32379981' "$1"
}

# addresses FILE: whether it has any
addresses()
{
	grep -aEi '(^|[^0-9a-f])(0x)?ffff[0-9a-f]{12}([^0-9a-f]|$)' "$1"
}

# tells_nothing FILE WHAT
tells_nothing()
{
	local found

	[ -s "$1" ] || fail "$2 is empty"
	found=$(told "$1" | head -n 3)
	is "$found" '' "$2 tells of another namespace"
	found=$(addresses "$1" | head -n 3)
	is "$found" '' "$2 tells addresses"
}

# Else what is not found means nothing.
test_would_be_found()
{
	devsess -n next -t canaries list >theirs
	is "$(told theirs | wc -l)" 500 'lines that tell'
	devsess -n next stats >figures
	is "$(told figures)" 'table canaries'
	printf 'at ffff888004a1b2c0\nffffffffc0001234\n0xFFFFC90000013D08,\n' >leaky
	is "$(addresses leaky | wc -l)" 3 'addresses'
	end
}

test_tool()
{
	local words command

	while read -r command; do
		for words in "" -j; do
			# shellcheck disable=SC2086
			devsess $words $command >>all 2>&1
			# shellcheck disable=SC2086
			"${user[@]}" devsess $words $command >>all 2>&1
		done
	done <<-'END'
		table list
		table list t
		table add t
		table add two
		table del two
		table del three
		stats
		stats t
		stats three
		list
		-t t list
		-t t list owner 1
		-t t get mine
		-t t get other
		-t t touch mine
		-t t set mine owner 2
		-t t update mine state idle
		-t t add mine
		-t t getadd mine
		-t t swap mine owner 1
		-t t count
		-t t count owner 1
		-t t save
		-t t flush owner 9
		-t t pop other
		-t t pop mine
		help
		--version
	END
	tells_nothing all 'the tool'
	end
}

test_proc()
{
	cat /proc/net/devsess /proc/net/stat/devsess /proc/self/net/devsess >root
	tells_nothing root '/proc, as root sees it'
	"${user[@]}" cat /proc/net/devsess /proc/net/stat/devsess >user
	tells_nothing user '/proc, as a user sees it'
	# Sessions are not there even of the own namespace.
	devsess -q -n next -t canaries count >/dev/null
	nsenter --net=/run/netns/next cat /proc/net/devsess /proc/net/stat/devsess >next
	is "$(told next)" 'table canaries'
	end
}

# What the kernel itself has there of a module: addresses are for root.
test_sys()
{
	local file

	# shellcheck disable=SC2016
	"${user[@]}" sh -c 'find /sys/module/devsess -type f -readable -exec cat {} +' >sys 2>&1
	tells_nothing sys /sys/module/devsess
	"${user[@]}" grep '^devsess ' /proc/modules >modules
	tells_nothing modules /proc/modules
	for file in /sys/module/devsess/sections/*; do
		[ ! -e "$file" ] || fails 'Permission denied' "${user[@]}" cat "$file"
	done
	end
}

# As many mistakes as may be, and still no line about any.
test_log()
{
	local i

	dmesg >before
	for i in 1 2 3; do
		devsess add x owner
		devsess -t canaries list
		devsess -n next -t canaries add canary-1
		devsess table set default max-sessions 0
		head -c 100 /dev/urandom | devsess load -
		"${user[@]}" devsess flush
	done >/dev/null 2>&1
	dmesg >after
	diff before after | grep '^>' >new
	[ ! -s new ] || fail "the log has new lines: $(head -n 3 new)"
	grep devsess after >all
	tells_nothing all 'the log'
	end
}

run_tests "$@"
