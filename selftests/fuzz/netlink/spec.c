// SPDX-License-Identifier: GPL-2.0
#include "spec.h"

#include <stddef.h>
#include <string.h>
#include <linux/devsess.h>

#include "spec_table.h"

const int spec_ops_n = ARRAY_SIZE(ops);
const int spec_attrs_n = N_ATTRS;

const struct op_spec *spec_op(int i)
{
	return &ops[i];
}

/* The operation of a number, or NULL. */
const struct op_spec *spec_op_of(__u8 cmd)
{
	int i;

	for (i = 0; i < spec_ops_n; i++)
		if (ops[i].cmd == cmd)
			return &ops[i];
	return NULL;
}

/* That of an event, whose attributes are its reply; or NULL. */
const struct op_spec *spec_event_of(__u8 cmd)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (events[i].cmd == cmd)
			return &events[i];
	return NULL;
}

/* The attribute of a type, or NULL. */
const struct attr_spec *spec_attr(const struct set_spec *set, int type)
{
	int i;

	for (i = 0; set && i < set->n; i++)
		if (set->attrs[i].type == type)
			return &set->attrs[i];
	return NULL;
}

const struct attr_spec *spec_attr_named(const struct set_spec *set, const char *name)
{
	int i;

	for (i = 0; i < set->n; i++)
		if (!strcmp(set->attrs[i].name, name))
			return &set->attrs[i];
	return NULL;
}

/* Bytes of a number; 0 if it is none. */
int spec_size(const struct attr_spec *a)
{
	switch (a->kind) {
	case KIND_U8:
		return 1;
	case KIND_U16:
		return 2;
	case KIND_U32:
		return 4;
	case KIND_U64:
		return 8;
	default:
		return 0;
	}
}
