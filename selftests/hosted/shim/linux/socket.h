/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_SOCKET_H
#define SHIM_LINUX_SOCKET_H

#define AF_UNSPEC	0
#define AF_INET		2
#define AF_INET6	10

#endif /* SHIM_LINUX_SOCKET_H */
