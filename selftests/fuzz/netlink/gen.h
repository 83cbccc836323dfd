/* SPDX-License-Identifier: GPL-2.0 */
/* Makes requests as the spec has them, with likely values. */
#ifndef DEVSESS_FUZZ_GEN_H
#define DEVSESS_FUZZ_GEN_H

#include "msg.h"
#include "rng.h"
#include "spec.h"

void gen_request(struct msg *m, struct rng *r, __u16 family);
__u64 gen_number(struct rng *r, const struct attr_spec *a);

#endif
