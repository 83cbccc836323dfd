#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sockets that are closed, overrun or stalled, clients that are killed, workers that
# do not get to run: selftests/faults/clients_test.c.
# lanes: kasan rt 6.12

exec "$(dirname "$0")/faults_clients"
