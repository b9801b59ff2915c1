#!/bin/bash
# 61_review.sh: from camera photos to approved pictures, with the real worker: a face and teeth, before and after.
. "$(dirname "$0")/lib.sh"
fx=${OCCLUDE_FIXTURES:-../shared/fixtures}/faces
if [ ! -f "$fx/astronaut.jpg" ]; then
	skip "review of real photos" "no fixtures at $fx"
	exit 0
fi
as_front() { run "$occlude" --as front "$@"; }
as_lind() { run "$occlude" --as lind "$@"; }
# The value of KEY in the JSON line about photo N of `review list 1`.
photo() { "$occlude" --as front --json review list 1 | perl -MJSON::PP -ne 'BEGIN { ($n, $k) = splice @ARGV, 0, 2 }
	my $x = decode_json($_); print ref $x->{$k} ? 0 + $x->{$k} : $x->{$k} // "null" if $x->{photo} == $n' "$1" "$2"; }
sheet_code() { sed -n 's/.*--sheet \([0-9a-f]*\).*/\1/p' "$T/out"; }

mkpractice "$T/p"
as_front patient add P-1 --given Ann --family Lee --born 2000-02-03
as_front case add P-1 --problem crowding --treatment braces --started 2024-01-10 --ended 2025-12-15 --orthodontist lind
expect 0 "a case is open"
cp "$fx/astronaut.jpg" "$T/T1_EO-FS.jpg"
cp "$fx/biden_1.jpg" "$T/T3_EO-FS.jpg"
cp "$fx/closeup_mouth_1.jpg" "$T/T1_IO-FR.jpg"
cp "$fx/closeup_mouth_2.jpg" "$T/T3_IO-FR.jpg"
as_front ingest 1 "$T/T1_EO-FS.jpg" "$T/T1_IO-FR.jpg" --taken 2024-01-10
expect 0 "two photos from before" "2 new"
as_front ingest 1 "$T/T3_EO-FS.jpg" "$T/T3_IO-FR.jpg" --taken 2026-01-10
expect 0 "two photos from after" "2 new"
for n in 1 2 3 4; do case $(photo $n view)$(photo $n stage) in EO-FST1) face=$n ;; IO-FRT1) teeth=$n ;; EO-FST3) after=$n ;; esac; done

as_front review show "$face" --out "$T/show.jpg"
expect 0 "side by side, with the regions named" "region"
ok "$(head -c 3 "$T/show.jpg" | cmp -s - <(printf '\xff\xd8\xff') && [ "$(stat -c %a "$T/show.jpg")" = 600 ]; echo $?)" "a JPEG that only its maker may read"
hash=$(sed -n 's/^Its finished picture is //p' "$T/out")
region=$(sed -nE 's/.*region ([0-9]+), face.*/\1/p' "$T/out" | head -n 1)
ok "$([ ${#hash} -eq 64 ] && [ "$hash" = "$(photo "$face" master_sha256)" ]; echo $?)" "the finished picture has its SHA-256"

as_front review approve "$face" --sha256 "$hash"
expect 1 "S2_staff_cannot_approve" "S2"
as_lind review approve "$face" --sha256 "${hash:0:16}"
expect 0 "a clinician approves it"
ok "$([ "$(photo "$face" verdict)" = approved ]; echo $?)" "it is approved"
as_front review region "$face" add --rect 10,10,60,60
expect 0 "a region is drawn"
ok "$([ "$(photo "$face" verdict)" = null ]; echo $?)" "I5_change_of_pixels_loses_approval"
as_front review form "$face" veil
as_front review show "$face" --out "$T/show.jpg"
veil=$(photo "$face" master_sha256)
as_lind review approve "$face" --sha256 "$hash"
expect 1 "I5_an_approval_names_the_picture_as_it_is" "I5"
ok "$([ "$veil" != "$hash" ] && [ "$(photo "$face" exposure)" = veiled ]; echo $?)" "the veil is another picture, and shows more"
as_front review form "$face" smile
expect 0 "back to the mouth alone"
as_front review region "$face" add --rect 9000,9000,9900,9900
expect 2 "a region outside the photo is refused" "outside the photo"
as_front review region "$face" dismiss "$region"
expect 1 "I7_a_dismissal_needs_a_reason" "--why"
as_front review form "$teeth" lower-third
expect 2 "a form that needs a crop asks for it" "--crop"

as_front review sheet 1 --out "$T/sheet.html"
expect 0 "a contact sheet" "--sheet"
code=$(sheet_code)
ok "$([ "$(grep -o 'data:image/png;base64,' "$T/sheet.html" | wc -l)" -eq 4 ] && [ ${#code} -eq 16 ]; echo $?)" "it bears the four pictures themselves"
perl -MMIME::Base64 -MDigest::SHA=sha256_hex -0777 -ne 'print sha256_hex(decode_base64($1)), "\n" while m{data:image/png;base64,([^"]+)}g' "$T/sheet.html" >"$T/hashes"
for n in 1 2 3 4; do grep -qx "$(photo $n master_sha256)" "$T/hashes" || echo "# photo $n is not on the sheet"; done >"$T/lost"
ok "$([ ! -s "$T/lost" ]; echo $?)" "I5_the_sheet_shows_exactly_the_masters"
sed 's/data:image[^"]*//g' "$T/sheet.html" >"$T/words"
ok "$(! grep -qE 'Ann|Lee|P-1|https?:|url\(' "$T/words"; echo $?)" "and no name, nor anything from elsewhere"
as_front review form "$after" veil
as_lind review approve-sheet 1 --sheet "$code" --suitable yes
expect 1 "I5_a_sheet_made_before_a_change_approves_nothing" "I5"
as_front review form "$after" smile
as_front review sheet 1 --out "$T/sheet.html"
ok "$([ "$(sheet_code)" = "$code" ]; echo $?)" "the same pictures have the same code"
as_front gate 1 --channel website
expect 0 "the gate lists what is missing" "C1"
as_front review no-text --case 1
expect 0 "I7_no_text_is_asked_of_every_photo"
as_lind review approve-sheet 1 --sheet "$code" --suitable yes
expect 0 "a clinician approves the sheet in one act" "4 pictures are approved"
run "$occlude" --as front --json gate 1 --channel website
ok "$([ "$(perl -MJSON::PP -ne 'print join " ", map { $_->{code} } @{decode_json($_)->{reasons}}' "$T/out")" = no_consent ]; echo $?)" "only the consent is missing now"
as_lind review reject "$teeth" --why "out of focus"
run "$occlude" --as front --json gate 1 --channel website
ok "$(grep -q '"code":"rejected"' "$T/out"; echo $?)" "a later rejection counts"

# I4: a photo on which no face is found waits for a person
cp "$fx/closeup_mouth_1.jpg" "$T/T2_EO-PR.jpg"
printf 'x' >>"$T/T2_EO-PR.jpg" # another file, the same picture
as_front ingest 1 "$T/T2_EO-PR.jpg"
expect 0 "I4_no_face_found_is_not_safe" "I4: no face was found"
run "$occlude" --as front --json gate 1 --channel website
ok "$(grep -q '"code":"no_face_found"' "$T/out"; echo $?)" "I4_the_gate_waits_for_a_person"
as_front review region 5 add --kind face --ellipse 20,20,200,200
run "$occlude" --as front --json gate 1 --channel website
ok "$(! grep -q '"code":"no_face_found"' "$T/out"; echo $?)" "a face drawn by a person answers it"

# one file without a practice
unset OCCLUDE_PRACTICE
for out in veil.jpg smile.avif smile.png; do
	run "$occlude" redact --regions auto --mode ${out%.*} "$fx/astronaut.jpg" "$T/$out"
	expect 0 "redact to $out" "written"
done
run "$occlude" redact --regions auto --mode veil "$fx/closeup_mouth_1.jpg" "$T/none.jpg"
expect 1 "I4_redact_writes_nothing_where_no_face_was_found" "I4"
ok "$([ ! -e "$T/none.jpg" ]; echo $?)" "nothing was written"
run "$occlude" redact --regions auto --mode veil "$fx/astronaut.jpg" "$T/x.gif"
expect 2 "the output's name says its format" ".avif"
run "$occlude" --json detect "$T/veil.jpg"
ok "$(! grep -q '"verified":true' "$T/out"; echo $?)" "I6_no_face_is_found_in_a_veiled_picture"
