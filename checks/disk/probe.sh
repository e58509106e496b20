# What is mounted, how full it is and, only where it is too full, what takes the space.
# $1: used percentage from which the biggest places are looked for; $2: the same for inodes; $3: seconds a mount has to
# answer; $4: seconds the search for the biggest places has; $5: lines of "PERCENTAGE MOUNTPOINT" where $1 does not hold;
# $6 and on: mount points wanted whatever their type.
#
# A dead network mount holds whoever touches it, past any SIGKILL. So each mount is asked by a worker in the background
# that writes lines into a pipe, and the reader at its end leaves when all are done or time is over, whoever still hangs.
first=$1 first_inodes=$2 patience=$3 search=$4 exceptions=$5
shift 5
newline='
'
if [ ! -r /proc/self/mountinfo ]; then
    echo "/proc/self/mountinfo cannot be read: not a Linux host, or /proc is hidden" >&2
    exit 3
fi
calm=
if command -v ionice >/dev/null && ionice -c 3 true 2>/dev/null; then calm='ionice -c 3'; fi

# decode TEXT: undoes the \040 of mountinfo into $decoded
decode() {
    case $1 in *\\*) ;; *) decoded=$1; return ;; esac
    decoded=$(printf '%s' "$1" | sed 's/%/%%/g')
    # shellcheck disable=SC2059  # the octal escapes of a format are what is wanted; no other backslash can be there
    decoded=$(printf "${decoded}x")
    decoded=${decoded%x}
}

# wanted POINT TYPE NAMES…: whether data is kept there
wanted() {
    point=$1 type=$2
    shift 2
    for name; do [ "$point" = "$name" ] && return 0; done
    case $point in
    /proc/* | /sys/* | /dev/* | /run/* | /snap/* | /var/lib/docker/?* | /var/lib/containers/?* | /var/lib/kubelet/?*) return 1 ;;
    /etc/hosts | /etc/hostname | /etc/resolv.conf) return 1 ;;
    esac
    case $type in
    fuse.glusterfs | fuse.ceph* | fuse.mfs | fuse.moosefs) return 0 ;;
    overlay | aufs) [ "$point" = / ] ;;
    tmpfs | devtmpfs | ramfs | rootfs | squashfs | erofs | cramfs | iso9660 | udf | autofs | fuse | fuse.* | fusectl) return 1 ;;
    proc | sysfs | cgroup | cgroup2 | tracefs | debugfs | configfs | securityfs | selinuxfs | smackfs | pstore | bpf) return 1 ;;
    efivarfs | mqueue | hugetlbfs | devpts | binfmt_misc | rpc_pipefs | nfsd | nsfs | resctrl | secretmem | none) return 1 ;;
    esac
}

# space KEY POINT: the numbers of one mount in one line; df serves where `stat -f` is not built in
space() {
    stat -f -c "space $1 %S %b %f %a %c %d" "$2" &
    echo "pid $1 $!"
    wait $!
    ended=$?
    if [ $ended -ne 0 ] && [ $ended -le 128 ]; then
        kilobytes=$(df -P -k "$2" | tail -n 1)
        inodes=$(df -P -i "$2" | tail -n 1)
        case $kilobytes in
        *%*) printf '%s\n' "df $1 ${kilobytes%\%*}- ${inodes%\%*}" ;;
        *)
            said=$(stat -f "$2" 2>&1 >/dev/null | tr -c ' -~' ' ')
            printf '%s\n' "refused $1 $said"
            case $said in *'Permission denied'*) printf '%s\n' "denied $1" ;; esac
            ;;
        esac
    fi
    echo "done $1"
}

# biggest KEY WORD LEAST COMMAND…: what of a du's lines is at least LEAST, and what it could not read. Each line is written
# at once and is shorter than a pipe's 4096 bytes, so that those of several workers do not mix.
biggest() {
    key=$1 word=$2 least=$3
    shift 3
    {
        {
            # shellcheck disable=SC2086  # $calm is several words, or none
            nice -n 19 $calm "$@" 2>&1 &
            echo "pid $key $!" >&3
            wait $!
        } | awk -v key="$key" -v least="$least" -v word="$word" '
            /\/lost\+found.?: / { next } # only root may read it, on every ext4
            /^du: / { if (blind++ < 3) { print "blind", key, substr($0, 1, 300); fflush() } next }
            $1 ~ /^[0-9]+$/ && $1 + 0 >= least && lines++ < 400 { print word, key, substr($0, 1, 1000); fflush() }
            END { if (blind) print "blinds", key, blind }'
    } 3>&1
    echo "done $key"
}

# places: what sites and servers usually fill, for the case that a whole du takes too long
places() {
    set --
    for path in /var/log /var/log/journal /var/lib/mysql /var/lib/php/sessions /var/spool/postfix /var/spool/exim4 \
        /var/spool/mqueue /var/cache/apt /var/backups /tmp /var/tmp /root; do
        [ -d "$path" ] && set -- "$@" "$path"
    done
    for base in /var/www /var/www/* /var/www/*/* /srv/* /srv/*/* /home/* /home/*/* /home/*/*/*; do
        [ -d "$base" ] || continue
        for path in var/cache var/page_cache var/log var/report var/session var/export \
            wp-content/uploads wp-content/cache wp-content/debug.log wp-content/updraft wp-content/ai1wm-backups \
            web/app/uploads web/app/cache system/user/cache system/user/logs; do
            [ -e "$base/$path" ] && set -- "$@" "$base/$path"
        done
    done
    if [ $# -gt 0 ]; then
        biggest places place 1024 du -xsk "$@"
    else
        echo "done places"
    fi
}

# deleted: files that are deleted and still open; df counts them and du cannot find them
deleted() {
    {
        for process in /proc/[0-9]*; do
            [ -r "$process/fd" ] || continue
            stat -L -c '%h %d %i %b %B %n' "$process"/fd/* &
            echo "pid deleted $!" >&3
            wait $!
        done | awk '
            $1 == 0 && $4 * $5 >= 1048576 && !seen[$2, $3]++ && lines++ < 50 { printf "%s %.0f %s\n", $2, $4 * $5, $6 }' |
            while read -r device size path; do
                path=${path%/fd/*}
                read -r name <"$path/comm" && printf 'deleted %s %s %s %s\n' "$device" "$size" "${path#/proc/}" "$name"
            done
    } 3>&1
    echo "done deleted"
}

# timer SECONDS: says when time is over, and soon after, that those who do not even die have had their time
timer() {
    sleep "$1" &
    echo "pid timer $!"
    wait $! || return # ended by the reader, which is done
    echo late
    sleep 2 &
    echo "pid timer $!"
    wait $! || return
    echo over
}

# note KEY PID: whom a worker waits for now; its earlier one has ended, and its number may be somebody else's
note() {
    kept=
    for each in $pids; do
        [ "${each%=*}" = "$1" ] || kept="$kept $each"
    done
    pids="$kept $1=$2"
}

# stop WORD: ends those who are not done, and says WORD of each where there is one
stop() {
    for each in $pids; do
        case $finished in *" ${each%=*} "*) continue ;; esac
        kill -9 "${each##*=}"
        [ -z "$1" ] || echo "$1 ${each%=*}"
    done
}

# gather WORD: passes the workers' lines on until all are done or time is over; WORD is said of who was too slow
gather() {
    set -f
    # A timer that is not known yet could not be ended, and would be waited for: so it is heard of before the end.
    total=-1 ended=0 finished=' ' pids='' timer='' known=''
    while { [ "$ended" -ne "$total" ] || [ -z "$known" ]; } && read -r word key rest; do
        case $word in
        pid) if [ "$key" = timer ]; then timer=$rest known=1; else note "$key" "$rest"; fi ;;
        count) total=$key ;;
        done) finished="$finished$key " ended=$((ended + 1)) ;;
        late) timer='' known='' && stop "$1" ;;
        over) timer='' && break ;;
        *)
            printf '%s\n' "$word $key $rest"
            # shellcheck disable=SC2086  # fields, and no globs
            case $word in mount) remember "$key" $rest ;; space) weigh "$key" $rest ;; esac
            ;;
        esac
    done
    stop ''
    [ -z "$timer" ] || kill -9 "$timer"
    set +f
}

# remember KEY DEVICE ROOT POINT …: where a mount is
remember() {
    decode "$4"
    eval "point_$1=\$decoded"
}

# weigh KEY UNIT BLOCKS FREE AVAILABLE INODES FREE: notes a mount that is too full
weigh() {
    for number; do case $number in *[!0-9]* | ????????????????* | '') return ;; esac; done
    used=$(($3 - $4))
    least=$((used * $2 / 102400))
    [ $least -ge 64 ] || least=64
    line=$first
    IFS=$newline
    for each in $exceptions; do
        eval "[ \"\${each#* }\" = \"\$point_$1\" ]" && line=${each%% *}
    done
    unset IFS
    [ $((used + $5)) -gt 0 ] && [ $((used * 100)) -ge $((line * (used + $5))) ] && full="$full $1:$least"
    [ "$6" -gt 0 ] && [ $((($6 - $7) * 100)) -ge $((first_inodes * $6)) ] && crowded="$crowded $1:$((($6 - $7) / 100))"
}

mounts() {
    key=0
    # shellcheck disable=SC2034  # the fields have their order
    while read -r id parent device root escaped options rest; do
        rest=" $rest"
        rest=${rest#* - }
        type=${rest%% *}
        decode "$escaped"
        if [ "$type" = autofs ]; then
            printf 'automount %s\n' "$escaped"
        elif [ $key -lt 256 ] && wanted "$decoded" "$type" "$@"; then
            key=$((key + 1))
            printf '%s\n' "mount $key $device $root $escaped $options $rest" # dash's echo would undo the escapes
            space $key "$decoded" </dev/null &
        fi
    done </proc/self/mountinfo
    echo "count $key"
    timer "$patience" &
}

searches() {
    number=0
    for each in $full; do
        number=$((number + 1))
        eval "point=\$point_${each%%:*}"
        biggest "${each%%:*}" big "${each#*:}" du -axk "$point" &
    done
    if [ -n "$crowded" ] && ! du --inodes -s /dev/null >/dev/null; then
        crowded=''
        echo 'uncounted 0'
    fi
    for each in $crowded; do
        number=$((number + 1))
        eval "point=\$point_${each%%:*}"
        biggest "inodes:${each%%:*}" many "${each#*:}" du --inodes -x "$point" &
    done
    places &
    deleted &
    echo "count $((number + 2))"
    timer "$search" &
}

echo 'siterounds disk 1'
[ -r /etc/fstab ] && sed -n 's/^[[:space:]]*\([^#[:space:]]\)/fstab \1/p' /etc/fstab
mounts "$@" 2>/dev/null </dev/null | {
    full='' crowded=''
    gather hung
    [ -z "$full$crowded" ] || searches </dev/null | gather cut
    echo end
} 2>/dev/null
