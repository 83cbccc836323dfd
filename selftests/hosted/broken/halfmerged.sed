# SPDX-License-Identifier: GPL-2.0
# Of several updates only the fields of the last are written.
# file: drain.c
# caught by: plain kunit
# says: deferred_kunit.c
s/taken->fields |= e->fields;/taken->fields = e->fields;/
