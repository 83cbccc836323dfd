/* SPDX-License-Identifier: GPL-2.0 */
/* Sequences of messages in files, to be sent again. */
#ifndef DEVSESS_FUZZ_SCRIPT_H
#define DEVSESS_FUZZ_SCRIPT_H

#include <stdio.h>

#include "burst.h"
#include "judge.h"

/**
 * struct step - a message
 * @bytes: it, with STEP_FAMILY for the family's number
 * @len:   how many
 * @sends: the first of a burst
 * @want:  what has to come out, NULL if that was not noted
 */
struct step {
	char *bytes;
	size_t len;
	bool sends;
	char *want;
};

/* Stands for the number of the family, which differs from boot to boot. */
#define STEP_FAMILY	0xffff

/**
 * enum script_mode - what to do with what comes out
 * @SCRIPT_JUDGE:   only look whether something is wrong
 * @SCRIPT_COMPARE: something is wrong, too, if it is not what the script has
 * @SCRIPT_RECORD:  note it in the script
 */
enum script_mode {
	SCRIPT_JUDGE, SCRIPT_COMPARE, SCRIPT_RECORD,
};

struct script {
	struct step *steps;
	int n;
	int size;
};

void script_add(struct script *s, const void *bytes, size_t len, __u16 family, bool sends);
void script_add_burst(struct script *s, const struct burst *b, __u16 family);
void script_clear(struct script *s);
int script_load(struct script *s, const char *path);
void script_print(const struct script *s, FILE *f, const char *indent);
int script_run(const struct script *s, struct judge *j, enum script_mode mode);
void script_minimise(struct script *s);

#endif
