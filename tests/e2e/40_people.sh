#!/bin/bash
# 40_people: a practice is made, signed in to, staffed, given a policy and patients, looked after and recovered, through
# the real program.
. "$(dirname "$0")/lib.sh"
[ -x "$occlude" ] || { skip "people" "$occlude is not built"; exit 0; }

# ---- init ----
printf 'a passphrase of five words\n' >"$T/pass"
printf '%s\n' "$password" >"$T/password"
new() { # DIR OPTIONS...
	run "$occlude" init "$@" --name "Lind" --location Main --address "1 Main" --town X --phone 1 --emergency 911 \
		--zone America/New_York --login ada --person "Ada" --password-file "$T/password"
}
new "$T/one" --passphrase-file "$T/pass"
expect 0 "init makes a practice under a passphrase" "OCCLUDE RECOVERY SHEET"
[ "$(stat -c %a "$T/one")" = 700 ] && [ "$(stat -c %a "$T/one/occlude.db")" = 600 ]
ok $? "I9: its directory and database are closed to others"
! grep -q "passphrase of five" -r "$T/one"
ok $? "the passphrase lies nowhere in it"
new "$T/one" --passphrase-file "$T/pass"
expect 1 "a directory that is not empty is refused" "is not empty"
new "$T/two"
expect 2 "without a passphrase or a key file it says what is needed" "passphrase"
new "$T/two" --key-file "$T/two/key"
expect 1 "I9: a key inside the practice is refused" "I9"
[ ! -e "$T/two" ]
ok $? "and nothing is left of it"
echo precious >"$T/precious"
new "$T/two" --key-file "$T/precious"
expect 1 "a file that is there is not overwritten by the key" "exists already"
[ "$(cat "$T/precious")" = precious ]
ok $? "and stays as it was"
new "$T/two" --key-file "$T/two.key" --zone Europe/Atlantis
expect 2 "a zone given twice is a usage error"
run "$occlude" init "$T/two" --key-file "$T/two.key" --name "Lind" --location Main --address "1 Main" --town X --phone 1 \
	--emergency 911 --zone Europe/Atlantis --login ada --person "Ada" --password-file "$T/password"
expect 2 "an unknown time zone is refused with an example" "Europe/Berlin"
for after in 1 2 4 8 16 32; do # a killed init, then one that completes
	rm -rf "$T/k" "$T/k.key"
	if command -v strace >/dev/null; then
		(strace -f -o /dev/null -e inject=fsync:signal=KILL:when=$after "$occlude" init "$T/k" \
			--key-file "$T/k.key" --sample; :) >/dev/null 2>&1
		if [ -e "$T/k/.unfinished" ]; then
			run "$occlude" -C "$T/k" doctor
			expect 1 "a practice whose init was killed at sync $after is not opened" "init"
		fi
		[ -e "$T/k/.unfinished" ] || [ ! -e "$T/k/occlude.db" ] && run "$occlude" init "$T/k" --key-file "$T/k.key" --sample
		run "$occlude" -C "$T/k" audit verify
		expect 0 "after a kill at sync $after init runs to its end"
	else
		skip "init killed at sync $after" "no strace"
	fi
done
run "$occlude" init "$T/sample" --sample --json
expect 0 "a sample practice prints its accounts" '"login":"lind"'
[ "$(grep -c password "$T/out")" = 3 ] && [ "$(grep -o '"password":"[^"]*"' "$T/out" | sort -u | wc -l)" = 3 ]
ok $? "each with its own random password"
sed -n 's/.*"login":"lind".*"password":"\([^"]*\)".*/\1/p' "$T/out" >"$T/lind.password"
run "$occlude" -C "$T/sample" login lind --password-file "$T/lind.password"
expect 0 "which signs in"

# ---- its memory ----
if nm "$occlude" | grep -q __asan_init; then
	skip "I9: no core file" "sanitizers look into the process"
else # a command that waits for a lock, and so can be looked at
	exec 8>"$T/sample/site.lock"
	flock 8
	(ulimit -c unlimited 2>/dev/null; exec 8>&- "$occlude" -C "$T/sample" tick) >/dev/null 2>&1 &
	waiting=$!
	core=
	for _ in $(seq 40); do
		[ "$(cat /proc/$waiting/comm 2>/dev/null)" = occlude ] && core=$(awk '/^Max core file size/ { print $5 $6 }' /proc/$waiting/limits) && [ "$core" = 00 ] && break
		sleep .05
	done
	[ "$core" = 00 ]
	ok $? "I9: what the program holds in memory goes into no core file"
	exec 8>&-
	wait $waiting
fi
run "$occlude" -C "$T/sample" settings show --json
expect 0 "and it is marked as a sample" '"sample":true'

# ---- signing in ----
mkpractice "$T/p"
run "$occlude" patient list
expect 1 "S2: without a sign-in nobody acts" "S2"
run "$occlude" login front --password-file "$T/pass"
expect 1 "S2: a wrong password is refused" "wrong"
run "$occlude" login front --password-file "$T/password"
expect 0 "a right one signs in" "12 hours"
[ "$(find "$HOME" -type f | wc -l)" = 2 ] && [ "$(find "$HOME" -type f -name 'token-*' -perm 600 | wc -l)" = 2 ]
ok $? "the tokens, one a practice, lie in files for this user alone"
run "$occlude" patient list
expect 0 "then the account acts"
run "$occlude" staff add x1 --name X --role staff --password-file "$T/password"
expect 1 "S2: front desk adds no accounts" "S2"
if command -v faketime >/dev/null; then
	run faketime -f +13h "$occlude" patient list
	expect 1 "S2: after 12 hours the sign-in has run out" "run out"
else
	skip "the sign-in runs out" "no faketime"
fi
run "$occlude" logout
run "$occlude" patient list
expect 1 "after logout nobody is signed in" "nobody is signed in"
for i in 1 2 3; do run "$occlude" login lind --password-file "$T/pass"; done
run "$occlude" login lind --password-file "$T/password"
expect 1 "S2: after three wrong passwords the next try waits" "try again in"
run "$occlude" --as ada staff password lind --password-file "$T/password"
run "$occlude" login lind --password-file "$T/password"
expect 0 "a new password from an admin lifts the wait"
run "$occlude" --as ada staff deactivate lind
expect 0 "S2: who leaves is deactivated"
run "$occlude" patient list
expect 1 "and a sign-in that was open ends" "S2"
run "$occlude" --as lind patient list
expect 1 "nor can the account be named" "deactivated"
run "$occlude" --as ada staff reactivate lind
expect 0 "and can come back"
run "$occlude" --as ada staff deactivate ada
expect 1 "S2: the last admin stays" "last admin"
run "$occlude" --as ada staff list --json
expect 0 "accounts are listed as JSON" '"login":"front"'
! grep -q argon2 "$T/out"
ok $? "without their passwords"

# ---- policy ----
run "$occlude" --as ada policy set --urgent "$T/policy.txt"
expect 0 "an urgent policy is put in force" "Version 2"
run "$occlude" --as front patient add A-1 --given Mia --family Berg --born 2012-05-03
expect 1 "S1: without acknowledging it nobody records" "policy acknowledge"
run "$occlude" --as front policy ack
expect 0 "it is acknowledged"

# ---- patients ----
run "$occlude" --as front patient add A-1 --given Mia --family Berg --born 2012-05-03
expect 0 "a minor is added" "a minor"
run "$occlude" --as front patient add A-1 --given Mia --family Berg --born 2012-05-03
expect 1 "not twice" "already"
run "$occlude" --as front patient add A-2 --given Tom --family Berg --born 2012-02-30
expect 2 "C4: a date that is none is refused with the right one" "2012-02-29"
run "$occlude" --as front patient add A-2 --given Tom --family Berg --born 2112-02-01
expect 1 "C4: nobody is born in the future" "C4"
run "$occlude" --as front patient guardian add A-1 --name "Eva Berg" --relationship mother
expect 0 "a guardian is added"
run "$occlude" --as front patient guardian add A-1 --name "Ole Berg" --relationship uncle --representative
expect 2 "C4: a representative needs documented authority" "authority"
run "$occlude" --as front patient contact add A-1 email eva@example.org
expect 0 "a contact is added"
run "$occlude" --as front patient contact add A-1 email nonsense
expect 2 "an e-mail address is looked at" "e-mail"
run "$occlude" --as front patient show A-1 --json
expect 0 "the patient is shown" '"relationship":"mother"'
# 18 on 2030-05-03 in New York; the quarter day before is 2030-04-01
want_in=$(TZ=America/New_York date -d "2030-05-03 00:00" +%s) want_out=$(TZ=America/New_York date -d "2030-04-01 00:00" +%s)
grep -q "\"majority_at\":$want_in,\"majority_public_at\":$want_out," "$T/out"
ok $? "C4: of age at 00:00 local time, publicly on the quarter day before"
run "$occlude" --as ada settings location set "Main Street" --zone Europe/Berlin --majority 19
expect 0 "a location changes its zone and age of majority" "worked out anew"
run "$occlude" --as front patient show A-1 --json
grep -q "\"majority_at\":$(TZ=Europe/Berlin date -d "2031-05-03 00:00" +%s)," "$T/out"
ok $? "C4: and its patients' dates with it"

# ---- settings ----
run "$occlude" --as ada settings statement results_vary --location "Main Street" --text " "
expect 2 "P7: a statement cannot be emptied"
run "$occlude" --as ada settings statement results_vary --location "Main Street" --text "short"
expect 1 "P7: nor be next to nothing" "P7"
run "$occlude" --as ada settings set --keep-years 10
expect 0 "evidence can be kept longer"
run "$occlude" --as ada settings set --keep-years 7
expect 1 "C7: and never shorter again" "C7"

# ---- the log ----
run "$occlude" --as ada audit log --json
expect 0 "every act is in the log" '"act":"patient.add"'
! grep -qE 'Berg|Mia|2012-05|eva@' "$T/out"
ok $? "without patient data"
run "$occlude" audit verify
expect 0 "A1: the log is sound" "--count"
read -r _ count _ head < <(sed -n 's/.*: \(--count.*\)/\1/p' "$T/out")
if command -v sqlite3 >/dev/null; then
	cp -a "$T/p" "$T/tampered"
	sqlite3 "$T/tampered/occlude.db" "DROP TRIGGER A1_audit_no_update; UPDATE audit SET detail = 'x' WHERE seq = 5;" 2>/dev/null
	run "$occlude" -C "$T/tampered" audit verify
	expect 1 "P1: a database whose triggers were dropped is not opened" "P1"
	rm -rf "$T/tampered"
	cp -a "$T/p" "$T/tampered"
	sql=$(sqlite3 "$T/tampered/occlude.db" "SELECT sql || ';' FROM sqlite_schema WHERE name GLOB 'A1_audit_no_*'" 2>/dev/null)
	sqlite3 "$T/tampered/occlude.db" "DROP TRIGGER A1_audit_no_update; DROP TRIGGER A1_audit_no_delete;
		UPDATE audit SET detail = 'x' WHERE seq = 5; $sql" 2>"$T/sqlite"
	run "$occlude" -C "$T/tampered" audit verify
	expect 1 "A1: a changed entry is named though the triggers were put back" "entry 5 "
	rm -rf "$T/tampered"
	cp -a "$T/p" "$T/tampered"
	sqlite3 "$T/tampered/occlude.db" "DROP TRIGGER A1_audit_no_update; DROP TRIGGER A1_audit_no_delete;
		DELETE FROM audit WHERE seq > 9; $sql" 2>"$T/sqlite"
	run "$occlude" -C "$T/tampered" audit verify --count "$count" --head "$head"
	expect 1 "A1: a cut-off tail shows against what was noted" "after 9 are missing"
	rm -rf "$T/tampered"
	cp -a "$T/p" "$T/tampered"
	sqlite3 "$T/tampered/occlude.db" "PRAGMA user_version = 999" 2>/dev/null
	run "$occlude" -C "$T/tampered" doctor
	expect 3 "a newer database is refused" "newer Occlude"
else
	skip "tampering" "no sqlite3"
fi

# ---- doctor, and the way back ----
run "$occlude" doctor
expect 1 "doctor points at who has not acknowledged the policy" "NOT  policy"
for who in ada lind; do "$occlude" --as $who policy ack >/dev/null; done
run "$occlude" doctor
if grep -q "NOT  kernel" "$T/out"; then skip "doctor finds all well" "no Landlock here"; else
	expect 0 "doctor finds all well" "$T/p.key"; fi
chmod 755 "$T/p"
run "$occlude" doctor
expect 1 "I9: a practice that others may look into is not opened" "chmod 700"
chmod 700 "$T/p"
chmod 644 "$T/p.key"
run "$occlude" audit verify
expect 1 "I9: nor a key file that others may read" "chmod 600"
rm -f "$T/p.key"
run "$occlude" audit verify
expect 3 "without the key it says where it should be" "$T/p.key"
tr -d '\n' <"$T/p.sheet" | grep -oE '[0-9]+: [0-9A-Z]{5}' | sed 's/.*: //' | tr '\n' ' ' >"$T/code"
ok $([ "$(wc -w <"$T/code")" = 13 ]; echo $?) "the recovery sheet has 13 groups"
sed 's/^./Z/; s/^ZZ/ZY/' "$T/code" >"$T/mistyped"
cmp -s "$T/code" "$T/mistyped" && sed 's/^./Y/' "$T/code" >"$T/mistyped"
run "$occlude" doctor --recover --code-file "$T/mistyped" --key-file "$T/new.key"
expect 1 "a mistyped group is named" "group 1 "
run "$occlude" -C "$T/sample" doctor --recover --code-file "$T/code" --key-file "$T/new.key"
expect 1 "another practice's code is refused" "another practice"
[ ! -e "$T/new.key" ]
ok $? "and leaves no key behind"
tr 'A-Z' 'a-z' <"$T/code" | tr -d ' ' >"$T/typed"
run "$occlude" doctor --recover --code-file "$T/typed" --key-file "$T/new.key"
expect 0 "the sheet brings the key back"
run "$occlude" audit verify
expect 0 "and the log fits"
run "$occlude" -C "$T" doctor
expect 3 "a directory that is no practice is told apart" "not a practice"
run "$occlude" staff
expect 2 "a command without its second word lists them" "deactivate"
for command in init login doctor "settings set" "staff add" "policy set" "patient add" "audit verify"; do
	run "$occlude" $command --help
	expect 0 "$command has help" "Usage: occlude $command"
done
