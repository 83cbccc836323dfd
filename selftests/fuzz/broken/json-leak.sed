# SPDX-License-Identifier: GPL-2.0
# JSON that is no object is not freed.
# file: jsonl.c
# caught by: cli_jsonl
# says: LeakSanitizer
/^static json_t \*parse_object/,/^}/s/json_decref(object);//
