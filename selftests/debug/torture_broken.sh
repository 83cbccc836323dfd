#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# lanes: rt
#
# That torture.sh can fail: engines that are broken on purpose, as broken/NAME.sed of
# selftests/hosted/ or selftests/torture/ says, take the place of devsess.ko, and
# devsess_torture.ko, the jobs in user space or the tests of BPF programs must notice each.

# shellcheck source=torture_common.sh
. "$(dirname "$0")/torture_common.sh"

# Longest that it may take, on a slow machine.
notice=120

# errors: how many there are by now, and of what; and whether a job has complained
errors()
{
	{
		awk '$1 == "error" && $3 > 0 { print $2, $3 }' "$parameters/report"
		cat "$tmp"/complaints.* 2>/dev/null
	} | head -n 20 | xargs
}

load_broken()
{
	soon rmmod devsess || return
	insmod "$here/broken/$1.ko" && return
	fail "the broken engine does not load"
	modprobe devsess
	return 1
}

# broken NAME PROPERTY [JOB...]: an engine is noticed; what it violates is one of these
broken()
{
	local begin=$SECONDS found=

	load_broken "$1" || return
	rm -f "$tmp/stop" "$tmp"/complaints.*
	start_torture
	start_jobs "${@:3}"
	while [ -z "$found" ] && [ $((SECONDS - begin)) -lt "$notice" ]; do
		sleep 1
		found=$(errors)
	done
	touch "$tmp/stop"
	wait
	echo 0 >"$parameters/run"
	rmmod devsess_torture devsess
	modprobe devsess
	echo "# after $((SECONDS - begin)) s: $found"
	[[ " $found " =~ \ ($2)\  ]] || fail "not caught, or something else: $found"
}

# noticed_by NAME JOB TEXT OTHERS...: one of the jobs notices an engine, and says such a thing
noticed_by()
{
	local begin=$SECONDS name=$1 who=$2 text=$3

	shift 3
	load_broken "$name" || return
	rm -f "$tmp/stop" "$tmp"/complaints.*
	devsess -q table add torture owner-max 64
	make_whole
	start_jobs "$who" "$@"
	while ! grep -qsE "$text" "$tmp/complaints.$who" && [ $((SECONDS - begin)) -lt "$notice" ]; do
		sleep 1
	done
	touch "$tmp/stop"
	wait
	echo "# after $((SECONDS - begin)) s: $(cat "$tmp"/complaints.* | head -n 3)"
	grep -qsE "$text" "$tmp/complaints.$who" || fail "not caught, or something else"
	soon rmmod devsess
	modprobe devsess
}

# A lookup does not look again when sessions moved.
test_broken_moves()
{
	broken moves 'vanished'
}

test_broken_seq()
{
	broken seq 'torn'
}

test_broken_even()
{
	broken even 'torn'
}

# What was in the slot before is seen, perhaps an older session of the same id.
test_broken_tag()
{
	broken tag 'vanished|torn|ghost|backwards'
}

# Or a write does not find the session, whatever comes first.
test_broken_tombstone()
{
	broken tombstone 'vanished|answer'
}

test_broken_version()
{
	broken version 'backwards'
}

test_broken_walk()
{
	broken walk 'dump'
}

# What is pinned is evicted.
test_broken_pinned()
{
	broken pinned 'vanished'
}

# The bound of the cost does not bind.
test_broken_weighed()
{
	broken weighed 'weighs' limits
}

# Sessions are found after their time.
test_broken_dead()
{
	broken dead 'ghost'
}

# Numbers of events have gaps that nobody is told of.
test_broken_number()
{
	noticed_by number monitor '^[0-9]+: [0-9]+ +torture ' flush
}

# Nobody is told what a flush has deleted.
test_broken_flushed()
{
	noticed_by flushed follow '^[-<] ?dev-'
}

# A dump that has begun with a table goes on with the one that has taken its place.
test_broken_mixed()
{
	noticed_by mixed whole ' 2 marks$' replace
}

# refuted NAME TEST TEXT: a test of BPF programs notices an engine, and says such a thing
refuted()
{
	load_broken "$1" || return
	! "$here/bpf_kfunc" -t "$2" >"$tmp/refuted" 2>&1 || fail 'not caught'
	echo "# $(grep -m 1 Expected "$tmp/refuted")"
	grep -qE "$3" "$tmp/refuted" || fail "something else: $(<"$tmp/refuted")"
	soon rmmod devsess
	modprobe devsess
}

# Reserved bytes are anything; tables are of the first namespace; data are left out.
test_broken_kfuncs()
{
	refuted unchecked bad_calls 'with a reserved byte'
	refuted abroad lookup 'not ok .* kfunc.xdp.lookup'
	refuted dataless lookup 'memcmp.*data'
}

run_tests "$@"
