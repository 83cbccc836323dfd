# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the scripts that use devsess_torture.ko share, on top of common.sh.

# shellcheck source=../common.sh
. "$(dirname "$0")/common.sh"

module=/lib/modules/$(uname -r)/extra/devsess_torture.ko
parameters=/sys/module/devsess_torture/parameters

# The tables are kept from one test to the next.
begin()
{
	:
}

start_torture()
{
	local skip=/sys/module/kcsan/parameters/skip_watch

	# Accesses between two watchpoints. More delays would do the other tests no good.
	[ ! -w $skip ] || echo 400 >$skip
	devsess -q table add torture key-max 64 data-max 64 max-sessions 100000 owner-max 64
	devsess -q table add cleared key-max 64 data-max 64 max-sessions 800 policy evict owner-max 64 \
		defer-ring 256 watermark-high 80
	devsess -q table add crowd key-max 64 data-max 64 max-sessions 300 policy evict
	insmod "$module" && echo 1 >"$parameters/run"
}
