/* SPDX-License-Identifier: GPL-2.0 */
/* What the engine needs before its tests run, and after. */
#ifndef KUNIT_MAIN_H
#define KUNIT_MAIN_H

/* Returns 0 or -ENOMEM. */
int main_begin(void);
void main_end(void);

#endif /* KUNIT_MAIN_H */
