// SPDX-License-Identifier: GPL-2.0
#include "hints.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Of so many the hint is looked up only once. */
#define ATTRS_MAX	512

static void set(struct value *v, const void *bytes, size_t len)
{
	v->len = len;
	memcpy(v->bytes, bytes, len);
}

static void set_number(struct value *v, const struct attr_spec *a, __u64 number)
{
	set(v, &number, spec_size(a));
}

static void pick(struct value *v, struct rng *r, const struct attr_spec *a,
		 const __u64 *numbers, size_t n)
{
	set_number(v, a, numbers[rng_below(r, n)]);
}

static void fill_table(struct value *v, struct rng *r, const struct attr_spec *a)
{
	static const char * const tables[] = {
		"default", "a", "b", "0123456789.-_ABCxyz0123456789xy",
	};
	/* Most of them meet in one table. */
	const char *name = tables[!rng_one_in(r, 3) ? 0 : rng_below(r, 4)];

	set(v, name, strlen(name) + 1);
}

/* Mostly one of a few ids, so that requests meet; enough others for maps to grow. */
static void fill_device(struct value *v, struct rng *r, const struct attr_spec *a)
{
	unsigned int kind = rng_below(r, 64);

	if (kind) {
		v->len = snprintf((char *)v->bytes, sizeof(v->bytes), "dev-%u",
				  (unsigned int)rng_below(r, kind < 48 ? 32 : 512));
		return;
	}
	v->len = 1 + rng_below(r, 64);
	rng_fill(r, v->bytes, v->len);
}

static void fill_prefix(struct value *v, struct rng *r, const struct attr_spec *a)
{
	fill_device(v, r, a);
	v->len = 1 + rng_below(r, v->len);
}

static void fill_family(struct value *v, struct rng *r, const struct attr_spec *a)
{
	set_number(v, a, v->ipv6 ? AF_INET6 : AF_INET);
}

static void fill_addr(struct value *v, struct rng *r, const struct attr_spec *a)
{
	v->len = v->ipv6 ? 16 : 4;
	memset(v->bytes, 0, v->len);
	v->bytes[0] = 10;
	v->bytes[v->len - 1] = rng_below(r, 8);
}

static void fill_net_len(struct value *v, struct rng *r, const struct attr_spec *a)
{
	set_number(v, a, rng_below(r, v->ipv6 ? 129 : 33));
}

static void fill_data(struct value *v, struct rng *r, const struct attr_spec *a)
{
	v->len = rng_below(r, 17);
	rng_fill(r, v->bytes, v->len);
}

static void fill_small(struct value *v, struct rng *r, const struct attr_spec *a)
{
	set_number(v, a, rng_below(r, 4));
}

static void fill_version(struct value *v, struct rng *r, const struct attr_spec *a)
{
	set_number(v, a, 1 + rng_below(r, 12));
}

static void fill_ms(struct value *v, struct rng *r, const struct attr_spec *a)
{
	static const __u64 ms[] = { 1, 20, 1000, 3600000, 3600000, 0 };

	pick(v, r, a, ms, ARRAY_SIZE(ms) - !!a->least);
}

static void fill_max_sessions(struct value *v, struct rng *r, const struct attr_spec *a)
{
	static const __u64 max[] = { 1, 20, 1000, 100000, 1048576, 1048576 };

	pick(v, r, a, max, ARRAY_SIZE(max));
}

static void fill_key_max(struct value *v, struct rng *r, const struct attr_spec *a)
{
	static const __u64 max[] = { 1, 8, 32, 64 };

	pick(v, r, a, max, ARRAY_SIZE(max));
}

static void fill_data_max(struct value *v, struct rng *r, const struct attr_spec *a)
{
	static const __u64 max[] = { 0, 7, 16, 64 };

	pick(v, r, a, max, ARRAY_SIZE(max));
}

static void fill_limit(struct value *v, struct rng *r, const struct attr_spec *a)
{
	static const __u64 max[] = { 0, 1, 4, 20, 1000 };

	pick(v, r, a, max, ARRAY_SIZE(max));
}

static void fill_percent(struct value *v, struct rng *r, const struct attr_spec *a)
{
	static const __u64 percent[] = { 0, 1, 50, 90, 100 };

	pick(v, r, a, percent, ARRAY_SIZE(percent));
}

static const struct hint hints[] = {
	{ .attr = "name", .needed = true, .fill = fill_table },
	{ .attr = "table", .needed = true, .fill = fill_table },
	{ .attr = "other", .needed = true, .fill = fill_table },
	{ .attr = "max_sessions", .fill = fill_max_sessions },
	{ .attr = "key_max", .fill = fill_key_max },
	{ .attr = "data_max", .fill = fill_data_max },
	{ .attr = "device", .needed = true, .least = 1, .most = 64, .fill = fill_device },
	{ .attr = "session", .fill = fill_small },
	{ .attr = "family", .needs = { "addr", "net" }, .fill = fill_family },
	{ .attr = "addr", .needs = { "family" }, .least = 4, .most = 16, .fill = fill_addr },
	{ .attr = "port", .needs = { "addr" } },
	{ .attr = "owner", .fill = fill_small },
	{ .attr = "mark", .fill = fill_small },
	{ .attr = "owner_max", .fill = fill_small },
	{ .attr = "max_cost", .fill = fill_max_sessions },
	{ .attr = "reserve", .fill = fill_small },
	{ .attr = "weight", .fill = fill_small },
	{ .attr = "top", .fill = fill_small },
	{ .attr = "upcall", .fill = fill_small },
	{ .attr = "upcall_interval_ms", .fill = fill_ms },
	/* Memory goes by these, and there are many tables. */
	{ .attr = "upcall_rate", .fill = fill_limit },
	{ .attr = "defer_ring", .fill = fill_limit },
	{ .attr = "upcall_negative_ttl_ms", .fill = fill_ms },
	{ .attr = "watermark_high", .fill = fill_percent },
	{ .attr = "watermark_low", .fill = fill_percent },
	{ .attr = "limit", .needed = true, .fill = fill_limit },
	{ .attr = "mark_mask", .needs = { "mark" } },
	{ .attr = "ttl_ms", .fill = fill_ms },
	{ .attr = "expires_in_ms", .needs = { "ttl_ms" }, .fill = fill_ms },
	{ .attr = "idle_ms", .fill = fill_ms },
	{ .attr = "version", .fill = fill_version },
	{ .attr = "data", .most = 64, .fill = fill_data },
	{ .attr = "op", .needed = true },
	{ .attr = "item", .needed = true },
	{ .attr = "prefix", .least = 1, .most = 64, .fill = fill_prefix },
	{ .attr = "net", .needs = { "family", "net_len" }, .least = 4, .most = 16,
	  .fill = fill_addr },
	{ .attr = "net_len", .needs = { "net" }, .fill = fill_net_len },
};

static const struct op_hint op_hints[] = {
	{ "table-new", 16, { EEXIST, ENFILE } },
	{ "table-set", 8, { EBUSY } },
	{ "table-del", 2, { EBUSY } },
	{ "table-drain", 4, { EOPNOTSUPP } },
	{ "table-rename", 2, { EEXIST } },
	{ "table-swap", 4, { } },
	{ "clear", 2, { } },
	{ "owner-get", 8, { EOPNOTSUPP } },
	{ "owner-set", 8, { EOPNOTSUPP, EUSERS } },
	{ "insert", 16, { EEXIST, ENOSPC, EDQUOT, EUSERS } },
	{ "store", 16, { ENOSPC, EDQUOT, EUSERS } },
	{ "update", 16, { ENOSPC, EDQUOT, EUSERS } },
	{ "get-or-insert", 16, { ENOSPC, EDQUOT, EUSERS } },
	{ "swap", 16, { ENOSPC, EDQUOT, EUSERS } },
	{ "compare-and-swap", 16, { ESTALE, ENOSPC, EDQUOT, EUSERS } },
	{ "compare-and-delete", 16, { ESTALE } },
	{ "refuse", 8, { EOPNOTSUPP, ENOSPC } },
	{ "batch", 24, { E2BIG } },
};

static const struct hint *find_hint(const char *name)
{
	static const struct hint none;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hints); i++)
		if (!strcmp(hints[i].attr, name))
			return &hints[i];
	return &none;
}

/* The hint of an attribute, never NULL. */
const struct hint *hint_of(const struct attr_spec *a)
{
	static const struct hint *known[ATTRS_MAX];

	if (a->index >= ATTRS_MAX)
		return find_hint(a->name);
	if (!known[a->index])
		known[a->index] = find_hint(a->name);
	return known[a->index];
}

static const struct op_hint *find_op_hint(const char *name)
{
	static const struct op_hint none = { .weight = 16 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(op_hints); i++)
		if (!strcmp(op_hints[i].op, name))
			return &op_hints[i];
	return &none;
}

/* The hint of an operation, never NULL. */
const struct op_hint *hint_of_op(const struct op_spec *op)
{
	static const struct op_hint *known[256];

	if (!known[op->cmd])
		known[op->cmd] = find_op_hint(op->name);
	return known[op->cmd];
}

static bool among(const int *errnos, size_t n, int err)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (errnos[i] == err)
			return true;
	return false;
}

/* Whether an operation may be refused so, @err being positive. */
bool hint_errno(const struct op_spec *op, int err)
{
	static const int any[] = { EINVAL, ERANGE, ENOENT, ENODEV, ENOMEM };
	const struct op_hint *hint = hint_of_op(op);

	return err && (among(any, ARRAY_SIZE(any), err) ||
		       among(hint->errnos, ARRAY_SIZE(hint->errnos), err));
}

/* Whether an item of a batch may fail so. */
bool hint_item_errno(int err)
{
	static const int errnos[] = {
		EINVAL, ERANGE, ENOENT, ENODEV, ENOMEM, EEXIST, ENOSPC, ESTALE, EOPNOTSUPP,
		ECANCELED, EDQUOT, EUSERS,
	};

	return among(errnos, ARRAY_SIZE(errnos), err);
}

/*
 * Sentences of the kernel's own for what no attribute is to blame for. All other
 * refusals with EINVAL or ERANGE name an attribute.
 */
bool hint_needs_no_attr(const char *sentence)
{
	static const char * const sentences[] = {
		"bytes leftover after parsing attributes",
		"genlmsghdr.reserved field is not 0",
		"ambiguous or reserved bits set in nlmsg_flags",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sentences); i++)
		if (!strcmp(sentence, sentences[i]))
			return true;
	return false;
}
