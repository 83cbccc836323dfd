/* SPDX-License-Identifier: GPL-2.0 */
/*
 * protocol - what the guest's init.c and the host's watch.c tell each other
 *
 * Two virtio ports lead from the guest to the host. Over OUTPUT_PORT goes what
 * the command prints, byte for byte. Over VERDICT_PORT go lines:
 *
 *   begin                 first line: /init runs
 *   fail TEXT             the guest found something wrong; may repeat
 *   exit STATUS BYTES     last line: the command's exit status, and how many
 *                         bytes of output the host has to have received
 *
 * Before that last line END_MARK goes to the kernel's log, which the host reads
 * from the serial console, so that it knows when it has seen all of it. Then
 * the guest just waits: the host ends it. A guest that ends by itself failed.
 */
#ifndef VM_PROTOCOL_H
#define VM_PROTOCOL_H

#define OUTPUT_PORT "devsess.output"
#define VERDICT_PORT "devsess.verdict"
#define END_MARK "devsess-vm: end of log"

#define __noreturn __attribute__((__noreturn__))
#define __printf(fmt, args) __attribute__((__format__(printf, fmt, args)))

#endif
