#!/bin/bash
# 72_revoke.sh: the real programs, whole: two patients are published and served; one takes the consent back while a client
# keeps asking (C6); a picture is rejected; a lease runs out while publisher and database are gone (P4).
. "$(dirname "$0")/lib.sh"
. tests/e2e/sample_case.sh
export TZ=UTC
server=
stop() { [ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; server=; }
trap 'stop; finish' EXIT

# serve [COMMAND...]: starts the server (under COMMAND) and sets $url
serve() {
	: >"$T/serve"
	"$@" "$O/occlude-serve" --site "$practice/site" --key "$T/site.pub" --inbox "$T/inbox" --listen 127.0.0.1:0 >"$T/serve" 2>"$T/serve.err" &
	server=$!
	for _ in $(seq 100); do url=$(sed -nE 's|^serving (http://[0-9.:]+)/.*|\1|p' "$T/serve"); [ -n "$url" ] && return; sleep 0.05; done
	sed 's/^/# /' "$T/serve.err"
}
code_of() { curl -s -o "$T/body" -w '%{http_code}' "$url$1"; }
# paths ID: every public path of a case, from its own page
paths() { echo "/c/$1/"; curl -s "$url/c/$1/" | grep -oE "/c/$1/[a-z0-9x-]+\.(jpg|avif)" | sort -u; }
cases() { grep -oE '^case [a-z2-7]{16}' "$practice/site/manifest" | cut -d' ' -f2; }

mkpractice "$T/p"
practice=$T/p
mkdir "$T/inbox"
cp "$practice/keys/site.pub" "$T/site.pub"
patient P-1 1 "$(date -u -d '3 years' +%F)"
patient P-2 2 "$(date -u -d '2 years' +%F)"
as_lind publish
expect 0 "two cases are published" "2 new"
run "$occlude" verify "$practice/site"
expect 0 "nothing is wrong with the site" "0 findings"
as_lind publish
expect 0 "P3_publishing_again_changes_nothing" "2 as they were"

serve env
first=$(grep -c . <(cases))
ok "$([ "$first" = 2 ]; echo $?)" "both are named by the root"
lease1=$(grep '^case' "$practice/site/manifest" | sort -k5n | tail -n 1 | cut -d' ' -f2) # the later lease: P-1
other=$(cases | grep -v "$lease1")
paths "$lease1" >"$T/paths"
paths "$other" >"$T/other"
ok "$([ "$(wc -l <"$T/paths")" -ge 5 ]; echo $?)" "its page names its pictures"
while read -r p; do [ "$(code_of "$p")" = 200 ] || echo "$p"; done <"$T/paths" >"$T/bad"
ok "$([ ! -s "$T/bad" ]; echo $?)" "all of them are served"
while read -r p; do curl -s "$url$p" | sha256sum; done <"$T/other" >"$T/other.before"
files=$(ls "$practice/site/f" | wc -l)

# a client that keeps asking, with the moment each request began: "MILLISECONDS STATUS BYTES PATH"
(while [ -e "$T/serve" ] && [ ! -e "$T/enough" ]; do
	while read -r p; do
		at=$(date +%s%3N)
		curl -s -o /dev/null -w "$at %{http_code} %{size_download} $p\n" "$url$p"
	done <"$T/paths"
done >"$T/asked") &
client=$!
sleep 0.5
as_front consent revoke --patient P-1 --how "letter"
done_at=$(date +%s%3N)
expect 0 "C6_any_account_records_a_revocation"
sleep 2
touch "$T/enough"
wait "$client"
awk -v end=$((done_at + 1000)) '$1 > end && $2 != 410' "$T/asked" >"$T/late"
ok "$([ -s "$T/asked" ] && [ ! -s "$T/late" ] && awk -v end=$((done_at + 1000)) '$1 > end' "$T/asked" | grep -q .; echo $?)" \
	"C6_no_request_a_second_later_gets_a_byte_of_it"
awk '$2 == 410 { dark = 1 } $2 == 200 && dark' "$T/asked" >"$T/again"
ok "$([ ! -s "$T/again" ]; echo $?)" "C6_once_dark_it_stays_dark"
while read -r p; do [ "$(code_of "$p")" = 410 ] || echo "$p"; done <"$T/paths" >"$T/bad"
ok "$([ ! -s "$T/bad" ]; echo $?)" "C6_every_path_answers_410"
ok "$([ "$(ls "$practice/site/f" | wc -l)" -le $((files - 6)) ]; echo $?)" "C6_its_files_are_off_the_disk"
! grep -q "$lease1" <(curl -s "$url/"); ok $? "C6_the_index_shows_it_no_more"
while read -r p; do curl -s "$url$p" | sha256sum; done <"$T/other" >"$T/other.after"
ok "$(cmp -s "$T/other.before" "$T/other.after"; echo $?)" "C6_the_other_case_is_byte_for_byte_the_same"
run "$occlude" verify "$practice/site"
expect 0 "nothing is wrong with the site afterwards" "0 findings"
run "$occlude" audit verify
expect 0 "A1_the_log_is_whole_after_it"

# ---- a lease runs out; publisher and database are gone ----
stop
lease=$(grep '^case' "$practice/site/manifest" | cut -d' ' -f5)
mkdir "$T/gone" && mv "$practice/occlude.db"* "$practice/keys" "$practice/vault" "$practice/masters" "$T/gone/"
if command -v faketime >/dev/null; then
	serve faketime -f "@$(date -u -d "@$((lease - 5))" '+%F %T')"
	ok "$([ "$(code_of "/c/$other/")" = 200 ] && curl -s "$url/" | grep -q "$other"; echo $?)" "P4_served_until_its_lease_ends"
	sleep 6
	while read -r p; do [ "$(code_of "$p")" = 410 ] || echo "$p"; done <"$T/other" >"$T/bad"
	ok "$([ ! -s "$T/bad" ]; echo $?)" "P4_dark_on_time_without_publisher_or_database"
	ok "$([ "$(code_of /)" = 200 ] && ! grep -q "$other" "$T/body"; echo $?)" "P4_dark_on_shared_pages_too"
	stop
else
	skip "P4_dark_on_time_without_publisher_or_database" "faketime is not installed"
fi
mv "$T/gone"/* "$practice/"

# ---- a rejected picture goes dark with the command itself ----
photo=$("$occlude" --as lind --json review list 2 | sed -nE 's/.*"photo":([0-9]+).*/\1/p' | head -n 1)
as_lind review reject "$photo" --why "the chin shows"
expect 0 "a published picture is rejected"
ok "$(grep -q "^gone $other" "$practice/site/manifest" && ! grep -q "^case" "$practice/site/manifest"; echo $?)" "I5_rejecting_takes_it_dark_at_once"
as_lind publish
expect 0 "publishing does not bring it back" "0 new"
