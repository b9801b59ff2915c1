# sample_case.sh: a patient with a case that may be published, through the commands; source it after lib.sh.
as_front() { run "$occlude" --as front "$@"; }
as_lind() { run "$occlude" --as lind "$@"; }
must() { run "$@"; [ "$status" -eq 0 ] || expect 0 "$*"; }

# picture FILE SEED: a small PNG, unlike those of other seeds
picture() {
	perl -MCompress::Zlib -e '
		my ($s, $w, $h, $raw) = ($ARGV[0], 320, 240, "");
		for my $y (0 .. $h - 1) { $raw .= "\0"; $raw .= pack "C3", 190 + ($x = $_ / 16 + $s) % 30, 120 + $y / 8, 100 + $s * 9 for 0 .. $w - 1 }
		sub c { my ($t, $d) = @_; pack("N", length $d) . $t . $d . pack "N", crc32($t . $d) }
		print "\x89PNG\r\n\x1a\n", c("IHDR", pack "NNC5", $w, $h, 8, 2, 0, 0, 0), c("IDAT", compress($raw)), c("IEND", "")' "$2" >"$1"
}

# patient REFERENCE SEED EXPIRES: consent, case, a pair of photos, approved
patient() {
	local ref=$1 n=$2 code
	must "$occlude" --as front patient add "$ref" --given Quillon --family Zebrowski --born 1990-05-04
	must "$occlude" --as front consent form "$ref" --channel website:smile --views IO-FR --from 2022-01-01 --to "$(date -u +%F)" \
		--expires "$3" --out "$T/form.html"
	code=$("$occlude" --as front --json consent list --patient "$ref" | sed -nE 's/.*"code":"([^"]+)".*/\1/p')
	printf '%%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF\n' >"$T/scan.pdf"
	must "$occlude" --as front consent record "$code" --document "$T/scan.pdf" --signed "$(date -u -d yesterday +%F)" \
		--copy-given "$(date -u -d yesterday +%F)" --benefit none --not-combined --signer patient
	must "$occlude" --as lind case add "$ref" --problem crowding --treatment braces --started 2023-03-28 --ended 2024-09-10 --orthodontist lind
	picture "$T/T1_IO-FR.png" $((n * 2))
	must "$occlude" --as front ingest "$n" "$T/T1_IO-FR.png" --taken 2023-03-27
	picture "$T/T3_IO-FR.png" $((n * 2 + 1))
	must "$occlude" --as front ingest "$n" "$T/T3_IO-FR.png" --taken 2024-09-11
	must "$occlude" --as lind review no-text --case "$n"
	must "$occlude" --as lind review sheet "$n" --out "$T/sheet.html"
	code=$(sed -n 's/.*--sheet \([0-9a-f]*\).*/\1/p' "$T/out")
	must "$occlude" --as lind review approve-sheet "$n" --sheet "$code" --suitable yes
}
