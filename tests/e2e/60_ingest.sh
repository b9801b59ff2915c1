#!/bin/bash
# 60_ingest.sh: every file of the metadata fixtures through `occlude ingest` and `occlude detect`, as the manifest says
# what must become of it; a kill in the middle; nothing private left anywhere.
. "$(dirname "$0")/lib.sh"
fx=${OCCLUDE_FIXTURES:-../shared/fixtures}/metadata
if [ ! -f "$fx/manifest.csv" ]; then
	skip "ingest of the metadata fixtures" "no fixtures at $fx"
	exit 0
fi
fx=$(cd "$fx" && pwd)
# FILE <tab> accept|reject|either. A consent document is no photo.
perl -ne 'next if $. == 1; my @f; push @f, defined $1 ? $1 : $2 while /\G(?:"((?:[^"]|"")*)"|([^,\n]*))(?:,|$)/g;
	print "$f[0]\t", ($f[3] =~ /role=consent/ ? "reject" : $f[5]), "\n"' "$fx/manifest.csv" >"$T/expected"
mapfile -t files < <(cut -f1 "$T/expected" | sed "s|^|$fx/|")
ok "$([ ${#files[@]} -ge 60 ]; echo $?)" "the manifest names its ${#files[@]} files"

mkpractice "$T/p"
run "$occlude" --as front patient add P-1 --given Ann --family Lee --born 2000-02-03
run "$occlude" --as front case add P-1 --problem crowding --treatment braces
expect 0 "a case is open"

# Holds the answers (JSON lines in $T/out) against the manifest; `$1` is the key that an accepted file has.
judge() {
	perl -MJSON::PP -CO -e '
		my ($key, $fx, $expected, $out) = @ARGV; my (%got, $bad);
		open my $o, "<", $out; while (<$o>) { my $x = decode_json($_); my $f = $x->{file}; utf8::encode($f); $f =~ s/^\Q$fx\E\///; $got{$f} = $x }
		open my $m, "<", $expected; while (<$m>) { chomp; my ($f, $want) = split /\t/; my $x = delete $got{$f};
			my $is = !$x ? "silence" : exists $x->{error} ? "reject" : exists $x->{$key} ? "accept" : "neither";
			next if $is eq $want || ($want eq "either" && $is =~ /^(accept|reject)$/);
			print "# $f: wanted $want, was $is", ($x && $x->{error} ? " ($x->{error})" : ""), "\n"; $bad++ }
		print "# $_: not in the manifest\n" for keys %got; exit($bad || %got ? 1 : 0)' "$1" "$fx" "$T/expected" "$T/out"
}
photos() { sqlite3 "$T/p/occlude.db" 'SELECT count(*) FROM photo'; }
sealed() { find "$T/p/vault" -type f -not -name '.*' | wc -l; }

# killed in the middle, then again
"$occlude" --as front ingest 1 --stage T1 --view IO-FR "${files[@]}" >/dev/null 2>&1 </dev/null &
pid=$!
for _ in $(seq 100); do
	[ "$(sealed)" -gt 3 ] && break
	sleep .05
done
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
before=$(photos)
run "$occlude" --as front --json ingest 1 --stage T1 --view IO-FR "${files[@]}"
ok "$([ $status -eq 1 ]; echo $?)" "a run with refused files ends with 1, after a kill that had left $before photos"
judge photo
ok $? "every file comes out of ingest as the manifest says"
all=$(photos)
ok "$([ "$(sealed)" -eq "$all" ] && [ "$all" -gt 30 ]; echo $?)" "I9_every_original_is_sealed_and_nothing_is_left_over ($all photos)"
run "$occlude" --as front --json ingest 1 --stage T1 --view IO-FR "${files[@]}"
ok "$([ $status -eq 1 ] && ! grep -q '"outcome":"new"' "$T/out" && [ "$(photos)" -eq "$all" ]; echo $?)" "the same files again are the same photos"
ok "$(grep -q 'GPS position' "$T/out"; echo $?)" "what was taken off is said in words"
grep -raqE 'CANARY|Jane_Doe|O.Neil|DSCN0010|40\.712776' "$T/p"
ok "$([ $? -eq 1 ]; echo $?)" "I9_no_name_and_no_canary_lies_open_in_the_practice"
ok "$([ ! -e /tmp/CANARY-PWNED ]; echo $?)" "no hostile file had its way"
run "$occlude" audit verify
expect 0 "A1_the_log_is_whole_after_the_kill"

run "$occlude" --json detect "${files[@]}"
ok "$([ $status -eq 1 ]; echo $?)" "detect ends with 1 because some were refused"
judge width
ok $? "every file comes out of detect as the manifest says"
ok "$(diff <(sed -n 's/^{"file":"\([^"]*\)".*/\1/p' "$T/out" | wc -l) <(wc -l <"$T/expected") >/dev/null; echo $?)" "one object a file"
run env -u OCCLUDE_PRACTICE "$occlude" detect --json "$fx/hostile/d-zero-bytes.jpg"
expect 1 "an empty file is refused with a sentence" '"error":"the file is empty'
run env -u OCCLUDE_PRACTICE "$occlude" detect --json "$T/none.jpg"
expect 3 "a file that is not there is the outside's failure" '"error":'
mkfifo "$T/pipe"
run timeout 5 "$occlude" detect --json "$T/pipe"
expect 1 "a pipe is refused, not waited for" 'no file'

# a directory: names say stage and view; links and hidden files are passed over
mkdir -p "$T/in/T1" "$T/in/T3"
cp "$fx/clean-decode/d-made-progressive.jpg" "$T/in/T1/IO-FR.jpg"
cp "$fx/clean-decode/d-made-orient6.jpg" "$T/in/T3/io_fr.JPG"
cp "$fx/clean-decode/d-made-orient1.jpg" "$T/in/T1/.IO-LB.jpg"
ln -s /etc/passwd "$T/in/T1/IO-RB.jpg"
run "$occlude" --as front patient add P-2 --given Bo --family Ng --born 2001-02-03
run "$occlude" --as front case add P-2 --problem gaps --treatment aligners
run "$occlude" --as front ingest 2 "$T/in"
expect 0 "a directory is taken in by its names" "2 new, 0 there already, 0 refused"
run "$occlude" --as front review list 2
ok "$(grep -q 'T1  *IO-FR' "$T/out" && grep -q 'T3  *IO-FR' "$T/out"; echo $?)" "stage and view come from the names"
run "$occlude" --as front ingest 2 "$fx/clean-decode/d-made-grey.jpg"
expect 1 "a name that does not say what it shows is asked about" "--view"
run "$occlude" ingest 2 "$T/in"
ok "$([ $status -ne 0 ]; echo $?)" "S2_nobody_ingests_without_a_name"
