#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Allocations fail while maps grow, shards split and the directory doubles.
# lanes: kasan

. "$(dirname "$0")/faults_lib.sh"
run_cases growth "$@"
