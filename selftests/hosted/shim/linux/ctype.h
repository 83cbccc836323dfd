/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_CTYPE_H
#define SHIM_LINUX_CTYPE_H

#include_next <ctype.h>

#ifndef isascii
#define isascii(c)	(((unsigned char)(c)) <= 0x7f)
#endif

#endif /* SHIM_LINUX_CTYPE_H */
