#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Device ids: any 1 to 64 bytes in, and out so that they read back as the same.

. "$(dirname "$0")/common.sh"

begin()
{
	fresh
	devsess -q table add wide key-max 64
}

ids()
{
	devsess -t wide -j list | jq -r '.[].device' | sort
}

# plain BYTE: whether it is shown as it is, alone or within a text
plain()
{
	[ "$1" -gt 32 ] && [ "$1" -lt 127 ] && [[ \"\'\\, != *"$(char "$1")"* ]]
}

char()
{
	# shellcheck disable=SC2059
	printf "\\x$(printf %x "$1")"
}

# Every byte alone, and between two others.
test_every_byte()
{
	local byte

	{
		echo device
		for ((byte = 0; byte < 256; byte++)); do
			printf '0x%02x\n0x61%02x62\n' $byte $byte
		done
	} >f.csv
	ok devsess -t wide load f.csv
	[[ $out == 'loaded 512, 0 failed'* ]] || fail "$out"
	ids >got
	for ((byte = 0; byte < 256; byte++)); do
		if ! plain $byte; then
			printf '0x%02x\n0x61%02x62\n' $byte $byte
		elif [ $byte -eq 45 ]; then
			printf '0x2d\na-b\n'
		else
			printf '%s\na%sb\n' "$(char $byte)" "$(char $byte)"
		fi
	done | sort >want
	is "$(wc -l <want)" 512 ids
	cmp -s got want || fail "$(diff got want | head)"
}

# All that list prints can be given to get, touch and del.
test_printed_ids_work()
{
	local id

	for id in a 0x00 0x0a 0x2d78 0x3078 0x20 'a b' 'a,b' 'a"b' "a'b" 'a\b' 0x80 0xffff \
		0xc3a9; do
		ok devsess -t wide -q add "$id"
	done
	is "$(ids | wc -l)" 14 ids
	ids >shown
	while IFS= read -r id; do
		ok devsess -t wide -j get "$id"
		json_is .device "$id"
		ok devsess -t wide -q touch "$id"
		ok devsess -t wide -q del "$id"
	done <shown
	is "$(devsess -t wide count)" 0 count
}

# "0x" begins hexadecimal, always.
test_prefix_0x()
{
	misused 'a device id after 0x has 1 to 64 bytes' devsess add 0x
	misused 'a device id after 0x has an even number of digits' devsess add 0x123
	misused 'a device id after 0x has hexadecimal digits only' devsess add 0xzz
	ok devsess -q add 0x30784142
	ok devsess -j list
	json_is '.[0].device' 0x30784142
	refused 'the device has no session' devsess get 0xAB
	ok devsess -q add 0xAb
	ok devsess -j get 0xaB
	json_is .device 0xab
	ok devsess -q add 0X12
	ok devsess -j get 0x30583132
	json_is .device 0X12
	count 3
}

test_text_and_hex_are_one()
{
	ok devsess -q add sensor-1
	refused 'the device has a session already' devsess add 0x73656e736f722d31
	ok devsess -j get 0x73656e736f722d31
	json_is .device sensor-1
}

test_lengths()
{
	local id

	for len in 1 2 31 32 33 63 64; do
		id=$(head -c "$len" /dev/zero | tr '\0' "x")
		ok devsess -t wide -q add "$id"
		ok devsess -t wide -j get "$id"
		json_is .device "$id"
		id=0x$(head -c $((2 * len)) /dev/zero | tr '\0' 0)
		ok devsess -t wide -q add "$id"
		ok devsess -t wide -j get "$id"
		json_is .device "$id"
	done
	is "$(devsess -t wide count)" 14 count
	misused 'at least one byte' devsess add ''
	misused 'at most 64 bytes, not 65' devsess -t wide add "$(printf '%065d' 0)"
	misused 'at most 64 bytes, not 65' devsess -t wide add "0x$(printf '%0130d' 0)"
	refused "device is longer than the table's key_max [device]" \
		devsess add "$(printf '%033d' 0)"
	refused "device is longer than the table's key_max [device]" \
		devsess get "0x$(printf '%066d' 0)"
}

# What cannot be typed needs the other form, and is not guessed.
test_unprintable()
{
	misused 'byte 0x0a in a device id needs the 0x form' devsess add $'a\nb'
	misused 'byte 0x09 in a device id needs the 0x form' devsess add $'a\tb'
	misused 'byte 0xc3 in a device id needs the 0x form' devsess add $'\xc3\xa9'
	misused 'byte 0x7f in a device id needs the 0x form' devsess add $'\x7f'
	count 0
}

# After -- an id may look like an option, and as a word like a keyword.
test_looks_like_something_else()
{
	ok devsess -q add -- -x owner 1
	ok devsess -j get -- -x
	json_is .device 0x2d78
	ok devsess -q add owner owner 7
	ok devsess -j get owner
	json_is '.device, .owner' $'owner\n7'
	ok devsess -q add default
	ok devsess -q add ttl
	ok devsess -q touch 0x74746c ttl 5m
	ok devsess -q touch ttl ttl 5m
	ends 2 "'ttl' lacks its value" devsess touch owner ttl
	count 4
}

test_prefix()
{
	local id

	for id in 0x00 0x0000 0x000001 0x01 a ab abc; do
		ok devsess -q add "$id"
	done
	count 3 prefix 0x00
	count 2 prefix 0x0000
	count 3 prefix a
	count 2 prefix 0x6162
	count 1 prefix abc
	count 0 prefix abcd
	count 0 prefix "$(printf '%064d' 0)"
	misused 'at most 64 bytes' devsess count prefix "$(printf '%065d' 0)"
	misused 'at least one byte' devsess count prefix ''
}

run_tests "$@"
