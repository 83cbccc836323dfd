/* SPDX-License-Identifier: GPL-2.0 */
/* The family as its spec has it: operations, sets of attributes. */
#ifndef DEVSESS_FUZZ_SPEC_H
#define DEVSESS_FUZZ_SPEC_H

#include <stdbool.h>
#include <linux/types.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif

/* The bit of a type of attribute. */
#define BIT(type)	(1ULL << (type))

enum kind {
	KIND_UNUSED, KIND_PAD, KIND_FLAG, KIND_U8, KIND_U16, KIND_U32, KIND_U64, KIND_STRING,
	KIND_BINARY, KIND_NEST,
};

struct set_spec;

/**
 * struct attr_spec - an attribute
 * @name:       name in the spec
 * @index:      unique among all attributes of all sets
 * @type:       number
 * @kind:       what it is
 * @least:      least value of a number, or length
 * @most:       greatest value, or length (of a string without its NUL)
 * @mask:       bits that it may have, 0 if it is no set of flags
 * @big_endian: byte order
 * @multi:      may be repeated
 * @nest:       the set in the nest
 */
struct attr_spec {
	const char *name;
	__u16 index;
	__u16 type;
	enum kind kind;
	__u64 least;
	__u64 most;
	__u64 mask;
	bool big_endian;
	bool multi;
	const struct set_spec *nest;
};

struct set_spec {
	const char *name;
	const struct attr_spec *attrs;
	int n;
};

/**
 * struct op_spec - an operation
 * @name:     name in the spec
 * @cmd:      number
 * @set:      its attributes
 * @admin:    needs CAP_NET_ADMIN
 * @has_do:   is a request with one answer
 * @has_dump: is a dump
 * @request:  bits of the attributes that the request may have
 * @reply:    those of the reply; 0 if there is none
 * @dumped:   those of each message of the dump
 */
struct op_spec {
	const char *name;
	__u8 cmd;
	const struct set_spec *set;
	bool admin;
	bool has_do;
	bool has_dump;
	__u64 request;
	__u64 reply;
	__u64 dumped;
};

extern const int spec_ops_n;
extern const int spec_attrs_n;

const struct op_spec *spec_op(int i);
const struct op_spec *spec_op_of(__u8 cmd);
const struct op_spec *spec_event_of(__u8 cmd);
const struct attr_spec *spec_attr(const struct set_spec *set, int type);
const struct attr_spec *spec_attr_named(const struct set_spec *set, const char *name);
int spec_size(const struct attr_spec *a);

#endif
