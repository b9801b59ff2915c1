-- 0004: cases, their photos, what was found on each, what was decided, and who approved the result.

CREATE TABLE cases (
  id             INTEGER PRIMARY KEY,
  patient_id     INTEGER NOT NULL REFERENCES patient (id),
  location_id    INTEGER NOT NULL REFERENCES location (id),
  -- public facts, from fixed lists (P2)
  problem        TEXT NOT NULL CHECK (problem IN ('crowding', 'gaps', 'overbite', 'underbite', 'crossbite', 'open_bite',
                   'protrusion', 'canine', 'other')),
  treatment      TEXT NOT NULL CHECK (treatment IN ('braces', 'aligners', 'expander', 'functional', 'surgery_braces', 'retainer', 'other')),
  months         INTEGER CHECK (months BETWEEN 1 AND 120),
  age_band       TEXT CHECK (age_band IN ('0-6', '7-12', '13-17', '18-39', '40+')), -- at the start, worked out in C
  orthodontist_id INTEGER REFERENCES staff (id),      -- who did it (I8)
  started_on     TEXT,
  ended_on       TEXT,                                -- the treatment's end: "after" needs it (I8)
  suitable       INTEGER CHECK (suitable IN (0, 1)),  -- I5: 1 = showing it could not shame or expose the patient
  suitable_by    INTEGER REFERENCES staff (id),
  suitable_at    INTEGER,
  withdrawn_at   INTEGER,                             -- withdrawn by the practice; `case reopen` lifts it
  public_id      TEXT UNIQUE,                         -- random (I2), given at the first publication, anew after a withdrawal
  created_at     INTEGER NOT NULL,
  staff_id       INTEGER NOT NULL REFERENCES staff (id)
) STRICT;
CREATE INDEX cases_patient ON cases (patient_id);

CREATE TABLE photo (
  id            INTEGER PRIMARY KEY,
  case_id       INTEGER NOT NULL REFERENCES cases (id),
  patient_id    INTEGER NOT NULL REFERENCES patient (id),
  stage         TEXT NOT NULL CHECK (stage IN ('T1', 'T3', 'T4') OR stage GLOB 'T2.[1-9]' OR stage GLOB 'T2.[1-9][0-9]'),
  -- the order of time, as flow/form.h numbers it; names do not sort ("T2.10" < "T2.9")
  stage_rank    INTEGER GENERATED ALWAYS AS (CASE stage WHEN 'T1' THEN 1000 WHEN 'T3' THEN 3000 WHEN 'T4' THEN 4000
                  ELSE 2000 + CAST(substr(stage, 4) AS INTEGER) END) STORED,
  view          TEXT NOT NULL CHECK (view IN ('EO-FR', 'EO-FS', 'EO-PR', 'EO-45', 'IO-FR', 'IO-RB', 'IO-LB', 'IO-UO', 'IO-LO', 'OT')),
  -- the sealed original (I9)
  sha256        TEXT NOT NULL CHECK (length(sha256) = 64),  -- of the original's bytes
  vault_name    TEXT NOT NULL UNIQUE,                       -- random, below vault/
  bytes         INTEGER NOT NULL,
  -- what the worker reported
  format        TEXT NOT NULL CHECK (format IN ('jpeg', 'png', 'tiff', 'webp', 'heif', 'avif')),
  width         INTEGER NOT NULL CHECK (width > 0),         -- upright
  height        INTEGER NOT NULL CHECK (height > 0),
  removed       INTEGER NOT NULL,                           -- bits of enum wire_removed (I1)
  captured      TEXT,                                       -- the camera's clock; private
  taken_on      TEXT CHECK (taken_on GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'), -- from it, or typed in: orders stages, meets C3's dates
  detect_ran    INTEGER NOT NULL CHECK (detect_ran IN (0, 1)), -- I4: a search that failed counts as not found
  is_radiograph INTEGER NOT NULL DEFAULT 0 CHECK (is_radiograph IN (0, 1)), -- I7
  misfiled      INTEGER NOT NULL DEFAULT 0 CHECK (misfiled IN (0, 1)),      -- I7: text matches another patient
  in_gallery    INTEGER NOT NULL DEFAULT 1 CHECK (in_gallery IN (0, 1)),    -- 0: kept, not shown
  created_at    INTEGER NOT NULL,
  staff_id      INTEGER NOT NULL REFERENCES staff (id),
  UNIQUE (patient_id, sha256)                               -- the same file twice is one photo
) STRICT;
CREATE INDEX photo_case ON photo (case_id);

-- Regions proposed by the search or drawn by hand. Points: "x,y x,y ..." in pixels of the upright picture.
CREATE TABLE region (
  id           INTEGER PRIMARY KEY,
  photo_id     INTEGER NOT NULL REFERENCES photo (id),
  kind         TEXT NOT NULL CHECK (kind IN ('face', 'text', 'code', 'drawn')),
  shape        TEXT NOT NULL CHECK (shape IN ('polygon', 'ellipse', 'rect')),
  points       TEXT NOT NULL,
  keypoints    TEXT,                                        -- faces: box, six points and lips as found
  score        REAL,
  presence     REAL,
  verified     INTEGER NOT NULL DEFAULT 1 CHECK (verified IN (0, 1)), -- 0: only a person can confirm it (I4)
  reading      TEXT,                                        -- text that could be read
  must_cover   INTEGER NOT NULL DEFAULT 0 CHECK (must_cover IN (0, 1)), -- I7: names the patient, cannot be dismissed
  confirmed_at INTEGER,
  confirmed_by INTEGER REFERENCES staff (id),
  dismissed_at INTEGER,
  dismissed_by INTEGER REFERENCES staff (id),
  dismissed_why TEXT,
  removed_at   INTEGER,                                     -- a drawn region taken back
  created_at   INTEGER NOT NULL,
  staff_id     INTEGER REFERENCES staff (id),               -- NULL: found by the search
  CHECK ((dismissed_at IS NULL) = (dismissed_by IS NULL)),
  CHECK (dismissed_at IS NULL OR length(trim(coalesce(dismissed_why, ''))) > 0),
  CHECK (must_cover = 0 OR dismissed_at IS NULL),           -- I7
  CHECK (removed_at IS NULL OR staff_id IS NOT NULL)        -- what was found is dismissed, not removed
) STRICT;
CREATE INDEX region_photo ON region (photo_id);

-- What a reviewer settled for a photo. One row a photo; `revision` grows with every change to it or to a region.
CREATE TABLE decision (
  photo_id     INTEGER PRIMARY KEY REFERENCES photo (id),
  revision     INTEGER NOT NULL DEFAULT 1,
  form         TEXT NOT NULL CHECK (form IN ('none', 'arch', 'smile', 'lower-third', 'veil', 'veil-mouth', 'crop')),
  turn         REAL NOT NULL DEFAULT 0 CHECK (turn BETWEEN -180 AND 180),
  flip         INTEGER NOT NULL DEFAULT 0 CHECK (flip IN (0, 1)),
  gain_r       REAL NOT NULL DEFAULT 1 CHECK (gain_r BETWEEN 0.5 AND 2),
  gain_g       REAL NOT NULL DEFAULT 1 CHECK (gain_g BETWEEN 0.5 AND 2),
  gain_b       REAL NOT NULL DEFAULT 1 CHECK (gain_b BETWEEN 0.5 AND 2),
  crop         TEXT,                                        -- "x,y x,y" in the turned and flipped picture; NULL: the form's own
  faces_checked_at INTEGER,                                 -- I4: a person drew or confirmed the regions
  faces_checked_by INTEGER REFERENCES staff (id),
  no_text_at   INTEGER,                                     -- "no text, badge or tattoo is left to see"
  no_text_by   INTEGER REFERENCES staff (id),
  approvals_after INTEGER NOT NULL DEFAULT 0,               -- approvals up to this number no longer count (I5, I7)
  changed_at   INTEGER NOT NULL,
  changed_by   INTEGER REFERENCES staff (id)                -- NULL: the default form by view
) STRICT;

-- The covered picture of a decision's revision; the file is sealed under masters/.
CREATE TABLE master (
  id           INTEGER PRIMARY KEY,
  photo_id     INTEGER NOT NULL REFERENCES photo (id),
  revision     INTEGER NOT NULL,                            -- of the decision it was made from
  sha256       TEXT NOT NULL CHECK (length(sha256) = 64),   -- of the PNG
  vault_name   TEXT NOT NULL UNIQUE,
  width        INTEGER NOT NULL,
  height       INTEGER NOT NULL,
  exposure     INTEGER NOT NULL CHECK (exposure IN (1, 2, 3)),
  faces_left   INTEGER NOT NULL,                            -- second look (I6)
  face_presence REAL NOT NULL,
  made_at      INTEGER NOT NULL,
  UNIQUE (photo_id, revision)
) STRICT;
CREATE INDEX master_sha ON master (sha256);

-- I5: a clinician's word on exactly these pixels and this recipe.
CREATE TABLE approval (
  id       INTEGER PRIMARY KEY,
  photo_id INTEGER NOT NULL REFERENCES photo (id),
  sha256   TEXT NOT NULL CHECK (length(sha256) = 64),       -- of the master that was seen
  recipe   INTEGER NOT NULL,                                -- of renditions
  verdict  TEXT NOT NULL CHECK (verdict IN ('approved', 'rejected')),
  why      TEXT,                                            -- of a rejection
  at       INTEGER NOT NULL,
  staff_id INTEGER NOT NULL REFERENCES staff (id),
  CHECK (verdict = 'approved' OR length(trim(coalesce(why, ''))) > 0)
) STRICT;
CREATE INDEX approval_photo ON approval (photo_id, sha256);

-- The one recipe of renditions that the program applies now; an approval for another no longer counts.
CREATE TABLE recipe (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL
) STRICT;
INSERT INTO recipe (id, version) VALUES (1, 1);

-- I5: whether showing a case could shame or expose the patient is a clinician's answer
CREATE TRIGGER I5_suitable_by_clinician BEFORE UPDATE OF suitable, suitable_by ON cases
WHEN NEW.suitable IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM staff s WHERE s.id = NEW.suitable_by AND s.role = 'clinician' AND s.deactivated_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'I5: only a clinician may answer whether a case is suitable'); END;
CREATE TRIGGER I5_new_case_is_open BEFORE INSERT ON cases WHEN NEW.suitable IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'I5: whether a case is suitable is answered after its pictures were seen'); END;
CREATE TRIGGER I5_approval_by_clinician BEFORE INSERT ON approval
WHEN NOT EXISTS (SELECT 1 FROM staff s WHERE s.id = NEW.staff_id AND s.role = 'clinician' AND s.deactivated_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'I5: only a clinician may approve or reject a picture'); END;
CREATE TRIGGER I5_approval_of_a_master BEFORE INSERT ON approval
WHEN NOT EXISTS (SELECT 1 FROM master m WHERE m.photo_id = NEW.photo_id AND m.sha256 = NEW.sha256)
BEGIN SELECT RAISE(ABORT, 'I5: an approval names a master of that photo'); END;
CREATE TRIGGER I5_approval_no_update BEFORE UPDATE ON approval
BEGIN SELECT RAISE(ABORT, 'I5: an approval is not changed; a later one replaces it'); END;
CREATE TRIGGER I5_approval_no_delete BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'I5: an approval is not deleted'); END;
CREATE TRIGGER I5_master_fixed BEFORE UPDATE OF photo_id, revision, sha256, exposure, faces_left ON master
BEGIN SELECT RAISE(ABORT, 'I5: a master is not changed; a new one is made'); END;
CREATE TRIGGER I7_region_no_delete BEFORE DELETE ON region
BEGIN SELECT RAISE(ABORT, 'I7: a region is dismissed or taken back, never deleted'); END;
CREATE TRIGGER I4_region_of_search_fixed BEFORE UPDATE OF kind, score, presence, verified, photo_id ON region
BEGIN SELECT RAISE(ABORT, 'I4: what the search found is not rewritten'); END;
CREATE TRIGGER I4_outline_of_search_fixed BEFORE UPDATE OF points, shape, staff_id ON region
WHEN OLD.staff_id IS NULL OR NEW.staff_id IS NOT OLD.staff_id
BEGIN SELECT RAISE(ABORT, 'I4: what the search found is not rewritten'); END;
-- I5: any change to a region, a decision or a view asks for a new master; unless its pixels are the same, for a new approval
CREATE TRIGGER I5_region_changes_decision AFTER UPDATE ON region
BEGIN UPDATE decision SET revision = revision + 1 WHERE photo_id = NEW.photo_id; END;
CREATE TRIGGER I5_region_added AFTER INSERT ON region
BEGIN UPDATE decision SET revision = revision + 1 WHERE photo_id = NEW.photo_id; END;
CREATE TRIGGER I5_decision_changes AFTER UPDATE OF form, turn, flip, gain_r, gain_g, gain_b, crop ON decision
WHEN NEW.form IS NOT OLD.form OR NEW.turn IS NOT OLD.turn OR NEW.flip IS NOT OLD.flip OR NEW.gain_r IS NOT OLD.gain_r
  OR NEW.gain_g IS NOT OLD.gain_g OR NEW.gain_b IS NOT OLD.gain_b OR NEW.crop IS NOT OLD.crop
BEGIN UPDATE decision SET revision = OLD.revision + 1 WHERE photo_id = NEW.photo_id; END;
CREATE TRIGGER I5_view_changes_decision AFTER UPDATE OF view ON photo WHEN NEW.view IS NOT OLD.view
BEGIN UPDATE decision SET revision = revision + 1 WHERE photo_id = NEW.id; END;
-- I5, I7: the clinician saw this picture as this view and stage of this patient. Said to be another (C3's scope goes by views, and
-- before and after by stages), it is asked again, though its pixels be the same.
CREATE TRIGGER I5_other_label_asks_again AFTER UPDATE OF view, stage, patient_id, case_id ON photo
WHEN NEW.view IS NOT OLD.view OR NEW.stage IS NOT OLD.stage OR NEW.patient_id IS NOT OLD.patient_id OR NEW.case_id IS NOT OLD.case_id
BEGIN UPDATE decision SET approvals_after = (SELECT coalesce(max(id), 0) FROM approval) WHERE photo_id = NEW.id; END;
CREATE TRIGGER I5_lost_approval_stays_lost BEFORE UPDATE OF approvals_after ON decision WHEN NEW.approvals_after < OLD.approvals_after
BEGIN SELECT RAISE(ABORT, 'I5: an approval that was lost does not come back'); END;
CREATE TRIGGER I5_decision_no_delete BEFORE DELETE ON decision
WHEN EXISTS (SELECT 1 FROM photo f JOIN patient p ON p.id = f.patient_id WHERE f.id = OLD.photo_id AND p.erased_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'I5: a decision is changed, not deleted'); END;
CREATE TRIGGER I4_search_result_fixed BEFORE UPDATE OF detect_ran, sha256 ON photo
WHEN NEW.detect_ran IS NOT OLD.detect_ran OR NEW.sha256 IS NOT OLD.sha256
BEGIN SELECT RAISE(ABORT, 'I4: what the search found is not rewritten'); END;
CREATE TRIGGER I5_recipe_only_grows BEFORE UPDATE ON recipe WHEN NEW.version < OLD.version
BEGIN SELECT RAISE(ABORT, 'I5: an earlier recipe does not come back'); END;
CREATE TRIGGER I5_recipe_stays BEFORE DELETE ON recipe
BEGIN SELECT RAISE(ABORT, 'I5: there is always a recipe'); END;
CREATE TRIGGER I5_recipe_not_replaced BEFORE INSERT ON recipe WHEN EXISTS (SELECT 1 FROM recipe)
BEGIN SELECT RAISE(ABORT, 'I5: there is one recipe'); END;
CREATE TRIGGER I5_revision_only_grows BEFORE UPDATE OF revision ON decision WHEN NEW.revision < OLD.revision
BEGIN SELECT RAISE(ABORT, 'I5: an earlier decision does not come back by its number'); END;
-- I4, I7: what a person answered about a picture is asked again when more of it can be seen
CREATE TRIGGER I4_less_covered_asks_again AFTER UPDATE OF dismissed_at, removed_at, points ON region
WHEN NEW.kind IN ('face', 'drawn') AND (NEW.dismissed_at IS NOT OLD.dismissed_at OR NEW.removed_at IS NOT OLD.removed_at
  OR NEW.points IS NOT OLD.points)
BEGIN UPDATE decision SET faces_checked_at = NULL, faces_checked_by = NULL WHERE photo_id = NEW.photo_id; END;
CREATE TRIGGER I7_less_covered_asks_again AFTER UPDATE OF dismissed_at, removed_at, points ON region
WHEN NEW.dismissed_at IS NOT OLD.dismissed_at OR NEW.removed_at IS NOT OLD.removed_at OR NEW.points IS NOT OLD.points
BEGIN UPDATE decision SET no_text_at = NULL, no_text_by = NULL WHERE photo_id = NEW.photo_id; END;
CREATE TRIGGER I7_other_crop_asks_again AFTER UPDATE OF form, turn, flip, crop ON decision
WHEN NEW.form IS NOT OLD.form OR NEW.turn IS NOT OLD.turn OR NEW.flip IS NOT OLD.flip OR NEW.crop IS NOT OLD.crop
BEGIN UPDATE decision SET no_text_at = NULL, no_text_by = NULL WHERE photo_id = NEW.photo_id; END;
CREATE TRIGGER I7_moved_photo_loses_decision BEFORE UPDATE OF patient_id ON photo
WHEN NEW.patient_id IS NOT OLD.patient_id
BEGIN UPDATE decision SET revision = revision + 1, no_text_at = NULL, no_text_by = NULL, faces_checked_at = NULL,
        faces_checked_by = NULL WHERE photo_id = NEW.id; END;

-- REPLACE deletes without asking the triggers above, unless the connection says recursive_triggers: so a row that is there is
-- not inserted again, and its number is not given to another.
CREATE TRIGGER I5_photo_not_replaced BEFORE INSERT ON photo WHEN EXISTS (SELECT 1 FROM photo x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'I5: a photo is not replaced'); END;
CREATE TRIGGER I5_photo_file_not_replaced BEFORE INSERT ON photo WHEN EXISTS (SELECT 1 FROM photo x WHERE x.patient_id = NEW.patient_id AND x.sha256 = NEW.sha256)
BEGIN SELECT RAISE(ABORT, 'I5: a photo is not replaced'); END;
CREATE TRIGGER I5_photo_vault_not_replaced BEFORE INSERT ON photo WHEN EXISTS (SELECT 1 FROM photo x WHERE x.vault_name = NEW.vault_name)
BEGIN SELECT RAISE(ABORT, 'I5: a photo is not replaced'); END;
CREATE TRIGGER I5_case_not_replaced BEFORE INSERT ON cases WHEN EXISTS (SELECT 1 FROM cases x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'I5: a case is not replaced'); END;
CREATE TRIGGER I7_region_not_replaced BEFORE INSERT ON region WHEN EXISTS (SELECT 1 FROM region x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'I7: a region is dismissed or taken back, never replaced'); END;
CREATE TRIGGER I5_decision_not_replaced BEFORE INSERT ON decision WHEN EXISTS (SELECT 1 FROM decision x WHERE x.photo_id = NEW.photo_id)
BEGIN SELECT RAISE(ABORT, 'I5: a decision is changed, not replaced'); END;
CREATE TRIGGER I5_master_not_replaced BEFORE INSERT ON master WHEN EXISTS (SELECT 1 FROM master x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'I5: a master is not changed; a new one is made'); END;
CREATE TRIGGER I5_master_revision_not_replaced BEFORE INSERT ON master WHEN EXISTS (SELECT 1 FROM master x WHERE x.photo_id = NEW.photo_id AND x.revision = NEW.revision)
BEGIN SELECT RAISE(ABORT, 'I5: a master is not changed; a new one is made'); END;
CREATE TRIGGER I5_approval_not_replaced BEFORE INSERT ON approval WHEN EXISTS (SELECT 1 FROM approval x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'I5: an approval is not changed; a later one replaces it'); END;
CREATE TRIGGER I5_photo_not_renumbered BEFORE UPDATE OF id ON photo WHEN NEW.id IS NOT OLD.id
BEGIN SELECT RAISE(ABORT, 'I5: a photo keeps its number'); END;
CREATE TRIGGER I5_case_not_renumbered BEFORE UPDATE OF id ON cases WHEN NEW.id IS NOT OLD.id
BEGIN SELECT RAISE(ABORT, 'I5: a case keeps its number'); END;
CREATE TRIGGER I7_region_not_renumbered BEFORE UPDATE OF id ON region WHEN NEW.id IS NOT OLD.id
BEGIN SELECT RAISE(ABORT, 'I7: a region keeps its number'); END;
CREATE TRIGGER I5_decision_not_renumbered BEFORE UPDATE OF photo_id ON decision WHEN NEW.photo_id IS NOT OLD.photo_id
BEGIN SELECT RAISE(ABORT, 'I5: a decision stays with its photo'); END;
