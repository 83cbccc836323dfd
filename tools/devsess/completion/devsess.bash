# bash completion for devsess(8)                           -*- shell-script -*-
# SPDX-License-Identifier: GPL-2.0

# Names of tables, as far as the user may see them.
_devsess_tables()
{
	devsess "$@" -q table list 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_devsess_words()
{
	case $1 in
	add | set | update | getadd | swap)
		echo session addr owner mark state flags ttl data weight
		;;
	list | count | flush)
		echo owner state mark prefix net idle
		;;
	top)
		echo every times
		;;
	loader)
		echo jobs timeout count for
		;;
	monitor)
		echo kind owner count timeout buffer
		;;
	touch)
		echo ttl only-later
		;;
	table)
		case $2 in
		add) echo max-sessions key-max data-max policy defer-ring defer-interval ttl upcall \
			upcall-interval upcall-rate negative-ttl owner-max watermark-high \
			watermark-low reserve max-cost ;;
		set) echo max-sessions policy defer-ring defer-interval ttl upcall upcall-interval \
			upcall-rate negative-ttl watermark-high watermark-low reserve \
			max-cost ;;
		esac
		;;
	owner)
		case $2 in
		list) echo top ;;
		set) echo limit ;;
		esac
		;;
	esac
}

_devsess()
{
	local commands='add set update getadd swap pop get touch del list count flush load apply save
		table owner stats top loader refuse monitor xdp help'
	local options='--table --netns --json --quiet --if-version --atomic --batch --format
		--insert --replace --prometheus --dry-run --if-generation --exec --from --sync --version
		--help'
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command='' verb='' words='' n=0 i
	local -a netns=()

	# The command, the word behind it, and how many there are behind it.
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-n | --netns)
			netns=(-n "${COMP_WORDS[++i]}")
			;;
		-t | --table | --if-version | --if-generation | --batch | --format | --exec | \
		--from | --proto | --port | --unknown | --touch | --redirect | --mode | --mark)
			((i++))
			;;
		-*) ;;
		*)
			if [[ -z $command ]]; then
				command=${COMP_WORDS[i]}
			else
				((n++))
				[[ -z $verb ]] && verb=${COMP_WORDS[i]}
			fi
			;;
		esac
	done

	if [[ $command == xdp ]]; then
		options='--table --netns --json --quiet --proto --port --unknown --load --touch --redirect
			--mode --tc --mark --help --version'
	fi

	case $prev in
	-t | --table) words=$(_devsess_tables "${netns[@]}") ;;
	-n | --netns) words=$(ls /run/netns 2>/dev/null) ;;
	--format) words='csv jsonl' ;;
	--proto) words='semtech-udp mac ipv4 ipv6' ;;
	--unknown) words='pass drop' ;;
	--mode) words='native generic' ;;
	--mark) words='mark owner' ;;
	--if-version | --if-generation | --batch | --port | --touch | --redirect) return ;;
	state) words='new active idle blocked' ;;
	flags) words='pinned none' ;;
	upcall) words='off on-request every-lookup' ;;
	--exec | --from)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		compopt -o filenames 2>/dev/null
		return
		;;
	kind) words='create update touch delete expire evict flush table watermark' ;;
	policy) words='reject evict-expired-only evict' ;;
	session | addr | owner | mark | ttl | data | prefix | net | idle | *-max | max-* | \
	weight | defer-* | upcall-* | negative-ttl | watermark-* | reserve | buffer | jobs | timeout | count | for | limit | top)
		[[ -n $command && $n -gt 0 ]] && return
		;;
	esac
	if [[ -z $words ]]; then
		case $cur:$command:$n in
		-*) words=$options ;;
		*::*) words=$commands ;;
		*:help:0) words=$commands ;;
		*:stats:0) words=$(_devsess_tables "${netns[@]}") ;;
		*:table:0) words='add set del drain list rename swap' ;;
		*:owner:0) words='list set' ;;
		*:xdp:0) words='attach detach stats' ;;
		*:xdp:1) words=$(ls /sys/class/net 2>/dev/null) ;;
		*:table:1)
			[[ $verb == add ]] || words=$(_devsess_tables "${netns[@]}")
			;;
		*:table:2)
			[[ $verb == swap ]] && words=$(_devsess_tables "${netns[@]}")
			[[ -n $words ]] || words=$(_devsess_words "$command" "$verb")
			;;
		*:load:0 | *:apply:0 | *:save:0)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			compopt -o filenames 2>/dev/null
			return
			;;
		*:loader:*) words=$(_devsess_words "$command") ;;
		*:list:* | *:count:* | *:flush:*) words=$(_devsess_words "$command") ;;
		*:0) ;;
		*) words=$(_devsess_words "$command" "$verb") ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _devsess devsess
