#!/bin/sh
# Bring the tools of package.json into build/looks, where they are not there yet. Browsers come from the system.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
there=${1:-$here/../../build/looks}
mkdir -p "$there"
exec 9>"$there/lock"
flock 9
if ! cmp -s "$here/package.json" "$there/ready"; then
	command -v npm >/dev/null || { echo "npm is missing: apt-get install npm" >&2; exit 1; }
	rm -rf "$there/node_modules" "$there/ready"
	cp "$here/package.json" "$there/package.json"
	PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm install --prefix "$there" --ignore-scripts --no-package-lock --no-audit \
		--no-fund --loglevel=error >/dev/null
	cp "$here/package.json" "$there/ready"
fi
