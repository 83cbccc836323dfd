# SPDX-License-Identifier: GPL-2.0
# What the engine in user space is made of, here and under the fuzzer.

ENGINE := slots shard resize directory events sweep table write upcall asking lookup ops walk stats batch
ENGINE += figures deferred drain mem
SHIM := shim siphash alloc lock work rcu
