-- 0002: patients, who may sign for them, how to reach them, and what holds everything of theirs back at once.

CREATE TABLE patient (
  id                 INTEGER PRIMARY KEY,
  reference          TEXT NOT NULL UNIQUE CHECK (length(trim(reference)) BETWEEN 1 AND 40), -- the chart number
  location_id        INTEGER NOT NULL REFERENCES location (id),
  given              TEXT NOT NULL CHECK (length(trim(given)) BETWEEN 1 AND 120),
  family             TEXT NOT NULL CHECK (length(trim(family)) BETWEEN 1 AND 120),
  born_on            TEXT NOT NULL CHECK (born_on GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'), -- C4: required
  lang               TEXT NOT NULL DEFAULT 'en' CHECK (lang IN ('en', 'de', 'es', 'fr')),
  guardians          TEXT CHECK (guardians IN ('one', 'all')), -- a court order's word; NULL: as the practice says (C4)
  court_order        TEXT,                               -- what the order says and where it is filed
  -- worked out in C from born_on and the location (C4); the public ones lie on a quarter day before
  majority_at        INTEGER NOT NULL,
  majority_public_at INTEGER NOT NULL CHECK (majority_public_at < majority_at),
  assent_at          INTEGER NOT NULL,
  assent_public_at   INTEGER NOT NULL CHECK (assent_public_at < assent_at),
  died_on            TEXT,                               -- C8: paused until a personal representative signs
  died_at            INTEGER CHECK ((died_at IS NULL) = (died_on IS NULL)),
  key_pictures       BLOB,                               -- wrapped by the master key (I9, C7); NULL: erased
  key_evidence       BLOB,                               -- likewise, for consents and lists
  created_at         INTEGER NOT NULL,
  erased_at          INTEGER                             -- the pictures' key was destroyed
) STRICT;

-- A guardian of a minor, or a representative of an adult.
CREATE TABLE guardian (
  id           INTEGER PRIMARY KEY,
  patient_id   INTEGER NOT NULL REFERENCES patient (id),
  kind         TEXT NOT NULL CHECK (kind IN ('guardian', 'representative')),
  name         TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  relationship TEXT NOT NULL CHECK (length(trim(relationship)) BETWEEN 1 AND 100), -- "mother"
  authority    TEXT,                                     -- for a representative: the document that gives it
  ended_at     INTEGER                                   -- no longer a guardian
) STRICT;
CREATE INDEX guardian_patient ON guardian (patient_id);

-- Ways to reach the patient; 'letter' is there for those who have no other.
CREATE TABLE contact (
  id         INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patient (id),
  kind       TEXT NOT NULL CHECK (kind IN ('email', 'phone', 'letter')),
  value      TEXT NOT NULL CHECK (length(trim(value)) BETWEEN 1 AND 400)
) STRICT;
CREATE INDEX contact_patient ON contact (patient_id);

-- C4, C6: what blocks everything of a patient while it has no end: a pause (a word, a call, the patient's code) or the
-- objection of one guardian or of the minor.
CREATE TABLE hold (
  id         INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patient (id),
  kind       TEXT NOT NULL CHECK (kind IN ('pause', 'objection')),
  who        TEXT NOT NULL CHECK (who IN ('patient', 'minor', 'guardian', 'representative', 'practice')),
  guardian_id INTEGER REFERENCES guardian (id),          -- which guardian
  how        TEXT NOT NULL CHECK (length(trim(how)) BETWEEN 1 AND 400), -- "by phone, to the front desk"
  since_at   INTEGER NOT NULL,
  staff_id   INTEGER,                                    -- NULL: by the patient's own code
  ended_at   INTEGER,
  ended_how  TEXT,
  ended_staff_id INTEGER REFERENCES staff (id),
  CHECK ((ended_at IS NULL) = (ended_how IS NULL)),
  CHECK (kind = 'pause' OR who IN ('minor', 'guardian', 'patient', 'representative'))
) STRICT;
CREATE INDEX hold_patient ON hold (patient_id);
CREATE TRIGGER C6_hold_no_delete BEFORE DELETE ON hold
BEGIN SELECT RAISE(ABORT, 'C6: a pause or objection is ended, never deleted'); END;
CREATE TRIGGER C6_hold_only_ends BEFORE UPDATE ON hold
WHEN OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.patient_id IS NOT OLD.patient_id
  OR NEW.kind IS NOT OLD.kind OR NEW.who IS NOT OLD.who OR NEW.since_at IS NOT OLD.since_at
BEGIN SELECT RAISE(ABORT, 'C6: a pause or objection can only be ended, once'); END;

-- REPLACE deletes without asking the triggers above, unless the connection says recursive_triggers: so a row that is there is
-- not inserted again, and its number is not given to another.
CREATE TRIGGER C6_hold_not_replaced BEFORE INSERT ON hold WHEN EXISTS (SELECT 1 FROM hold x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'C6: a pause or objection is ended, never replaced'); END;
CREATE TRIGGER C7_patient_not_replaced BEFORE INSERT ON patient WHEN EXISTS (SELECT 1 FROM patient x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'C7: a patient is not replaced'); END;
CREATE TRIGGER C7_patient_reference_not_replaced BEFORE INSERT ON patient WHEN EXISTS (SELECT 1 FROM patient x WHERE x.reference = NEW.reference)
BEGIN SELECT RAISE(ABORT, 'C7: a patient is not replaced'); END;
CREATE TRIGGER C4_guardian_not_replaced BEFORE INSERT ON guardian WHEN EXISTS (SELECT 1 FROM guardian x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'C4: a guardian is not replaced'); END;
-- C4: who had to sign, or may object, is not forgotten.
CREATE TRIGGER C4_guardian_no_delete BEFORE DELETE ON guardian
WHEN EXISTS (SELECT 1 FROM consent c WHERE c.patient_id = OLD.patient_id)
BEGIN SELECT RAISE(ABORT, 'C4: a guardian is ended, not deleted'); END;
CREATE TRIGGER C4_guardian_only_ends BEFORE UPDATE OF id, patient_id, kind, ended_at ON guardian
WHEN NEW.id IS NOT OLD.id OR NEW.patient_id IS NOT OLD.patient_id OR NEW.kind IS NOT OLD.kind
  OR (NEW.ended_at IS NOT OLD.ended_at AND (OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL))
BEGIN SELECT RAISE(ABORT, 'C4: a guardian can only be ended, once'); END;
-- C7: pictures whose key was destroyed do not come back.
CREATE TRIGGER C7_erased_stays BEFORE UPDATE ON patient
WHEN OLD.erased_at IS NOT NULL AND (NEW.erased_at IS NOT OLD.erased_at OR NEW.key_pictures IS NOT OLD.key_pictures)
BEGIN SELECT RAISE(ABORT, 'C7: what was erased stays erased'); END;
CREATE TRIGGER C6_hold_not_renumbered BEFORE UPDATE OF id ON hold WHEN NEW.id IS NOT OLD.id
BEGIN SELECT RAISE(ABORT, 'C6: a pause or objection keeps its number'); END;
CREATE TRIGGER C7_patient_not_renumbered BEFORE UPDATE OF id ON patient WHEN NEW.id IS NOT OLD.id
BEGIN SELECT RAISE(ABORT, 'C7: a patient keeps the number'); END;
