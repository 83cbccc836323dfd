#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A memory cgroup at its limit: whoever is in it is refused and lives, the machine and
# the others do not notice.
# lanes: kasan rt 6.12

. "$(dirname "$0")/common.sh"

cgroup=/sys/fs/cgroup/devsess-test

begin()
{
	fresh
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir $cgroup || exit 1
	devsess -q table add t max-sessions 1000000
}

end()
{
	rmdir $cgroup
}

# in_cgroup COMMAND...: what it prints is nothing that the cgroup pays for
in_cgroup()
{
	{
		sh -c 'echo $$ >/sys/fs/cgroup/devsess-test/cgroup.procs && exec "$@"' sh "$@" \
			2>&1 >&3 3>&- | cat >&2
		return "${PIPESTATUS[0]}"
	} 3>&1
}

# Nobody was killed: neither by the cgroup's killer nor by the machine's.
nobody_killed()
{
	is "$(awk '$1 == "oom_kill" { print $2 }' $cgroup/memory.events)" 0 'processes killed'
}

below()
{
	[ "$(cat $cgroup/memory.current)" -lt "$1" ]
}

# By single requests: for a batch the tool would have to make a thread, and be killed
# for the want of its stack.
test_load_is_refused()
{
	local loaded

	csv 1 20000 owner 7 >f.csv
	csv 20001 30000 >g.csv
	echo 4M >$cgroup/memory.max
	run in_cgroup devsess -t t load --batch 1 f.csv
	is "$status" 1 'exit status'
	[[ $err == *': no memory for the session'* ]] || fail "it said: ${err:0:200}"
	loaded=$(sed -n 's/^loaded \([0-9]*\), .*/\1/p' <<<"$out")
	echo "# ${out%% (*}"
	[ "${loaded:-0}" -gt 2000 ] || fail "loaded: $out"
	[ "${loaded:-0}" -lt 20000 ] || fail 'the limit was not met'
	nobody_killed
	# What it was told is true, and the table is whole.
	is "$(devsess -t t count)" "$loaded" count
	is "$(devsess -t t count owner 7)" "$loaded" 'count by walking'
	is "$(devsess -t t save | sed 1d | cut -d , -f 1 | sort -u | wc -l)" "$loaded" \
		'devices in a dump'
	is "$(figure fail_memory t)" $((20000 - loaded)) fail_memory
	# The others do not notice.
	ok devsess -q -t t load g.csv
	is "$(devsess -t t count)" $((loaded + 10000)) 'with those of others'
	# What is there can be changed and deleted, which takes no memory.
	ok in_cgroup devsess -q -t t set dev-0000001 owner 8
	ok in_cgroup devsess -q -t t del dev-0000002
	ok devsess -q table del t
	soon below 2000000
	ok devsess -q table add t
	csv 1 2000 >f.csv
	ok in_cgroup devsess -q -t t load --batch 1 f.csv
	nobody_killed
	end
}

test_tables_are_refused()
{
	local n

	echo 6M >$cgroup/memory.max
	run in_cgroup "$here/fill_tables"
	is "$status" 1 'exit status'
	is "$err" 'Cannot allocate memory: no memory for the table [name]'
	n=${out% tables}
	echo "# $out"
	[ "${n:-0}" -gt 3 ] || fail "only $n tables"
	refused 'no table of that name' devsess table list "t$n"
	nobody_killed
	# The others have as many as they like.
	ok devsess -q table add mine
	ok devsess -q -t mine add x
	fresh
	soon below 3000000
	ok in_cgroup devsess -q table add again
	nobody_killed
	fresh
	end
}

if [ ! -w /sys/fs/cgroup/cgroup.subtree_control ] ||
   ! grep -qw memory /sys/fs/cgroup/cgroup.controllers; then
	ktap_skip_all 'not on a kernel without memory cgroups'
	exit "$KSFT_SKIP"
fi
run_tests "$@"
