// SPDX-License-Identifier: GPL-2.0
#include "gen.h"

#include <string.h>
#include <arpa/inet.h>

#include "hints.h"

static const struct op_spec *pick_op(struct rng *r)
{
	static int weights;
	int i, at;

	if (!weights)
		for (i = 0; i < spec_ops_n; i++)
			weights += hint_of_op(spec_op(i))->weight;
	at = rng_below(r, weights);
	for (i = 0; i < spec_ops_n - 1; i++) {
		at -= hint_of_op(spec_op(i))->weight;
		if (at < 0)
			break;
	}
	return spec_op(i);
}

/* A number that the attribute may have, often one at the edge of its range. */
__u64 gen_number(struct rng *r, const struct attr_spec *a)
{
	__u64 span = a->most - a->least;

	if (a->mask)
		return rng_next(r) & a->mask;
	switch (rng_below(r, 4)) {
	case 0:
		return a->least;
	case 1:
		return a->most;
	case 2:
		return a->least + rng_below(r, (span < 8 ? span : 8) + 1);
	default:
		return span + 1 ? a->least + rng_below(r, span + 1) : rng_next(r);
	}
}

static void fill_by_type(struct value *v, struct rng *r, const struct attr_spec *a)
{
	size_t most = a->most < 32 ? a->most : 32;
	__u64 number;
	__u16 port;
	size_t i;

	switch (a->kind) {
	case KIND_U16:
		port = gen_number(r, a);
		if (a->big_endian)
			port = htons(port);
		v->len = sizeof(port);
		memcpy(v->bytes, &port, sizeof(port));
		break;
	case KIND_STRING:
		v->len = 1 + rng_below(r, most) + 1;
		for (i = 0; i + 1 < v->len; i++)
			v->bytes[i] = 'a' + rng_below(r, 26);
		v->bytes[i] = '\0';
		break;
	case KIND_BINARY:
		v->len = a->least + rng_below(r, most + 1);
		rng_fill(r, v->bytes, v->len);
		break;
	default:
		number = gen_number(r, a);
		v->len = spec_size(a);
		memcpy(v->bytes, &number, v->len);
	}
}

/* Which attributes: all that are needed, few or many others, and mostly what these need. */
static __u64 choose(struct rng *r, const struct set_spec *set, __u64 allowed)
{
	static const int one_in[] = { 1000, 1000, 4, 2, 1 };
	int i, j, n = one_in[rng_below(r, 5)];
	__u64 chosen = 0;

	for (i = 0; i < set->n; i++) {
		const struct attr_spec *a = &set->attrs[i];

		if (allowed & BIT(a->type) &&
		    (hint_of(a)->needed ? !rng_one_in(r, 64) : rng_one_in(r, n)))
			chosen |= BIT(a->type);
	}
	if (rng_one_in(r, 16))
		return chosen;
	for (i = 0; i < 2 * set->n; i++) {
		const struct attr_spec *a = &set->attrs[i % set->n];

		for (j = 0; chosen & BIT(a->type) && j < 2; j++) {
			const char *name = hint_of(a)->needs[j];
			const struct attr_spec *other = name ? spec_attr_named(set, name) : NULL;

			if (other && allowed & BIT(other->type))
				chosen |= BIT(other->type);
		}
	}
	return chosen;
}

static void put_set(struct msg *m, struct rng *r, const struct set_spec *set, __u64 allowed);

/* All that the spec has in a nest is allowed there. */
static __u64 all_of(const struct set_spec *set)
{
	__u64 bits = 0;
	int i;

	for (i = 0; i < set->n; i++)
		if (set->attrs[i].kind != KIND_UNUSED && set->attrs[i].kind != KIND_PAD)
			bits |= BIT(set->attrs[i].type);
	return bits;
}

/* A length at the edge of those that there may be, or beyond. */
static size_t edge_length(struct rng *r, const struct hint *hint)
{
	const size_t lengths[] = {
		0, hint->least, hint->most, hint->most + 1, hint->most * 2, VALUE_MAX,
	};

	return lengths[rng_below(r, ARRAY_SIZE(lengths))];
}

/* Mostly a few; now and then many, and once in a long while more than are allowed. */
static __u32 how_many(struct rng *r)
{
	if (rng_one_in(r, 2000))
		return rng_one_in(r, 4) ? 65530 + rng_below(r, 10) : rng_below(r, 3000);
	return 1 + rng_below(r, rng_one_in(r, 8) ? 32 : 4);
}

static void put_attr(struct msg *m, struct rng *r, const struct attr_spec *a, bool ipv6)
{
	const struct hint *hint = hint_of(a);
	struct value v;
	size_t nest;
	__u32 n = a->multi ? how_many(r) : 1;
	/* So many would take for ever if they had anything in them. */
	bool empty = n > 3000;

	while (n--) {
		if (a->kind == KIND_NEST) {
			nest = put_nest(m, a->type);
			if (!empty)
				put_set(m, r, a->nest, all_of(a->nest));
			end_nest(m, nest);
			continue;
		}
		v.ipv6 = ipv6;
		if (hint->fill && !rng_one_in(r, 8))
			hint->fill(&v, r, a);
		else if (hint->most && !rng_one_in(r, 2))
			rng_fill(r, v.bytes, v.len = edge_length(r, hint));
		else
			fill_by_type(&v, r, a);
		put(m, a->type, v.bytes, v.len);
	}
}

static void put_set(struct msg *m, struct rng *r, const struct set_spec *set, __u64 allowed)
{
	__u64 chosen = choose(r, set, allowed);
	bool ipv6 = rng_one_in(r, 2);
	int i;

	for (i = 0; i < set->n; i++)
		if (chosen & BIT(set->attrs[i].type))
			put_attr(m, r, &set->attrs[i], ipv6);
}

/**
 * gen_request - make a request
 * @m:      out: the message
 * @r:      decides all of it
 * @family: number of the family
 */
void gen_request(struct msg *m, struct rng *r, __u16 family)
{
	const struct op_spec *op = pick_op(r);
	bool dump = op->has_dump && (!op->has_do || rng_one_in(r, 3));
	__u16 flags = NLM_F_REQUEST;

	if (dump)
		flags |= NLM_F_DUMP;
	if (!rng_one_in(r, 4))
		flags |= NLM_F_ACK;
	msg_begin(m, family, flags, op->cmd);
	/* What a dump takes is not in the spec: nothing, or what the request takes. */
	if (!dump || rng_one_in(r, 2))
		put_set(m, r, op->set, op->request);
}
