#!/bin/bash
# 10_sample: draw-sample writes the pictures that sample.tsv names, as cameras write them: with a position, an owner's
# name, a serial number, a preview and an orientation for the demo to take away. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
draw=${O:-build}/draw-sample
if [ ! -x "$draw" ]; then
	echo "1..0 # SKIP $draw is not built"
	exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
count=0
bad=0
ok() { # status, what
	count=$((count + 1))
	if [ "$1" = 0 ]; then echo "ok $count - $2"; else
		echo "not ok $count - $2"
		bad=1
	fi
}

# drawn once for all tests (build/sample), anew when the program is newer
make --no-print-directory -s O="${O:-build}" sample 2>"$dir/err" >/dev/null
ok $? "draw-sample ends well"
ln -s "$PWD/build/sample" "$dir/out"
[ ! -s "$dir/err" ]
ok $? "it prints no error"
named=$(wc -l <"$dir/out/sample.tsv")
[ "$named" -ge 35 ] && [ "$named" = "$(find "$dir/out/" -name '*.JPG' | wc -l)" ]
ok $? "there are as many pictures as sample.tsv has lines ($named)"
missing=0
while IFS=$'\t' read -r file _; do [ -s "$dir/out/$file" ] || missing=1; done <"$dir/out/sample.tsv"
ok $missing "every picture named is there"
[ "$(du -sm "$dir/out/" | cut -f1)" -lt 60 ]
ok $? "all take less than 60 MB"
awk -F'\t' 'NF != 6 || $3 !~ /^T[1-4]/ || $4 !~ /^(EO|IO)-/ || $5 !~ /^20[0-9][0-9]-[01][0-9]-[0-3][0-9]$/ || ($6 != "-" && split($6, at, /[ ,]/) != 8) { exit 1 }' "$dir/out/sample.tsv"
ok $? "each line has file, reference, stage, view, date and corners"
[ "$(cut -f2 "$dir/out/sample.tsv" | sort -u)" = "$(cut -f1 "$dir/out/patients.tsv" | sort)" ]
ok $? "patients.tsv names the same patients"

if command -v exiftool >/dev/null; then
	exiftool -q -r -n -csv -Make -Model -OwnerName -SerialNumber -DateTimeOriginal -GPSLatitude -GPSLongitude -Orientation \
		-ThumbnailLength -ImageWidth -ImageHeight -ExifImageWidth "$dir/out" >"$dir/exif.csv"
	[ "$(tail -n +2 "$dir/exif.csv" | grep -c .)" = "$named" ] && ! grep -Eq ',,|,$' "$dir/exif.csv"
	ok $? "every picture bears camera, owner, serial number, time, position, preview and orientation"
	[ "$(cut -d, -f9 "$dir/exif.csv" | grep -c '^[68]$')" -ge 2 ]
	ok $? "some are stored sideways"
	exiftool -q -r -validate -warning "$dir/out" | grep -Eqi 'error|corrupt'
	[ $? = 1 ]
	ok $? "exiftool finds no EXIF block broken"
else
	ok 0 "EXIF # SKIP exiftool is not installed"
fi
"$draw" 2>/dev/null
[ $? = 2 ]
ok $? "without a directory it says how it is used"
echo "1..$count"
exit $bad
