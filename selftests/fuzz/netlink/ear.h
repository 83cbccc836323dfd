/* SPDX-License-Identifier: GPL-2.0 */
/* Who listens to what the requests of a namespace do, and judges that. */
#ifndef DEVSESS_FUZZ_EAR_H
#define DEVSESS_FUZZ_EAR_H

#include "judge.h"
#include "nl.h"

/* Numbers of tables are from 1 on, the lowest that is free. */
#define EAR_TABLES	1025

/**
 * struct ear - a listener to all groups
 * @nl:   its socket
 * @open: there is one
 * @lost: its socket has lost some, and has older ones to be read first
 * @seq:  number of each table's last event, by the table's number; 0 if that is not known
 */
struct ear {
	struct nl nl;
	bool open;
	bool lost;
	__u64 seq[EAR_TABLES];
};

int ear_open(struct ear *e);
void ear_close(struct ear *e);
void ear_listen(struct ear *e, struct judge *j);
void ear_check(struct ear *e, struct nl *nl, struct judge *j);

#endif
