// SPDX-License-Identifier: GPL-2.0
#include "kern_group.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include <linux/devsess.h>

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

bool kern_group_gone(int family)
{
	struct nl_sock *sock = nl_socket_alloc();
	int now = family;

	if (sock && !genl_connect(sock))
		now = genl_ctrl_resolve(sock, DEVSESS_GENL_NAME);
	nl_socket_free(sock);
	/* Of another error, as for want of memory, nothing follows. */
	return now == -NLE_OBJ_NOTFOUND || (now >= 0 && now != family);
}

bool kern_group_is_end(struct nlmsghdr *h, int family)
{
	const struct genlmsghdr *genl = nlmsg_data(h);
	struct nlattr *id;

	if (h->nlmsg_type != GENL_ID_CTRL || genl->cmd != CTRL_CMD_DELFAMILY)
		return false;
	id = nlmsg_find_attr(h, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	return id && nla_len(id) >= (int)sizeof(uint16_t) && nla_get_u16(id) == family;
}
