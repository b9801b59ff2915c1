# lib.sh: what the end-to-end tests share; source it first. It makes $T (a temporary directory, removed at the end), sets
# $O (build directory) and $occlude, gives every run its own home, and ends the TAP with its plan and an exit status.
#   ok STATUS WHAT       one test; bad ones print $T/out and $T/err
#   run COMMAND...       runs it, standard output to $T/out, error to $T/err, status in $status; never fails itself
#   expect STATUS WHAT [TEXT]   one test on the last `run`: its status, and TEXT somewhere in what it printed
#   skip WHAT WHY        a test that cannot run here
#   mkpractice DIR       a practice with its key in DIR.key, an admin `ada`, a clinician and publisher `lind`, a front desk
#                        `front`, the template in force and acknowledged by all; sets OCCLUDE_PRACTICE
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
O=${O:-build}
case $O in /*) ;; *) O=$PWD/$O ;; esac
occlude=$O/occlude
T=$(mktemp -d "${TMPDIR:-/tmp}/occlude-e2e.XXXXXX") || exit 1
export HOME=$T/home
unset XDG_STATE_HOME CREDENTIALS_DIRECTORY OCCLUDE_PRACTICE
mkdir -p "$HOME"
tests=0 failed=0 status=0

finish() {
	rc=$?
	rm -rf "$T"
	echo "1..$tests"
	[ $rc -eq 0 ] && [ $failed -gt 0 ] && rc=1
	exit $rc
}
trap finish EXIT

ok() {
	tests=$((tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests - $2"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $tests - $2"
	head -c 2000 "$T/out" 2>/dev/null | sed 's/^/# out: /'
	head -c 2000 "$T/err" 2>/dev/null | sed 's/^/# err: /'
}

skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

run() {
	"$@" >"$T/out" 2>"$T/err" </dev/null
	status=$?
}

expect() {
	local good=0
	[ "$status" -eq "$1" ] || good=1
	if [ $# -gt 2 ] && ! grep -qF -- "$3" "$T/out" "$T/err"; then good=1; fi
	[ $good -eq 0 ] || echo "# status $status, expected $1${3:+ and \"$3\"}"
	ok $good "$2"
}

password=orchard-lantern-7-plume
mkpractice() {
	printf '%s\n' "$password" >"$T/password"
	"$occlude" init "$1" --key-file "$1.key" --name "Lind Orthodontics" --location "Main Street" \
		--address "1 Main Street" --town Springfield --phone "+1 555 0100" --email office@example.org \
		--emergency 911 --zone America/New_York --login ada --person "Ada Admin" \
		--password-file "$T/password" --sheet "$1.sheet" >/dev/null || exit 1
	export OCCLUDE_PRACTICE=$1
	"$occlude" policy template >"$T/policy.txt" &&
		"$occlude" --as ada policy set "$T/policy.txt" >/dev/null &&
		"$occlude" --as ada staff add lind --name "Ada Lind" --role clinician --publisher \
			--credential "Dr. Ada Lind, orthodontist" --password-file "$T/password" >/dev/null &&
		"$occlude" --as ada staff add front --name "Sam Okoye" --role staff --password-file "$T/password" >/dev/null &&
		for who in ada lind front; do "$occlude" --as $who policy acknowledge >/dev/null || exit 1; done
}
