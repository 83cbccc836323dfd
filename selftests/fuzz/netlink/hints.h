/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the spec does not tell of the family: likely values, what goes with
 * what, lengths, errnos. An operation or attribute that is not in the tables of
 * hints.c is fuzzed all the same, with values from its type and range alone.
 */
#ifndef DEVSESS_FUZZ_HINTS_H
#define DEVSESS_FUZZ_HINTS_H

#include "msg.h"
#include "rng.h"
#include "spec.h"

/* Most bytes of a value. */
#define VALUE_MAX	1024

/**
 * struct value - the bytes of an attribute
 * @ipv6:  in this nest, addresses are of this family
 * @len:   how many
 * @bytes: they
 */
struct value {
	bool ipv6;
	size_t len;
	__u8 bytes[VALUE_MAX];
};

/**
 * struct hint - of an attribute
 * @attr:   its name, in whatever set
 * @needed: there is hardly a request without it
 * @needs:  attributes that have to come along
 * @least:  bytes, of a binary attribute
 * @most:   bytes, of a binary attribute; 0 if there is no bound
 * @fill:   makes a likely value; NULL for one by type and range
 */
struct hint {
	const char *attr;
	bool needed;
	const char *needs[2];
	size_t least;
	size_t most;
	void (*fill)(struct value *v, struct rng *r, const struct attr_spec *a);
};

/**
 * struct op_hint - of an operation
 * @op:     its name
 * @weight: how often it is asked for, of 16
 * @errnos: with what it is refused, besides what all are refused with
 */
struct op_hint {
	const char *op;
	int weight;
	int errnos[4];
};

const struct hint *hint_of(const struct attr_spec *a);
const struct op_hint *hint_of_op(const struct op_spec *op);
bool hint_errno(const struct op_spec *op, int err);
bool hint_item_errno(int err);
bool hint_needs_no_attr(const char *sentence);

#endif
