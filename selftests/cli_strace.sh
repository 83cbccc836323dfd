#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tool asks the kernel for: nothing that its requests do not need. It
# is looked at with strace(1), command by command.

. "$(dirname "$0")/common.sh"

# Loading itself, memory, files, its socket, signals, and a thread that sends. To
# know the time takes a call where the clock cannot be read without (hpet).
calls='access arch_prctl bind brk clock_gettime clock_nanosleep clone3 close execve exit exit_group fcntl fstat fsync ftruncate
	futex getpid getrandom getsockname getsockopt ioctl lseek madvise mmap mprotect munmap newfstatat
	openat poll pread64 prlimit64 read recvfrom recvmsg rename rseq rt_sigaction rt_sigprocmask sendmsg
	set_robust_list set_tid_address setsockopt socket unlink write'

# What all commands did is kept for all tests that look at it.
kept=$(mktemp -d)
trap 'rm -rf "$tmp" "$kept"' EXIT

begin()
{
	fresh
	csv 1 50 owner 1 >in.csv
}

# trace [WRAPPER... --] COMMAND...: adds what the tool does to the file traces
trace()
{
	local wrapper=()

	while [[ " $* " == *' -- '* ]]; do
		wrapper+=("$1")
		shift
		[ "$1" != -- ] || { shift; break; }
	done
	"${wrapper[@]}" strace -f -qq -s 200 -o "$tmp/trace" devsess "$@" >"$tmp/said" 2>&1
	status=$?
	grep -q '^[0-9]* *execve(' trace || fail "strace shows nothing of '$*': $(head -n 3 said)"
	cat trace >>traces
}

# As root, once.
trace_kept()
{
	if [ ! -e "$kept/traces" ]; then
		trace_all
		[ -z "$test_failed" ] || return
		cp traces out.csv out.json "$kept"
	fi
	cp "$kept"/* .
}

# Commands of every kind, most of which succeed.
trace_all()
{
	local command

	while read -r command; do
		# shellcheck disable=SC2086
		trace "$@" $command
	done <<-'END'
		help
		--version
		table list
		-j table add t max-sessions 100 data-max 8
		table set t max-sessions 200
		-t t add a addr 10.0.0.1:5683 owner 1 ttl 5m data 0102
		-t t set a owner 2
		-t t update a state idle
		-t t getadd a
		-t t swap a owner 3
		-t t touch a
		-t t get a
		-j -t t get a b
		-t t list owner 3
		-t t count
		-t t pop a
		-t t del a
		load in.csv
		load --atomic in.csv
		save out.csv
		-j save out.json
		flush owner 1
		stats
		-j stats t
		top every 10ms times 2
		-j top times 1
		-t t monitor timeout 10ms kind create owner 3
		-j monitor --sync timeout 10ms
		table del t
		nonsense
		load there-is-no-such-file
	END
}

# Each call that was made, and nothing else.
names_of()
{
	sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' "$1" | sort | uniq -c
}

test_calls()
{
	local name n

	trace_kept
	while read -r n name; do
		# shellcheck disable=SC2086
		printf '%s\n' $calls | grep -qx "$name" ||
			fail "$n times $name: $(grep -m 1 "\b$name(" traces)"
	done < <(names_of traces)
	# One program, which starts no other.
	is "$(grep -c '\bexecve(' traces)" 31 execve
	for name in socket bind sendmsg recvmsg; do
		names_of traces | grep -q " $name$" || fail "no $name: nothing was looked at"
	done
}

test_sockets()
{
	trace_kept
	is "$(grep -o '\bsocket([^)]*)' traces | sort -u)" \
		'socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_GENERIC)'
}

# What it reads is libraries, the time zone and the file it is given. It writes the
# file it is told to, at first beside it; a dump that may have to be taken back has
# no name.
test_files()
{
	local path

	trace_kept
	grep '\bopenat(' traces >opened
	while read -r path; do
		case $path in
		/etc/ld.so.* | /lib/* | /usr/lib/* | /etc/localtime) ;;
		in.csv | there-is-no-such-file) ;;
		*)	fail "it reads $path" ;;
		esac
	done < <(sed -n 's/.*openat(AT_FDCWD, "\([^"]*\)", O_RDONLY.*/\1/p' opened)
	is "$(grep -v O_RDONLY opened | grep -vE '"out\.(csv|json)\.|"/tmp", O_RDWR\|.*O_TMPFILE')" ''
	[ -s out.csv ] || fail 'nothing was saved'
	[ -s out.json ] || fail 'nothing was saved as JSON'
}

user=(setpriv --reuid 1000 --regid 1000 --clear-groups)

# denied: calls for which some privilege was lacking
denied()
{
	grep -E ' = -1 (EPERM|EACCES)' traces
}

# With that one capability nothing is refused.
test_one_capability()
{
	chmod 777 "$tmp"
	trace_all "${user[@]}" --inh-caps=-all,+net_admin --ambient-caps=-all,+net_admin --
	is "$(denied)" ''
	is "$(grep -c 'SO_RCVBUFFORCE' traces)" "$(grep -c 'SO_RCVBUFFORCE.* = 0$' traces)"
}

# Without, figures are to be had. Only the wish for a larger buffer is refused.
test_no_capability()
{
	chmod 777 "$tmp"
	trace "${user[@]}" --inh-caps=-all -- stats
	is "$status" 0
	is "$(denied | grep -v 'SO_RCVBUFFORCE')" ''
	[ -n "$(denied)" ] || fail 'not even that was refused'
}

test_netns()
{
	trace -n /proc/self/ns/net count
	is "$status" 0
	is "$(grep '\bsetns(' traces | sed 's/^[0-9]* *//; s/([0-9]*,/(FD,/; s/ \{2,\}/ /')" \
		'setns(FD, CLONE_NEWNET) = 0'
}

run_tests "$@"
