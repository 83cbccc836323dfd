/* SPDX-License-Identifier: GPL-2.0 */
/* Writes to the table `torture'. */
#ifndef DEVSESS_TORTURE_WRITERS_H
#define DEVSESS_TORTURE_WRITERS_H

#include "ids.h"

int writers_init(void);
void writers_turn(void);
void writers_finish(struct actor *a);
int writers_report(char *page, int len);
void writers_insert(struct actor *a);
void writers_renew(struct actor *a);
void writers_update(struct actor *a);
void writers_delete(struct actor *a);

#endif /* DEVSESS_TORTURE_WRITERS_H */
