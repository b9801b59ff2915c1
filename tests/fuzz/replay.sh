#!/bin/bash
# replay.sh: every fuzz program of O takes every file of its corpus (tests/fuzz/corpus/NAME for fuzz_NAME): one test a program.
set -u
cd "$(dirname "$0")/../.." || exit 2
n=0 failed=0
for p in "${O:-build}"/fuzz/fuzz_*; do
	[ -x "$p" ] || continue
	n=$((n + 1)) name=$(basename "$p")
	files=(tests/fuzz/corpus/"${name#fuzz_}"/*)
	if [ -f "${files[0]}" ] && timeout 120 "$p" "${files[@]}"; then
		echo "ok $n - $name takes its corpus of ${#files[@]} files"
	else
		failed=1
		echo "not ok $n - $name: no corpus, or a file of it broke it"
	fi
done
echo "1..$n"
[ $n -gt 0 ] && exit $failed
echo "not ok 1 - no fuzz program was built"
exit 1
