-- 0003: consents, what they cover, who signed them, what is missing, and how each stands right now.

CREATE TABLE consent (
  id              INTEGER PRIMARY KEY,
  code            TEXT NOT NULL UNIQUE CHECK (length(code) = 10), -- printed on the form, leads back to this draft
  patient_id      INTEGER NOT NULL REFERENCES patient (id),
  staff_id        INTEGER NOT NULL REFERENCES staff (id),         -- who opened the draft
  created_at      INTEGER NOT NULL,
  signed_at       INTEGER,                                        -- the latest signature that counts; kept by trigger
  complete_at     INTEGER,                                        -- when nothing was missing for the first time; kept by trigger
  -- the form as it was shown (C1)
  form_version    TEXT,
  form_lang       TEXT CHECK (form_lang IN ('en', 'de', 'es', 'fr')),
  form_sha256     TEXT CHECK (length(form_sha256) = 64),          -- of the exact text that was shown
  -- the signed document (C1), sealed under the patient's evidence key
  document_sha256 TEXT CHECK (length(document_sha256) = 64),
  document_kind   TEXT CHECK (document_kind IN ('pdf', 'jpeg', 'png', 'heic', 'signature')),
  document_name   TEXT,                                           -- its random name in vault/
  -- which photos (C3)
  scope           TEXT CHECK (scope IN ('pictures', 'views')),    -- exact masked pictures, or views within dates
  photos_from_on  TEXT,
  photos_to_on    TEXT,
  -- C2
  discloser       TEXT,                                           -- who discloses (and successors, if named)
  expires_on      TEXT,                                           -- the last day; with an event: its latest date
  expires_at      INTEGER,                                        -- 00:00 local on the day after, worked out in C
  expiry_event    TEXT,                                           -- "end of retention", with expires_on as the latest date
  event_at        INTEGER,                                        -- when that event happened
  not_combined    INTEGER CHECK (not_combined IN (0, 1)),         -- 1: not combined with a treatment consent
  benefit         TEXT,                                           -- payment by a third party or benefit to the patient; 'none'
  copy_given_on   TEXT,
  statements_read INTEGER CHECK (statements_read IN (0, 1)),      -- the form bore the statements of C2
  gdpr_notice     INTEGER CHECK (gdpr_notice IN (0, 1)),          -- art. 13 notice given
  gdpr_explicit   INTEGER CHECK (gdpr_explicit IN (0, 1)),        -- art. 9 explicit words ticked
  -- how it ended (C6, C8)
  revoked_at      INTEGER,
  revoked_by      TEXT,                                           -- who revoked: "patient", "guardian 3", ...
  revoked_how     TEXT,
  error_at        INTEGER,                                        -- entered in error
  error_why       TEXT,
  CHECK ((revoked_at IS NULL) = (revoked_by IS NULL)),
  CHECK ((error_at IS NULL) = (error_why IS NULL)),
  CHECK ((expires_on IS NULL) = (expires_at IS NULL))
) STRICT;
CREATE INDEX consent_patient ON consent (patient_id, signed_at);

-- C3: one row a channel that was agreed to, up to an exposure, with its own recipients and purpose (C2).
CREATE TABLE consent_channel (
  consent_id INTEGER NOT NULL REFERENCES consent (id),
  channel    TEXT NOT NULL CHECK (channel IN ('website', 'social', 'print', 'teaching')),
  exposure   INTEGER NOT NULL CHECK (exposure IN (1, 2, 3)),      -- 1 teeth < 2 smile < 3 veiled
  recipients TEXT NOT NULL CHECK (length(trim(recipients)) > 0),  -- to whom
  purpose    TEXT NOT NULL CHECK (length(trim(purpose)) > 0),
  PRIMARY KEY (consent_id, channel)
) STRICT, WITHOUT ROWID;

CREATE TABLE consent_view (                                       -- scope 'views'
  consent_id INTEGER NOT NULL REFERENCES consent (id),
  view       TEXT NOT NULL CHECK (view IN ('EO-FR', 'EO-FS', 'EO-PR', 'EO-45', 'IO-FR', 'IO-RB', 'IO-LB', 'IO-UO', 'IO-LO', 'OT')),
  PRIMARY KEY (consent_id, view)
) STRICT, WITHOUT ROWID;

CREATE TABLE consent_picture (                                    -- scope 'pictures': see, then sign
  consent_id    INTEGER NOT NULL REFERENCES consent (id),
  master_sha256 TEXT NOT NULL CHECK (length(master_sha256) = 64),
  PRIMARY KEY (consent_id, master_sha256)
) STRICT, WITHOUT ROWID;

CREATE TABLE consent_exclusion (                                  -- single pictures taken out again
  consent_id INTEGER NOT NULL REFERENCES consent (id),
  photo_id   INTEGER NOT NULL,
  PRIMARY KEY (consent_id, photo_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE signature (
  id           INTEGER PRIMARY KEY,
  consent_id   INTEGER NOT NULL REFERENCES consent (id),
  who          TEXT NOT NULL CHECK (who IN ('patient', 'minor', 'guardian', 'representative', 'witness', 'interpreter')),
  guardian_id  INTEGER REFERENCES guardian (id),                  -- for guardian and representative
  name         TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  relationship TEXT,
  authority    TEXT,
  signed_on    TEXT NOT NULL,
  signed_at    INTEGER NOT NULL                                   -- noon local on that day, worked out in C
) STRICT;
CREATE INDEX signature_consent ON signature (consent_id);

-- Who signed each consent. A minor's signature from before the assent age assents to nothing (C4); after_death: only a
-- personal representative can still sign (C8).
CREATE VIEW consent_signed AS
SELECT c.id AS consent_id, c.patient_id, c.signed_at,
       EXISTS (SELECT 1 FROM signature s WHERE s.consent_id = c.id AND s.who = 'patient' AND s.signed_at >= p.majority_at)
         AS by_adult,
       EXISTS (SELECT 1 FROM signature s JOIN guardian g ON g.id = s.guardian_id
                WHERE s.consent_id = c.id AND s.who = 'representative' AND g.kind = 'representative'
                  AND g.patient_id = c.patient_id AND (g.ended_at IS NULL OR g.ended_at > s.signed_at)
                  AND (p.died_at IS NULL OR c.signed_at < p.died_at OR s.signed_at >= p.died_at)
                  AND length(trim(coalesce(s.authority, ''))) > 0) AS by_representative,
       EXISTS (SELECT 1 FROM signature s JOIN guardian g ON g.id = s.guardian_id
                WHERE s.consent_id = c.id AND s.who = 'guardian' AND g.kind = 'guardian'
                  AND g.patient_id = c.patient_id AND (g.ended_at IS NULL OR g.ended_at > s.signed_at)) AS by_guardian,
       EXISTS (SELECT 1 FROM signature s WHERE s.consent_id = c.id AND s.who = 'minor' AND s.signed_at >= p.assent_at)
         AS by_minor,
       coalesce(c.signed_at >= p.died_at, 0) AS after_death
  FROM consent c JOIN patient p ON p.id = c.patient_id;

-- C1 to C4, C8: what a consent lacks, a column for each thing; 1: it is missing. A consent with one of them is a draft.
CREATE VIEW consent_check AS
SELECT c.id AS consent_id, c.patient_id,
       c.document_sha256 IS NULL AS document,
       c.form_sha256 IS NULL OR c.form_version IS NULL OR c.form_lang IS NULL AS form,
       c.scope IS NULL
         OR (c.scope = 'views' AND (c.photos_from_on IS NULL OR c.photos_to_on IS NULL OR c.photos_from_on > c.photos_to_on
             OR NOT EXISTS (SELECT 1 FROM consent_view v WHERE v.consent_id = c.id)))
         OR (c.scope = 'pictures' AND NOT EXISTS (SELECT 1 FROM consent_picture x WHERE x.consent_id = c.id)) AS photos,
       length(trim(coalesce(c.discloser, ''))) = 0 AS discloser,
       NOT EXISTS (SELECT 1 FROM consent_channel h WHERE h.consent_id = c.id) AS channel,
       c.expires_at IS NULL AS expiry,
       coalesce(c.statements_read, 0) = 0 AS statements,
       c.copy_given_on IS NULL AS copy,
       coalesce(c.not_combined, 0) = 0 AS combined,
       length(trim(coalesce(c.benefit, ''))) = 0 AS benefit,
       r.profile IN ('EU', 'both') AND coalesce(c.gdpr_notice, 0) = 0 AS gdpr_notice,
       r.profile IN ('EU', 'both') AND coalesce(c.gdpr_explicit, 0) = 0 AS gdpr_explicit,
       s.signed_at IS NULL AS signature,
       -- signed as an adult, or for an adult: by the patient, or by a representative with documented authority
       coalesce(s.signed_at >= p.majority_at AND NOT s.after_death AND NOT s.by_adult AND NOT s.by_representative, 0)
         AS adult_signature,
       -- signed for a patient who died: by a personal representative, whatever the age
       s.after_death AND NOT s.by_representative AS personal_representative,
       -- signed while a minor: a guardian
       coalesce(s.signed_at < p.majority_at AND NOT s.after_death AND NOT s.by_guardian, 0) AS guardian_signature,
       -- ... or every guardian, where the practice or a court order says so
       coalesce(s.signed_at < p.majority_at AND NOT s.after_death AND s.by_guardian AND coalesce(p.guardians, r.guardians) = 'all'
         AND EXISTS (SELECT 1 FROM guardian g
                      WHERE g.patient_id = p.id AND g.kind = 'guardian' AND (g.ended_at IS NULL OR g.ended_at > s.signed_at)
                        AND NOT EXISTS (SELECT 1 FROM signature x WHERE x.consent_id = s.consent_id
                                         AND x.who = 'guardian' AND x.guardian_id = g.id)), 0) AS all_guardians,
       -- ... and from the assent age the minor too
       coalesce(s.signed_at < p.majority_at AND NOT s.after_death AND s.signed_at >= p.assent_at AND NOT s.by_minor, 0) AS assent,
       -- C2: a guardian's or representative's relationship, and a representative's authority
       EXISTS (SELECT 1 FROM signature g
                WHERE g.consent_id = c.id AND g.who IN ('guardian', 'representative')
                  AND (length(trim(coalesce(g.relationship, ''))) = 0 OR g.guardian_id IS NULL
                       OR (g.who = 'representative' AND length(trim(coalesce(g.authority, ''))) = 0))) AS authority
  FROM consent c JOIN consent_signed s ON s.consent_id = c.id JOIN patient p ON p.id = c.patient_id, practice r;

-- The same, a row each. `what` is a stable code for programs and translations; record/consent_missing.c has the sentences.
CREATE VIEW consent_missing AS
SELECT consent_id, 'C1' AS rule, 'document' AS what FROM consent_check WHERE document
UNION ALL SELECT consent_id, 'C1', 'form' FROM consent_check WHERE form
UNION ALL SELECT consent_id, 'C2', 'photos' FROM consent_check WHERE photos
UNION ALL SELECT consent_id, 'C2', 'discloser' FROM consent_check WHERE discloser
UNION ALL SELECT consent_id, 'C3', 'channel' FROM consent_check WHERE channel
UNION ALL SELECT consent_id, 'C2', 'expiry' FROM consent_check WHERE expiry
UNION ALL SELECT consent_id, 'C2', 'statements' FROM consent_check WHERE statements
UNION ALL SELECT consent_id, 'C2', 'copy' FROM consent_check WHERE copy
UNION ALL SELECT consent_id, 'C2', 'combined' FROM consent_check WHERE combined
UNION ALL SELECT consent_id, 'C2', 'benefit' FROM consent_check WHERE benefit
UNION ALL SELECT consent_id, 'C2', 'gdpr_notice' FROM consent_check WHERE gdpr_notice
UNION ALL SELECT consent_id, 'C2', 'gdpr_explicit' FROM consent_check WHERE gdpr_explicit
UNION ALL SELECT consent_id, 'C2', 'signature' FROM consent_check WHERE signature
UNION ALL SELECT consent_id, 'C4', 'adult_signature' FROM consent_check WHERE adult_signature
UNION ALL SELECT consent_id, 'C8', 'personal_representative' FROM consent_check WHERE personal_representative
UNION ALL SELECT consent_id, 'C4', 'guardian_signature' FROM consent_check WHERE guardian_signature
UNION ALL SELECT consent_id, 'C4', 'all_guardians' FROM consent_check WHERE all_guardians
UNION ALL SELECT consent_id, 'C4', 'assent' FROM consent_check WHERE assent
UNION ALL SELECT consent_id, 'C2', 'authority' FROM consent_check WHERE authority;

-- Whether anything is missing, and which consents are no longer drafts. One stays closed when a later fact (a second guardian,
-- another profile) makes something missing again: it publishes nothing, but neither can it be rewritten, nor does an
-- earlier one come back.
CREATE VIEW consent_closed AS
SELECT c.id AS consent_id, c.patient_id, c.signed_at, k.lacks, (c.complete_at IS NOT NULL OR NOT k.lacks) AS closed
  FROM consent c
  JOIN (SELECT consent_id, (document OR form OR photos OR discloser OR channel OR expiry OR statements
          OR copy OR combined OR benefit OR gdpr_notice OR gdpr_explicit OR signature OR adult_signature
          OR personal_representative OR guardian_signature OR all_guardians OR assent OR authority) AS lacks
          FROM consent_check) k ON k.consent_id = c.id;

-- When a consent lapses: inside (to the second) and for the public side, on a quarter day where age is the cause (C4).
CREATE VIEW consent_lapse AS
SELECT c.id AS consent_id, c.patient_id, s.signed_at,
       min(c.expires_at, coalesce(c.event_at, 9223372036854775807),
           CASE WHEN s.signed_at < p.majority_at AND NOT s.after_death THEN p.majority_at ELSE 9223372036854775807 END,
           CASE WHEN s.signed_at < p.majority_at AND NOT s.after_death AND NOT s.by_minor THEN p.assent_at ELSE 9223372036854775807 END)
         AS lapses_at,
       min(c.expires_at, coalesce(c.event_at, 9223372036854775807),
           CASE WHEN s.signed_at < p.majority_at AND NOT s.after_death THEN p.majority_public_at ELSE 9223372036854775807 END,
           CASE WHEN s.signed_at < p.majority_at AND NOT s.after_death AND NOT s.by_minor THEN p.assent_public_at ELSE 9223372036854775807 END)
         AS public_lapses_at,
       min(c.expires_at, coalesce(c.event_at, 9223372036854775807)) AS own_end_at, s.by_representative, s.after_death
  FROM consent c JOIN consent_signed s ON s.consent_id = c.id JOIN patient p ON p.id = c.patient_id;

-- C8: the state of every consent, here and nowhere else.
CREATE VIEW consent_standing AS
SELECT c.id AS consent_id, c.patient_id, l.signed_at, l.lapses_at, l.public_lapses_at,
       CASE
         WHEN c.error_at IS NOT NULL THEN 'entered_in_error'
         WHEN c.complete_at IS NULL AND k.lacks THEN 'draft'
         WHEN c.revoked_at IS NOT NULL THEN 'revoked'
         -- C3: the latest signed consent replaces all earlier
         WHEN EXISTS (SELECT 1 FROM consent n JOIN consent_closed nk ON nk.consent_id = n.id
                       WHERE n.patient_id = c.patient_id AND n.signed_at >= c.signed_at AND n.error_at IS NULL
                         AND (n.signed_at > c.signed_at OR n.id > c.id) AND nk.closed) THEN 'superseded'
         -- C6: whoever revokes takes back everything signed until then, also a form that is completed later, or another paper
         -- of an earlier day that turns up (on the same day, what was opened before; 13 hours after noon is the next day)
         WHEN EXISTS (SELECT 1 FROM consent n WHERE n.patient_id = c.patient_id AND n.revoked_at > c.signed_at
                        AND (n.revoked_at > c.created_at OR n.revoked_at >= c.signed_at + 46800)) THEN 'revoked'
         WHEN k.lacks THEN 'draft'
         WHEN l.own_end_at <= unixepoch('now') THEN 'expired'
         WHEN l.lapses_at <= unixepoch('now') THEN 'aged_out'
         WHEN EXISTS (SELECT 1 FROM hold h WHERE h.patient_id = c.patient_id AND h.ended_at IS NULL) THEN 'paused'
         WHEN p.died_at IS NOT NULL AND NOT (l.by_representative AND l.after_death) THEN 'paused'
         WHEN l.public_lapses_at <= unixepoch('now') + 7776000 THEN 'expiring' -- 90 days
         ELSE 'active'
       END AS state
  FROM consent c
  JOIN consent_lapse l ON l.consent_id = c.id
  JOIN consent_closed k ON k.consent_id = c.id
  JOIN patient p ON p.id = c.patient_id;

-- When somebody signs, and when the last missing thing arrives, that is kept; nobody else can say so.
CREATE TRIGGER C1_signed_insert AFTER INSERT ON signature
BEGIN UPDATE consent SET signed_at = (SELECT max(s.signed_at) FROM signature s WHERE s.consent_id = NEW.consent_id
        AND s.who IN ('patient', 'minor', 'guardian', 'representative')) WHERE id = NEW.consent_id; END;
CREATE TRIGGER C1_signed_delete AFTER DELETE ON signature
BEGIN UPDATE consent SET signed_at = (SELECT max(s.signed_at) FROM signature s WHERE s.consent_id = OLD.consent_id
        AND s.who IN ('patient', 'minor', 'guardian', 'representative'))
       WHERE id = OLD.consent_id AND complete_at IS NULL; END;
CREATE TRIGGER C1_complete_consent AFTER UPDATE ON consent WHEN NEW.complete_at IS NULL
BEGIN UPDATE consent SET complete_at = unixepoch('now') WHERE id = NEW.id AND complete_at IS NULL
        AND NOT (SELECT k.lacks FROM consent_closed k WHERE k.consent_id = NEW.id); END;
CREATE TRIGGER C1_complete_channel AFTER INSERT ON consent_channel
BEGIN UPDATE consent SET complete_at = unixepoch('now') WHERE id = NEW.consent_id AND complete_at IS NULL
        AND NOT (SELECT k.lacks FROM consent_closed k WHERE k.consent_id = NEW.consent_id); END;
CREATE TRIGGER C1_complete_view AFTER INSERT ON consent_view
BEGIN UPDATE consent SET complete_at = unixepoch('now') WHERE id = NEW.consent_id AND complete_at IS NULL
        AND NOT (SELECT k.lacks FROM consent_closed k WHERE k.consent_id = NEW.consent_id); END;
CREATE TRIGGER C1_complete_picture AFTER INSERT ON consent_picture
BEGIN UPDATE consent SET complete_at = unixepoch('now') WHERE id = NEW.consent_id AND complete_at IS NULL
        AND NOT (SELECT k.lacks FROM consent_closed k WHERE k.consent_id = NEW.consent_id); END;
CREATE TRIGGER C1_complete_guardian AFTER UPDATE OF ended_at, relationship, kind ON guardian
BEGIN UPDATE consent SET complete_at = unixepoch('now')
       WHERE id IN (SELECT c.id FROM consent c WHERE c.patient_id = NEW.patient_id AND c.complete_at IS NULL AND c.document_sha256 IS NOT NULL)
         AND NOT (SELECT k.lacks FROM consent_closed k WHERE k.consent_id = consent.id); END;
CREATE TRIGGER C1_complete_patient AFTER UPDATE OF guardians, majority_at, assent_at, died_at ON patient
BEGIN UPDATE consent SET complete_at = unixepoch('now')
       WHERE id IN (SELECT c.id FROM consent c WHERE c.patient_id = NEW.id AND c.complete_at IS NULL AND c.document_sha256 IS NOT NULL)
         AND NOT (SELECT k.lacks FROM consent_closed k WHERE k.consent_id = consent.id); END;
CREATE TRIGGER C1_complete_practice AFTER UPDATE OF profile, guardians ON practice
BEGIN UPDATE consent SET complete_at = unixepoch('now')
       WHERE id IN (SELECT c.id FROM consent c WHERE c.complete_at IS NULL AND c.document_sha256 IS NOT NULL)
         AND NOT (SELECT k.lacks FROM consent_closed k WHERE k.consent_id = consent.id); END;
CREATE TRIGGER C1_opens_as_a_draft BEFORE INSERT ON consent WHEN NEW.signed_at IS NOT NULL OR NEW.complete_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'C1: a consent begins as a draft that nobody has signed'); END;
CREATE TRIGGER C1_signed_is_the_latest BEFORE UPDATE OF signed_at ON consent
WHEN NEW.signed_at IS NOT (SELECT max(s.signed_at) FROM signature s WHERE s.consent_id = NEW.id
                            AND s.who IN ('patient', 'minor', 'guardian', 'representative'))
BEGIN SELECT RAISE(ABORT, 'C1: a consent is signed when its last signature was given'); END;
CREATE TRIGGER C1_complete_is_true BEFORE UPDATE OF complete_at ON consent
WHEN OLD.complete_at IS NULL AND NEW.complete_at IS NOT NULL
 AND (NEW.complete_at IS NOT unixepoch('now') OR (SELECT k.lacks FROM consent_closed k WHERE k.consent_id = OLD.id))
BEGIN SELECT RAISE(ABORT, 'C1: a consent is complete when nothing is missing'); END;

-- C1: what was signed is not rewritten: a complete consent can only end (or be marked as entered in error).
CREATE TRIGGER C1_consent_fixed BEFORE UPDATE ON consent
WHEN (OLD.complete_at IS NOT NULL OR (SELECT k.closed FROM consent_closed k WHERE k.consent_id = OLD.id))
 AND (NEW.id IS NOT OLD.id OR NEW.code IS NOT OLD.code OR NEW.patient_id IS NOT OLD.patient_id OR NEW.created_at IS NOT OLD.created_at
      OR NEW.form_version IS NOT OLD.form_version OR NEW.form_lang IS NOT OLD.form_lang OR NEW.form_sha256 IS NOT OLD.form_sha256
      OR NEW.document_sha256 IS NOT OLD.document_sha256 OR NEW.document_kind IS NOT OLD.document_kind
      OR NEW.document_name IS NOT OLD.document_name OR NEW.scope IS NOT OLD.scope
      OR NEW.photos_from_on IS NOT OLD.photos_from_on OR NEW.photos_to_on IS NOT OLD.photos_to_on
      OR NEW.discloser IS NOT OLD.discloser OR NEW.expires_on IS NOT OLD.expires_on OR NEW.expires_at IS NOT OLD.expires_at
      OR NEW.expiry_event IS NOT OLD.expiry_event OR NEW.not_combined IS NOT OLD.not_combined OR NEW.benefit IS NOT OLD.benefit
      OR NEW.copy_given_on IS NOT OLD.copy_given_on OR NEW.statements_read IS NOT OLD.statements_read
      OR NEW.gdpr_notice IS NOT OLD.gdpr_notice OR NEW.gdpr_explicit IS NOT OLD.gdpr_explicit
      OR (OLD.complete_at IS NOT NULL
          AND (NEW.complete_at IS NOT OLD.complete_at OR NEW.signed_at IS NOT OLD.signed_at)))
BEGIN SELECT RAISE(ABORT, 'C1: a signed consent is not changed; a new one replaces it'); END;
-- ... nor is a document that lies under a draft: a wrong one is entered in error, and a new form printed
CREATE TRIGGER C1_document_stays BEFORE UPDATE ON consent
WHEN OLD.document_sha256 IS NOT NULL AND (NEW.document_sha256 IS NOT OLD.document_sha256 OR NEW.document_name IS NOT OLD.document_name
      OR NEW.form_sha256 IS NOT OLD.form_sha256)
BEGIN SELECT RAISE(ABORT, 'C1: the document of a consent is not replaced; mark the consent as entered in error and print a new form'); END;
CREATE TRIGGER C6_revocation_stays BEFORE UPDATE ON consent
WHEN (OLD.revoked_at IS NOT NULL AND (NEW.revoked_at IS NOT OLD.revoked_at OR NEW.revoked_by IS NOT OLD.revoked_by))
  OR (OLD.error_at IS NOT NULL AND (NEW.error_at IS NOT OLD.error_at OR NEW.error_why IS NOT OLD.error_why))
  OR (OLD.event_at IS NOT NULL AND NEW.event_at IS NOT OLD.event_at)
BEGIN SELECT RAISE(ABORT, 'C6: a revocation is not taken back; a new consent is signed'); END;

-- C4: a signature counts on the day it is given, by a person who may sign for this patient.
CREATE TRIGGER C4_signature_by_own_guardian BEFORE INSERT ON signature
WHEN NEW.guardian_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM guardian g JOIN consent c ON c.patient_id = g.patient_id WHERE c.id = NEW.consent_id AND g.id = NEW.guardian_id)
BEGIN SELECT RAISE(ABORT, 'C4: this person is not recorded as a guardian or representative of the patient'); END;
CREATE TRIGGER C2_signature_not_ahead BEFORE INSERT ON signature
WHEN NEW.signed_at > unixepoch('now') + 46800 -- noon of today is at most 13 hours ahead, also on a long day
BEGIN SELECT RAISE(ABORT, 'C2: a signature cannot be dated in the future'); END;

-- C1, C3: of a complete consent nothing that was signed is added to, changed or taken away; single pictures can be excluded.
CREATE TRIGGER C1_signature_not_added BEFORE INSERT ON signature
WHEN EXISTS (SELECT 1 FROM consent_closed k WHERE k.consent_id = NEW.consent_id AND k.closed)
BEGIN SELECT RAISE(ABORT, 'C1: the signatures of a signed consent are not changed; a new one replaces it'); END;
CREATE TRIGGER C1_signature_not_changed BEFORE UPDATE ON signature
BEGIN SELECT RAISE(ABORT, 'C1: a signature is not changed; a new one replaces it'); END;
CREATE TRIGGER C3_channel_not_added BEFORE INSERT ON consent_channel
WHEN EXISTS (SELECT 1 FROM consent_closed k WHERE k.consent_id = NEW.consent_id AND k.closed)
BEGIN SELECT RAISE(ABORT, 'C3: the channels of a signed consent are not changed; a new one replaces it'); END;
CREATE TRIGGER C3_channel_not_changed BEFORE UPDATE ON consent_channel
WHEN EXISTS (SELECT 1 FROM consent_closed k WHERE k.consent_id IN (OLD.consent_id, NEW.consent_id) AND k.closed)
BEGIN SELECT RAISE(ABORT, 'C3: the channels of a signed consent are not changed; a new one replaces it'); END;
CREATE TRIGGER C3_view_not_added BEFORE INSERT ON consent_view
WHEN EXISTS (SELECT 1 FROM consent_closed k WHERE k.consent_id = NEW.consent_id AND k.closed)
BEGIN SELECT RAISE(ABORT, 'C3: the views of a signed consent are not changed; a new one replaces it'); END;
CREATE TRIGGER C3_view_not_changed BEFORE UPDATE ON consent_view
WHEN EXISTS (SELECT 1 FROM consent_closed k WHERE k.consent_id IN (OLD.consent_id, NEW.consent_id) AND k.closed)
BEGIN SELECT RAISE(ABORT, 'C3: the views of a signed consent are not changed; a new one replaces it'); END;
CREATE TRIGGER C3_picture_not_added BEFORE INSERT ON consent_picture
WHEN EXISTS (SELECT 1 FROM consent_closed k WHERE k.consent_id = NEW.consent_id AND k.closed)
BEGIN SELECT RAISE(ABORT, 'C3: the pictures of a signed consent are not changed; a new one replaces it'); END;
CREATE TRIGGER C3_picture_not_changed BEFORE UPDATE ON consent_picture
WHEN EXISTS (SELECT 1 FROM consent_closed k WHERE k.consent_id IN (OLD.consent_id, NEW.consent_id) AND k.closed)
BEGIN SELECT RAISE(ABORT, 'C3: the pictures of a signed consent are not changed; a new one replaces it'); END;
CREATE TRIGGER C3_exclusion_not_changed BEFORE UPDATE ON consent_exclusion
BEGIN SELECT RAISE(ABORT, 'C3: an excluded picture needs a new consent'); END;

-- C7: evidence is not deleted before its time: the later of lapse and end, and the years the practice keeps it.
CREATE VIEW consent_kept AS
SELECT c.id AS consent_id,
       max(c.created_at, coalesce(c.complete_at, 0), coalesce(c.expires_at, 0), coalesce(c.revoked_at, 0), coalesce(c.error_at, 0))
         + r.keep_years * 31557600 AS until_at
  FROM consent c, practice r
 WHERE c.document_sha256 IS NOT NULL;
CREATE TRIGGER C7_consent_kept BEFORE DELETE ON consent
WHEN EXISTS (SELECT 1 FROM consent_kept k WHERE k.consent_id = OLD.id AND k.until_at > unixepoch('now'))
BEGIN SELECT RAISE(ABORT, 'C7: a signed consent is kept for years after its end'); END;
CREATE TRIGGER C7_signature_kept BEFORE DELETE ON signature
WHEN EXISTS (SELECT 1 FROM consent_kept k WHERE k.consent_id = OLD.consent_id AND k.until_at > unixepoch('now'))
BEGIN SELECT RAISE(ABORT, 'C7: a signed consent is kept for years after its end'); END;
CREATE TRIGGER C7_channel_kept BEFORE DELETE ON consent_channel
WHEN EXISTS (SELECT 1 FROM consent_kept k WHERE k.consent_id = OLD.consent_id AND k.until_at > unixepoch('now'))
BEGIN SELECT RAISE(ABORT, 'C7: a signed consent is kept for years after its end'); END;
CREATE TRIGGER C7_view_kept BEFORE DELETE ON consent_view
WHEN EXISTS (SELECT 1 FROM consent_kept k WHERE k.consent_id = OLD.consent_id AND k.until_at > unixepoch('now'))
BEGIN SELECT RAISE(ABORT, 'C7: a signed consent is kept for years after its end'); END;
CREATE TRIGGER C7_picture_kept BEFORE DELETE ON consent_picture
WHEN EXISTS (SELECT 1 FROM consent_kept k WHERE k.consent_id = OLD.consent_id AND k.until_at > unixepoch('now'))
BEGIN SELECT RAISE(ABORT, 'C7: a signed consent is kept for years after its end'); END;
CREATE TRIGGER C3_exclusion_stays BEFORE DELETE ON consent_exclusion
WHEN EXISTS (SELECT 1 FROM consent c WHERE c.id = OLD.consent_id)
 AND NOT EXISTS (SELECT 1 FROM consent_kept k WHERE k.consent_id = OLD.consent_id AND k.until_at <= unixepoch('now'))
BEGIN SELECT RAISE(ABORT, 'C3: an excluded picture needs a new consent'); END;

-- REPLACE deletes without asking the triggers above, unless the connection says recursive_triggers: so a row that is there is
-- not inserted again, and its number is not given to another.
CREATE TRIGGER C1_consent_not_replaced BEFORE INSERT ON consent WHEN EXISTS (SELECT 1 FROM consent x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'C1: a signed consent is not changed; a new one replaces it'); END;
CREATE TRIGGER C1_consent_code_not_replaced BEFORE INSERT ON consent WHEN EXISTS (SELECT 1 FROM consent x WHERE x.code = NEW.code)
BEGIN SELECT RAISE(ABORT, 'C1: a signed consent is not changed; a new one replaces it'); END;
CREATE TRIGGER C1_signature_not_replaced BEFORE INSERT ON signature WHEN EXISTS (SELECT 1 FROM signature x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'C1: a signature is not changed; a new one replaces it'); END;
CREATE TRIGGER C1_consent_not_renumbered BEFORE UPDATE OF id ON consent WHEN NEW.id IS NOT OLD.id
BEGIN SELECT RAISE(ABORT, 'C1: a consent keeps its number'); END;
-- C6: a revocation ends what was signed before it for good. Were the revoked consent put away as an error, an earlier and wider one
-- would stand again.
CREATE TRIGGER C6_revoked_is_no_error BEFORE UPDATE OF error_at ON consent
WHEN OLD.revoked_at IS NOT NULL AND NEW.error_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'C6: a revoked consent stays revoked; it is not marked as entered in error'); END;
