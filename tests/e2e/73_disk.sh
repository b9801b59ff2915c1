#!/bin/bash
# 73_disk.sh: a disk that is full, at different moments of ingest and publish: one sentence, status 3, nothing half there;
# once there is room again the same command completes.
. "$(dirname "$0")/lib.sh"
. tests/e2e/sample_case.sh
mkdir "$T/disk"
if ! mount -t tmpfs -o size=8m occlude-test "$T/disk" 2>/dev/null; then
	skip "a full disk" "only root can mount a small one"
	exit 0
fi
trap 'umount "$T/disk"; finish' EXIT

# fill KB: leaves so much room
fill() {
	local room
	room=$(df --output=avail -k "$T/disk" | tail -n 1)
	[ "$room" -gt "$1" ] && dd if=/dev/zero of="$T/disk/full" bs=1k count=$((room - $1)) status=none
}
free() { rm -f "$T/disk/full"; }
# refused WHAT [LINES]: the last run failed as a full disk should, with so many sentences at most
refused() {
	[ "$status" -eq 3 ] && [ "$(wc -l <"$T/err")" -le "${2:-1}" ] && grep -q "full" "$T/err" && ! grep -qE 'errno|0x|\.c:' "$T/err"
	ok $? "$1"
}
photos() { "$occlude" --as lind --json review list 1 | wc -l; }

mkpractice "$T/disk/p"
mv "$T/disk/p.key" "$T/key" && ln -s "$T/key" "$T/disk/p.key"
practice=$T/disk/p
patient P-1 1 "$(date -u -d '3 years' +%F)"
picture "$T/T2.1_IO-FR.png" 9
head -c 300000 /dev/urandom >"$T/noise"
perl -MCompress::Zlib -e '
	open my $f, "<", $ARGV[0] or die; local $/; my $n = <$f>; my $raw = "";
	$raw .= "\0" . substr $n, $_ * 960, 960 for 0 .. 239;
	sub c { my ($t, $d) = @_; pack("N", length $d) . $t . $d . pack "N", crc32($t . $d) }
	print "\x89PNG\r\n\x1a\n", c("IHDR", pack "NNC5", 320, 240, 8, 2, 0, 0, 0), c("IDAT", compress($raw)), c("IEND", "")' "$T/noise" >"$T/T2.2_IO-FR.png"

# ---- ingest ----
sealed=$(ls "$practice/vault" | wc -l)
for room in 0 16 64 160; do
	fill $room
	as_front ingest 1 "$T/T2.2_IO-FR.png" --taken 2024-01-01
	refused "ingest with $room KB left is refused in one sentence a file" 2
	free
	run "$occlude" --as lind case list
	ok "$([ "$(photos)" = 2 ] && [ "$(ls "$practice/vault" | wc -l)" -le "$sealed" ]; echo $?)" "and left nothing behind"
done
as_front ingest 1 "$T/T2.2_IO-FR.png" --taken 2024-01-01
expect 0 "with room again it completes" "1 new"
ok "$([ "$(photos)" = 3 ]; echo $?)" "as one photo"
as_front case photo 3 --hide
expect 0 "which is not shown"

# ---- publish ----
for room in 0 4 12 24 40 60; do
	fill $room
	as_lind publish
	if [ "$status" -eq 0 ]; then
		free
		break
	fi
	refused "publishing with $room KB left is refused in one sentence"
	ok "$([ ! -e "$practice/site/manifest" ] || "$occlude" verify "$practice/site" | grep -q " 0 findings"; echo $?)" \
		"P3_nothing_half_published_with_${room}_KB_left"
	free
done
as_lind publish
expect 0 "with room again it completes"
run "$occlude" verify "$practice/site"
expect 0 "and nothing is wrong with the site" "0 findings"
ok "$([ "$(grep -c '^case' "$practice/site/manifest")" = 1 ]; echo $?)" "the case is shown"

# ---- revoke ----
fill 0
as_front consent pause P-1 --how "by phone"
paused=$status
gone=$(grep -c '^gone' "$practice/site/manifest")
[ "$paused" -eq 0 ] || refused "a pause with no room left is refused in one sentence"
ok "$([ "$paused" -ne 0 ] || [ "$gone" -ge 1 ]; echo $?)" "C6_a_pause_is_never_called_done_while_the_site_is_not_dark"
free
run "$occlude" tick
expect 0 "with room again"
[ "$paused" -eq 0 ] || as_front consent pause P-1 --how "by phone"
ok "$(! grep -q '^case' "$practice/site/manifest"; echo $?)" "C6_it_is_dark"
run "$occlude" verify "$practice/site"
expect 0 "and nothing is wrong with the site" "0 findings"
