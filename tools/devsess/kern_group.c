// SPDX-License-Identifier: GPL-2.0
#include "kern_group.h"

#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/netlink.h>

int kern_group_find(struct nl_sock *sock, const char *family, const char *name, int *group,
		    struct kern_error *e)
{
	*group = genl_ctrl_resolve_grp(sock, family, name);
	if (*group >= 0)
		return 0;
	if (*group == -NLE_OBJ_NOTFOUND)
		return kern_error_set(e, EOPNOTSUPP,
				      "the kernel module is older than this program");
	return kern_error_set(e, EPROTO, nl_geterror(*group));
}
