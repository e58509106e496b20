# What listens, and every rule that stands before it.
# $1: the port that the inventory says SSH has, or nothing.
#
# Each part is printed behind a line "@ NAME CODE HOW PATH", each of its own lines behind a bar, so that no text in it can
# be taken for another part. CODE is the exit code, or "absent"; HOW is "plain", "sudo", or "unsafe" where others than root
# may change the command, so that it was not run; a line "!WHY" gives the reason.
#
# `ufw status` is not asked: it writes a lock file. What ufw does is in the rules, whether it is on is in its settings.

# Where commands may lie. The PATH of a host or a login is not asked: it may begin with a folder that others write to.
folders='/usr/sbin /usr/bin /sbin /bin /usr/local/sbin /usr/local/bin /snap/bin'
uid=$(id -u)
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
newline='
'
soon=
if command -v timeout >/dev/null && timeout 5 true 2>/dev/null; then soon='timeout 10'; fi

# part NAME CODE HOW PATH TEXT WHY
part() {
    printf '@ %s %s %s %s\n' "$1" "$2" "$3" "$4"
    [ -z "$5" ] || printf '%s\n' "$5" | sed 's/^/|/'
    [ -z "$6" ] || printf '!%s\n' "$6"
}

# find_command NAME: its path in $path, and in $safe whether root alone may change it; fails where there is none
find_command() {
    path='' safe=''
    for place in $folders; do
        [ -f "$place/$1" ] && [ -x "$place/$1" ] || continue
        path=${path:-$place/$1}
        if only_root "$place/$1"; then
            path=$place/$1 safe=1
            return 0
        fi
    done
    [ -n "$path" ]
}

# One try tells whether this account may use sudo without a password at all. Commands it may not use are not tried: each
# refusal would be an entry in the host's log, or a mail to its administrator.
allowed=
if [ "$uid" != 0 ] && find_command sudo && [ -n "$safe" ]; then
    sudo=$path
    allowed=$("$sudo" -n -l 2>/dev/null </dev/null)
fi

# run NAME sudo|plain COMMAND…: a part by a command; by sudo only where it was refused, and where sudo would let it
run() {
    name=$1 privilege=$2
    shift 2
    if ! find_command "$1"; then
        part "$name" absent - -
        return
    fi
    shift
    if [ -z "$safe" ]; then
        part "$name" 126 unsafe "$path" '' 'others than root may change it, so that it was not run'
        return
    fi
    how=plain
    # shellcheck disable=SC2086  # $soon is two words or none
    said=$($soon "$path" "$@" 2>/dev/null </dev/null)
    code=$?
    why=
    if [ $code -ne 0 ]; then
        # shellcheck disable=SC2086
        why=$($soon "$path" "$@" 2>&1 >/dev/null </dev/null | tail -n 1 | tr -c ' -~' ' ' | cut -c 1-300)
    fi
    if [ $code -ne 0 ] && [ "$privilege" = sudo ] && permitted "$path"; then
        # shellcheck disable=SC2086
        again=$($soon "$sudo" -n "$path" "$@" 2>/dev/null </dev/null) && said=$again code=0 how=sudo why=
    fi
    part "$name" "$code" "$how" "$path" "$said" "$why"
}

# permitted PATH: whether sudo names it
permitted() {
    case $allowed in *"$1"* | *'NOPASSWD: ALL'* | *'NOPASSWD:ALL'*) return 0 ;; esac
    return 1
}

# text NAME PATH: a part that is a file
text() {
    if [ -r "$2" ]; then part "$1" 0 plain "$2" "$(cat "$2" 2>/dev/null)"; else part "$1" absent - -; fi
}

echo 'siterounds firewall 1'
part who 0 plain - "$uid $(id -un 2>/dev/null)"
# shellcheck disable=SC2086  # four words
set -- "$1" $SSH_CONNECTION
part ssh 0 plain - "${5:-}$newline$1"

if [ -n "${SITEROUNDS_LISTENERS:-}" ]; then
    part listeners 0 plain - "$SITEROUNDS_LISTENERS"
elif find_command ss; then
    run listeners plain ss -H -lntup
else
    part listeners absent - -
fi
for table in tcp tcp6 udp udp6; do
    text "$table" "/proc/net/$table"
done
text ephemeral /proc/sys/net/ipv4/ip_local_port_range

run addresses plain ip -o address show
text interfaces /proc/net/dev
text routes4 /proc/net/route
text routes6 /proc/net/ipv6_route

run nft sudo nft -j list ruleset
# Where neither variant of iptables has its own name, the plain name is one of them; the first line of a dump says which.
for command in iptables ip6tables; do
    if find_command $command-nft-save; then
        run $command-nft sudo $command-nft-save
    elif ! find_command $command-legacy-save; then
        run $command-plain sudo $command-save
    fi
    # Legacy tables are only where the kernel has them loaded, which anybody may see; asking for them would load nothing.
    names=/proc/net/${command%tables}_tables_names
    if [ -e "$names" ] && find_command $command-legacy-save; then
        run $command-legacy sudo $command-legacy-save
    fi
done
if find_command ipset && [ -n "$(find /sys/module/ip_set -maxdepth 0 2>/dev/null)" ]; then run ipset sudo ipset save; fi

run docker plain docker ps --no-trunc --format '{{json .}}'
run units plain systemctl list-unit-files --no-legend --no-pager --full ufw.service nftables.service firewalld.service \
    netfilter-persistent.service iptables.service ip6tables.service csf.service shorewall.service ferm.service
if [ -r /etc/ufw/ufw.conf ]; then part ufw 0 plain - "$(sed -n 's/^ENABLED=//p' /etc/ufw/ufw.conf)"; fi
if [ -r /etc/csf/csf.conf ]; then part csf 0 plain - "$(sed -n 's/^TESTING *= *//p' /etc/csf/csf.conf)"; fi
if find_command firewall-cmd; then
    run firewalld plain firewall-cmd --state
    run firewalld-now plain firewall-cmd --list-all-zones
    run firewalld-kept plain firewall-cmd --permanent --list-all-zones
fi
echo '@ end'
