#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The program itself: help, options, what is not understood, exit statuses.

. "$(dirname "$0")/common.sh"

commands=$(devsess help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')

# The promised ones are there.
test_commands()
{
	local command

	for command in add set update get touch del list flush count load save table owner stats top \
		loader refuse monitor xdp help; do
		grep -qx "$command" <<<"$commands" || fail "there is no $command"
	done
}

# Each command's help: a usage line, what it does, and all options that it takes.
test_help_is_complete()
{
	local command option

	for command in $commands; do
		ok devsess help "$command"
		[[ $out == "Usage: devsess [OPTIONS] $command"* ]] || fail "$command: $out"
		has $'\n'"$command: "
		for option in --netns --json --quiet --help --version; do
			has " $option"
		done
		is "$(devsess "$command" --help)" "$out" "$command --help"
		is "$(devsess -h "$command")" "$out" "-h $command"
	done
	for command in add set update getadd swap; do
		ok devsess help $command
		for option in session addr owner mark state flags ttl data weight 250ms 192.0.2.1 0x; do
			has "$option"
		done
	done
	for command in list count flush; do
		ok devsess help $command
		for option in owner state mark prefix net idle; do
			has $'\n'"  $option "
		done
	done
	ok devsess help load
	for option in device session addr port owner mark state flags ttl_ms expires_in_ms idle_ms \
		created last_seen version data weight --atomic --batch --format --insert --replace CSV JSON; do
		has "$option"
	done
	ok devsess help table
	for option in max-sessions key-max data-max policy reject evict-expired-only evict defer-ring defer-interval ttl \
		max-cost owner-max add set del drain rename swap list; do
		has "$option"
	done
	ok devsess help xdp
	for option in --table --proto --port --unknown --load --touch --redirect --mode --tc --mark \
		semtech-udp mac ipv4 ipv6; do
		has "$option"
	done
	# Where there is no devsess-xdp as well.
	mkdir lone
	cp "$(command -v devsess)" lone
	ok env PATH="$PWD/lone" "$PWD/lone/devsess" xdp attach --help
	has --redirect
	ends 1 'there is no devsess-xdp' env PATH="$PWD/lone" "$PWD/lone/devsess" xdp stats
	ok devsess help owner
	for option in list set top limit none; do
		has "$option"
	done
}

# An option is in a command's help if, and only if, the command takes it.
test_options_match_help()
{
	local command option

	for command in $commands; do
		# Those of devsess-xdp are another matter.
		[ "$command" != xdp ] || continue
		for option in table=x if-version=1 atomic batch=5 format=csv insert replace prometheus; do
			run devsess "--$option" "$command"
			if devsess help "$command" | grep -q "^ .* --${option%=*} "; then
				[[ $err != *"--${option%=*}"*' go'* ]] ||
					fail "$command --$option: $err"
			else
				[ "$status" -eq 2 ] || fail "$command --$option ended with $status"
				[[ $err == *"--${option%=*} "*'go'* ]] ||
					fail "$command --$option: $err"
			fi
		done
	done
}

test_misuse()
{
	local command

	misused 'Usage: devsess' devsess
	misused "there is no command 'nonsense'" devsess nonsense
	misused "there is no command 'lis'" devsess lis
	misused "there is no command ''" devsess ''
	misused "Try 'devsess help'" devsess --nonsense list
	misused "Try 'devsess help'" devsess list --table
	misused 'there is no such command' devsess help nonsense
	misused 'the name of one command is enough' devsess help add set
	for command in add set update getadd swap get touch del pop; do
		misused 'a device id is missing' devsess $command
		misused "Try 'devsess help $command'" devsess $command
	done
	misused 'one device id is enough' devsess pop a b
	misused 'the name of one file, or -, must follow' devsess load
	misused 'the name of one file, or -, must follow' devsess load a b
	misused 'one file is enough' devsess save a b
	misused 'add, set, del, drain, rename, swap or list must follow' devsess table
	misused 'add, set, del, drain, rename, swap or list must follow' devsess table drop x
	misused 'the name of a table is missing' devsess table add
	misused '--batch: 1 to 65536' devsess load --batch 0 x
	misused "'65537' is above 65536" devsess load --batch 65537 x
	misused '--format: csv or jsonl' devsess load --format xml x
	misused '--atomic takes one batch' devsess load --atomic --batch 5 x
	misused 'is not a number' devsess --if-version x del a
	misused 'is above' devsess --if-version 18446744073709551616 del a
}

# Options stand anywhere; a word and an option of one name differ.
test_options_anywhere()
{
	ok devsess -j -t default add a owner 1
	ok devsess add b -j owner 2 -t default state idle
	json_is .device b
	ok devsess get --json a
	json_is .owner 1
	ok devsess -jq get b
	json_is .state idle
	ok devsess --version
	[[ $out =~ ^devsess\ [0-9] ]] || fail "$out"
	is "$(devsess -V)" "$out"
	count 2
	# Whatever others make of options behind words.
	ok devsess -q table add other
	ok devsess -q -t other add a
	ok env POSIXLY_CORRECT=1 devsess -q del -t other a
	count 2
	is "$(devsess -t other count)" 0
}

test_module_is_gone()
{
	local command

	ok rmmod devsess
	for command in list 'add a' 'get a' count flush 'table list' 'table add x' stats top save \
		'del a b' 'touch a' 'owner list' 'owner set 1 limit 1'; do
		# shellcheck disable=SC2086
		refused 'the kernel module is not loaded (modprobe devsess)' devsess $command
		is "$out" ''
	done
	ok devsess help
	misused 'owner: ' devsess add a owner x
	ok modprobe devsess
	count 0
}

# What cannot be written is no success.
test_output_fails()
{
	csv 1 100 >f.csv
	ok devsess -q load f.csv
	ends 1 'No space left on device' sh -c 'devsess list >/dev/full'
	ends 1 'No space left on device' sh -c 'devsess -j stats >/dev/full'
	ends 1 'No space left on device' sh -c 'devsess count >/dev/full'
	ends 1 'No space left on device' devsess save /dev/full
	ends 1 'No such file or directory' devsess save /no/such/dir/file
}

run_tests "$@"
