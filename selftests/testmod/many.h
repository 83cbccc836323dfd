/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEVSESS_TEST_MANY_H
#define DEVSESS_TEST_MANY_H

/* The parameter `many'. */
unsigned int many_ids(void);

#endif /* DEVSESS_TEST_MANY_H */
