# SPDX-License-Identifier: GPL-2.0
# The limit is lowered whatever the count has become meanwhile.
# file: table.c
# caught by: plain parallel --test capacity --seconds 30
# says: more sessions than the new limit
/^int table_set_max/,/^}/{
s/} while (!atomic64_try_cmpxchg(&t->fill, &fill, \(.*\)));/} while (0);\
	usleep(1);\
	atomic64_add((s64)(max_sessions - upper_32_bits(fill)) * (1LL << 32), \&t->fill);/
}
