#!/bin/bash
# 80_desk.sh: a day at the practice as the people there type it, on the sample pictures: what goes wrong is said in one
# sentence with the right exit status, what goes well says what comes next, and bad input leaves everything as it was.
. "$(dirname "$0")/lib.sh"
[ -x "$occlude" ] || { skip "the desk" "$occlude is not built"; exit 0; }
S=$PWD/$O/sample
case $O in /*) S=$O/sample ;; esac
front() { run "$occlude" --as front "$@"; }
lind() { run "$occlude" --as lind "$@"; }
sql() { sqlite3 "$T/p/occlude.db" "$1"; }
# The error is one line that begins with the program's name and has no second sentence of another failure.
one_line() { ok "$([ "$(wc -l <"$T/err")" -eq 1 ] && grep -q '^occlude: ' "$T/err"; echo $?)" "$1"; }
narrow() { # WHAT: what was printed fits a terminal
	LC_ALL=C.UTF-8 awk 'length > 80 { print "# too wide: " $0; bad = 1 } END { exit bad }' "$T/out"
	ok $? "$1"
}

# ---- help and wrong calls, before there is anything ----
run "$occlude"
expect 0 "without a word it prints its help" "Written consents"
narrow "which fits 80 columns"
ok "$([ "$(sed -n 's/^  \([a-z][a-z -]*[a-z]\)  .*/\1/p' "$T/out" | sort | uniq -d | wc -l)" -eq 0 ]; echo $?)" "and names each command once"
sed -n 's/^  \([a-z][a-z-]*\( [a-z-]*\)\?\)   *[^ ].*/\1/p' "$T/out" | grep -v '^-' >"$T/commands"
ok "$([ "$(wc -l <"$T/commands")" -ge 60 ]; echo $?)" "at least 60 of them"
mute=0
while read -r command; do
	# shellcheck disable=SC2086 # two words
	run "$occlude" $command --help
	[ "$status" -eq 0 ] && grep -q "^Usage: occlude $command" "$T/out" && [ ! -s "$T/err" ] || { mute=1; echo "# no help: $command"; }
	# shellcheck disable=SC2086
	run "$occlude" $command --no-such-option
	[ "$status" -eq 2 ] || [ "$status" -eq 3 ] && [ "$(wc -l <"$T/err")" -eq 1 ] || { mute=1; echo "# $command --no-such-option: $status"; }
done <"$T/commands"
ok $mute "every command explains itself without a practice, and refuses what it does not know in one sentence"
run "$occlude" frob
expect 2 "an unknown command is wrong usage" "occlude --help"
run "$occlude" consent
expect 2 "half a command names the other half" "revoke"
run "$occlude" -C
expect 2 "an option without its value is wrong usage" "needs a value"
run "$occlude" init "$T/new" --key-file "$T/new.key"
expect 2 "init names at once all it needs" "--name, --location, --address, --town, --phone, --emergency, --zone, --login, --person"
ok "$([ ! -e "$T/new" ] && [ ! -e "$T/new.key" ]; echo $?)" "and makes nothing"

# ---- directories that are no practice ----
mkdir "$T/empty"
touch "$T/file"
for where in empty none file; do
	run "$occlude" -C "$T/$where" doctor
	expect 3 "$where is not a practice" "is not a practice"
	one_line "in one sentence"
done
printf 'not a database, but long enough to be looked at %0200d' 0 >"$T/empty/occlude.db"
chmod 700 "$T/empty"
run "$occlude" -C "$T/empty" doctor
expect 3 "a file that is no database is not opened" "occlude.db"
one_line "in one sentence"
ok "$(grep -q 'not a database, but' "$T/empty/occlude.db"; echo $?)" "and stays as it was"

# ---- the practice, the patients ----
mkpractice "$T/p"
front patient list
expect 0 "an empty list says what to do" "occlude patient add"
front patient show Nobody
expect 2 "an unknown patient is wrong usage" "occlude patient list"
front patient add P-2 --given Tom --family Old --born 28.2.1990
expect 2 "a date as people write it is refused with how to write it" "year-month-day"
front patient add P-2 --given Tom --family Old --born 1990-02-28
expect 0 "a new patient; next is the form" "occlude consent form P-2"
front patient add P-1 --given Mia --family Berg --born 2016-05-03
expect 0 "a minor; next are the guardians" "patient guardian add P-1"
front patient show P-1
expect 0 "a coming of age is a date at the location" "of age 2034-05-03;"
ok "$(grep -q 'until the end of 2034-03-31' "$T/out" && ! grep -q UTC "$T/out"; echo $?)" "C4: and the public end the day before the quarter day"
front case list
expect 0 "no case yet: the list says how to open one" "occlude case add"
front consent list --due 90d
expect 0 "nothing falls due" "No consent that stands lapses within 90 days"

# ---- a consent ----
today=$(TZ=America/New_York date +%F)
expires=$(TZ=America/New_York date -d "+2 years" +%F)
front consent form P-2 --channel website:smile --views EO-FS,IO-FR --from 2022-01-01 --to "$today" --expires "$expires" --out "$T/form.html"
expect 0 "the form says its code and what comes next" "occlude consent record"
code=$(sed -n 's/.*Its code is \([A-Z0-9-]*\).*/\1/p' "$T/out")
: >"$T/empty.pdf"
echo "a letter" >"$T/letter.pdf"
printf '%%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n' >"$T/cut.pdf"
printf '%%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n' >"$T/scan.pdf"
for bad in empty letter cut; do
	front consent record "$code" --document "$T/$bad.pdf"
	expect 1 "C1: the $bad document is refused" "C1"
	one_line "in one sentence"
done
front consent record "$code" --document "$T/none.pdf"
expect 3 "a document that is not there is no rule's matter" "none.pdf"
front consent record "$code" --document "$T/scan.pdf" --signer patient --signed "$today" --copy-given "$today" --benefit none --not-combined
expect 0 "the whole record makes it active, until a day at the location" "until the end of $expires"
front consent pause P-2 --how "by phone"
expect 0 "a pause says how it ends" "occlude consent resume P-2"
front consent show "$code"
expect 0 "and so does the consent" "until \`occlude consent resume P-2\`"
front consent resume P-2 --how "by phone"
expect 0 "it is resumed" "occlude publish"
front consent form P-2 --channel website:smile --views EO-FS --from 2022-01-01 --to "$today" --expires "$expires" --out "$T/form2.html"
draft=$(sed -n 's/.*Its code is \([A-Z0-9-]*\).*/\1/p' "$T/out")
front consent error "$draft" --why "for another patient"
front consent show "$draft"
ok "$(! grep -q 'Nothing is missing' "$T/out" && grep -q entered_in_error "$T/out"; echo $?)" "what was entered in error does not claim to count"

# ---- a case and its photos ----
front case add P-2 --problem gaps --treatment aligners --started 2023-06-13 --ended 2024-05-07 --orthodontist lind
expect 0 "a case is open; next are the photos" "occlude ingest 1"
front case set 1
expect 2 "to change nothing is wrong usage" "what is to change"
front review list 9
expect 2 "an unknown case is not an empty one" "there is no case 9"
mkdir "$T/nothing"
front ingest 1 "$T/nothing"
expect 2 "a directory without photos" "no file"
kept() { find "$T/p/vault" "$T/p/masters" -type f -not -name '.*' | sort; }
kept >"$T/before"
: >"$T/T1_EO-FS.jpg"
front ingest 1 "$T/T1_EO-FS.jpg"
expect 1 "an empty photo is refused" "empty"
printf 'MZ\220\0' | cat - /dev/zero | head -c 9000 >"$T/T1_IO-FR.jpg"
front ingest 1 "$T/T1_IO-FR.jpg"
expect 1 "a program named like a photo is refused" "not a kind of photo"
ok "$([ "$(sql 'SELECT count(*) FROM photo')" = 0 ] && kept | cmp -s - "$T/before"; echo $?)" "nothing of them is kept"

if [ ! -f "$S/.done" ]; then
	skip "the photos of the day" "$S is not drawn: make $S/.done"
	exit 0
fi
first=$(find "$S/P-0877" -name '*.JPG' | sort | head -n 1)
head -c 40000 "$first" >"$T/T1_EO-FS.jpg"
front ingest 1 "$T/T1_EO-FS.jpg"
expect 1 "a photo that was cut short is refused" "cut short"
awk -F'\t' -v OFS='\t' -v at="$S/" '$2 == "P-0877" && ($4 == "EO-FS" || $4 == "IO-FR") { print at $1, $3, $4, $5 }' "$S/sample.tsv" >"$T/list"
photos=$(wc -l <"$T/list")

# killed in the middle: what was begun is finished or gone, and a second run completes
"$occlude" --as front ingest 1 --list "$T/list" >/dev/null 2>&1 </dev/null &
pid=$!
for _ in $(seq 200); do
	[ "$(find "$T/p/vault" -type f | wc -l)" -gt 1 ] && break
	sleep .02
done
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
front ingest 1 --list "$T/list"
expect 0 "after a kill the same command completes" "0 refused"
ok "$([ "$(sql 'SELECT count(*) FROM photo')" = "$photos" ] && [ "$(find "$T/p/vault" -type f -not -name '.*' | wc -l)" = "$((photos + 1))" ]; echo $?)" "I9: $photos photos, each sealed once, beside the one consent: nothing is left over"
front ingest 1 --list "$T/list"
expect 0 "the same again changes nothing" "0 new, $photos there already"

lind gate
expect 0 "the gate answers" "Case 1, website: not yet:"
ok "$(grep -qE 'I7  nobody .* on photos 1 to '"$photos" "$T/out"; echo $?)" "P1: what all photos wait for is one line"
ok "$(grep -qF "occlude review no-text $(seq -s ' ' "$photos")" "$T/out"; echo $?)" "with one command that mends it"
ok "$(grep -q '^Case 1, social: C3 the consent does not name it' "$T/out"; echo $?)" "C3: a channel that was not asked for is one line"
lind --json gate 1 --channel website
ok "$([ "$(grep -o '"code":"text_unanswered"' "$T/out" | wc -l)" -eq "$photos" ] && [ "$(wc -l <"$T/out")" -eq 1 ]; echo $?)" "for programs every reason stands alone"
lind gate 1 --channel shop
expect 2 "an unknown channel is wrong usage" "website"

# ---- review ----
front review list 1
expect 0 "the list has a heading" "NEXT"
narrow "and fits 80 columns"
front review show 1 --out "$T/none/look.jpg"
expect 3 "a place that is not there is no rule's matter" "none"
front review region 1 erase 1
expect 2 "an unknown act names the known ones" "dismiss"
front review region 1 add --rect 1,2
expect 2 "half a rectangle is wrong usage" "corners"
front review region 1 remove 999
expect 2 "an unknown region says where the numbers are" "occlude review show"
acts=$(sql 'SELECT count(*) FROM audit')
for command in "no-text 999" "checked 999" "form 999 veil" "show 999 --out $T/look.jpg" "region 999 add --rect 1,1,9,9"; do
	# shellcheck disable=SC2086 # words
	front review $command
	expect 2 "review $command: there is no such photo" "there is no photo 999"
done
ok "$([ "$(sql 'SELECT count(*) FROM audit')" = "$acts" ]; echo $?)" "A1: what was not done is not in the log"
for n in $(seq "$photos"); do
	"$occlude" --as front review show "$n" --out "$T/look.jpg" | sed -nE 's/.*region ([0-9]+), face, possible.*/\1/p' | while read -r region; do
		"$occlude" --as front review region "$n" dismiss "$region" --why "teeth, no face" >/dev/null
	done
done
front review no-text --case 1
front review sheet 1 --out "$T/sheet.html"
expect 0 "the sheet says what a clinician does next" "--sheet"
sheet=$(sed -n 's/.*--sheet \([0-9a-f]*\).*/\1/p' "$T/out")
front review approve-sheet 1 --sheet "$sheet" --suitable yes
expect 1 "S2: the front desk approves nothing" "S2"
lind review approve-sheet 1 --sheet "0${sheet:1}f" --suitable yes
ok "$([ "$status" -ne 0 ]; echo $?)" "I5: a wrong code approves nothing"
lind review approve-sheet 1 --sheet "$sheet" --suitable yes
expect 0 "I5: a clinician approves what the sheet shows"

# ---- the website ----
front publish
expect 1 "S2: the front desk does not publish" "S2"
lind gate 1 --channel website
expect 0 "the gate names a last day, not a moment" "may be published, until the end of $expires."
lind publish --dry-run
expect 0 "a dry run says what would happen" "1 new"
ok "$(sql 'SELECT count(*) FROM publication' | grep -qx 0; echo $?)" "and changes nothing"
lind publish
expect 0 "the case is published" "1 new"
lind publish
expect 0 "again: as it was" "1 as they were"
run "$occlude" verify "$T/p/site"
expect 0 "from the outside all is in order" " 0 findings"
cp -a "$T/p/site" "$T/copy"
victim=$(find "$T/copy/f" -type f | head -n 1)
chmod u+w "$victim"
echo x >>"$victim"
run "$occlude" verify "$T/copy" --key "$T/p/keys/site.pub"
expect 1 "P5: a changed file is found" "P5"
run "$occlude" verify "$T/nothing/none"
expect 3 "a directory that is not there" "none"
lind case reopen 1
expect 2 "what is not withdrawn is not reopened" "not withdrawn"
lind withdraw 1 --why "a second thought"
expect 0 "withdrawn: the way back is said" "occlude case reopen 1"
lind case reopen 1
expect 0 "reopened: next is publishing" "occlude publish"
lind publish
expect 0 "and published anew" "1 new"
front consent revoke "$code" --how "at the desk"
expect 0 "C6: a revocation takes it dark" "is off the website"
ok "$([ "$(sql 'SELECT count(*) FROM publication WHERE ended_at IS NULL')" = 0 ]; echo $?)" "C6: nothing of it is published"
ok "$(! grep -q 'Nothing is missing' "$T/out" && grep -q 'publishes nothing any more' "$T/out"; echo $?)" "and the consent says that it publishes nothing"
front consent revoke "$code" --how "at the desk"
expect 1 "C6: twice is once" "revoked already"
lind publish
ok "$(grep -q '^Case 1 was not published: C6: the consent was revoked' "$T/out"; echo $?)" "C6: nothing brings it back"

# ---- a busy port, a read-only directory, a damaged or newer database ----
perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1", LocalPort => 0) or die; $| = 1; print $s->sockport, "\n"; sleep 60' >"$T/port" &
pid=$!
for _ in $(seq 100); do [ -s "$T/port" ] && break; sleep .05; done
run timeout 10 "$occlude" serve --listen "127.0.0.1:$(cat "$T/port")"
expect 3 "a busy port is said, and what to do" "choose another port"
kill $pid 2>/dev/null
wait $pid 2>/dev/null
run "$occlude" serve --listen nonsense
expect 2 "an address that is none is wrong usage" "127.0.0.1:8080"
if [ "$(id -u)" -eq 0 ]; then
	skip "a directory that may not be read" "root reads everything"
else
	chmod 000 "$T/p"
	run "$occlude" doctor
	expect 3 "a directory that may not be read" "Permission denied"
	chmod 700 "$T/p"
fi
cp -a "$T/p" "$T/newer"
sqlite3 "$T/newer/occlude.db" 'PRAGMA user_version = 99'
before=$(sha256sum <"$T/newer/occlude.db")
run "$occlude" -C "$T/newer" --as ada publish
expect 3 "a database of a newer program is not opened" "newer Occlude"
one_line "in one sentence"
ok "$([ "$(sha256sum <"$T/newer/occlude.db")" = "$before" ]; echo $?)" "and stays as it was, byte for byte"
cp -a "$T/p" "$T/changed"
sqlite3 "$T/changed/occlude.db" 'CREATE TABLE notes (text TEXT)' 2>/dev/null
run "$occlude" -C "$T/changed" --as lind gate
expect 1 "P1: a changed schema is not opened" "P1"
one_line "in one sentence"
cp -a "$T/p" "$T/cut"
rm -f "$T/cut/occlude.db-wal" "$T/cut/occlude.db-shm"
head -c 20000 "$T/p/occlude.db" >"$T/cut/occlude.db"
run "$occlude" -C "$T/cut" --as lind publish
ok "$([ "$status" -eq 3 ] || [ "$status" -eq 1 ]; echo $?)" "a database that was cut short is not worked with"
one_line "in one sentence"
run "$occlude" doctor
ok "$(grep -q '^ok   database' "$T/out" && [ "$(tail -c 1 "$T/out" | od -An -c | tr -d ' ')" = '\n' ]; echo $?)" "the practice itself is sound, and the answer ends its last line"
run "$occlude" audit verify
expect 0 "A1: so is its log" "The log is sound"

# ---- without a practice: detect and redact, as DESIGN gives them ----
unset OCCLUDE_PRACTICE
cd "$T" || exit 1
run "$occlude" detect --json "$first" "$T/letter.pdf" "$T/none.jpg"
expect 1 "one refused file among others ends with 1"
perl -MJSON::PP -e '
	my @x = map { decode_json($_) } <STDIN>;
	my ($f, $bad, $none) = @x;
	die "objects\n" unless @x == 3;
	die "keys @{[sort keys %$f]}\n" unless "@{[sort keys %$f]}" eq "file height ms regions width";
	die "errors\n" unless "@{[sort keys %$bad]}" eq "error file" && "@{[sort keys %$none]}" eq "error file";
	my ($r) = grep { $_->{kind} eq "face" } @{$f->{regions}};
	die "region @{[sort keys %$r]}\n" unless "@{[sort keys %$r]}" eq "kind points polygon score verified";
	die "points\n" unless "@{[sort keys %{$r->{points}}]}" eq "left_eye mouth nose right_eye";
	die "a point\n" if grep { @$_ != 2 } values %{$r->{points}}, @{$r->{polygon}};
	die "the eyes are swapped\n" unless $r->{points}{right_eye}[0] < $r->{points}{left_eye}[0];
	die "score\n" unless $r->{score} > 0 && $r->{score} <= 1;
	die "verified\n" unless JSON::PP::is_bool($r->{verified});' <"$T/out" 2>"$T/why"
ok $? "every field is there by its name $(cat "$T/why")"
run "$occlude" detect "$first"
expect 0 "and in words for a person" "1 face"
run "$occlude" detect "$T/none.jpg"
expect 3 "a file that is not there is no refusal" "none.jpg"
for ext in jpg png avif; do
	run "$occlude" redact --regions auto --mode veil "$first" "$T/veiled.$ext"
	expect 0 "redact writes .$ext" "Look at it"
	run "$occlude" detect "$T/veiled.$ext"
	expect 0 "I6: in which no face is found" " 0 faces"
done
run "$occlude" redact --regions auto --mode veil "$first" "$T/veiled.gif"
expect 2 "another ending is wrong usage" ".avif"
run "$occlude" redact --regions auto --mode blur "$first" "$T/blur.jpg"
expect 2 "I3: no weaker mode exists" "veil or smile"
run "$occlude" redact --regions auto --mode veil "$T/letter.pdf" "$T/letter.jpg"
expect 1 "what is no photo is refused" "letter.pdf"
ok "$([ ! -e "$T/veiled.gif" ] && [ ! -e "$T/blur.jpg" ] && [ ! -e "$T/letter.jpg" ]; echo $?)" "and nothing is written"
if [ -c /dev/full ]; then
	"$occlude" detect --json "$first" >/dev/full 2>"$T/err"
	ok "$([ $? -eq 3 ] && grep -q 'the output cannot be written' "$T/err"; echo $?)" "what cannot be written is the outside's failure"
fi
