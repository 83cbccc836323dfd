/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DEVSESS_UTIL_H
#define DEVSESS_UTIL_H

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
