#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 1500
#
# devsess xdp: each packet that comes in over veth is counted, and dropped or passed, as it
# should be; with XDP by the driver and by the kernel, and with tc.

. "$(dirname "$0")/veth_lib.sh"

# The EUI of packets, but for its last byte.
eui=01020304050607

# counters: those of in0 that are not 0, as name=value
counters()
{
	devsess xdp stats in0 | awk '
		$1 !~ /^(device|hook|mode|proto|table|bpf_id)$/ && $2 > 0 { print $1 "=" $2 }' | xargs
}

# counted WHAT...: soon, as packets may wait for the CPU
counted()
{
	[ "$(counters)" = "$*" ]
}

# Each way of attaching, after which what follows is tested.
ways=(--mode=native --mode=generic --tc)

test_tells_what_it_did()
{
	refused 'in0: no program of ours is there' devsess xdp stats in0
	refused 'in0: no program of ours is there' devsess xdp detach in0
	ok devsess xdp attach in0 --proto mac
	is "$out" 'attached to xdp of in0'
	ok devsess xdp attach in0 --proto ipv4 -j
	json_is . '{
  "device": "in0",
  "hook": "xdp"
}'
	ok devsess xdp attach in0 --proto ipv6 -q --tc
	is "$out" ''
	ok devsess xdp -j stats
	json_is 'map([.device, .hook, .mode, .proto, .table] | join(" ")) | join(", ")' \
		'in0 xdp native ipv4 default, in0 tc tc ipv6 default'
	ok devsess xdp stats in0
	has 'proto ipv4'
	ok devsess xdp detach in0
	is "$out" 'detached from xdp of in0'
	ok devsess xdp detach --tc in0
	ok devsess xdp stats
	is "$out" ''
}

test_refusals()
{
	misused '--proto is missing' devsess xdp attach in0
	misused '--proto: semtech-udp, mac, ipv4 or ipv6' devsess xdp attach in0 --proto udp
	misused '--port: 1 to 65535' devsess xdp attach in0 --proto semtech-udp --port 0
	misused '--port goes with' devsess xdp attach in0 --proto mac --port 1
	misused '--mark goes with --tc only' devsess xdp attach in0 --proto mac --mark owner
	misused '--mode does not go with --tc' devsess xdp attach in0 --proto mac --mode native --tc
	misused '--unknown: pass or drop' devsess xdp attach in0 --proto mac --unknown what
	misused '--redirect: OWNER=DEVICE' devsess xdp attach in0 --proto mac --redirect 1
	misused '--touch' devsess xdp attach in0 --proto mac --touch 5
	misused 'go with attach only' devsess xdp detach in0 --load
	misused '--tc goes with attach and detach only' devsess xdp stats in0 --tc
	misused 'attach DEVICE' devsess xdp
	misused 'attach, detach or stats' devsess xdp show in0
	refused 'nosuch: No such device' devsess xdp attach nosuch --proto mac
	refused "no device 'nosuch'" devsess xdp attach in0 --proto mac --redirect 1=nosuch
	refused 'there is no table of that name' devsess -t nosuch xdp attach in0 --proto mac
	refused '--load would ask nobody' devsess xdp attach in0 --proto mac --load
	ok devsess -q table add narrow key-max 7
	refused 'its ids are 7 bytes at the most, those of semtech-udp 8' \
		devsess xdp --table narrow attach in0 --proto semtech-udp
	ok devsess -q xdp -t narrow attach in0 --proto mac --mode generic
	refused 'in another mode' devsess xdp attach in0 --proto mac --mode native
	ok devsess -q xdp detach in0
	ok devsess xdp stats
	is "$out" ''
}

# What comes there is no frame, and would be taken for one.
test_no_ethernet()
{
	local way

	ip tuntap add dev tun9 mode tun 2>"$tmp/err" || {
		skip 'not on a kernel without tun'
		return
	}
	for way in "${ways[@]}"; do
		refused 'tun9: its packets have no Ethernet header' \
			devsess xdp attach tun9 --proto ipv4 "$way"
	done
	ip link del dev tun9
	ok devsess -q xdp attach lo --proto ipv4 --mode generic
	ok devsess -q xdp detach lo
}

# Another namespace has devices, tables and programs of its own.
test_namespace()
{
	ok devsess -n sender -q xdp attach out0 --proto mac
	ok devsess -n sender xdp -j stats
	json_is 'map([.device, .hook, .proto, .table] | join(" ")) | join(", ")' 'out0 xdp mac default'
	ok devsess xdp stats
	is "$out" ''
	refused 'out0: No such device' devsess xdp attach out0 --proto mac
	refused 'in0: No such device' devsess -n sender xdp attach in0 --proto mac
	ok devsess -n sender xdp detach out0
	is "$out" 'detached from xdp of out0'
}

# with CAP,...: as a plain user who has these
with()
{
	local caps="+${1//,/,+}"

	shift
	setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps="-all,$caps" \
		--ambient-caps="-all,$caps" "$@"
}

test_privileges()
{
	local caps

	for caps in setuid bpf sys_admin,bpf; do
		refused CAP_NET_ADMIN with "$caps" devsess xdp attach in0 --proto mac
	done
	for caps in net_admin net_admin,bpf; do
		refused 'Operation not permitted' with "$caps" devsess xdp attach in0 --proto mac
		refused 'Operation not permitted' with "$caps" devsess xdp attach in0 --proto mac --tc
	done
	ok devsess xdp stats
	is "$out" ''
	ok with net_admin,sys_admin devsess -q xdp attach in0 --proto mac --tc
	ok with net_admin,sys_admin devsess -q xdp attach in0 --proto mac
	ok with net_admin,sys_admin devsess -q xdp attach in0 --proto ipv4
	# Who may not ask the kernel about programs cannot tell whose this one is.
	for caps in setuid bpf net_admin net_admin,bpf; do
		refused 'in0: Operation not permitted' with "$caps" devsess xdp stats in0
		refused 'in0: Operation not permitted' with "$caps" devsess xdp stats
		refused 'in0: Operation not permitted' with "$caps" devsess xdp detach in0
		refused 'in0: Operation not permitted' with "$caps" devsess xdp detach --tc in0
		refused 'in0: Operation not permitted' with "$caps" devsess xdp attach in0 --proto mac
	done
	ok with net_admin,sys_admin devsess -q xdp detach in0
	ok devsess -j xdp stats
	json_is 'map(.hook) | join(" ")' tc
	ok devsess -q xdp detach --tc in0
}

# Root of a user namespace, in a network namespace of his own; and user 0 without capabilities.
test_privileges_of_others()
{
	local what

	ok devsess -q xdp attach in0 --proto mac
	# He has CAP_NET_ADMIN there, as the first command shows.
	run unshare --user --map-root-user --net sh -c '
		devsess -q table add mine && ip link add own1 type veth peer name own2 &&
			echo made
		devsess xdp attach own1 --proto mac
		devsess xdp attach own1 --proto mac --tc
		devsess xdp detach own1
		devsess xdp stats own1
		ip -details link show own1 | grep -c xdp'
	is "$out" $'made\n0'
	is "$(grep -c 'Operation not permitted' <<<"$err")" 2 "$err"
	# Without a program there that he could not have attached.
	is "$(grep -c 'own1: no program of ours is there' <<<"$err")" 2 "$err"
	for what in 'attach in0 --proto mac' 'attach in0 --proto mac --tc' 'detach in0' 'stats in0'; do
		# shellcheck disable=SC2086
		fails '' setpriv --bounding-set -all --inh-caps -all devsess xdp $what
		[[ $err == *CAP_NET_ADMIN* || $err == *'not permitted'* ]] || fail "$what: $err"
	done
	ok devsess -j xdp stats
	json_is 'map([.device, .hook, .proto] | join(" ")) | join(", ")' 'in0 xdp mac'
	ok devsess -q xdp detach in0
}

# Kinds of packets, by what becomes of them.
valid=(push pull tx-ack version-1 padded options vlan qinq first-fragment v6 v6-extensions
	v6-no-length v6-first-fragment)
malformed=(version-3 version-0 push-ack kind-9 no-eui short-eui empty udp-too-long udp-too-short
	udp-cut ip-too-long ip-too-short ip-version ihl-4 ihl-15 ip-cut v6-too-long v6-short-eui
	v6-version v6-many-extensions v6-cut)
fragments=(fragment middle-fragment v6-fragment)
others=(other-port tcp v6-tcp arp vlan-3)

# counter NAME: of in0
counter()
{
	devsess xdp -j stats in0 | jq ".[0].$1"
}

reached()
{
	[ "$(counter packets)" = "$1" ]
}

# detach WAY
detach()
{
	if [ "$1" = --tc ]; then
		devsess -q xdp detach in0 --tc
	else
		devsess -q xdp detach in0
	fi
}

# are KIND... -- COUNTER: packets of these kinds are counted so, and so only
are()
{
	local counter=${*: -1} kinds=("${@:1:$#-2}") kind all before

	all=$(counter packets)
	before=$(counter "$counter")
	for kind in "${kinds[@]}"; do
		packets "$kind" 3
	done
	soon reached $((all + 3 * ${#kinds[@]})) || fail "$way: $counter: $(counters)"
	[ "$(counter "$counter")" -ne $((before + 3 * ${#kinds[@]})) ] || return 0
	fail "$way: $counter: $(counters)"
	[ ${#kinds[@]} -eq 1 ] || for kind in "${kinds[@]}"; do
		are "$kind" -- "$counter"
	done
}

test_every_kind()
{
	local way all=("${valid[@]}" "${malformed[@]}" "${fragments[@]}" "${others[@]}")

	ok devsess -q add "0x${eui}01" state active
	is "$(printf '%s\n' "${all[@]}" random | sort)" "$("$here/packets" -l | sort)"
	for way in "${ways[@]}"; do
		ok devsess -q xdp attach in0 --proto semtech-udp --touch never "$way"
		are "${valid[@]}" -- known
		are "${malformed[@]}" -- malformed
		are "${fragments[@]}" -- fragments
		are "${others[@]}" -- other
		# Whatever they are, each is one of these.
		packets random 2000
		soon reached $((2000 + 3 * ${#all[@]}))
		is "$(devsess xdp -j stats in0 | jq '.[] | .packets - .known - .blocked - .unknown -
			.malformed - .fragments - .other - .errors')" 0
		detach "$way"
	done
}

# What is dropped does not come as far as UDP; what is passed does, to the last packet.
test_dropped_and_passed()
{
	local way before

	ok devsess -q add "0x${eui}01" state active ttl 1h
	ok devsess -q add "0x${eui}02" state blocked
	for way in "${ways[@]}"; do
		ok devsess -q xdp attach in0 --proto semtech-udp --touch never "$way"
		before=$(delivered)
		packets push 100 1
		packets v6 100 1
		packets push 100 2
		packets push 100 3
		packets short-eui 100 1
		packets other-port 100 1
		soon reached 600
		is "$(counters)" 'packets=600 known=200 blocked=100 unknown=100 malformed=100 other=100'
		is $(($(delivered) - before)) 400 "$way: delivered"
		# The same, but for unknown devices.
		ok devsess -q xdp attach in0 --proto semtech-udp --touch never --unknown drop "$way"
		before=$(delivered)
		packets push 100 1
		packets push 100 3
		packets fragment 1
		soon reached 201
		is "$(counters)" 'packets=201 known=100 unknown=100 fragments=1'
		is $(($(delivered) - before)) 100 "$way: delivered"
		detach "$way"
	done
}

# Frames of several pages, of which a program has the first bytes at hand.
test_large()
{
	local way before

	ip link set dev in0 mtu 9000
	ip -n sender link set dev out0 mtu 9000
	ok devsess -q add "0x${eui}01"
	ok devsess -q add "0x${eui}02" state blocked
	for way in "${ways[@]}"; do
		ok devsess -q xdp attach in0 --proto semtech-udp --touch never "$way"
		before=$(delivered)
		packets -b 9000 push 20 1
		packets -b 9000 push 20 2
		packets -b 9000 v6 20 1
		packets -b 9000 short-eui 20
		soon counted packets=80 known=40 blocked=20 malformed=20 || fail "$way: $(counters)"
		is $(($(delivered) - before)) 40 "$way: delivered"
		detach "$way"
	done
}

# What a device is called may not move the cursor.
test_odd_name()
{
	local name=$'odd\e[1m'

	ip link add dev "$name" type veth peer name odd1
	ok devsess xdp attach "$name" --proto mac --mode generic
	is "$out" 'attached to xdp of odd?[1m'
	ok devsess xdp stats "$name"
	is "$(head -n 1 <<<"$out")" 'device odd?[1m'
	ok devsess xdp stats -j "$name"
	json_is '.[0].device' "$name"
	ok devsess -q xdp detach "$name"
	refused 'odd?[1m: no program of ours is there' devsess xdp detach "$name"
	ip link del dev odd1
}

test_port()
{
	ok devsess -q add "0x${eui}01"
	ok devsess -q xdp attach in0 --proto semtech-udp --port 1701 --touch never
	packets other-port 5
	packets push 5
	soon counted packets=10 known=5 other=5 || fail "$(counters)"
	devsess -q xdp detach in0
}

# A heartbeat, but no more than one in the time that was told.
test_touch()
{
	local way

	for way in "${ways[@]}"; do
		ok devsess -q set "0x${eui}01" ttl 100s
		ok devsess -q xdp attach in0 --proto semtech-udp --touch 0 "$way"
		packets push 50
		soon counted packets=50 known=50 touched=50 || fail "$(counters)"
		ok devsess -q xdp attach in0 --proto semtech-udp --touch 1h "$way"
		packets push 50
		soon counted packets=50 known=50 || fail "$(counters)"
		detach "$way"
	done
	is "$(figure touches)" 150
}

# A session lives as long as packets come, and no longer than its ttl after that.
test_kept_alive()
{
	local i

	ok devsess -q xdp attach in0 --proto semtech-udp --touch 0
	ok devsess -q set "0x${eui}01" ttl 8s
	for ((i = 1; i <= 4; i++)); do
		sleep 3
		packets push 1
		soon counted packets=$i known=$i touched=$i || fail "$(counters)"
	done
	sleep 8.5
	packets push 1
	soon counted packets=5 known=4 unknown=1 touched=4 || fail "$(counters)"
	refused 'the device has no session' devsess get "0x${eui}01"
	detach native
}

# Addresses as ids.
test_protos()
{
	local way

	ok devsess -q add 0x020000000001
	ok devsess -q add 0xc0000207
	ok devsess -q add 0x20010db8000000000000000000000007
	for way in "${ways[@]}"; do
		ok devsess -q xdp attach in0 --proto mac --touch never "$way"
		packets push 4
		packets arp 4
		packets -s 02:00:00:00:00:03 push 2
		soon counted packets=10 known=8 unknown=2 || fail "$(counters)"
		ok devsess -q xdp attach in0 --proto ipv4 --touch never "$way"
		packets tcp 4 7
		packets qinq 4 7
		packets push 2 8
		packets ihl-4 1 7
		packets ip-too-long 1 7
		packets ip-too-short 1 7
		packets v6 1 7
		packets v6-version 1 7
		soon counted packets=15 known=8 unknown=2 malformed=3 other=2 || fail "$(counters)"
		ok devsess -q xdp attach in0 --proto ipv6 --touch never "$way"
		packets v6-fragment 4 7
		packets v6-tcp 4 7
		packets v6 2 8
		packets v6-version 1 7
		packets v6-too-long 1 7
		packets push 1 7
		packets ihl-4 1 7
		soon counted packets=14 known=8 unknown=2 malformed=2 other=2 || fail "$(counters)"
		detach "$way"
	done
}

# Unknown devices are loaded on demand.
test_load()
{
	local way

	ok devsess -q table set default upcall on-request negative-ttl 1h
	printf 'device\n0x%s01\n' "$eui" >"$tmp/sessions"
	devsess loader --from "$tmp/sessions" --format csv >"$tmp/loader" &
	soon grep -q listening "$tmp/loader"
	for way in "${ways[@]}"; do
		ok devsess -q flush
		ok devsess -q xdp attach in0 --proto semtech-udp --touch never --load "$way"
		packets push 1
		soon devsess get "0x${eui}01" >/dev/null || fail "$way: it was not loaded"
		packets push 1
		soon counted packets=2 known=1 unknown=1 || fail "$(counters)"
		detach "$way"
		sleep 1.1
	done
	kill %%
	wait %% 2>/dev/null
}

# Packets of an owner's devices go out of another device.
test_redirect()
{
	local way

	ip link add dev out1 type veth peer name far1
	sysctl -qw net.ipv6.conf.out1.disable_ipv6=1 net.ipv6.conf.far1.disable_ipv6=1
	ip link set dev out1 up
	ip link set dev far1 up
	ok devsess -q add "0x${eui}01" owner 7
	ok devsess -q add "0x${eui}02" owner 8
	refused '--redirect: owner 7 stands there twice' devsess xdp attach in0 --proto semtech-udp \
		--redirect 7=out1 --redirect 7=in0
	# Where frames are redirected to by the driver, veth wants one at the far end.
	ok devsess -q xdp attach far1 --proto mac --mode native --touch never
	for way in "${ways[@]}"; do
		before=$(devsess xdp -j stats far1 | jq '.[0].packets')
		ok devsess -q xdp attach in0 --proto semtech-udp --touch never --redirect 7=out1 "$way"
		packets push 20 1
		packets push 20 2
		soon counted packets=40 known=40 redirected=20 || fail "$(counters)"
		soon far_has $((before + 20)) || fail "$way: $(devsess xdp stats far1)"
		detach "$way"
	done
	ip link del dev out1
}

far_has()
{
	[ "$(devsess xdp -j stats far1 | jq '.[0].packets')" = "$1" ]
}

# What the mark is shows in what the routes make of it.
test_mark()
{
	local before mark

	# After those that what is for this machine goes by.
	ip rule add pref 100 lookup local
	ip rule del pref 0
	ok devsess -q add "0x${eui}01" owner 7 mark 9
	for mark in mark=9 owner=7; do
		ok devsess -q xdp attach in0 --proto semtech-udp --touch never --tc --mark "${mark%=*}"
		before=$(delivered)
		packets push 10
		soon counted packets=10 known=10
		ip rule add fwmark "${mark#*=}" pref 1 blackhole
		packets push 10
		soon counted packets=20 known=20
		packets push 10 2
		soon counted packets=30 known=20 unknown=10
		is $(($(delivered) - before)) 20 "$mark"
		ip rule del pref 1
	done
	ip rule add pref 0 lookup local
	ip rule del pref 100
	devsess -q xdp detach --tc in0
}

# counter_is_more COUNTER THAN
counter_is_more()
{
	[ "$(counter "$1")" -gt "$2" ]
}

# figure_is_more FIGURE THAN
figure_is_more()
{
	[ "$(figure "$1")" -gt "$2" ]
}

# send_on KIND: until $tmp/sending goes; prints how many. The pauses are for the device not to be
# overrun.
send_on()
{
	local n=0

	while [ -e "$tmp/sending" ]; do
		nsenter --net=/run/netns/sender "$here/packets" -u out0 "$1" 256 0 || break
		n=$((n + 256))
		sleep 0.05
	done
	echo "$n"
}

# Sessions come, are blocked, expire and go: what the CLI does about them, once.
change_sessions()
{
	local blocked expired

	blocked=$(counter blocked)
	expired=$(figure expired)
	# Packets come more seldom.
	ok devsess -q set "0x${eui}f$(($1 % 3))" ttl 5ms
	soon figure_is_more expired "$expired" || fail "$way: none has expired"
	ok devsess -q set "0x${eui}10" state blocked
	ok devsess -q set "0x${eui}20" state blocked ttl 1h
	soon counter_is_more blocked "$blocked"
	ok devsess -q set "0x${eui}10" state active
	ok devsess -q del "0x${eui}10"
	seq 1 200 | awk -v eui="$eui" 'BEGIN { print "device" }
		{ printf "0x%s%02x\n", eui, $1 }' >"$tmp/csv"
	ok devsess -q load --format csv "$tmp/csv"
	[ $(($1 % 3)) -ne 2 ] || ok devsess -q load --replace --format csv "$tmp/csv"
}

# A capture of every kind that is looked up nowhere, and comes as far as no socket.
bad_kinds=("${malformed[@]}" "${fragments[@]}" tcp v6-tcp arp vlan-3)

capture_bad_kinds()
{
	local kind

	for kind in "${bad_kinds[@]}"; do
		"$here/packets" -w "$tmp/bad-$kind" none "$kind" 10
	done
}

replay_bad_kinds()
{
	nsenter --net=/run/netns/sender tcpreplay -q --pps=2000 -i out0 "$tmp"/bad-* >/dev/null
}

# Meanwhile packets come in, good ones and others: none is lost count of.
test_while_sessions_change()
{
	local way i before kinds=(push push short-eui fragment vlan-3) sent bad replay

	capture_bad_kinds
	bad=("${#malformed[@]}" "${#fragments[@]}" 4)
	for way in "${ways[@]}"; do
		devsess -q flush
		ok devsess -q xdp attach in0 --proto semtech-udp --unknown drop --touch 0 "$way"
		before=$(delivered)
		touch "$tmp/sending"
		for i in "${!kinds[@]}"; do
			send_on "${kinds[i]}" >"$tmp/sent$i" &
		done
		soon counter_is_more unknown 0
		for ((i = 0; i < 6; i++)); do
			# One at a time: what is too much for the device is lost.
			replay_bad_kinds &
			replay=$!
			change_sessions $i
			wait "$replay"
		done
		soon counter_is_more known 0
		rm "$tmp/sending"
		wait
		mapfile -t sent < <(cat "$tmp"/sent?)
		for i in 0 1 2; do
			sent[i + 2]=$((sent[i + 2] + 6 * 10 * bad[i]))
		done
		soon reached $((sent[0] + sent[1] + sent[2] + sent[3] + sent[4])) ||
			fail "$way: of ${sent[*]}: $(counters)"
		devsess xdp -j stats in0 >"$tmp/stats"
		is "$(jq '.[0] | .known + .blocked + .unknown' "$tmp/stats")" \
			$((sent[0] + sent[1])) "$way"
		is "$(jq -c '.[0] | [.malformed, .fragments, .other]' "$tmp/stats")" \
			"[${sent[2]},${sent[3]},${sent[4]}]" "$way"
		is $(($(delivered) - before)) "$(jq '.[0].known' "$tmp/stats")" "$way: delivered"
		detach "$way"
	done
}

# A capture, replayed.
test_replay()
{
	local way

	ok devsess -q add "0x${eui}01"
	"$here/packets" -w "$tmp/capture" none push 500
	for way in "${ways[@]}"; do
		ok devsess -q xdp attach in0 --proto semtech-udp --touch never "$way"
		ok nsenter --net=/run/netns/sender tcpreplay -q -t -i out0 "$tmp/capture"
		soon counted packets=500 known=500 || fail "$way: $(counters)"
		detach "$way"
	done
}

# While packets come in one program takes the place of another: none goes by both.
test_replaced()
{
	local way before i

	for way in "${ways[@]}"; do
		ok devsess -q xdp attach in0 --proto semtech-udp --unknown drop "$way"
		before=$(delivered)
		touch "$tmp/sending"
		send_on push >"$tmp/sent" &
		soon counter_is_more unknown 0
		for i in {1..8}; do
			ok devsess xdp attach in0 --proto semtech-udp --unknown drop "$way"
			[[ $out == replaced* ]] || fail "$way: $out"
			soon counter_is_more unknown 0
		done
		rm "$tmp/sending"
		wait
		settle
		is $(($(delivered) - before)) 0 "$way: delivered of $(<"$tmp/sent")"
		detach "$way"
	done
}

# What others have put there stays, and gets what ours passes.
test_programs_of_others()
{
	local before

	ok "$here/bpf_other" in0 xdp
	refused 'in0: another program is there' devsess xdp attach in0 --proto mac
	refused 'in0: no program of ours is there' devsess xdp detach in0
	ok devsess xdp stats
	is "$out" ''
	ok devsess -q add "0x${eui}01"
	ok devsess -q xdp attach in0 --proto semtech-udp --touch never --tc
	before=$(delivered)
	packets push 5
	is "$(counters)" '' 'behind a program that drops all:'
	ok ip link set dev in0 xdp off
	packets push 5
	soon counted packets=5 known=5 || fail "$(counters)"
	is $(($(delivered) - before)) 5
	ok "$here/bpf_other" in0 tc
	packets push 5
	soon counted packets=10 known=10 || fail "$(counters)"
	is $(($(delivered) - before)) 5 'before a program that drops all:'
	ok devsess -q xdp detach --tc in0
	packets push 5
	packets other-port 5
	is $(($(delivered) - before)) 5 'the other program is still there:'
}

# A table that is gone is one without sessions; that is told apart.
test_table_deleted()
{
	ok devsess -q table add t
	ok devsess -q -t t add "0x${eui}01"
	ok devsess -q -t t xdp attach in0 --proto semtech-udp --touch never --unknown drop
	packets push 3
	soon counted packets=3 known=3
	ok devsess -q table del t
	packets push 3
	soon counted packets=6 known=3 errors=3 || fail "$(counters)"
	is "$(devsess -j xdp stats in0 | jq '.[0].table')" null
	devsess -q xdp detach in0
}

# The module stays while its kfuncs are in use.
test_module_in_use()
{
	ok devsess -q xdp attach in0 --proto mac
	fails 'Resource temporarily unavailable' rmmod devsess
	ok devsess -q xdp detach in0
}

# used_by_packets WAY: in0 gets packets, and a program that looks their devices up
used_by_packets()
{
	ok "${inside[@]}" devsess -q xdp attach in0 --proto semtech-udp "$1"
	soon many_came || fail "$1: no packets: $(counters)"
}

many_came()
{
	[ "$("${inside[@]}" devsess xdp -j stats in0 | jq '.[0].packets')" -gt 300 ]
}

# The module goes, the device goes, and the namespace goes while packets come in.
test_ends_while_packets_come()
{
	local way i inside=()

	for way in "${ways[@]}"; do
		touch "$tmp/sending"
		send_on push >/dev/null &
		for i in 1 2 3; do
			used_by_packets "$way"
			fails 'Resource temporarily unavailable' rmmod devsess
			detach "$way"
			soon rmmod devsess 2>/dev/null || fail "$way: the module is still in use"
			ok modprobe devsess
		done
		used_by_packets "$way"
		ok ip link del dev in0
		rm "$tmp/sending"
		wait
		begin

		: >/run/netns/inner
		unshare -n mount --bind /proc/self/ns/net /run/netns/inner
		inside=(nsenter --net=/run/netns/inner)
		ip link set dev in0 netns inner
		ip -n inner link set dev in0 up
		touch "$tmp/sending"
		send_on push >/dev/null &
		used_by_packets "$way"
		inside=()
		umount /run/netns/inner
		rm /run/netns/inner
		soon gone out0 || fail "$way: the devices of the namespace are still there"
		rm "$tmp/sending"
		wait
		soon rmmod devsess 2>/dev/null || fail "$way: the module is still in use"
		ok modprobe devsess
		begin
	done
}

# gone DEVICE: of the sender
gone()
{
	! ip -n sender link show dev "$1" >/dev/null 2>&1
}

if [ ! -e /sys/kernel/btf/vmlinux ]; then
	echo '1..0 # SKIP not on a kernel without BTF'
	exit 4
fi
run_tests "$@"
