/* SPDX-License-Identifier: GPL-2.0 */
/* Nobody listens. */
#ifndef SHIM_LINUX_TRACEPOINT_H
#define SHIM_LINUX_TRACEPOINT_H

#define TP_PROTO(...)	__VA_ARGS__

#define SHIM_EVENT(name, proto)						\
	static inline void trace_##name(proto) {}			\
	static inline bool trace_##name##_enabled(void) { return false; }

#define TRACE_EVENT(name, proto, ...)			SHIM_EVENT(name, TP_PROTO(proto))
#define DECLARE_EVENT_CLASS(name, ...)
#define DEFINE_EVENT(class, name, proto, ...)		SHIM_EVENT(name, TP_PROTO(proto))

#endif /* SHIM_LINUX_TRACEPOINT_H */
