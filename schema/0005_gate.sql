-- 0005: the gate. `case_reason` lists every reason why a case may not be published on a channel; `case_permit` is what
-- is left where there is none. Publications are refused by trigger where the gate has a reason (P1), whoever writes.

-- The consent that stands for a patient: the latest signed complete one, whatever its state; at most one. (An earlier one
-- that was revoked keeps that state for the record, yet a consent signed after it stands.)
CREATE VIEW patient_consent AS
SELECT k.patient_id, k.consent_id, k.state, k.lapses_at, k.public_lapses_at
  FROM consent_standing k
 WHERE CASE k.state
         WHEN 'draft' THEN 0
         WHEN 'entered_in_error' THEN 0
         WHEN 'superseded' THEN 0
         WHEN 'revoked' THEN NOT EXISTS (
           SELECT 1 FROM consent n JOIN consent_signed g ON g.consent_id = n.id
            WHERE n.patient_id = k.patient_id AND n.complete_at IS NOT NULL AND n.error_at IS NULL
              AND (g.signed_at > k.signed_at OR (g.signed_at = k.signed_at AND n.id > k.consent_id)))
         ELSE 1
       END;

-- C6: a withdrawal that has begun. The site goes dark first, then the act itself commits and takes its row away. A row
-- that is still here at the next command is finished then, before anything else.
CREATE TABLE intent (
  id          INTEGER PRIMARY KEY,
  act         TEXT NOT NULL CHECK (act IN ('revoke', 'error', 'pause', 'objection', 'died', 'withdraw', 'event')),
  patient_id  INTEGER NOT NULL REFERENCES patient (id), -- whose cases go dark
  case_id     INTEGER REFERENCES cases (id),            -- only this one (withdraw)
  consent_id  INTEGER REFERENCES consent (id),          -- revoke, error, event
  who         TEXT NOT NULL,                            -- 'patient', 'minor', 'guardian', ...
  guardian_id INTEGER REFERENCES guardian (id),
  how         TEXT NOT NULL,
  on_date     TEXT,                                     -- died
  staff_id    INTEGER,
  at          INTEGER NOT NULL
) STRICT;

CREATE TABLE channel (name TEXT PRIMARY KEY CHECK (name IN ('website', 'social', 'print', 'teaching'))) STRICT, WITHOUT ROWID;
INSERT INTO channel (name) VALUES ('website'), ('social'), ('print'), ('teaching');

-- The photos a case shows, with the master and approval that count now.
CREATE VIEW photo_standing AS
SELECT f.id AS photo_id, f.case_id, f.patient_id, f.stage, f.stage_rank, f.view, f.taken_on, f.in_gallery,
       d.form, d.revision, m.id AS master_id, m.sha256 AS master_sha256, m.exposure, m.faces_left, m.face_presence,
       (SELECT a.verdict FROM approval a, recipe r WHERE a.photo_id = f.id AND a.sha256 = m.sha256 AND a.recipe = r.version
           AND a.id > d.approvals_after
         ORDER BY a.id DESC LIMIT 1) AS verdict,
       (SELECT a.why FROM approval a WHERE a.photo_id = f.id AND a.sha256 = m.sha256 ORDER BY a.id DESC LIMIT 1) AS verdict_why
  FROM photo f
  LEFT JOIN decision d ON d.photo_id = f.id
  LEFT JOIN master m ON m.photo_id = f.id AND m.revision = d.revision;

-- Every reason, a row each: rule, a stable code (record/gate.c has the sentence and what would mend it), and the photo
-- it is about (NULL: the whole case). A channel of NULL means every channel. Reasons that need the same join are one branch
-- with a list of codes: SQLite plans a view anew for every place that names it. No DISTINCT, and + before a photo's number: so that
-- SQLite can ask every branch for one case instead of making the whole view.
CREATE VIEW case_fault AS
-- consent
SELECT c.id AS case_id, NULL AS channel, 'C1' AS rule, 'no_consent' AS code, NULL AS photo_id
  FROM cases c WHERE NOT EXISTS (SELECT 1 FROM patient_consent k WHERE k.patient_id = c.patient_id)
UNION ALL SELECT c.id, n.channel, n.rule, n.code, NULL
  FROM cases c JOIN patient_consent k ON k.patient_id = c.patient_id,
       (SELECT 'C5' AS rule, 'consent_expired' AS code, NULL AS channel
        UNION ALL VALUES ('C4', 'consent_aged_out', NULL), ('C6', 'consent_revoked', NULL), ('C4', 'public_lapse', NULL),
               ('C8', 'died', NULL), ('C3', 'channel', 'website'), ('C3', 'channel', 'social'), ('C3', 'channel', 'print'),
               ('C3', 'channel', 'teaching')) n
 WHERE CASE k.state
         WHEN 'expired' THEN n.code = 'consent_expired'
         WHEN 'aged_out' THEN n.code = 'consent_aged_out'
         WHEN 'revoked' THEN n.code = 'consent_revoked'
         WHEN 'paused' THEN (n.code = 'public_lapse' AND k.public_lapses_at <= unixepoch('now'))
           OR (n.code = 'died' AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.patient_id = c.patient_id AND h.ended_at IS NULL))
         ELSE n.code = 'public_lapse' AND k.public_lapses_at <= unixepoch('now')
       END
    OR (n.code = 'channel' AND NOT EXISTS (SELECT 1 FROM consent_channel h
                                            WHERE h.consent_id = k.consent_id AND h.channel = n.channel))
UNION ALL SELECT c.id, NULL, CASE h.kind WHEN 'pause' THEN 'C6' ELSE 'C4' END,
                 CASE h.kind WHEN 'pause' THEN 'paused' ELSE 'objection' END, NULL
  FROM cases c JOIN hold h ON h.patient_id = c.patient_id WHERE h.ended_at IS NULL
UNION ALL SELECT c.id, NULL, 'C6', 'withdrawing', NULL
  FROM cases c JOIN intent i ON i.patient_id = c.patient_id AND (i.case_id IS NULL OR i.case_id = c.id)
UNION ALL SELECT c.id, NULL, 'C7', 'erased', NULL FROM cases c JOIN patient p ON p.id = c.patient_id WHERE p.erased_at IS NOT NULL
-- scope, photo by photo (C3)
UNION ALL SELECT f.case_id, n.channel, 'C3', n.code, +f.photo_id
  FROM photo_standing f JOIN patient_consent k ON k.patient_id = f.patient_id JOIN consent t ON t.id = k.consent_id,
       (SELECT 'view_not_covered' AS code, NULL AS channel
        UNION ALL VALUES ('date_unknown', NULL), ('date_not_covered', NULL), ('picture_not_covered', NULL), ('excluded', NULL),
               ('exposure', 'website'), ('exposure', 'social'), ('exposure', 'print'), ('exposure', 'teaching')) n
 WHERE f.in_gallery = 1
   AND CASE n.code
         WHEN 'view_not_covered' THEN t.scope = 'views'
           AND NOT EXISTS (SELECT 1 FROM consent_view v WHERE v.consent_id = t.id AND v.view = f.view)
         WHEN 'date_unknown' THEN t.scope = 'views' AND f.taken_on IS NULL
         WHEN 'date_not_covered' THEN t.scope = 'views' AND (f.taken_on < t.photos_from_on OR f.taken_on > t.photos_to_on)
         WHEN 'picture_not_covered' THEN t.scope = 'pictures' AND f.master_sha256 IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM consent_picture v WHERE v.consent_id = t.id AND v.master_sha256 = f.master_sha256)
         WHEN 'excluded' THEN EXISTS (SELECT 1 FROM consent_exclusion x WHERE x.consent_id = t.id AND x.photo_id = f.photo_id)
         WHEN 'exposure' THEN EXISTS (SELECT 1 FROM consent_channel h WHERE h.consent_id = t.id AND h.channel = n.channel
                                       AND f.exposure > h.exposure)
       END
-- pixels, photo by photo
UNION ALL SELECT f.case_id, NULL, 'I4', 'search_failed', +f.id FROM photo f LEFT JOIN decision d ON d.photo_id = f.id
 WHERE f.in_gallery = 1 AND f.detect_ran = 0 AND d.faces_checked_at IS NULL
UNION ALL SELECT f.case_id, NULL, 'I4', 'no_face_found', +f.id FROM photo f LEFT JOIN decision d ON d.photo_id = f.id
 WHERE f.in_gallery = 1 AND f.detect_ran = 1 AND (f.view GLOB 'EO-*' OR f.view = 'OT') AND d.faces_checked_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM region r WHERE r.photo_id = f.id AND r.kind = 'face'
                    AND (r.verified = 1 OR r.confirmed_at IS NOT NULL) AND r.dismissed_at IS NULL AND r.removed_at IS NULL)
UNION ALL SELECT f.case_id, NULL, 'I4', 'face_unanswered', +f.id FROM photo f
 WHERE f.in_gallery = 1 AND EXISTS (SELECT 1 FROM region r WHERE r.photo_id = f.id AND r.kind = 'face' AND r.verified = 0
                                    AND r.confirmed_at IS NULL AND r.dismissed_at IS NULL)
UNION ALL SELECT f.case_id, NULL, 'I7', 'misfiled', +f.id FROM photo f WHERE f.misfiled = 1
UNION ALL SELECT f.case_id, NULL, 'I7', 'radiograph', +f.id FROM photo f LEFT JOIN decision d ON d.photo_id = f.id
 WHERE f.in_gallery = 1 AND f.is_radiograph = 1 AND (d.faces_checked_at IS NULL OR d.form IS NOT 'crop')
UNION ALL SELECT f.case_id, NULL, 'I7', 'text_unanswered', +f.id FROM photo f LEFT JOIN decision d ON d.photo_id = f.id
 WHERE f.in_gallery = 1 AND d.no_text_at IS NULL
UNION ALL SELECT f.case_id, NULL, CASE n.code WHEN 'face_left' THEN 'I6' ELSE 'I5' END, n.code, +f.photo_id
  FROM photo_standing f,
       (SELECT 'undecided' AS code UNION ALL VALUES ('no_master'), ('face_left'), ('rejected'), ('not_approved')) n
 WHERE f.in_gallery = 1
   AND CASE n.code
         WHEN 'undecided' THEN f.form IS NULL OR f.form = 'none'
         WHEN 'no_master' THEN f.form <> 'none' AND f.master_id IS NULL
         WHEN 'face_left' THEN f.faces_left > 0
         WHEN 'rejected' THEN f.master_id IS NOT NULL AND f.verdict = 'rejected'
         WHEN 'not_approved' THEN f.master_id IS NOT NULL AND f.verdict IS NOT 'approved' AND f.verdict IS NOT 'rejected'
       END
-- the case
UNION ALL SELECT c.id, NULL, 'I5', CASE c.suitable WHEN 0 THEN 'unsuitable' ELSE 'suitability_open' END, NULL
  FROM cases c WHERE c.suitable IS NOT 1
UNION ALL SELECT c.id, NULL, 'I8', 'no_pair', NULL FROM cases c
 WHERE NOT EXISTS (SELECT 1 FROM photo a JOIN photo b ON b.case_id = a.case_id AND b.view = a.view AND b.stage_rank > a.stage_rank
                    WHERE a.case_id = c.id AND a.in_gallery = 1 AND b.in_gallery = 1)
UNION ALL SELECT c.id, NULL, 'I8', 'treatment_not_ended', NULL FROM cases c
 WHERE (c.ended_on IS NULL OR c.ended_on > date('now'))
   AND EXISTS (SELECT 1 FROM photo f WHERE f.case_id = c.id AND f.in_gallery = 1 AND f.stage IN ('T3', 'T4'))
UNION ALL SELECT b.case_id, NULL, 'I8', 'stage_order', +b.id FROM photo b
 WHERE b.in_gallery = 1 AND EXISTS (SELECT 1 FROM photo a WHERE a.case_id = b.case_id AND a.view = b.view AND a.in_gallery = 1
                                     AND a.stage_rank < b.stage_rank AND a.taken_on > b.taken_on)
UNION ALL SELECT f.case_id, NULL, 'I8', 'after_too_early', +f.id FROM photo f JOIN cases c ON c.id = f.case_id
 WHERE f.in_gallery = 1 AND f.stage IN ('T3', 'T4') AND c.ended_on IS NOT NULL AND f.taken_on < c.ended_on
UNION ALL SELECT f.case_id, NULL, 'I8', 'other_patient', +f.id FROM photo f JOIN cases c ON c.id = f.case_id
 WHERE f.patient_id <> c.patient_id
UNION ALL SELECT c.id, NULL, 'I8', 'no_orthodontist', NULL FROM cases c WHERE c.orthodontist_id IS NULL
UNION ALL SELECT c.id, NULL, 'P2', 'facts_missing', NULL FROM cases c WHERE c.months IS NULL OR c.age_band IS NULL
UNION ALL SELECT c.id, NULL, 'S1', 'no_policy', NULL FROM cases c
 WHERE NOT EXISTS (SELECT 1 FROM policy WHERE in_force_at <= unixepoch('now'))
UNION ALL SELECT c.id, NULL, 'P1', 'withdrawn', NULL FROM cases c WHERE c.withdrawn_at IS NOT NULL
-- a clock that was set back would bring lapsed consents back to life
UNION ALL SELECT c.id, NULL, 'P1', 'clock_back', NULL FROM cases c
 WHERE unixepoch('now') < (SELECT max(at) FROM audit);

-- The same with every channel named.
CREATE VIEW case_reason AS
SELECT x.case_id, n.name AS channel, x.rule, x.code, x.photo_id
  FROM case_fault x, channel n WHERE x.channel IS NULL OR x.channel = n.name;

-- P1: what may be published, on which channel, until when.
CREATE VIEW case_permit AS
SELECT c.id AS case_id, n.name AS channel, k.consent_id, k.lapses_at, k.public_lapses_at
  FROM cases c JOIN patient_consent k ON k.patient_id = c.patient_id, channel n
 WHERE NOT EXISTS (SELECT 1 FROM case_fault x WHERE x.case_id = c.id AND (x.channel IS NULL OR x.channel = n.name));

-- A publication: this case, on this channel, under this consent, from then on.
CREATE TABLE publication (
  id           INTEGER PRIMARY KEY,
  case_id      INTEGER NOT NULL REFERENCES cases (id),
  channel      TEXT NOT NULL REFERENCES channel (name),
  consent_id   INTEGER NOT NULL REFERENCES consent (id),
  public_id    TEXT NOT NULL,
  lapses_at    INTEGER NOT NULL,                            -- inside
  lease_at     INTEGER NOT NULL,                            -- as the public server knows it (C4, P4)
  fingerprint  TEXT NOT NULL,                               -- SHA-256 over what is shown: a change makes a new publication
  published_at INTEGER NOT NULL,
  staff_id     INTEGER NOT NULL REFERENCES staff (id),
  ended_at     INTEGER,                                     -- dark since
  ended_why    TEXT,
  CHECK ((ended_at IS NULL) = (ended_why IS NULL))
) STRICT;
CREATE UNIQUE INDEX publication_live ON publication (case_id, channel) WHERE ended_at IS NULL;

-- C7: the list of what was published: every file with its hash.
CREATE TABLE publication_file (
  publication_id INTEGER NOT NULL REFERENCES publication (id),
  path           TEXT NOT NULL,
  photo_id       INTEGER REFERENCES photo (id),             -- NULL: a page
  master_sha256  TEXT,
  sha256         TEXT NOT NULL CHECK (length(sha256) = 64),
  bytes          INTEGER NOT NULL,
  PRIMARY KEY (publication_id, path),
  CHECK ((photo_id IS NULL) = (master_sha256 IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER P1_publication_needs_permit BEFORE INSERT ON publication
WHEN NOT EXISTS (SELECT 1 FROM case_permit k WHERE k.case_id = NEW.case_id AND k.channel = NEW.channel
                  AND k.consent_id = NEW.consent_id AND k.lapses_at = NEW.lapses_at AND k.public_lapses_at = NEW.lease_at)
BEGIN SELECT RAISE(ABORT, 'P1: the gate does not permit this publication'); END;
CREATE TRIGGER P1_publication_by_publisher BEFORE INSERT ON publication
WHEN NOT EXISTS (SELECT 1 FROM staff s WHERE s.id = NEW.staff_id AND s.is_publisher = 1 AND s.deactivated_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'S2: only a publisher may publish'); END;
CREATE TRIGGER S1_publisher_knows_the_policy BEFORE INSERT ON publication
WHEN EXISTS (SELECT 1 FROM staff_policy y WHERE y.staff_id = NEW.staff_id AND y.version IS NOT NULL AND y.may_act = 0)
BEGIN SELECT RAISE(ABORT, 'S1: who publishes has acknowledged the photo policy in force'); END;
CREATE TRIGGER P1_publication_not_backdated BEFORE INSERT ON publication
WHEN NEW.ended_at IS NULL AND abs(NEW.published_at - unixepoch('now')) > 300
BEGIN SELECT RAISE(ABORT, 'P1: a publication bears the time of now'); END;
-- An UPDATE may only end a publication, once.
CREATE TRIGGER P1_publication_only_ends BEFORE UPDATE ON publication
WHEN OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.id IS NOT OLD.id OR NEW.case_id IS NOT OLD.case_id
  OR NEW.channel IS NOT OLD.channel OR NEW.consent_id IS NOT OLD.consent_id OR NEW.public_id IS NOT OLD.public_id
  OR NEW.lapses_at IS NOT OLD.lapses_at OR NEW.lease_at IS NOT OLD.lease_at OR NEW.fingerprint IS NOT OLD.fingerprint
  OR NEW.published_at IS NOT OLD.published_at OR NEW.staff_id IS NOT OLD.staff_id
BEGIN SELECT RAISE(ABORT, 'P1: a publication can only be ended, once'); END;
CREATE TRIGGER C7_publication_kept BEFORE DELETE ON publication
WHEN OLD.ended_at IS NULL OR OLD.ended_at + (SELECT keep_years FROM practice) * 31557600 > unixepoch('now')
BEGIN SELECT RAISE(ABORT, 'C7: the record of a publication is kept for years after its end'); END;
CREATE TRIGGER P1_file_of_approved_master BEFORE INSERT ON publication_file
WHEN NEW.photo_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM publication p JOIN photo_standing f ON f.case_id = p.case_id
   WHERE p.id = NEW.publication_id AND f.photo_id = NEW.photo_id AND f.in_gallery = 1
     AND f.master_sha256 = NEW.master_sha256 AND f.verdict = 'approved')
BEGIN SELECT RAISE(ABORT, 'P1: only a rendition of an approved master is published'); END;
CREATE TRIGGER P1_file_fixed BEFORE UPDATE ON publication_file
BEGIN SELECT RAISE(ABORT, 'C7: the list of what was published is not changed'); END;
CREATE TRIGGER C7_file_kept BEFORE DELETE ON publication_file
WHEN EXISTS (SELECT 1 FROM publication p WHERE p.id = OLD.publication_id AND
             (p.ended_at IS NULL OR p.ended_at + (SELECT keep_years FROM practice) * 31557600 > unixepoch('now')))
BEGIN SELECT RAISE(ABORT, 'C7: the list of what was published is kept for years after its end'); END;

-- C6: copies outside the site, opened by a revocation, each ticked off with evidence.
CREATE TABLE copy_check (
  id         INTEGER PRIMARY KEY,
  case_id    INTEGER NOT NULL REFERENCES cases (id),
  what       TEXT NOT NULL CHECK (what IN ('social', 'search_cache', 'print', 'teaching', 'other')),
  note       TEXT,
  opened_at  INTEGER NOT NULL,
  done_at    INTEGER,
  done_by    INTEGER REFERENCES staff (id),
  evidence   TEXT,
  CHECK (done_at IS NULL OR length(trim(coalesce(evidence, ''))) > 0)
) STRICT;

-- REPLACE deletes without asking the triggers above, unless the connection says recursive_triggers: so a row that is there is
-- not inserted again, and its number is not given to another.
CREATE TRIGGER C7_publication_not_replaced BEFORE INSERT ON publication WHEN EXISTS (SELECT 1 FROM publication x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'C7: the record of a publication is not replaced'); END;
CREATE TRIGGER C7_live_publication_not_replaced BEFORE INSERT ON publication
WHEN EXISTS (SELECT 1 FROM publication x WHERE x.case_id = NEW.case_id AND x.channel = NEW.channel AND x.ended_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'C7: the record of a publication is ended, not replaced'); END;
CREATE TRIGGER C7_file_not_replaced BEFORE INSERT ON publication_file WHEN EXISTS (SELECT 1 FROM publication_file x WHERE x.publication_id = NEW.publication_id AND x.path = NEW.path)
BEGIN SELECT RAISE(ABORT, 'C7: the list of what was published is not changed'); END;
