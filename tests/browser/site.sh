#!/bin/bash
# site.sh: makes the sample practice for the browser tests once for a build (build/browser-site) and prints its directory.
set -eu
cd "$(dirname "$0")/../.."
dir=${O:-build}/browser-site
(
	flock 9
	if [ ! -f "$dir/.made" ] || [ "${O:-build}/occlude" -nt "$dir/.made" ]; then
		rm -rf "$dir"
		DEMO_DIR=$dir tests/demo --make >"$dir.log" 2>&1 || { cat "$dir.log" >&2; exit 1; }
		touch "$dir/.made"
	fi
) 9>"${O:-build}/browser-site.lock"
echo "$dir/practice"
