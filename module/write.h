/* SPDX-License-Identifier: GPL-2.0 */
/* Writes of one session: their shape. See write.c. */
#ifndef DEVSESS_WRITE_H
#define DEVSESS_WRITE_H

#include "request.h"
#include "table.h"

/* What @found can be. */
int write_exists(struct devsess_table *t, struct write_request *req, struct shard *sh,
		 const struct spot *spot, u64 *rec);
int write_load(struct devsess_table *t, struct write_request *req, struct shard *sh,
	       const struct spot *spot, u64 *rec);
int write_replace(struct devsess_table *t, struct write_request *req, struct shard *sh,
		  const struct spot *spot, u64 *rec);
int write_update(struct devsess_table *t, struct write_request *req, struct shard *sh,
		 const struct spot *spot, u64 *rec);
int write_restore(struct devsess_table *t, struct write_request *req, struct shard *sh,
		  const struct spot *spot, u64 *rec);
int write_delete(struct devsess_table *t, struct write_request *req, struct shard *sh,
		 const struct spot *spot, u64 *rec);
int write_touch(struct devsess_table *t, struct write_request *req, struct shard *sh,
		const struct spot *spot, u64 *rec);

int write_run(struct devsess_table *t, struct write_request *req);

#endif /* DEVSESS_WRITE_H */
