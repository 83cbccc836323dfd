#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Network namespaces: each has tables of its own, from its beginning to its end.

. "$(dirname "$0")/common.sh"

# make NAME: a namespace that --netns finds by its name
make()
{
	mkdir -p /run/netns
	: >"/run/netns/$1"
	unshare -n mount --bind /proc/self/ns/net "/run/netns/$1"
}

drop()
{
	umount "/run/netns/$1"
	rm -f "/run/netns/$1"
}

begin()
{
	fresh
	make one
	make two
}

end()
{
	drop one
	drop two
}

# Tables of a namespace, as "name=sessions ..."
tables()
{
	devsess -n "$1" -j table list | jq -r 'map("\(.name)=\(.sessions)") | join(" ")'
}

test_each_has_its_own()
{
	is "$(tables one)" default=0
	is "$(tables two)" default=0
	ok devsess -q add a owner 1
	ok devsess -n one -q add a owner 2
	ok devsess -n two -q table add t
	ok devsess -n two -q -t t add a owner 3
	ok devsess -n two -q -t t add b
	is "$(tables one)" default=1
	is "$(tables two)" 'default=0 t=2'
	is "$(devsess -j table list | jq -c 'map(.name)')" '["default"]'
	is "$(devsess -j get a | jq .owner)" 1
	is "$(devsess -n one -j get a | jq .owner)" 2
	is "$(devsess -n two -t t -j get a | jq .owner)" 3
	refused 'there is no table of that name' devsess -n one -t t get a
	refused 'the device has no session' devsess -n two get a
	ok devsess -n one flush
	is "$out" 'flushed 1'
	count 1
	is "$(tables two)" 'default=0 t=2'
	end
}

test_figures_are_its_own()
{
	ok devsess -n one -q table add t
	ok devsess -n one -q -t t add a
	ok devsess -q add b
	ok nsenter --net=/run/netns/one cat /proc/net/devsess
	has 'table t'
	ok nsenter --net=/run/netns/one grep -A 1 '^table t' /proc/self/net/devsess
	has 'sessions 1'
	is "$(grep -c '^table t' /proc/net/devsess)" 0
	is "$(devsess -n one -j stats | jq -c 'map([.table, .sessions])')" '[["default",0],["t",1]]'
	is "$(devsess -n two -j stats | jq -c 'map([.table, .sessions])')" '[["default",0]]'
	end
}

# Limits are per table, in each namespace.
test_limits_are_its_own()
{
	ok devsess -n one -q table set default max-sessions 1
	ok devsess -n one -q add a
	refused 'the table is full' devsess -n one add b
	ok devsess -n two -q add a
	ok devsess -n two -q add b
	end
}

test_option()
{
	ok devsess --netns=one -q add a
	ok devsess -q add b --netns /run/netns/one
	is "$(tables one)" default=2
	ok devsess -n /proc/self/ns/net count
	is "$out" 0
	refused "network namespace 'nowhere': No such file or directory" devsess -n nowhere list
	refused "network namespace ''" devsess -n '' list
	refused "network namespace '/etc/passwd': Invalid argument" devsess -n /etc/passwd list
	refused "network namespace '/proc/self/ns/uts': Invalid argument" \
		devsess -n /proc/self/ns/uts list
	ok devsess -n one save
	is "$(wc -l <<<"$out")" 3
	devsess -n one save | devsess -q -n two load - || fail load
	is "$(tables two)" default=2
	end
}

# A namespace that ends takes its tables along.
test_end()
{
	local i

	csv 1 20000 >f.csv
	for i in 1 2 3 4 5; do
		make short
		ok devsess -n short -q load f.csv
		ok devsess -n short -q table add t
		drop short
	done
	# One that ends with its last listener and loader.
	make short
	devsess -n short -j monitor --sync >seen 2>&1 &
	i=$!
	soon grep -q synced seen
	devsess -n short -q table set default upcall on-request
	devsess -n short loader --from f.csv >loaded 2>&1 &
	soon grep -q listening loaded
	ok devsess -n short -q load f.csv
	drop short
	kill "$i" $!
	wait "$i"
	is $? 0 "the monitor: $(tail -n 1 seen)"
	wait $!
	is $? 0 "the loader: $(<loaded)"
	# Many at once, and one that ends with sessions about to expire.
	for i in 1 2 3 4 5 6 7 8; do
		unshare -n sh -c 'devsess -q add a ttl 200ms && devsess -q add b' || fail unshare
	done
	sleep 0.5
	is "$(tables one)" default=0
	end
}

# Its tables are there when the module is loaded later, and gone when it is not.
test_module_comes_later()
{
	ok devsess -n one -q add a
	ok rmmod devsess
	refused 'the kernel module is not loaded' devsess -n one list
	[ ! -e /proc/net/devsess ] || fail '/proc/net/devsess is still there'
	ok modprobe devsess
	is "$(tables one)" default=0
	is "$(tables two)" default=0
	ok nsenter --net=/run/netns/one cat /proc/net/devsess
	has 'table default'
	end
}

run_tests "$@"
