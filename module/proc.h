/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/net/devsess and /proc/net/stat/devsess. See proc.c. */
#ifndef DEVSESS_PROC_H
#define DEVSESS_PROC_H

int proc_init(void);
void proc_exit(void);

#endif /* DEVSESS_PROC_H */
