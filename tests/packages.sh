#!/bin/sh
# Installs Debian's packages that are missing, where that is allowed, without starting any service of theirs.
# usage: packages.sh required|optional PACKAGE...
# required: ends with 1 where a package cannot be had; optional: says what is missing and goes on.
set -u
need=$1
shift
missing=
for package; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

give_up() {
    echo "Missing Debian packages:$missing ($1)" >&2
    [ "$need" = optional ] && exit 0
    echo "Install them, then start again:  sudo apt-get install$missing" >&2
    exit 1
}

command -v apt-get >/dev/null || give_up "this is no Debian"
if [ "$(id -u)" = 0 ]; then
    as_root=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=sudo
else
    give_up "only root may install them"
fi
echo "Installing Debian packages:$missing" >&2

# The tests start servers of their own; the packages' own services stay off, as policy-rc.d tells them.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    $as_root sh -c "printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy"
    trap '$as_root rm -f $policy' EXIT
fi
log=$(mktemp)
for attempt in 1 2; do
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >"$log" 2>&1 && exit 0
    [ $attempt = 1 ] && $as_root apt-get update >>"$log" 2>&1
done
tail -5 "$log" >&2
give_up "apt-get could not install them; see $log"
