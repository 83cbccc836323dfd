/* SPDX-License-Identifier: GPL-2.0 */
/* Miss upcalls as messages. See miss_nl.c. */
#ifndef DEVSESS_MISS_NL_H
#define DEVSESS_MISS_NL_H

void miss_nl_init(void);
void miss_nl_exit(void);

#endif /* DEVSESS_MISS_NL_H */
