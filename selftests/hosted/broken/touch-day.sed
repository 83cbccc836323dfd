# SPDX-License-Identifier: GPL-2.0
# A heartbeat does not extend the time to live.
# file: write.c
# caught by: plain day --hours 2
# says: not ok . - day.no_heartbeat_in_vain
/^int write_touch/,/^}/s/\*expires = later;/(void)later;/
