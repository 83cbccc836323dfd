/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_DELAY_H
#define SHIM_LINUX_DELAY_H

/* Moves the clock; work that is due on the way runs in its place. */
void msleep(unsigned int ms);
/* Moves the clock, no more. */
void mdelay(unsigned int ms);

#endif /* SHIM_LINUX_DELAY_H */
