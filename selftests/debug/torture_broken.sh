#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# lanes: rt
#
# That torture.sh can fail: engines that are broken on purpose, as selftests/hosted/
# broken/NAME.sed says, take the place of devsess.ko, and devsess_torture.ko must
# notice each.

# shellcheck source=torture_common.sh
. "$(dirname "$0")/torture_common.sh"

# Longest that it may take, on a slow machine.
notice=120

# errors: how many there are by now, and of what
errors()
{
	awk '$1 == "error" && $3 > 0 { print $2, $3 }' "$parameters/report" | xargs
}

# broken NAME PROPERTY: an engine is noticed; what it violates is one of these
broken()
{
	local begin=$SECONDS found=

	rmmod devsess
	if ! insmod "$here/broken/$1.ko"; then
		fail "the broken engine does not load"
		modprobe devsess
		return
	fi
	start_torture
	while [ -z "$found" ] && [ $((SECONDS - begin)) -lt "$notice" ]; do
		sleep 1
		found=$(errors)
	done
	echo 0 >"$parameters/run"
	rmmod devsess_torture devsess
	modprobe devsess
	echo "# after $((SECONDS - begin)) s: $found"
	[[ " $found " =~ \ ($2)\  ]] || fail "not caught, or something else: $found"
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

test_broken_tombstone()
{
	broken tombstone 'vanished'
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

# Sessions are found after their time.
test_broken_dead()
{
	broken dead 'ghost'
}

run_tests "$@"
