#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Allocations fail in every request, one after the other and several at a time.
# lanes: kasan

. "$(dirname "$0")/faults_lib.sh"
run_cases requests "$@"
