// SPDX-License-Identifier: GPL-2.0
/* Attributes of replies, held against the spec. */
#include "judge.h"

#include <string.h>

#include "hints.h"

static void judge_number(struct judge *j, const struct sent *s, const struct attr_spec *spec,
			 const struct nlattr *a)
{
	__u64 value;

	if (attr_len(a) != spec_size(spec)) {
		complain(j, s, "the reply's %s has %zu bytes", spec->name, attr_len(a));
		return;
	}
	value = attr_uint(a);
	if (value < spec->least || value > spec->most || (spec->mask && value & ~spec->mask))
		complain(j, s, "the reply's %s is %llu", spec->name, value);
	if (spec_size(spec) == sizeof(value) && pointer_like(attr_data(a)))
		complain(j, s, "the reply's %s is an address: %#llx", spec->name, value);
}

static void judge_string(struct judge *j, const struct sent *s, const struct attr_spec *spec,
			 const struct nlattr *a)
{
	size_t len = attr_len(a);

	if (!len || strnlen(attr_data(a), len) != len - 1 || len - 1 > spec->most)
		complain(j, s, "the reply's %s is no string that it may be", spec->name);
}

static void judge_binary(struct judge *j, const struct sent *s, const struct attr_spec *spec,
			 const struct nlattr *a)
{
	const struct hint *hint = hint_of(spec);
	const char *data = attr_data(a);
	size_t i, len = attr_len(a);

	if (len < hint->least || (hint->most && len > hint->most))
		complain(j, s, "the reply's %s has %zu bytes", spec->name, len);
	/* An array of numbers is nothing to look for addresses in. */
	for (i = 0; hint->most && i + 8 <= len; i++)
		if (pointer_like(data + i))
			complain(j, s, "the reply's %s has an address in it", spec->name);
}

static void judge_attr(struct judge *j, const struct sent *s, const struct attr_spec *spec,
		       const struct nlattr *a)
{
	bool nested = a->nla_type & NLA_F_NESTED;

	if (nested && spec->kind != KIND_NEST)
		complain(j, s, "the reply's %s is marked as a nest", spec->name);
	switch (spec->kind) {
	case KIND_NEST:
		judge_attrs(j, s, spec->nest, ~0ULL, attr_nest(a));
		break;
	case KIND_STRING:
		judge_string(j, s, spec, a);
		break;
	case KIND_BINARY:
		judge_binary(j, s, spec, a);
		break;
	case KIND_FLAG:
	case KIND_PAD:
		if (attr_len(a))
			complain(j, s, "the reply's %s has %zu bytes", spec->name, attr_len(a));
		break;
	case KIND_UNUSED:
		complain(j, s, "the reply has the attribute %s", spec->name);
		break;
	default:
		judge_number(j, s, spec, a);
	}
}

/* What fills an attribute up to the next one must not tell anything. */
static bool pads_with_zeros(const struct nlattr *a)
{
	const char *pad = (const char *)a + a->nla_len;
	size_t n = NLA_ALIGN(a->nla_len) - a->nla_len;

	return !memcmp(pad, "\0\0\0", n);
}

/**
 * judge_attrs - judge the attributes of a reply, or of a nest in it
 * @j:       judge
 * @s:       what it replies to
 * @set:     what they are by the spec
 * @allowed: bits of the types that there may be
 * @attrs:   they
 */
void judge_attrs(struct judge *j, const struct sent *s, const struct set_spec *set,
		 __u64 allowed, struct attrs attrs)
{
	const char *end = (const char *)attrs.head;
	const struct nlattr *a;
	__u64 seen = 0;

	for (a = attr_first(attrs); a; a = attr_next(attrs, a)) {
		const struct attr_spec *spec = spec_attr(set, attr_type(a));

		end = (const char *)a + NLA_ALIGN(a->nla_len);
		if (!spec || (spec->kind != KIND_PAD && !(allowed & BIT(spec->type)))) {
			complain(j, s, "the reply has attribute %d of %s", attr_type(a),
				 set->name);
			continue;
		}
		if (seen & BIT(spec->type) && !spec->multi && spec->kind != KIND_PAD)
			complain(j, s, "the reply has %s twice", spec->name);
		seen |= BIT(spec->type);
		judge_attr(j, s, spec, a);
		if (end <= (const char *)attrs.head + attrs.len && !pads_with_zeros(a))
			complain(j, s, "there is something behind the reply's %s", spec->name);
	}
	if (end < (const char *)attrs.head + attrs.len)
		complain(j, s, "the reply's %s ends in %zu bytes that are no attribute",
			 set->name, (const char *)attrs.head + attrs.len - end);
}
