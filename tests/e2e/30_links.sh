#!/bin/bash
# 30_links: what each program is linked with, and so what it cannot do: the public server holds no database and no picture
# decoder (P5), staff's program decodes no picture, the worker knows no database and no key. Prints TAP.
set -u
cd "$(dirname "$0")/../.." || exit 1
O=${O:-build}
count=0
bad=0
ok() { # status, what
	count=$((count + 1))
	if [ "$1" = 0 ]; then echo "ok $count - $2"; else
		echo "not ok $count - $2"
		bad=1
	fi
}

# Neither linked with a library of that name, nor holding a symbol of it (defined or wanted).
without() { # rule, program, library pattern, symbol pattern, words
	local found
	found=$({
		readelf -d "$O/$2" | grep NEEDED | grep -E "$3"
		nm "$O/$2" 2>/dev/null | grep -E " ($4)"
	} | head -n 5)
	[ -z "$found" ]
	ok $? "$1: $2 is linked without $5"
	[ -z "$found" ] || printf '# %s\n' "$found"
}
with() { # program, library pattern
	readelf -d "$O/$1" | grep NEEDED | grep -qE "$2"
	ok $? "$1 is linked with $2 (or this test would prove nothing)"
}

for program in occlude occlude-worker occlude-serve; do
	[ -x "$O/$program" ]
	ok $? "$program is built"
done
with occlude libsqlite3
with occlude libsodium
with occlude-worker libvips
with occlude-serve libmicrohttpd
without P5 occlude-serve 'libsqlite3' 'U sqlite3_|T sqlite3_|T db_' "a database"
without P5 occlude-serve 'libvips|libexif|libheif|libglib' 'U vips_|T vips_|U exif_|T image_' "a picture decoder"
without P5 occlude-serve 'XNNPACK' 'U xnn_|[RDr] model_assets' "models"
without I9 occlude-serve 'nothing' 'T seal_|U crypto_secretbox|U crypto_pwhash|U crypto_aead' "anything that opens a sealed file"
without I9 occlude-worker 'libsqlite3' 'U sqlite3_|T sqlite3_' "a database"
without I9 occlude-worker 'libsodium' 'U sodium_|U crypto_|T sign_|T seal_' "keys"
without DESIGN occlude 'libvips|libexif|libheif' 'U vips_|T vips_|U exif_' "a picture decoder"
without DESIGN occlude 'XNNPACK|pthreadpool' 'U xnn_|T xnn_' "models"
echo "1..$count"
exit $bad
