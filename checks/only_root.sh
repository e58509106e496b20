# only_root PATH: whether root alone may change this command: root owns it and every folder above it, and neither group
# nor others may write there. Each link on the way is followed and looked at in the same way.
only_root() {
    checked=$1 links=0
    shift
    while :; do
        folder=${checked%/*}
        above=$(cd -P -- "${folder:-/}" 2>/dev/null && pwd -P) || return 1
        while [ -n "$above" ]; do
            set -- "$@" "$above"
            above=${above%/*}
        done
        [ -L "$checked" ] || break
        links=$((links + 1))
        [ "$links" -le 10 ] || return 1
        target=$(readlink "$checked") || return 1
        case $target in /*) checked=$target ;; *) checked=$folder/$target ;; esac
    done
    [ -f "$checked" ] || return 1
    ls -ldn -- / "$@" "$checked" 2>/dev/null | {
        looked=0
        while read -r mode links owner rest; do
            [ "$owner" = 0 ] || exit 1
            case $mode in l* | ?????w* | ????????w*) exit 1 ;; esac
            looked=$((looked + 1))
        done
        [ "$looked" -eq $(($# + 2)) ]
    }
}

