// SPDX-License-Identifier: GPL-2.0
#include "judge.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "batch_reply.h"
#include "edit.h"
#include "hints.h"

#define HEADERS		(NLMSG_HDRLEN + GENL_HDRLEN)

/* More than this of one process helps nobody. */
#define COMPLAINTS_MAX	10

void complain(struct judge *j, const struct sent *s, const char *format, ...)
{
	char text[512];
	va_list args;

	j->wrong = s;
	if (j->complaints++ >= COMPLAINTS_MAX || j->quiet)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("# wrong: %s%s (message %u, %zu bytes): %s\n", s->op ? s->op->name : "message",
	       s->dump ? " dump" : "", s->seq, s->len, text);
}

__u64 judge_mix(__u64 way, __u64 value)
{
	way = (way ^ value) * 0x100000001b3;
	return way ^ (way >> 29);
}

__u64 judge_mix_text(__u64 way, const char *text)
{
	while (*text)
		way = judge_mix(way, (__u8)*text++);
	return way;
}

/* Whether a way to be answered is new. A full table has seen all. */
bool judge_fresh(struct judge *j, __u64 way)
{
	__u32 i = way % SEEN_SIZE;

	way |= 1;
	if (j->ways >= SEEN_SIZE / 2)
		return false;
	for (; j->seen[i]; i = (i + 1) % SEEN_SIZE)
		if (j->seen[i] == way)
			return false;
	j->seen[i] = way;
	j->ways++;
	return true;
}

/* What the kernel itself has to refuse before the module sees it; 0 if nothing. */
static int refused_by_core(const struct sent *s, bool privileged)
{
	const struct genlmsghdr *genl = (const struct genlmsghdr *)(s->msg + NLMSG_HDRLEN);
	__u16 flags = s->flags;

	if (s->len < HEADERS)
		return EINVAL;
	if ((flags & NLM_F_DUMP) == NLM_F_DUMP)
		flags &= ~NLM_F_DUMP;
	if (genl->reserved || flags & ~(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO))
		return EINVAL;
	if (!s->op)
		return EOPNOTSUPP;
	return s->op->admin && !privileged ? EPERM : 0;
}

static void judge_blame(struct judge *j, const struct sent *s, const struct nl *nl)
{
	struct places places;

	if (!nl->offset && !nl->miss_nest)
		return;
	places_find(&places, s->msg, s->len);
	if (nl->offset && !places_has(&places, nl->offset))
		complain(j, s, "'%s' blames offset %zu, where no attribute begins",
			 nl->sentence, nl->offset);
	if (nl->miss_nest && !places_has(&places, nl->miss_nest))
		complain(j, s, "'%s' blames a nest at %zu, where none begins", nl->sentence,
			 nl->miss_nest);
}

static void judge_refusal(struct judge *j, struct sent *s, const struct nl *nl, bool privileged,
			  bool cut)
{
	int core = refused_by_core(s, privileged), err = -nl->err;

	if (core) {
		if (err != core)
			complain(j, s, "%s, not %s", strerrorname_np(err),
				 strerrorname_np(core));
		return;
	}
	if (s->dump && err == EBUSY && s->late)
		return;
	if (!hint_errno(s->op, err))
		complain(j, s, "refused with %s (%d), which it should not be: '%s'",
			 strerrorname_np(err), err, nl->sentence);
	if (!nl->sentence[0] && !cut)
		complain(j, s, "refused with %s and no sentence", strerrorname_np(err));
	if ((err == EINVAL || err == ERANGE) && !nl->offset && !nl->miss_type &&
	    !hint_needs_no_attr(nl->sentence))
		complain(j, s, "'%s' blames no attribute", nl->sentence);
	if (nl->miss_type && !nl->miss_nest && !spec_attr(s->op->set, nl->miss_type))
		complain(j, s, "'%s' misses attribute %d, which there is not", nl->sentence,
			 nl->miss_type);
	judge_blame(j, s, nl);
}

/* The attribute that is to blame, to tell refusals apart: that it is unknown says enough. */
static int blamed(const struct sent *s, const struct nl *nl)
{
	const struct nlattr *a = (const struct nlattr *)(s->msg + nl->offset);

	if (!nl->offset || nl->offset + NLA_HDRLEN > s->len)
		return nl->miss_type << 16;
	return spec_attr(s->op ? s->op->set : NULL, attr_type(a)) ? attr_type(a) : -1;
}

static void tell_end(struct judge *j, struct sent *s, const struct nl *nl)
{
	size_t n = strlen(s->outcome);

	if (!j->outcomes)
		return;
	if (!nl->err)
		snprintf(s->outcome + n, OUTCOME_MAX - n, "%s", n ? "" : "ok");
	else
		snprintf(s->outcome, OUTCOME_MAX, "%s at %zu missing %d in %zu: %s",
			 strerrorname_np(-nl->err), nl->offset, nl->miss_type, nl->miss_nest,
			 nl->sentence);
}

static void judge_end(struct judge *j, struct sent *s, const struct nlmsghdr *hdr,
		      struct nl *nl, bool privileged)
{
	bool done = hdr->nlmsg_type == NLMSG_DONE;
	__u64 way;

	nl_forget(nl);
	nl_take_end(nl, hdr);
	s->err = -nl->err;
	if (++s->ends > 1)
		complain(j, s, "answered %d times", s->ends);
	if (nl->err > 0 || nl->err < -4095)
		complain(j, s, "the errno is %d", nl->err);
	if (done && !s->dump)
		complain(j, s, "ends like a dump");
	if (!done && !nl->err && s->dump && s->op)
		complain(j, s, "a dump is acknowledged");
	if (!done && !nl->err && !(s->flags & NLM_F_ACK))
		complain(j, s, "acknowledged, which it did not ask for");
	tell_end(j, s, nl);
	if (!s->op && !nl->err)
		return;
	/* The kernel leaves the sentence out at the end of a dump where there is no room. */
	if (nl->err < 0 && s->flags & NLM_F_REQUEST && s->type == nl->family)
		judge_refusal(j, s, nl, privileged, done && hdr->nlmsg_flags & NLM_F_ACK_TLVS);
	way = judge_mix(judge_mix(s->op ? s->op->cmd : 255, s->dump), s->err);
	way = judge_mix(judge_mix_text(way, nl->sentence), blamed(s, nl));
	s->fresh |= judge_fresh(j, way);
}

static __u64 types_of(struct attrs attrs)
{
	const struct nlattr *a;
	__u64 types = 0;

	for (a = attr_first(attrs); a; a = attr_next(attrs, a))
		types |= BIT(attr_type(a) % 64);
	return types;
}

static void judge_reply(struct judge *j, struct sent *s, const struct nlmsghdr *hdr,
			const struct nl *nl)
{
	const struct genlmsghdr *genl = NLMSG_DATA(hdr);
	const struct op_spec *op = s->op;
	struct attrs attrs;

	s->replies++;
	if (!op || hdr->nlmsg_type != nl->family || hdr->nlmsg_len < HEADERS) {
		complain(j, s, "a reply of type %u, %u bytes", hdr->nlmsg_type,
			 hdr->nlmsg_len);
		return;
	}
	if (s->ends)
		complain(j, s, "a reply after the end of the answer");
	if (!s->dump && (!op->reply || s->replies > 1))
		complain(j, s, "%d replies", s->replies);
	if (genl->cmd != op->cmd || genl->version != 1 || genl->reserved)
		complain(j, s, "a reply with command %u, version %u", genl->cmd, genl->version);
	if ((hdr->nlmsg_flags & ~NLM_F_DUMP_FILTERED) != (s->dump ? NLM_F_MULTI : 0))
		complain(j, s, "a reply with flags %#x", hdr->nlmsg_flags);
	attrs.head = (const struct nlattr *)((const char *)hdr + HEADERS);
	attrs.len = hdr->nlmsg_len - HEADERS;
	judge_attrs(j, s, op->set, s->dump ? op->dumped : op->reply, attrs);
	s->fresh |= judge_fresh(j, judge_mix(judge_mix(op->cmd, 1000 + s->dump),
					     types_of(attrs)));
	if (batch_is(op))
		batch_judge(j, s, attrs);
}

/**
 * judge_answer - judge a message of the kernel
 * @j:          judge
 * @s:          what it answers
 * @hdr:        the message, whole
 * @nl:         socket; its last answer becomes this one if it is an end
 * @privileged: the request is from one who may make it
 */
void judge_answer(struct judge *j, struct sent *s, const struct nlmsghdr *hdr, struct nl *nl,
		  bool privileged)
{
	j->answers++;
	if (hdr->nlmsg_type == NLMSG_ERROR || hdr->nlmsg_type == NLMSG_DONE)
		judge_end(j, s, hdr, nl, privileged);
	else
		judge_reply(j, s, hdr, nl);
}

/* All answers to a message have come, as far as there are any. */
void judge_silence(struct judge *j, struct sent *s)
{
	bool wants_end = s->flags & NLM_F_ACK || (s->dump && s->op);

	if (wants_end && !s->ends)
		complain(j, s, "not answered");
	if (s->op && !s->dump && !s->err && s->replies != !!s->op->reply)
		complain(j, s, "done, with %d replies", s->replies);
	if (s->op && !s->dump && s->err && s->replies)
		complain(j, s, "refused, with a reply");
	if (s->err)
		j->refused++;
	else
		j->done++;
	if (j->outcomes && !s->outcome[0])
		snprintf(s->outcome, OUTCOME_MAX, s->replies ? "ok" : "no answer");
}
