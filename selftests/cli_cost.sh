#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Weights of sessions, and the bound of a table's: stored, shown, saved and loaded.

. "$(dirname "$0")/common.sh"

heavy='the table is full: the weight does not fit into its max_cost'

begin()
{
	fresh
	devsess -q table add t max-cost 100
}

# cost [TABLE]: as the list of tables has it
cost()
{
	devsess -j table list "${1-t}" | jq -c '[.cost,.max_cost]'
}

# weights: of all sessions of table t, as their ids sort
weights()
{
	devsess -j -t t list | jq -c 'sort_by(.device) | map(.weight)'
}

test_weights()
{
	is "$(cost)" '[0,100]'
	is "$(cost default)" '[0,0]'
	ok devsess -q -t t add a
	ok devsess -q -t t add b weight 50
	is "$(cost)" '[51,100]'
	ok devsess -t t get b
	has '  weight      50'
	ok devsess -t t list
	has 'WEIGHT'
	ok devsess -q -t t update b mark 1
	is "$(weights)" '[1,50]'
	ok devsess -q -t t update b weight 2
	ok devsess -q -t t update a weight 98
	is "$(cost)" '[100,100]'
	ok devsess -q -t t set a
	is "$(weights)" '[1,2]'
	ok devsess table list t
	has ' 3/100'
	ok devsess -q -t t del a
	is "$(figure cost t) $(figure max_cost t)" '2 100'
	is "$(devsess -j stats t | jq -c '[.cost,.max_cost]')" '[2,100]'
	ok devsess stats --prometheus t
	has 'devsess_cost{table="t"} 2'
	has 'devsess_cost_max{table="t"} 100'
}

test_refused()
{
	ok devsess -q -t t add a weight 60
	refused "$heavy [weight] (No space left on device)" devsess -t t add b weight 41
	refused "$heavy [weight]" devsess -t t update a weight 101
	ok devsess -q -t t add b weight 40
	refused "c: $heavy" devsess -t t add c
	is "$(weights)" '[60,40]'
	is "$(figure fail_full t)" 3 fail_full
	misused "weight: '256' is above 255" devsess -t t add c weight 256
	refused '[weight]' devsess -t t add c weight 0
}

test_bound()
{
	ok devsess -q -t t add a weight 60
	refused 'the sessions of the table weigh more than that [max_cost] (Device or resource busy)' \
		devsess table set t max-cost 59
	ok devsess -q table set t max-cost 60
	refused "$heavy" devsess -t t add b
	ok devsess -q table set t max-cost 0
	ok devsess -q -t t add b weight 255
	is "$(cost)" '[315,0]'
	ok devsess table list t
	has ' 315/-'
	ok devsess -q table set t max-cost 18446744073709551615
	is "$(devsess -j table list t | grep -o '"max_cost":[0-9]*')" '"max_cost":18446744073709551615'
	misused "max-cost: 'x' is not a number" devsess table add u max-cost x
}

# Sessions go until the new one fits, but not those that are pinned.
test_evicts()
{
	local i

	ok devsess -q table set t policy evict
	ok devsess -q -t t add p weight 10 flags pinned
	for ((i = 0; i < 9; i++)); do
		ok devsess -q -t t add "s$i" weight 10
	done
	ok devsess -q -t t add new weight 85
	is "$(cost)" '[95,100]'
	is "$(figure evicted t)" 9 evicted
	ok devsess -q -t t update new weight 90
	refused "$heavy" devsess -t t update new weight 91
	is "$(devsess -j -t t get new | jq .weight)" 90
}

# save, load and apply
test_files()
{
	local format

	ok devsess -q table add u
	ok devsess -q -t t add a
	ok devsess -q -t t add b weight 77
	for format in csv jsonl; do
		ok devsess -q -t t save --format $format "f.$format"
		ok devsess -q -t u load "f.$format"
		is "$(devsess -j -t u list | jq -c 'map(.weight) | sort')" '[1,77]' $format
		ok devsess -q -t u flush
	done
	ok devsess -q -t t update b weight 7
	ok devsess -t t apply --dry-run f.csv
	has 'change b weight'
	ok devsess -q -t t apply f.csv
	is "$(weights)" '[1,77]'
	# What gives no weight means 1.
	printf 'device\na\nb\n' >f.csv
	ok devsess -q -t t apply f.csv
	is "$(weights)" '[1,1]'
	printf 'device,weight\na,1\nb,100\nc,0\nd,256\ne,98\n' >f.csv
	refused "f.csv:3: $heavy" devsess -t t load f.csv
	[[ $err == *"f.csv:5: weight: '256' is above 255"* ]] || fail "$err"
	is "$(cost)" '[100,100]'
}

run_tests "$@"
