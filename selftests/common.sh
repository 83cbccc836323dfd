# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the shell tests share. A script defines functions test_NAME, each on a
# line of its own, and ends with `run_tests "$@"'; the names of some may be
# given. Each begins with an empty table `default' and no other. Checks print
# what was wrong and go on.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=/dev/null
. "$here/ktap_helpers.sh"

LC_ALL=C
export LC_ALL
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Where CPUs are emulated, jq takes 0.4 s to begin, and gojq 0.04; but that puts keys in order.
if command -v gojq >/dev/null; then
	jq()
	{
		case $* in
		*keys_unsorted* | *to_entries* | *tojson*) command jq "$@" ;;
		-cS*) shift; gojq -c "$@" ;;
		*) gojq "$@" ;;
		esac || case $? in
		# It made nothing of it: two such answers are not the same.
		[235]) echo "gojq $BASHPID $RANDOM"; return 3 ;;
		*) return $? ;;
		esac
	}
fi

# Of the last command run; of the test under way.
out=
err=
status=0
test_failed=
test_skipped=

# fail TEXT: the test has failed
fail()
{
	local level=1

	# The line in the test, not in the helpers.
	while [[ ${BASH_SOURCE[level]:-} == "${BASH_SOURCE[0]}" ]]; do
		level=$((level + 1))
	done
	test_failed=yes
	echo "line ${BASH_LINENO[level - 1]}: $1" | head -c 2000 | awk '{ print "# " $0 }'
}

# skip REASON: the test cannot be run here
skip()
{
	test_skipped=$1
}

# run COMMAND...: sets out, err and status
run()
{
	out=$("$@" 2>"$tmp/err")
	status=$?
	err=$(<"$tmp/err")
}

# ok COMMAND...: it must succeed and have nothing to complain of
ok()
{
	run "$@"
	if [ "$status" -ne 0 ]; then
		fail "'$*' ended with $status: $err"
	elif [ -n "$err" ]; then
		fail "'$*' complained: $err"
	fi
}

# ends STATUS TEXT COMMAND...: it must end so, and say so on stderr
ends()
{
	local want=$1 text=$2

	shift 2
	run "$@"
	[ "$status" -eq "$want" ] || fail "'$*' ended with $status, not $want: $out$err"
	[[ $err == *"$text"* ]] || fail "'$*' said '$err', not '$text'"
}

# refused TEXT COMMAND...: by the kernel
refused()
{
	ends 1 "$@"
}

# misused TEXT COMMAND...: nothing was even tried
misused()
{
	ends 2 "$@"
	[ -z "$out" ] || fail "it printed '$out'"
}

# fails TEXT COMMAND...: a tool other than devsess must fail, and say so
fails()
{
	local text=$1

	shift
	run "$@"
	[ "$status" -ne 0 ] || fail "'$*' did not fail: $out$err"
	[[ $err == *"$text"* ]] || fail "'$*' said '$err', not '$text'"
}

# is GOT WANT [WHAT]
is()
{
	[ "$1" = "$2" ] || fail "${3:+$3: }'$1', not '$2'"
}

# has TEXT: so says the last command
has()
{
	[[ $out == *"$1"* ]] || fail "'$1' is not in '$out'"
}

# json FILTER [OPTION...]: what jq makes of what the last command printed
json()
{
	local filter=$1

	shift
	jq -r "$@" "$filter" <<<"$out" 2>&1
}

# json_is FILTER WANT
json_is()
{
	is "$(json "$1")" "$2" "$1"
}

# count N [FILTER]: so many sessions are there
count()
{
	local want=$1

	shift
	is "$(devsess count "$@" 2>&1)" "$want" "count${*:+ $*}"
}

# figure NAME [TABLE]: from /proc/net/devsess
figure()
{
	awk -v name="$1" -v table="${2:-default}" '
		$1 == "table" { here = $2 == table }
		here && $1 == name { print $2 }' /proc/net/devsess
}

# soon COMMAND...: it succeeds within ten seconds, else this fails
soon()
{
	local i

	for ((i = 0; i < 100; i++)); do
		"$@" && return
		sleep 0.1
	done
	fail "'$*' did not come true"
	return 1
}

# csv FROM TO [COLUMNS [VALUES]]: a file of devices dev-FROM to dev-TO
csv()
{
	awk -v from="$1" -v to="$2" -v columns="${3:-}" -v values="${4:-}" 'BEGIN {
		print "device" (columns ? "," columns : "")
		for (i = from; i <= to; i++)
			printf "dev-%07d%s\n", i, values ? "," values : ""
	}'
}

# left_by FILE TABLE: sessions that the lines of a monitor --sync leave, "device version"
left_by()
{
	awk -v table="\"table\":\"$2\"" '
		index($0, table) == 0 { next }
		/^."kind":"snapshot"/ || /^."kind":"table","reason":"del"/ { split("", version) }
		!match($0, /"device":"[^"]*/) { next }
		{ device = substr($0, RSTART + 10, RLENGTH - 10) }
		/^."kind":"(create|update|touch|session)"/ {
			match($0, /"version":[0-9]*/)
			version[device] = substr($0, RSTART + 10, RLENGTH - 10)
			next
		}
		{ delete version[device] }
		END {
			for (device in version)
				print device, version[device]
		}' "$1" | sort
}

# listed TABLE: those that there are, likewise
listed()
{
	devsess -t "$1" save | awk -F , '
		NR == 1 {
			for (i = 1; i <= NF; i++)
				if ($i == "version")
					column = i
			next
		}
		{ print $1, $column }' | sort
}

fresh()
{
	local name

	devsess table list >"$tmp/tables"
	while read -r name _; do
		[[ $name = @(NAME|default) ]] || devsess -q table del "$name"
	done <"$tmp/tables"
	devsess -q flush
	rm -rf "${tmp:?}"/*
	cd "$tmp" || exit 1
}

# The result of the test that has run.
report()
{
	if [ -n "$test_failed" ]; then
		ktap_test_fail "$1"
	elif [ -n "$test_skipped" ]; then
		KTAP_CNT_SKIP=$((KTAP_CNT_SKIP + 1))
		__ktap_test ok "$1" "SKIP $test_skipped"
	else
		ktap_test_pass "$1"
	fi
}

# begin: what a test does before anything else; a script may have its own
begin()
{
	fresh
}

run_tests()
{
	local names=("$@") name

	if [ $# -eq 0 ]; then
		mapfile -t names < <(sed -n 's/^test_\([a-z0-9_]*\)()$/\1/p' "$here/${0##*/}")
	fi
	ktap_print_header
	ktap_set_plan "${#names[@]}"
	for name in "${names[@]}"; do
		test_failed=
		test_skipped=
		begin
		"test_$name"
		report "$name"
	done
	cd /
	ktap_finished
}
