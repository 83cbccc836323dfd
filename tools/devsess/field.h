/* SPDX-License-Identifier: GPL-2.0 */
/* Fields of a session by name, as CSV, JSON and the command line give them. */
#ifndef DEVSESS_FIELD_H
#define DEVSESS_FIELD_H

#include "session.h"

/* Names by enum field; those of the attributes in the netlink spec. */
extern const char *const field_names[FIELDS];

/* The field of this name, or -1. */
int field_find(const char *name, size_t len);

/* Whether this is a field, and its value a number. */
bool field_is_number(int f);

/*
 * Set field @f of @s from its text in CSV or a JSON string. An empty text
 * leaves the field out; so does any text for a field that only the kernel sets
 * (idle_ms, created, last_seen, version), once it has been checked. Returns 0,
 * or -1 with @e filled in, the name of the field in front.
 */
int field_set(struct session *s, enum field f, const char *text, size_t len, struct err *e);

/* As field_set() for a JSON integer. */
int field_set_number(struct session *s, enum field f, uint64_t value, struct err *e);

/*
 * Check what one field alone does not show, once all are set: there is a
 * device, a port has an address, a remaining time has a ttl.
 */
int field_finish(struct session *s, struct err *e);

/* Read hexadecimal digits, with or without 0x, as the opaque data. */
int field_parse_data(const char *text, size_t len, struct session *s, struct err *e);

#endif
