// SPDX-License-Identifier: GPL-2.0
/*
 * Programs are attached without a pin or link: they stay until they are taken away or the
 * device goes, and are found again by the device.
 */
#include "hook.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XDP_NAME	"devsess_xdp"
#define TC_NAME		"devsess_tc"

/* Where our filter is among those at a device's ingress. */
#define TC_HANDLE	1
#define TC_PRIORITY	1700

/* Most maps that a program of ours has. */
#define MAPS_MAX	8

/* Looks whether the program is one of ours, by its name. Takes CAP_SYS_ADMIN. */
static int look_whose(struct hook *h, const char *name)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(h->prog_id), err = 0;

	/* It may have gone meanwhile. */
	if (fd < 0 && errno == ENOENT) {
		h->prog_id = 0;
		return 0;
	}
	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		err = -errno;
	h->ours = !err && !strcmp(info.name, name);
	close(fd);
	return err;
}

static int find_xdp(struct hook *h)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, o);
	int err = bpf_xdp_query(h->ifindex, 0, &o);

	if (err)
		return err;
	h->prog_id = o.prog_id;
	h->mode = o.attach_mode == XDP_ATTACHED_SKB ? HOOK_GENERIC : HOOK_NATIVE;
	return h->prog_id ? look_whose(h, XDP_NAME) : 0;
}

static int find_tc(struct hook *h)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = h->ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, o, .handle = TC_HANDLE, .priority = TC_PRIORITY);
	int err = bpf_tc_query(&hook, &o);

	/* No filter, or no place for any. */
	if (err == -ENOENT || err == -EINVAL)
		return 0;
	if (err)
		return err;
	h->prog_id = o.prog_id;
	return look_whose(h, TC_NAME);
}

int hook_find(struct hook *h, int ifindex, bool tc)
{
	*h = (struct hook) { .ifindex = ifindex, .tc = tc };
	return tc ? find_tc(h) : find_xdp(h);
}

static uint32_t mode_flags(enum hook_mode mode)
{
	switch (mode) {
	case HOOK_NATIVE:
		return XDP_FLAGS_DRV_MODE;
	case HOOK_GENERIC:
		return XDP_FLAGS_SKB_MODE;
	default:
		return 0;
	}
}

static int attach_xdp(const struct hook *old, int prog_fd, enum hook_mode mode)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, o);
	uint32_t flags = mode_flags(mode);
	int err;

	if (!old->ours)
		return bpf_xdp_attach(old->ifindex, prog_fd, flags | XDP_FLAGS_UPDATE_IF_NOEXIST,
				      NULL);
	o.old_prog_fd = bpf_prog_get_fd_by_id(old->prog_id);
	if (o.old_prog_fd < 0)
		return -errno;
	err = bpf_xdp_attach(old->ifindex, prog_fd, flags ? flags : mode_flags(old->mode), &o);
	close(o.old_prog_fd);
	return err;
}

static int attach_tc(const struct hook *old, int prog_fd)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = old->ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, o, .handle = TC_HANDLE, .priority = TC_PRIORITY,
		    .prog_fd = prog_fd, .flags = old->ours ? BPF_TC_F_REPLACE : 0);
	int err = bpf_tc_hook_create(&hook);

	if (err && err != -EEXIST)
		return err;
	return bpf_tc_attach(&hook, &o);
}

int hook_attach(const struct hook *old, int prog_fd, enum hook_mode mode)
{
	return old->tc ? attach_tc(old, prog_fd) : attach_xdp(old, prog_fd, mode);
}

static int detach_xdp(const struct hook *h)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, o, .old_prog_fd = bpf_prog_get_fd_by_id(h->prog_id));
	int err;

	if (o.old_prog_fd < 0)
		return -errno;
	err = bpf_xdp_detach(h->ifindex, mode_flags(h->mode), &o);
	close(o.old_prog_fd);
	return err;
}

int hook_detach(const struct hook *h)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = h->ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, o, .handle = TC_HANDLE, .priority = TC_PRIORITY);

	return h->tc ? bpf_tc_detach(&hook, &o) : detach_xdp(h);
}

/* Adds up what the CPUs have counted. */
static int read_counters(int fd, struct xdp_counters *sum)
{
	int cpus = libbpf_num_possible_cpus(), err = 0;
	struct xdp_counters *each;
	uint32_t zero = 0;

	if (cpus < 0)
		return cpus;
	each = calloc(cpus, sizeof(*each));
	if (!each)
		return -ENOMEM;
	if (bpf_map_lookup_elem(fd, &zero, each))
		err = -errno;
	for (int cpu = 0; cpu < cpus && !err; cpu++)
		for (int i = 0; i < XDP_COUNTERS; i++)
			sum->n[i] += each[cpu].n[i];
	free(each);
	return err;
}

/* Takes what a map has for us, if it is one of those. Returns how many it was, or an errno. */
static int read_map(uint32_t id, struct hook_state *s)
{
	struct bpf_map_info info = { 0 };
	uint32_t len = sizeof(info), zero = 0;
	int fd = bpf_map_get_fd_by_id(id), ret = 0;

	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		ret = -errno;
	else if (!strcmp(info.name, "counters") && info.value_size == sizeof(s->counters))
		ret = read_counters(fd, &s->counters) ?: 1;
	else if (strstr(info.name, ".rodata") && info.value_size == sizeof(s->config))
		ret = bpf_map_lookup_elem(fd, &zero, &s->config) ? -errno : 1;
	close(fd);
	return ret;
}

int hook_state(const struct hook *h, struct hook_state *s)
{
	uint32_t maps[MAPS_MAX], len;
	struct bpf_prog_info info = { .nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)maps };
	int fd = bpf_prog_get_fd_by_id(h->prog_id), err = 0, found = 0;

	if (fd < 0)
		return -errno;
	memset(s, 0, sizeof(*s));
	len = sizeof(info);
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		err = -errno;
	close(fd);
	for (uint32_t i = 0; i < info.nr_map_ids && i < MAPS_MAX && err >= 0; i++) {
		err = read_map(maps[i], s);
		found += err > 0;
	}
	if (err < 0)
		return err;
	return found == 2 ? 0 : -ENOMSG;
}
