# SPDX-License-Identifier: GPL-2.0
# A slot is written with interrupts on: one that reads it waits for ever.
# file: slots.c
# caught by: plain steps --timeout 5
# says: in an interrupt: -11|Alarm
/^static .*void write_slot/,/^}/{
/local_irq_save/d
/local_irq_restore/d
/unsigned long flags;/d
}
