# Arguments: mode, root, account to run as, PHP command, platform, options as JSON. Standard input: lines
# "platform<TAB>path of a version file", a line <?php, the program.
mode=$1 root=$2 run_as=$3 php=$4 platform=$5 options=$6
tab=$(printf '\t')

fail() { # reason, remedy as a code of checks/remedies.py with its values, code of the cause
    printf 'cause: %s\n' "$3" >&2
    [ -z "$2" ] || printf 'remedy: %s\n' "$2" >&2
    printf '%s\n' "$1" >&2
    exit 1
}

version_files=
while IFS= read -r line; do
    [ "$line" != '<?php' ] || break
    version_files="$version_files$line
"
done
program=$(cat)

usable() { # whether this account may run it by privilege: as another account only what root alone may change
    [ -z "$sudo$runuser" ] || only_root "$1"
}

newest() { # of the commands given, the one whose path holds the highest version
    newest= highest=-1
    for candidate in "$@"; do
        [ -f "$candidate" ] && [ -x "$candidate" ] && usable "$candidate" || continue
        digits=$(printf '%s' "$candidate" | tr -cd '0-9')
        case $digits in '') digits=0 ;; ?) digits=${digits}0 ;; ?????*) continue ;; esac
        if [ "$digits" -gt "$highest" ]; then highest=$digits newest=$candidate; fi
    done
}

find_php() {
    if [ -n "$php" ]; then
        [ -x "$php" ] || fail "PHP is not at $php, where the inventory says it is" \
            correct-php no-program
        usable "$php" || fail "others than root may change $php, so that it is not run as $run_as" root-owned-php other
        return
    fi
    php=$(command -v php 2>/dev/null)
    case $php in /*) ! usable "$php" || return ;; esac
    newest /usr/bin/php[5-9].[0-9] /usr/bin/php[5-9].[0-9][0-9] /usr/bin/php[5-9][0-9] /usr/bin/php[5-9] \
        /usr/local/bin/php /opt/cpanel/ea-php*/root/usr/bin/php /opt/plesk/php/*/bin/php /opt/alt/php*/usr/bin/php \
        /opt/remi/php*/root/usr/bin/php /usr/local/lsws/lsphp*/bin/php /opt/bitnami/php/bin/php /usr/local/php*/bin/php
    php=$newest
}

print_version_files() {
    [ -d "$root" ] || fail "the site's root is not there, or may not be looked at: $root" \
        correct-root not-found
    printf 'no-php\n'
    printf '%s' "$version_files" | while IFS=$tab read -r name path; do
        if [ "$platform" != auto ] && [ "$platform" != "$name" ]; then continue; fi
        [ -f "$root/$path" ] || continue
        if [ ! -r "$root/$path" ]; then
            printf 'denied\t%s\t%s\n' "$name" "$path"
            continue
        fi
        printf 'file\t%s\t%s\n' "$name" "$path"
        dd if="$root/$path" bs=65536 count=1 2>/dev/null | tr -d '\000\r' | sed 's/^/|/'
        printf '\n'
    done
}

self=$(id -un)
sudo='' runuser=''
if [ -n "$run_as" ] && [ "$run_as" != "$self" ]; then
    if [ "$(id -u)" = 0 ] && command -v runuser >/dev/null 2>&1; then
        runuser=1
    else
        sudo=1
    fi
fi
find_php
if [ -z "$php" ]; then
    print_version_files
    exit 0
fi

set -- "$php" -d open_basedir= -d auto_prepend_file= -d auto_append_file= -d display_errors=stderr \
    -d display_startup_errors=0 -d error_reporting=0 -d log_errors=0 -d html_errors=0 -d memory_limit=256M \
    -d max_execution_time=55 -d output_buffering=0 -d opcache.enable_cli=0 -d opcache.file_cache= -d xdebug.mode=off \
    -d xdebug.profiler_enable=0 -d newrelic.enabled=0 -d zend.assertions=-1 -d mbstring.func_overload=0 \
    -d short_open_tag=1 -d date.timezone=UTC -d default_charset=UTF-8 -d session.auto_start=0 \
    -d unserialize_callback_func= -- "$mode" "$root" "$platform" "$options"
if [ -n "$runuser" ]; then
    set -- runuser -u "$run_as" -- "$@"
elif [ -n "$sudo" ]; then
    command -v sudo >/dev/null 2>&1 ||
        fail "sudo is not installed, so that $self cannot read the site as $run_as" \
            "install-sudo self=$self account=$run_as php=$php" no-program
    set -- sudo -n -u "$run_as" -- "$@"
fi
{ said=$(printf '<?php\n%s\n' "$program" 2>/dev/null | "$@" 2>&1 >&3 3>&-); code=$?; } 3>&1
[ "$code" -ne 0 ] || exit 0

line="allow-php self=$self account=$run_as php=$php"
case $said in
    *'unknown user'* | *'user '*' does not exist'*)
        fail "there is no account $run_as on this host" correct-run-as sudo-refused ;;
esac
if [ -n "$sudo" ]; then
    case $said in
        *'password is required'* | *'terminal is required'* | *'no tty present'* | *'must have a tty'*)
            fail "sudo asks $self for a password to become $run_as" "$line" sudo-refused ;;
        *'not allowed to'* | *'may not run sudo'* | *'not in the sudoers'*)
            fail "sudo does not allow $self to run $php as $run_as" "$line" sudo-refused ;;
    esac
fi
last=$(printf '%s\n' "$said" | grep -v '^[[:space:]]*$' | tail -n 1 | cut -c 1-300)
[ "$code" != 255 ] || last=${last:-'without a word, as it does when even its last words find no memory'}
fail "PHP ended with code $code: ${last:-without a word}" \
    "try-php php=$php" program-failed
