// SPDX-License-Identifier: GPL-2.0
/*
 * What BPF programs call: thin wrappers over what modules call. The verifier has seen to it that
 * the id and the options are memory of the sizes that go with them, on Linux 6.12 also that
 * neither is NULL. Nothing of a table is handed out, so there is nothing to give back.
 *
 * Programs that write have a packet: they run in softirqs, or with these turned off, as does
 * who holds the lock of a shard. So none can have interrupted that. Tracing programs run
 * anywhere, also under that lock; they have the lookup only.
 *
 * The kernel takes kfuncs away with the module's BTF, and keeps the module while there are
 * programs that call them.
 */
#include "kfunc.h"

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/filter.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <net/sock.h>
#include <net/xdp.h>

#include "api.h"
#include "lookup.h"
#include "net.h"

#define KEY_AT	offsetof(struct devsess_session, key)

static bool registered;

static struct net *xdp_net(const struct xdp_md *ctx)
{
	return dev_net(((const struct xdp_buff *)ctx)->rxq->dev);
}

static struct net *skb_net(const struct __sk_buff *ctx)
{
	const struct sk_buff *skb = (const struct sk_buff *)ctx;

	return skb->dev ? dev_net(skb->dev) : sock_net(skb->sk);
}

/*
 * Whether nothing that holds the lock of a shard can have been interrupted; and on PREEMPT_RT,
 * where that lock sleeps, whether this may, which a program can forbid.
 */
static bool may_write(void)
{
	return !in_nmi() && !in_hardirq() && !irqs_disabled() &&
	       (!IS_ENABLED(CONFIG_PREEMPT_RT) || preemptible());
}

/**
 * struct call - one call of a kfunc
 * @net:     namespace, may be NULL
 * @key:     device id
 * @key_len: its length
 * @o:       options
 * @size:    their size
 */
struct call {
	const struct net *net;
	const void *key;
	u32 key_len;
	struct devsess_bpf_opts *o;
	u32 size;
};

/* Returns 0 if the options are right but for those that only some calls have. */
static int check(const struct call *c)
{
	if (!c->key || !c->o)
		return -EINVAL;
	if (c->size != sizeof(struct devsess_bpf_opts) &&
	    c->size != sizeof(struct devsess_bpf_opts_data))
		return -EINVAL;
	return READ_ONCE(c->o->reserved) ? -EINVAL : 0;
}

static u8 *data_of(const struct call *c)
{
	if (c->size != sizeof(struct devsess_bpf_opts_data))
		return NULL;
	return container_of(c->o, struct devsess_bpf_opts_data, o)->data;
}

/* Hands a session out. */
static void put_session(const struct call *c, const struct devsess_session *s)
{
	u8 *data = data_of(c);

	memcpy(&c->o->s, s, sizeof(c->o->s));
	if (data)
		memcpy(data, s->data, s->data_len);
}

/*
 * Takes a session in. Options may be in a map that others write to, so what was checked is not
 * read again. Unless data are asked for, what a lookup has said of them is of no account.
 */
static int take_session(const struct call *c, struct devsess_session *s, bool takes_data)
{
	const u8 *data = data_of(c);

	if (c->key_len > sizeof(s->key))
		return -EINVAL;
	memcpy(s, &c->o->s, sizeof(c->o->s));
	if (!takes_data)
		s->data_len = 0;
	if (s->data_len > (data ? sizeof(s->data) : 0))
		return -EINVAL;
	s->key_len = c->key_len;
	memcpy(s->key, c->key, c->key_len);
	if (data)
		memcpy(s->data, data, s->data_len);
	return 0;
}

/* As put_session(), without a copy between: what a record has is in the same places. */
static void put_record(const struct call *c, const struct slot_layout *l, const u64 *rec)
{
	u8 *data = data_of(c);

	session_unpack_fixed(l, rec, (struct devsess_session *)&c->o->s);
	if (data)
		session_unpack_data(l, rec, data);
}

/* Called in a read-side critical section, as all of these: see on_table() in api.c. */
static int lookup(const struct call *c, struct devsess_handle *h)
{
	const u32 flags = READ_ONCE(c->o->flags);
	u64 rec[REC_WORDS_MAX] __uninitialized;
	struct devsess_table *t;
	int ret;

	if (flags & ~DEVSESS_BPF_LOAD || c->o->fields)
		return -EINVAL;
	if (READ_ONCE(h->dead))
		return -ENODEV;
	t = rcu_dereference(h->table);
	ret = lookup_record(t, c->key, c->key_len, flags, rec);
	if (!ret)
		put_record(c, &t->layout, rec);
	return ret;
}

static int touch(const struct call *c, struct devsess_handle *h)
{
	u64 expires;
	int ret;

	if (c->o->fields)
		return -EINVAL;
	ret = devsess_touch(h, c->key, c->key_len, c->o->s.ttl_ms, c->o->flags, &expires);
	if (ret >= 0)
		c->o->s.expires = expires;
	return ret;
}

static int store(const struct call *c, struct devsess_handle *h)
{
	struct devsess_session s __uninitialized;
	int ret;

	if (c->o->flags || c->o->fields)
		return -EINVAL;
	ret = take_session(c, &s, true);
	if (ret)
		return ret;
	ret = devsess_store(h, &s, GFP_ATOMIC);
	if (ret >= 0)
		put_session(c, &s);
	return ret;
}

static int update(const struct call *c, struct devsess_handle *h)
{
	const u32 fields = READ_ONCE(c->o->fields);
	struct devsess_session s __uninitialized;
	int ret;

	if (c->o->flags || (fields & DEVSESS_F_DATA && !data_of(c)))
		return -EINVAL;
	ret = take_session(c, &s, fields & DEVSESS_F_DATA);
	if (ret)
		return ret;
	ret = devsess_update(h, &s, fields);
	if (!ret)
		put_session(c, &s);
	return ret;
}

static int delete(const struct call *c, struct devsess_handle *h)
{
	if (c->o->flags || c->o->fields)
		return -EINVAL;
	return devsess_delete(h, c->key, c->key_len);
}

/* The one worker: finds the table and lets @fn do the rest. */
static __always_inline int run(const struct call *c, bool writes,
			       int (*fn)(const struct call *c, struct devsess_handle *h))
{
	struct devsess_handle *h;
	int ret = check(c);

	if (!ret && writes && !may_write())
		ret = -EBUSY;
	if (!ret) {
		rcu_read_lock();
		h = c->net ? net_handle(c->net, READ_ONCE(c->o->table)) : NULL;
		ret = h ? fn(c, h) : -ENODEV;
		rcu_read_unlock();
	}
	if (c->o && c->size >= offsetofend(struct devsess_bpf_opts, error))
		c->o->error = ret;
	return ret;
}

/* One kfunc, of those that have a packet. */
#define PACKET_KFUNC(type, context, name, writes)						\
__bpf_kfunc int bpf_##type##_devsess_##name(context *ctx, const void *key, u32 key__sz,		\
					    struct devsess_bpf_opts *opts, u32 opts__sz)	\
{												\
	const struct call c = { type##_net(ctx), key, key__sz, opts, opts__sz };		\
												\
	return run(&c, writes, name);								\
}

PACKET_KFUNC(xdp, struct xdp_md, lookup, false)
PACKET_KFUNC(xdp, struct xdp_md, touch, true)
PACKET_KFUNC(xdp, struct xdp_md, store, true)
PACKET_KFUNC(xdp, struct xdp_md, update, true)
PACKET_KFUNC(xdp, struct xdp_md, delete, true)

PACKET_KFUNC(skb, struct __sk_buff, lookup, false)
PACKET_KFUNC(skb, struct __sk_buff, touch, true)
PACKET_KFUNC(skb, struct __sk_buff, store, true)
PACKET_KFUNC(skb, struct __sk_buff, update, true)
PACKET_KFUNC(skb, struct __sk_buff, delete, true)

/* A task that ends has no namespaces any more; nobody but itself changes them. */
__bpf_kfunc int bpf_devsess_lookup(const void *key, u32 key__sz, struct devsess_bpf_opts *opts,
				   u32 opts__sz)
{
	const struct nsproxy *ns = READ_ONCE(current->nsproxy);
	const struct call c = { ns ? ns->net_ns : NULL, key, key__sz, opts, opts__sz };

	return run(&c, false, lookup);
}

BTF_KFUNCS_START(xdp_ids)
BTF_ID_FLAGS(func, bpf_xdp_devsess_lookup, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_xdp_devsess_touch, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_xdp_devsess_store, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_xdp_devsess_update, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_xdp_devsess_delete, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(xdp_ids)

BTF_KFUNCS_START(skb_ids)
BTF_ID_FLAGS(func, bpf_skb_devsess_lookup, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_skb_devsess_touch, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_skb_devsess_store, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_skb_devsess_update, KF_TRUSTED_ARGS)
BTF_ID_FLAGS(func, bpf_skb_devsess_delete, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(skb_ids)

BTF_KFUNCS_START(tracing_ids)
BTF_ID_FLAGS(func, bpf_devsess_lookup, KF_TRUSTED_ARGS)
BTF_KFUNCS_END(tracing_ids)

static const struct btf_kfunc_id_set xdp_set = { .owner = THIS_MODULE, .set = &xdp_ids };
static const struct btf_kfunc_id_set skb_set = { .owner = THIS_MODULE, .set = &skb_ids };
static const struct btf_kfunc_id_set tracing_set = { .owner = THIS_MODULE, .set = &tracing_ids };

/*
 * Whether the kernel has taken the module's types. If they do not fit, Debian's drops them with
 * no more than a warning, and says 0 to whoever registers kfuncs. But it also finds out that
 * programs of this type call none, and does so once it has found the types.
 */
static int __init find_types(void)
{
	int err = THIS_MODULE->btf_data_size ? 0 : -ENOENT;

	if (!err)
		err = register_btf_kfunc_id_set(BPF_PROG_TYPE_LIRC_MODE2, &xdp_set);
	return err == -EINVAL ? 0 : err ?: -ENOENT;
}

/**
 * kfunc_init - offer the kfuncs to BPF programs
 *
 * Without the module's BTF there are none, which is not an error of the module: all else works.
 *
 * Context: Module load, after net_init(), once nothing can fail any more: a program may call a
 * kfunc at once.
 */
void __init kfunc_init(void)
{
	int err = find_types();

	BUILD_BUG_ON(sizeof(struct devsess_bpf_session) != KEY_AT);
	BUILD_BUG_ON(offsetof(struct devsess_bpf_session, addr) !=
		     offsetof(struct devsess_session, addr));
	BUILD_BUG_ON(offsetof(struct devsess_bpf_session, data_len) !=
		     offsetof(struct devsess_session, data_len));
	BUILD_BUG_ON(DEVSESS_BPF_DATA_MAX != DEVSESS_DATA_MAX);

	if (!err)
		err = register_btf_kfunc_id_set(BPF_PROG_TYPE_XDP, &xdp_set);
	if (!err)
		err = register_btf_kfunc_id_set(BPF_PROG_TYPE_SCHED_CLS, &skb_set);
	if (!err && COMPAT_SCHED_ACT_KFUNCS)
		err = register_btf_kfunc_id_set(BPF_PROG_TYPE_SCHED_ACT, &skb_set);
	if (!err)
		err = register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING, &tracing_set);
	if (err)
		pr_info("no kfuncs for BPF programs, error %d: see kfuncs.rst\n", err);
	else
		pr_info("kfuncs for BPF programs are there\n");
	registered = !err;
}

/**
 * kfunc_there - whether BPF programs can call the kfuncs
 *
 * Context: Any.
 * Return: true if they can.
 */
bool kfunc_there(void)
{
	return READ_ONCE(registered);
}
