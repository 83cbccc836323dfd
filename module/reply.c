// SPDX-License-Identifier: GPL-2.0
#include "reply.h"

#include "limits.h"

/**
 * reply_begin - allocate the reply to a request
 * @r:    out: the reply
 * @info: request
 * @size: of its payload, at the most
 *
 * Context: Process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int reply_begin(struct reply *r, struct genl_info *info, size_t size)
{
	/* A small one is not charged: what takes no memory is done at the cgroup's limit, too. */
	r->skb = genlmsg_new(size, GFP_KERNEL | (size > NLMSG_GOODSIZE ? GFP_MODEST : 0));
	if (!r->skb) {
		NL_SET_ERR_MSG(info->extack, "no memory for the reply");
		return -ENOMEM;
	}
	r->hdr = genlmsg_put_reply(r->skb, info, &devsess_nl_family, 0, info->genlhdr->cmd);
	return 0;
}

/**
 * reply_send - send a reply, or free it if it could not be filled
 * @r:    reply
 * @info: request that changed nothing
 * @put:  result of filling it
 *
 * Context: Process.
 * Return: 0, @put, or an errno of genlmsg_reply().
 */
int reply_send(struct reply *r, struct genl_info *info, int put)
{
	if (WARN_ON_ONCE(put)) {
		reply_cancel(r);
		return put;
	}
	genlmsg_end(r->skb, r->hdr);
	return genlmsg_reply(r->skb, info);
}

/**
 * reply_done - likewise, now that something was changed
 * @r:    reply
 * @info: request
 * @put:  result of filling it
 *
 * A reply that its socket has no room for is lost, which the next read tells.
 *
 * Context: Process.
 * Return: 0, or @put: what was done is no refusal.
 */
int reply_done(struct reply *r, struct genl_info *info, int put)
{
	(void)reply_send(r, info, put);
	return put;
}

/**
 * reply_cancel - free a reply
 * @r: reply
 *
 * Context: Process.
 */
void reply_cancel(struct reply *r)
{
	nlmsg_free(r->skb);
}

/**
 * reply_part_begin - begin a message of a dump
 * @skb: messages
 * @cb:  callback
 * @cmd: its command
 *
 * Context: Process.
 * Return: its header, or NULL if there is no room for it.
 */
void *reply_part_begin(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &devsess_nl_family, NLM_F_MULTI, cmd);
}

/**
 * reply_part_end - end a message of a dump
 * @skb: messages
 * @hdr: its header
 * @put: result of filling it: if it did not fit it is taken back
 *
 * Context: Process.
 * Return: 0 or -EMSGSIZE.
 */
int reply_part_end(struct sk_buff *skb, void *hdr, int put)
{
	if (put) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * reply_sentence - what an errno of an operation on a session means
 * @err: errno
 *
 * Context: Process.
 * Return: the sentence.
 */
const char *reply_sentence(int err)
{
	switch (err) {
	case -EEXIST:
		return "the device has a session already";
	case -ENOENT:
		return "the device has no session";
	case -ESTALE:
		return "the session has another version";
	case -ENOSPC:
		return "the table is full: it holds max_sessions";
	case -EDQUOT:
		return "the owner has as many sessions as its limit";
	case -EUSERS:
		return "the owner is new, and the table has owner_max others";
	case -ENOMEM:
		return "no memory for the session";
	case -ENODEV:
		return "the table was deleted meanwhile";
	default:
		return "the operation failed";
	}
}

/**
 * reply_refuse - turn the result of an operation into that of a request
 * @extack:   where to say why
 * @err:      result
 * @attr:     the attribute to blame, or NULL
 * @sentence: why, a constant; NULL for that of reply_sentence()
 *
 * Context: Process.
 * Return: 0 if @err is not negative, else @err.
 */
int reply_refuse(struct netlink_ext_ack *extack, int err, const struct nlattr *attr,
		 const char *sentence)
{
	if (err >= 0)
		return 0;
	if (extack)
		extack->_msg = sentence ?: reply_sentence(err);
	NL_SET_BAD_ATTR(extack, attr);
	return err;
}
