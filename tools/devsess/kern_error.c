// SPDX-License-Identifier: GPL-2.0
#include "kern_error.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>

#include "kern_name.h"

int kern_error_set(struct kern_error *e, int code, const char *text)
{
	memset(e, 0, sizeof(*e));
	e->code = code;
	snprintf(e->text, sizeof(e->text), "%s", text);
	return -code;
}

/*
 * The name of the attribute of @request that starts @offset bytes into the
 * message; it may lie in nests.
 */
static void blame(struct kern_error *e, struct nlmsghdr *request, uint32_t offset)
{
	char *at = (char *)request + offset, *end = (char *)request + request->nlmsg_len;
	struct nlattr *attr = nlmsg_attrdata(request, GENL_HDRLEN);
	struct genlmsghdr *genl = nlmsg_data(request);
	const struct kern_names *set = kern_names_of(genl->cmd);

	while (set && at >= (char *)attr && at < end) {
		int left = end - (char *)attr;

		while (nla_ok(attr, left) && at >= (char *)attr + NLA_ALIGN(attr->nla_len))
			attr = nla_next(attr, &left);
		if (!nla_ok(attr, left) || at < (char *)attr)
			return;
		snprintf(e->attr, sizeof(e->attr), "%s", kern_name(set, nla_type(attr)));
		if (at == (char *)attr)
			return;
		set = kern_names_nested(set, nla_type(attr));
		attr = nla_data(attr);
	}
}

/* The attribute of @request that should have been there, given its type. */
static void blame_missing(struct kern_error *e, struct nlmsghdr *request, uint32_t type)
{
	struct genlmsghdr *genl = nlmsg_data(request);
	const struct kern_names *set = kern_names_of(genl->cmd);

	if (set)
		snprintf(e->attr, sizeof(e->attr), "%s", kern_name(set, type));
}

static void read_extack(struct kern_error *e, struct nlattr *attrs, int len,
			struct nlmsghdr *request)
{
	static struct nla_policy policy[NLMSGERR_ATTR_MAX + 1] = {
		[NLMSGERR_ATTR_OFFS] = { .type = NLA_U32 },
		[NLMSGERR_ATTR_MISS_TYPE] = { .type = NLA_U32 },
		[NLMSGERR_ATTR_MISS_NEST] = { .type = NLA_U32 },
	};
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];

	if (len <= 0 || nla_parse(tb, NLMSGERR_ATTR_MAX, attrs, len, policy) < 0)
		return;
	if (tb[NLMSGERR_ATTR_MSG])
		snprintf(e->text, sizeof(e->text), "%.*s", nla_len(tb[NLMSGERR_ATTR_MSG]),
			 (char *)nla_data(tb[NLMSGERR_ATTR_MSG]));
	if (tb[NLMSGERR_ATTR_OFFS])
		blame(e, request, nla_get_u32(tb[NLMSGERR_ATTR_OFFS]));
	else if (tb[NLMSGERR_ATTR_MISS_TYPE] && !tb[NLMSGERR_ATTR_MISS_NEST])
		blame_missing(e, request, nla_get_u32(tb[NLMSGERR_ATTR_MISS_TYPE]));
}

/* Where the kernel sends an errno and no sentence. */
static const char *own_words(int code)
{
	switch (code) {
	case EPERM:
		return KERN_ERROR_EPERM;
	case EAGAIN: /* Linux 6.1 has no room for the sentence */
		return "the module is being loaded";
	case EOPNOTSUPP:
		return "the kernel module is older than this program";
	case EPROTONOSUPPORT:
		return "the kernel module is being removed";
	default:
		return "";
	}
}

int kern_error_read(struct kern_error *e, struct nlmsghdr *answer, struct nlmsghdr *request)
{
	struct nlmsgerr *err = nlmsg_data(answer);
	int used = sizeof(*err);

	if (nlmsg_datalen(answer) < used)
		return kern_error_set(e, EBADMSG, "malformed acknowledgment");
	if (!err->error)
		return 0;
	kern_error_set(e, -err->error, own_words(-err->error));
	/* Unless capped, the request follows the errno. */
	if (!(answer->nlmsg_flags & NLM_F_CAPPED))
		used += NLMSG_ALIGN(err->msg.nlmsg_len) - sizeof(err->msg);
	if (answer->nlmsg_flags & NLM_F_ACK_TLVS)
		read_extack(e, (struct nlattr *)((char *)err + used), nlmsg_datalen(answer) - used,
			    request);
	return err->error;
}

int kern_error_read_done(struct kern_error *e, struct nlmsghdr *answer, struct nlmsghdr *request)
{
	int *code = nlmsg_data(answer);

	if (nlmsg_datalen(answer) < (int)sizeof(*code) || *code >= 0)
		return 0;
	kern_error_set(e, -*code, own_words(-*code));
	if (answer->nlmsg_flags & NLM_F_ACK_TLVS)
		read_extack(e, (struct nlattr *)(code + 1),
			    nlmsg_datalen(answer) - (int)sizeof(*code), request);
	return *code;
}
