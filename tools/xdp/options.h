/* SPDX-License-Identifier: GPL-2.0 */
/* What stands on devsess-xdp's command line. */
#ifndef DEVSESS_XDP_OPTIONS_H
#define DEVSESS_XDP_OPTIONS_H

#include "cli.h"
#include "hook.h"

#define REDIRECTS_MAX XDP_PORTS_MAX

struct options {
	struct cli cli; /* those that all commands of devsess have */
	bool tc;
	bool has_proto;
	bool only_attach; /* an option was given that goes with attach only */
	enum hook_mode mode;
	struct xdp_config config;
	uint32_t redirects;
	struct {
		uint32_t owner;
		const char *device;
	} redirect[REDIRECTS_MAX];
};

/*
 * Read options, which may stand before and after the other words; optind is then that of the
 * first of these. Returns enum cli_exit; what is wrong is told.
 */
int options_read(struct options *o, int argc, char **argv);

/* Names of enum xdp_proto, and how long the ids are. */
const char *options_proto(uint32_t proto);
uint32_t options_id_len(uint32_t proto);

#endif
