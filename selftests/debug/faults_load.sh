#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Allocations fail while the module is loaded, while namespaces come, and in the
# worker.
# lanes: kasan

. "$(dirname "$0")/faults_lib.sh"

# Softirqs store new sessions, and the worker has no memory for most of what it
# wants to do about it.
test_worker_behind()
{
	ok insmod "/lib/modules/$(uname -r)/extra/devsess_test.ko"
	ok devsess -q table add test key-max 64 data-max 64 max-sessions 200000
	ok devsess -q table add small key-max 8 data-max 4 max-sessions 1000
	ok "$here/fail_alloc" --worker 60 \
		sh -c 'echo context_ >/sys/module/devsess_test/parameters/test'
	dmesg | sed -n 's/^.*devsess_test: #/#/p' | tail -n 20
	ok rmmod devsess_test
}

run_cases others "$@"
