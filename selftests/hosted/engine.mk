# SPDX-License-Identifier: GPL-2.0
# What the engine in user space is made of, here and under the fuzzer.

ENGINE := slots map ghost shard resize directory events evict watermark sweep table place write upcall asking lookup ops
ENGINE += walk stats batch figures deferred drain mem charge queues owner cost
SHIM := shim siphash alloc lock work rcu
