#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Lazy loading: lookups of devsess_test.ko ask for ids that no table has, and `devsess
# loader' stores their sessions, from a file or from what a program prints.

. "$(dirname "$0")/common.sh"

module=/lib/modules/$(uname -r)/extra/devsess_test.ko
parameters=/sys/module/devsess_test/parameters

loader=

clean_up()
{
	[ -z "$loader" ] || stop_loader 2>/dev/null
	rmmod devsess_test 2>/dev/null
}

trap 'clean_up; rm -rf "$tmp"' EXIT

# begin: a table that asks, each id once for all of the test, and a module that has it
begin()
{
	clean_up
	fresh
	devsess -q table add t key-max 64 upcall on-request upcall-interval 1h upcall-rate 1000000
	insmod "$module" hold=t
}

# look CASE [N]: lookups of the module, of N ids
look()
{
	echo "${2:-10}" >$parameters/many
	echo "$1" >$parameters/test || fail "$1 failed: $(dmesg | tail -n 3)"
}

heard()
{
	grep -qs listening loader.out
}

# start_loader OPTION...: it listens when this returns
start_loader()
{
	rm -f loader.out # of the one before, which has said so too
	devsess -t t loader "$@" >loader.out 2>loader.err &
	loader=$!
	soon heard
}

# end_loader STATUS: it ends by itself
end_loader()
{
	wait "$loader"
	is "$?" "$1" "status of the loader: $(<loader.err)"
	loader=
}

stop_loader()
{
	kill "$loader"
	wait "$loader"
	status=$?
	loader=
}

# sum WHAT: of what the loader printed at its end
sum()
{
	sed -n "s/^asked for .*$1 \([0-9]*\).*/\1/p;" loader.out
}

all_asked()
{
	[ "$(figure upcalls t)" = "$1" ]
}

some_are_there()
{
	[ "$(figure sessions t)" -gt 0 ]
}

all_dropped()
{
	[ "$(figure upcalls_dropped t)" = "$1" ]
}

# 10,000 unknown ids: each is asked for once, and loaded.
test_ten_thousand()
{
	csv 0 9999 owner,state 7,active >f.csv
	start_loader --from f.csv count 10000
	look load_all 10000
	end_loader 0
	is "$(figure upcalls t)" 10000 upcalls
	is "$(figure sessions t)" 10000 sessions
	is "$(devsess -t t count owner 7 state active)" 10000 'what the file says'
	is "$(sum loaded)/$(sum refused)/$(sum failed)" 10000/0/0 "$(<loader.out)"
	is "$(<loader.err)" ''
}

# none_runs WORD: no process has it in its command line; who was killed ends a little later
none_runs()
{
	! grep -qzs "$1" /proc/[0-9]*/cmdline
}

# A program is asked for each: it knows even ones only.
test_exec()
{
	cat >ask <<-'END'
		#!/bin/sh
		case $1 in
		*[02468])	printf 'device,owner\n%s,5\nalso-%s,6\n' "$1" "$1" ;;
		*9)		echo nonsense ;;
		*)		exit 3 ;;
		esac
		echo "$DEVSESS_TABLE $1" >>asked
	END
	chmod +x ask
	start_loader --exec ./ask jobs 2 count 20
	look load_once 20
	end_loader 1
	is "$(figure upcalls t)" 20 upcalls
	is "$(devsess -t t count owner 5) $(devsess -t t count owner 6)" '10 10'
	is "$(sum refused)/$(sum failed)" 8/2 "$(<loader.out)"
	is "$(grep -c 'its output: ' loader.err)" 2 "$(<loader.err)"
	is "$(grep -c '^t dev-000000[02468]$' asked)" 5 asked
}

# One that hangs is killed with all that it has started, and one that is not there is told.
test_exec_that_fails()
{
	printf '#!/bin/sh\nsleep 1000 &\necho >>begun\nsleep 1000\n' >hang
	chmod +x hang
	start_loader --exec ./hang timeout 3s count 2
	look load_once 2
	end_loader 1
	is "$(grep -c 'took too long' loader.err)" 2 "$(<loader.err)"
	is "$(wc -l <begun)" 2 'begun'
	soon none_runs '^1000$' || fail 'some are left running'
	ok devsess table set t upcall off
	ok devsess table set t upcall on-request
	start_loader --exec ./nonesuch count 1
	look load_once 1
	end_loader 1
	is "$(grep -c 'cannot be run' loader.err)" 1 "$(<loader.err)"
	is "$(figure sessions t)" 0 sessions
}

# The kernel asks for an id again while its program still runs: it is not run twice.
test_exec_that_is_slow()
{
	local i

	ok devsess table set t upcall-interval 50ms
	cat >slow <<-'END'
		#!/bin/sh
		echo >>begun
		sleep 3
		printf 'device\n%s\n' "$1"
	END
	chmod +x slow
	start_loader --exec ./slow count 1
	look load_once 1
	for i in {1..10}; do
		sleep 0.2
		look load_once 1
	done
	[ "$(figure upcalls t)" -gt 2 ] || fail "asked $(figure upcalls t) times"
	end_loader 0
	is "$(wc -l <begun) $(sum loaded)" '1 1' "$(<loader.out)"
}

# No program can be started for a while: ids wait, and it is told once.
test_exec_that_cannot_start()
{
	local group=/sys/fs/cgroup/devsess-loader

	if ! grep -qsw pids /sys/fs/cgroup/cgroup.controllers; then
		skip 'not on a kernel without the pids controller'
		return
	fi
	echo +pids >/sys/fs/cgroup/cgroup.subtree_control
	mkdir $group
	cat >ask <<-'END'
		#!/bin/sh
		printf 'device\n%s\n' "$1"
	END
	chmod +x ask
	start_loader --exec ./ask count 20
	echo "$loader" >$group/cgroup.procs
	echo 1 >$group/pids.max
	look load_once 20
	soon grep -q 'no program can be started now, ids wait: Resource temporarily unavailable' loader.err
	sleep 2.5
	is "$(figure sessions t)" 0 sessions
	# Then some can, but not as many as could run.
	echo 3 >$group/pids.max
	soon some_are_there
	echo max >$group/pids.max
	end_loader 0
	is "$(figure sessions t) $(sum failed)" '20 0' "$(<loader.out)"
	is "$(wc -l <loader.err)" 1 "$(<loader.err)"
	rmdir $group
}

# What it writes to files of its own is no matter, but its answer has a bound.
test_exec_that_writes()
{
	cat >ask <<-'END'
		#!/bin/sh
		dd if=/dev/zero bs=1M count=2 >>log 2>/dev/null || exit 3
		printf 'device\n%s\n' "$1"
	END
	chmod +x ask
	start_loader --exec ./ask count 1
	look load_once 1
	end_loader 0
	is "$(sum loaded) $(stat -c %s log)" '1 2097152' "$(<loader.err)"
	printf '#!/bin/sh\nyes device & yes device\n' >ask
	ok devsess table set t upcall off
	ok devsess table set t upcall on-request
	start_loader --exec ./ask timeout 1h count 1
	look load_once 2
	end_loader 1
	grep -q 'it has written too much, more than 1 MiB' loader.err || fail "$(<loader.err)"
	soon none_runs '^yes$' || fail 'some are left running'
}

# Whoever starts it may ignore the signals of children; and its programs end with it.
test_exec_and_signals()
{
	local signal

	cat >ask <<-'END'
		#!/bin/sh
		printf 'device\n%s\n' "$1"
	END
	chmod +x ask
	trap '' CHLD
	start_loader --exec ./ask jobs 1 count 3
	trap - CHLD
	look load_once 3
	end_loader 0
	is "$(sum loaded)" 3 "$(<loader.err)"
	printf '#!/bin/sh\ntouch begun\nexec sleep 1000\n' >hang
	chmod +x hang
	for signal in HUP QUIT KILL; do
		rm -f begun
		ok devsess table set t upcall off
		ok devsess table set t upcall on-request
		# Else the shell has it ignore SIGQUIT, and so it does.
		set -m
		start_loader --exec ./hang timeout 1h
		set +m
		look load_once 4
		soon test -e begun
		kill -$signal "$loader"
		wait "$loader" 2>/dev/null
		loader=
		soon none_runs '^1000$' || fail "$signal: some are left running"
	done
}

# Ids that are not in the file are refused, and not asked for again.
test_refused()
{
	ok devsess table set t upcall-interval 1ms negative-ttl 1h
	csv 0 4 >f.csv
	start_loader --from f.csv count 10
	look load_once 10
	end_loader 0
	is "$(sum loaded)/$(sum refused)" 5/5 "$(<loader.out)"
	start_loader --from f.csv count 3
	look load_once 10
	look load_once 10
	# Three that are asked for come behind them.
	look load_bytes
	end_loader 0
	is "$(sum loaded)/$(sum refused)" 0/3 "$(<loader.out)"
	is "$(figure upcalls t)/$(figure upcalls_dropped t)" 13/0 'asked for, dropped'
	[ "$(figure negative_hits t)" -ge 5 ] || fail "negative_hits $(figure negative_hits t)"
}

# What was stored meanwhile stays.
test_never_replaces()
{
	csv 0 0 owner 1 >f.csv
	start_loader --from f.csv count 1
	kill -STOP "$loader"
	look load_once 1
	ok devsess -q -t t add dev-0000000 owner 2
	kill -CONT "$loader"
	end_loader 0
	is "$(sum 'there already')" 1 "$(<loader.out)"
	is "$(devsess -t t count owner 2)" 1
}

# In the background of a script SIGINT is ignored: then it is not what ends it.
test_ignored_signals()
{
	csv 0 0 >f.csv
	start_loader --from f.csv count 1
	kill -INT "$loader"
	look load_once 1
	end_loader 0
	is "$(sum loaded)" 1 "$(<loader.out)"
}

# Any bytes, and more than one id in a message.
test_bytes()
{
	local long

	long=$(for ((i = 0; i < 64; i++)); do printf '%02x' $((i * 7 % 256)); done)
	printf 'device\n0x%s\n0x0a25732200\n0x00\n' "$long" >f.csv
	start_loader --from f.csv count 3
	look load_bytes
	end_loader 0
	ok devsess -q -t t get "0x$long" 0x0a25732200 0x00
}

# With nobody there, upcalls are dropped and counted; the next lookup asks again.
test_nobody_listens()
{
	look load_once 5
	soon all_dropped 5
	is "$(figure upcalls t)" 0
	csv 0 4 >f.csv
	start_loader --from f.csv count 5
	look load_all 5
	end_loader 0
	is "$(figure upcalls t)" 5
}

# Only those of its own table.
test_other_table()
{
	local other

	devsess -q table add u
	csv 0 9 >f.csv
	devsess -t u loader --from f.csv >u.out 2>u.err &
	other=$!
	soon grep -q listening u.out
	start_loader --from f.csv count 3
	look load_once 3
	end_loader 0
	kill "$other"
	wait
	is "$(tail -n 1 u.out)" \
		'asked for 0, loaded 0, there already 0, refused 0, failed 0, lost 0 times'
	is "$(<u.err)" 'devsess: table u has no upcalls yet: devsess table set u upcall on-request'
}

# The table goes, with a loader, ids that wait and negative entries.
test_table_goes()
{
	local monitor

	ok devsess table set t negative-ttl 1h upcall-rate 1
	csv 0 29 >f.csv
	csv 100 149 >g.csv
	start_loader --from f.csv
	devsess -j -t t monitor --sync >seen 2>monitor.err &
	monitor=$!
	soon grep -q '"kind":"synced"' seen
	look load_once 30
	soon some_are_there
	ok devsess -t t refuse dev-0000200
	ok devsess -q -t t load g.csv
	ok rmmod devsess_test
	ok devsess table del t
	stop_loader
	is "$status" 0 "$(<loader.err)"
	# Whoever listens to the table has all of it, and its end.
	soon grep -q '"kind":"table","reason":"del"' seen
	[ "$(grep -c '"kind":"create"' seen)" -gt 50 ] || fail "$(grep -c create seen) were created"
	is "$(jq -c '[.kind, .reason]' seen | tail -n 1)" '["table","del"]'
	is "$(jq -s 'map(select(.kind | IN("create", "table")) | .seq) | .[-1] - .[0] + 1 - length' \
		seen)" 0 'numbers that are missing'
	kill "$monitor"
	wait "$monitor"
	is "$?/$(<monitor.err)" 0/ 'the monitor'
	ok devsess table add t
}

# The namespace goes, while a module has the table.
test_namespace_goes()
{
	ok rmmod devsess_test
	ok unshare -n sh -c "devsess -q table set default upcall on-request upcall-rate 1 &&
		exec insmod $module hold=default many=30"
	echo load_once >$parameters/test 2>/dev/null
	ok rmmod devsess_test
	is "$(cat /sys/module/devsess/refcnt)" 0 refcnt
}

# The module is removed under the loader, which says so.
test_module_goes()
{
	csv 0 4 >f.csv
	start_loader --from f.csv
	look load_once 3
	soon all_asked 3
	ok rmmod devsess_test
	ok rmmod devsess
	end_loader 1
	is "$(<loader.err)" 'devsess: t: the kernel module was removed (No such device)'
	ok modprobe devsess
}

# Whether a socket has lost something: nobody but the loader listens.
has_lost()
{
	awk '$2 == 16 && $9 + 0 { lost = 1 } END { exit !lost }' /proc/net/netlink
}

# And if that is what it has lost of what came.
test_module_goes_unheard()
{
	local i

	# Of what it hears later each message is one batch.
	csv 0 39999 >f.csv
	start_loader --from f.csv
	kill -STOP "$loader"
	# Off and on, the table asks for all of them again.
	for ((i = 0; i < 20; i++)); do
		! has_lost || break
		ok devsess table set t upcall off
		ok devsess table set t upcall on-request
		look load_once 40000
	done
	has_lost || fail 'the socket has room for all'
	ok rmmod devsess_test
	ok rmmod devsess
	kill -CONT "$loader"
	end_loader 1
	grep -q '^devsess: t: miss upcalls were lost' loader.err || fail 'none were lost'
	is "$(tail -n 1 loader.err)" 'devsess: t: the kernel module was removed (No such device)'
	ok modprobe devsess
}

test_trace()
{
	local tracing=/sys/kernel/tracing

	[ -d $tracing/events/devsess ] || mount -t tracefs tracefs $tracing 2>/dev/null
	if [ ! -d $tracing/events/devsess ]; then
		skip 'this kernel has no tracepoints'
		return
	fi
	echo 0 >$tracing/options/record-cmd
	echo >$tracing/trace
	echo 1 >$tracing/events/devsess/miss_upcall/enable
	csv 0 0 >f.csv
	start_loader --from f.csv count 1
	look load_once 1
	end_loader 0
	echo 0 >$tracing/events/devsess/miss_upcall/enable
	is "$(sed -n 's/.*miss_upcall: //p' $tracing/trace)" 'table=t device=0x6465762d30303030303030'
}

test_usage()
{
	misused 'either --exec or --from' devsess loader
	misused 'either --exec or --from' devsess loader --exec a --from b
	misused '--from goes with loader only' devsess load --from a b
	misused 'jobs: 1 to 256' devsess loader --exec a jobs 0
	misused 'timeout: at least 1ms' devsess loader --exec a timeout 0
	refused 'No such file' devsess loader --from nonesuch
	refused 'no table of that name' devsess -t nonesuch loader --exec true
	printf 'device\na\n\177\n' >f.csv
	ends 1 'f.csv:3: ' devsess -j -t t loader --from f.csv count 0
	is "$(json -s -c 'map(keys[0])' <<<"$out")" '["listening","asked"]' "$out"
	printf 'owner\n1\n' >f.csv
	refused "f.csv:1: column 'device' is missing" devsess -t t loader --from f.csv count 0
	: >f.csv
	refused 'f.csv: the file is empty' devsess -t t loader --from f.csv count 0
	refused 'f.csv: the file is empty' devsess -t t loader --format jsonl --from f.csv count 0
	refused 'the table has no upcalls' devsess refuse a
	ok devsess -j -t t refuse a
	is "$out" '{"refused":1}'
}

run_tests "$@"
