/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The requests of the devsess family as functions on plain structs. Only the
 * kern*.c files know netlink; they never print.
 *
 * Each returns 0, or a negative errno with @e filled in.
 */
#ifndef DEVSESS_KERN_H
#define DEVSESS_KERN_H

#include "session.h"

/* Why a request failed. */
struct kern_error {
	int code; /* positive errno */
	char text[256]; /* the kernel's sentence, or ours; may be empty */
	char attr[32]; /* the attribute to blame, if the kernel named one */
};

struct kern;

/* Requests that give a session. */
enum kern_write {
	KERN_INSERT,
	KERN_STORE,
	KERN_UPDATE,
	KERN_GET_OR_INSERT,
	KERN_SWAP,
	KERN_COMPARE_AND_SWAP, /* needs F_VERSION */
};

/* What a write or a touch answers: the session (or some fields) and @loaded. */
struct kern_answer {
	bool loaded;
	struct session s;
};

typedef int (*kern_session_fn)(const struct session *s, void *arg);
typedef int (*kern_table_fn)(const struct table *t, void *arg);
typedef int (*kern_owner_fn)(const struct owner *o, void *arg);
typedef int (*kern_stats_fn)(const struct stats *s, void *arg);

/* Connect, in the network namespace of the process. -ENOENT: no such family. */
int kern_open(struct kern **kern, struct kern_error *e);
void kern_close(struct kern *kern);

int kern_get(struct kern *kern, const char *table, const struct id *id, struct session *s,
	     struct kern_error *e);
int kern_write(struct kern *kern, enum kern_write op, const char *table, const struct session *s,
	       struct kern_answer *answer, struct kern_error *e);
/* @version NULL: whatever version there is. */
int kern_delete(struct kern *kern, const char *table, const struct id *id, const uint64_t *version,
		struct kern_error *e);
int kern_get_and_delete(struct kern *kern, const char *table, const struct id *id,
			struct session *s, struct kern_error *e);
/* Of @s: device, ttl_ms and touch_flags; the answer has expires_in_ms. */
int kern_touch(struct kern *kern, const char *table, const struct session *s,
	       struct kern_answer *answer, struct kern_error *e);

/* Say that a device has no session, as an answer to a miss upcall. */
int kern_refuse(struct kern *kern, const char *table, const struct id *id, struct kern_error *e);

/*
 * Call @fn for each session that @f selects. -EINTR: something was missed or
 * may have been, so that all of it has to be thrown away. If @fn returns other
 * than 0, that is what the call returns, and @kern can only be closed.
 */
int kern_dump(struct kern *kern, const char *table, const struct filter *f, kern_session_fn fn,
	      void *arg, struct kern_error *e);
int kern_clear(struct kern *kern, const char *table, const struct filter *f, uint64_t *count,
	       struct kern_error *e);
int kern_count(struct kern *kern, const char *table, const struct filter *f, uint64_t *count,
	       struct kern_error *e);

int kern_table_new(struct kern *kern, const struct table *t, struct kern_error *e);
int kern_table_set(struct kern *kern, const struct table *t, struct kern_error *e);
int kern_table_del(struct kern *kern, const char *name, struct kern_error *e);
/* @other: the new name, or that of the other table. */
int kern_table_rename(struct kern *kern, const char *name, const char *other,
		      struct kern_error *e);
int kern_table_swap(struct kern *kern, const char *name, const char *other, struct kern_error *e);
int kern_table_drain(struct kern *kern, const char *name, struct kern_error *e);
/* One table, or all of them if @name is NULL. What can be set @has its flag. */
int kern_table_get(struct kern *kern, const char *name, kern_table_fn fn, void *arg,
		   struct kern_error *e);

/* Most sessions of an owner, 0 for any number. */
int kern_owner_set(struct kern *kern, const char *table, uint32_t owner, uint32_t limit,
		   struct kern_error *e);
int kern_owner_get(struct kern *kern, const char *table, uint32_t owner, struct owner *o,
		   struct kern_error *e);
/* All owners, those with the most sessions first; of these @top, or all if it is 0. */
int kern_owner_list(struct kern *kern, const char *table, uint32_t top, kern_owner_fn fn,
		    void *arg, struct kern_error *e);

/* Figures of one table, or of all if @name is NULL. */
int kern_stats(struct kern *kern, const char *name, kern_stats_fn fn, void *arg,
	       struct kern_error *e);

#endif
