#!/bin/bash
# 50_consent: a consent from the printed form to its end, through the real program: what is incomplete stays a draft that says
# what is missing; everything can be taken back.
. "$(dirname "$0")/lib.sh"
[ -x "$occlude" ] || { skip "consents" "$occlude is not built"; exit 0; }
mkpractice "$T/p"
front() { run "$occlude" --as front "$@"; }
day() { date -u -d "$1" +%F; }
signed=$(day '-3 days')
until=$(day '+2 years')
from=$(day '-2 years')
to=$(day '+1 year')
code_of() { grep -oE '[2-9A-Z]{5}-[2-9A-Z]{5}' "$T/out" | head -1; }
form() { # PATIENT MORE...: opens a draft into $code
	local who=$1
	shift
	front consent form "$who" --channel website:smile --channel teaching:veiled --views IO-FR,EO-FS --from "$from" --to "$to" \
		--expires "$until" --out "$T/form.html" "$@"
	code=$(code_of)
}
has() { ok "$(grep -qF -- "$1" "$T/form.html"; echo $?)" "$2"; }
printf '%%PDF-1.4\nsigned on paper\n%%%%EOF\n' >"$T/scan.pdf"
head -c 15 "$T/scan.pdf" >"$T/cut.pdf"
: >"$T/empty.pdf"
printf 'GIF89a and so on' >"$T/scan.jpg"

front patient add P-1 --given Elin --family Lindqvist --born 1990-05-05
front patient add P-2 --given Max --family "O'Neil <Jr>" --born "$(day '-15 years -40 days')" --lang de
front patient guardian add P-2 --name "Karin O'Neil" --relationship Mutter
guardian=$(grep -oE '[0-9]+' "$T/out" | head -1)
expect 0 "patients are there"

# ---- the form ----
form P-1
expect 0 "a form is written"
first=$code
[ -n "$first" ]
ok $? "with a code"
has "$first" "C2: the code leads back"
has "take this back on any day" "C2: the right to revoke"
has "by someone who has other photos of you" "C3: a free mouth can be recognised"
[ "$(stat -c %a "$T/form.html")" = 600 ]
ok $? "it can be read by nobody else"
front consent show "$first" --json
expect 0 "C1: the draft keeps the form" '"state":"draft"'
front consent show "$first"
grep -qF "sha256 $(sha256sum "$T/form.html" | cut -d' ' -f1)" "$T/out"
ok $? "C1: and the hash of exactly these bytes"
form P-2
has "Dürfen wir Fotos der Behandlung von Max zeigen?" "the form is in the patient's language"
has "Max ist alt genug" "C4: the minor has a say"
has "O&#39;Neil &lt;Jr&gt;" "values are escaped"
minor=$code
for lang in es fr en; do
	form P-2 --lang $lang
	has "lang=\"$lang\"" "the form comes in $lang"
done
form P-1 --lang it
expect 2 "in a language that is not there it is refused" "en, de, es and fr"
for words in none "until I revoke" "" unlimited; do
	run "$occlude" --as front consent form P-1 --channel website:smile --views IO-FR --from "$from" --to "$to" --expires "$words" --out "$T/x.html"
	expect 1 "C2: \"$words\" is no expiry" "C2"
done
run "$occlude" --as front consent form P-1 --channel website:face --views IO-FR --from "$from" --to "$to" --expires "$until" --out "$T/x.html"
expect 2 "C3: an unknown exposure is refused" "teeth, smile, veiled"
run "$occlude" --as front consent form P-1 --channel website:smile --case 7 --expires "$until" --out "$T/x.html"
expect 1 "C3: pictures of a case that is not the patient's are refused" "C3"
run "$occlude" --as front consent form P-1 --channel website:smile --views IO-FR --expires "$until" --out "$T/x.html"
expect 1 "C3: views without dates are refused" "C3"
run "$occlude" --as front consent form P-1 --channel website:smile --views IO-FR --from "$from" --to "$to" --expires "$until" --out "$T/none/x.html"
expect 3 "a directory that is not there is said" "none"
[ ! -e "$T/x.html" ]
ok $? "and nothing was written"
run "$occlude" --as nobody consent list
expect 2 "S2: an unknown account is refused" "nobody"

# ---- recording ----
front consent record "$first" --benefit none
expect 0 "an incomplete consent is kept" "It publishes nothing while this is missing"
grep -q "C1  The signed document" "$T/out" && grep -q "C2  Nobody has signed" "$T/out" && grep -q "C2  The day the signer was given a copy" "$T/out"
ok $? "C2: and says what is missing, rule by rule"
for bad in cut.pdf empty.pdf scan.jpg; do
	front consent record "$first" --document "$T/$bad"
	expect 1 "C1: $bad is refused" "C1"
done
front consent record "$first" --document "$T/nothing.pdf"
expect 3 "a document that is not there is said" "nothing.pdf"
front consent record "$first" --document "$T"
expect 1 "a directory is no document" "is not a file"
front consent record "$first" --signer patient --signed "$(day '+3 days')"
expect 1 "C2: a signature in the future is refused" "C2"
front consent record "$first" --signer patient
expect 1 "C2: a signature has a date" "C2"
front consent record "$first" --signer patient --signed "$signed" --not-combined --document "$T/cut.pdf"
expect 1 "one call is recorded whole or not at all" "C1"
front consent show "$first"
grep -q "Nobody has signed" "$T/out"
ok $? "so the signature beside a bad document is not kept"
front consent record "$(echo "$first" | tr 'A-Z' 'a-z' | tr -d -)" --signer patient --signed "$signed" --copy-given "$signed" --not-combined \
	--document "$T/scan.pdf" --witness "Will Ness"
expect 0 "the rest is added, the code typed anyhow" "Nothing is missing"
front consent list --json
grep -q '"patient":"P-1","state":"active"' "$T/out"
ok $? "C8: it is active"
! grep -rqF "signed on paper" "$T/p"
ok $? "I9: the document lies nowhere in the clear"
front consent record "$first" --benefit "a car"
expect 1 "C1: what was signed is not changed" "C1"
run "$occlude" --as front audit verify
expect 0 "A1: the log is sound"

# ---- a minor ----
front consent record "$minor" --signer "guardian:$guardian" --signed "$signed" --copy-given "$signed" --not-combined --benefit none \
	--document "$T/scan.pdf"
expect 0 "C4: a guardian's signature alone" "reached the assent age"
front consent record "$minor" --signer guardian:999 --signed "$signed"
expect 1 "C4: only recorded guardians sign" "C4"
front consent record "$minor" --signer minor --signed "$signed"
expect 0 "C4: with the minor's assent" "Nothing is missing"
front consent object P-2 --who minor --how "at the chair"
expect 0 "C4: the minor objects" "Nothing of patient P-2 is shown"
front consent list --patient P-2 --state paused --json
grep -q "$minor" "$T/out"
ok $? "C4: which alone blocks"
front consent resume P-2 --how "the mother says so"
expect 1 "C4: it is not ended like a pause" "objection"
front consent resume P-2 --how "Max agrees, in person" --hold 1
expect 0 "C4: only by its number"

# ---- taking back ----
front consent pause P-1 --how "by phone"
expect 0 "C6: a call pauses"
front consent list --patient P-1 --state paused --json
grep -q "$first" "$T/out"
ok $? "C6: at once"
front consent resume P-1 --how "by phone, the same day"
expect 0 "C6: and is resumed"
front consent resume P-1 --how again
expect 1 "C6: once" "C6"
front consent revoke --patient P-1 --how "letter"
expect 0 "C6: revoking" "revoked"
front consent revoke "$first" --how "letter"
expect 1 "C6: once and for all" "C6"
front consent show "$first"
grep -q "Document: pdf" "$T/out"
ok $? "C7: the evidence stays"

# ---- re-consent, events, errors ----
# C6: what was signed before a revocation ended with it, so these are signed today, where the practice is
signed=$(TZ=America/New_York date +%F)
form P-1 --event "the end of retention"
second=$code
front consent event "$second"
expect 1 "C8: a draft has nothing to end" "C8"
front consent record "$second" --signer patient --signed "$signed" --copy-given "$signed" --not-combined --benefit none --document "$T/scan.pdf"
expect 0 "a new consent is signed" "active"
front consent event "$second"
expect 0 "C5: its event happens" "expired"
form P-1
third=$code
until_soon=$(day '+20 days')
until=$until_soon form P-1
fourth=$code
front consent record "$fourth" --signer patient --signed "$signed" --copy-given "$signed" --not-combined --benefit none --document "$T/scan.pdf"
expect 0 "C3: the latest signed one" "expiring"
front consent list --due 30d --json
grep -q "\"code\":\"$fourth\".*\"due\":30" "$T/out" && ! grep -q "$minor" "$T/out"
ok $? "C5: re-consent falls due"
front consent list --state superseded --json
grep -q "$second" "$T/out"
ok $? "C3: replaces the earlier"
front consent error "$third" --why "printed for nobody"
expect 0 "C8: a draft is put away" "entered_in_error"
front consent list --state nonsense
expect 2 "an unknown state is said" "superseded"
front consent list --due soon
expect 2 "as are unknown days" "90d"
front consent show ZZZZZ-ZZZZZ
expect 2 "an unknown code is said" "no consent with the code"
if command -v faketime >/dev/null; then
	run faketime "$(day '+40 days') 12:00:00" "$occlude" --as front consent list --state expired --json
	grep -q "$fourth" "$T/out"
	ok $? "C5: the clock passing its last day ends it"
	run faketime "$(day '+4 years') 12:00:00" "$occlude" --as front consent list --patient P-2 --json
	grep -q "\"state\":\"expired\"" "$T/out"
	ok $? "C5: and the minor's"
else
	skip "C5: the clock ends it" "no faketime"
fi
run "$occlude" --as front audit verify
expect 0 "A1: the log is sound to the end"
