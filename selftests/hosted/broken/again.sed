# SPDX-License-Identifier: GPL-2.0
# A call that sleeps is refused since the table that it found was swapped away and deleted.
# file: api.c
# caught by: plain kunit devsess_api
# says: ^not ok .*devsess_api.again
s/^	} while (__err == -ENODEV .*\\$/	} while (0);\\/
