-- 0001: the practice, its locations, its people, its policy, and the log of every act.
-- Times are INTEGER UTC seconds (columns named _at); dates without a zone are TEXT YYYY-MM-DD (columns named _on).

CREATE TABLE practice (
  id           INTEGER PRIMARY KEY CHECK (id = 1), -- one practice a database
  name         TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  profile      TEXT NOT NULL CHECK (profile IN ('US', 'EU', 'both')), -- which law's elements a form must bear (C2)
  guardians    TEXT NOT NULL DEFAULT 'one' CHECK (guardians IN ('one', 'all')), -- how many guardians sign (C4)
  successor    TEXT,                               -- who may disclose after a sale of the practice (C2), if named
  controller   TEXT,                               -- data controller's contact for GDPR art. 13
  keep_years   INTEGER NOT NULL DEFAULT 6 CHECK (keep_years BETWEEN 6 AND 60), -- how long evidence is kept (C7)
  is_sample    INTEGER NOT NULL DEFAULT 0 CHECK (is_sample IN (0, 1)), -- made by init --sample; deploy refuses it
  created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE location (
  id            INTEGER PRIMARY KEY,
  name          TEXT NOT NULL UNIQUE CHECK (length(trim(name)) BETWEEN 1 AND 200),
  address       TEXT NOT NULL,
  town          TEXT NOT NULL,
  phone         TEXT NOT NULL,                     -- "call the office" (P7)
  email         TEXT,
  emergency     TEXT NOT NULL,                     -- the emergency number (P7): 911, 112
  zone          TEXT NOT NULL,                     -- IANA time zone, checked in C
  majority_age  INTEGER NOT NULL DEFAULT 18 CHECK (majority_age BETWEEN 16 AND 21), -- C4
  assent_age    INTEGER NOT NULL DEFAULT 14 CHECK (assent_age BETWEEN 7 AND 21),    -- C4: from here the minor signs too
  lang          TEXT NOT NULL DEFAULT 'en' CHECK (lang IN ('en', 'de', 'es', 'fr')) -- of its public pages
) STRICT;

-- P7: a location's own wording of a statement; never empty. Without a row the built-in wording stands.
CREATE TABLE statement (
  location_id INTEGER NOT NULL REFERENCES location (id),
  key         TEXT NOT NULL CHECK (key IN ('actual_patients', 'results_vary', 'not_advice', 'takedown', 'privacy', 'consent')),
  lang        TEXT NOT NULL CHECK (lang IN ('en', 'de', 'es', 'fr')),
  text        TEXT NOT NULL CHECK (length(trim(text)) BETWEEN 20 AND 1000),
  PRIMARY KEY (location_id, key, lang)
) STRICT;

CREATE TABLE staff (
  id             INTEGER PRIMARY KEY,
  login          TEXT NOT NULL UNIQUE CHECK (login GLOB '[a-z]*' AND length(login) BETWEEN 2 AND 32),
  name           TEXT NOT NULL CHECK (length(trim(name)) BETWEEN 1 AND 200),
  role           TEXT NOT NULL CHECK (role IN ('staff', 'clinician', 'admin')), -- S2
  is_publisher   INTEGER NOT NULL DEFAULT 0 CHECK (is_publisher IN (0, 1)),     -- S2: a right given by name
  credential     TEXT,                             -- as printed on pages: "Dr. Ada Lind, orthodontist" (I8)
  password       TEXT NOT NULL,                    -- Argon2id string of libsodium
  failures       INTEGER NOT NULL DEFAULT 0,       -- wrong passwords since the last right one
  failed_at      INTEGER,                          -- the last wrong one: the next try has to wait
  created_at     INTEGER NOT NULL,
  deactivated_at INTEGER                           -- who leaves is deactivated, never deleted (S2)
) STRICT;

CREATE TABLE session (
  token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32), -- SHA-256 of the token
  staff_id   INTEGER NOT NULL REFERENCES staff (id),
  made_at    INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL                      -- 12 hours on the command line
) STRICT;

-- S1: the practice's photo policy, by version.
CREATE TABLE policy (
  version     INTEGER PRIMARY KEY,
  text        TEXT NOT NULL CHECK (length(trim(text)) > 100),
  sha256      TEXT NOT NULL CHECK (length(sha256) = 64),
  is_urgent   INTEGER NOT NULL DEFAULT 0 CHECK (is_urgent IN (0, 1)), -- urgent: no days of grace
  in_force_at INTEGER NOT NULL,
  staff_id    INTEGER NOT NULL REFERENCES staff (id)
) STRICT;

CREATE TABLE policy_ack (
  version  INTEGER NOT NULL REFERENCES policy (version),
  staff_id INTEGER NOT NULL REFERENCES staff (id),
  at       INTEGER NOT NULL,
  PRIMARY KEY (version, staff_id)
) STRICT, WITHOUT ROWID;

-- S1: who may record, approve or publish as far as the policy goes: the version in force is acknowledged, or the one
-- before it was and seven days have not passed and the new one is not urgent.
CREATE VIEW staff_policy AS
SELECT s.id AS staff_id,
       p.version AS version,
       p.in_force_at + 604800 AS grace_ends_at,
       CASE
         WHEN p.version IS NULL THEN 0
         WHEN EXISTS (SELECT 1 FROM policy_ack a WHERE a.staff_id = s.id AND a.version = p.version) THEN 1
         WHEN p.is_urgent = 0 AND unixepoch('now') < p.in_force_at + 604800
          AND EXISTS (SELECT 1 FROM policy_ack a WHERE a.staff_id = s.id AND a.version = p.version - 1) THEN 1
         ELSE 0
       END AS may_act
  FROM staff s
  LEFT JOIN policy p ON p.version = (SELECT max(version) FROM policy WHERE in_force_at <= unixepoch('now'));

-- A1: every act, bound to the one before by a keyed hash computed in C. IDs only, never patient data.
CREATE TABLE audit (
  seq        INTEGER PRIMARY KEY,                  -- 1, 2, 3, ... without a gap
  at         INTEGER NOT NULL,
  staff_id   INTEGER,                              -- NULL: the program itself (tick, recovery)
  act        TEXT NOT NULL CHECK (length(act) BETWEEN 1 AND 64),     -- "consent.revoke"
  subject    TEXT NOT NULL CHECK (length(subject) <= 32),           -- "consent"
  subject_id INTEGER NOT NULL,
  detail     TEXT NOT NULL CHECK (length(detail) <= 2000), -- hashes, counts, codes; no names
  mac        BLOB NOT NULL CHECK (length(mac) = 32)
) STRICT;

CREATE INDEX audit_at ON audit (at);

CREATE TRIGGER A1_audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'A1: the audit log cannot be changed'); END;
CREATE TRIGGER A1_audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'A1: the audit log cannot be deleted from'); END;
CREATE TRIGGER A1_audit_in_order BEFORE INSERT ON audit
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'A1: an audit entry must follow the last one'); END;

CREATE TRIGGER S2_staff_no_delete BEFORE DELETE ON staff
BEGIN SELECT RAISE(ABORT, 'S2: accounts are deactivated, never deleted'); END;
CREATE TRIGGER S1_policy_no_update BEFORE UPDATE ON policy
BEGIN SELECT RAISE(ABORT, 'S1: a policy version is never changed, a new one follows it'); END;
CREATE TRIGGER S1_policy_no_delete BEFORE DELETE ON policy
BEGIN SELECT RAISE(ABORT, 'S1: a policy version is never deleted'); END;

-- REPLACE deletes without asking the triggers above, unless the connection says recursive_triggers: so a row that is there is
-- not inserted again, and its number is not given to another.
CREATE TRIGGER S2_staff_not_replaced BEFORE INSERT ON staff WHEN EXISTS (SELECT 1 FROM staff x WHERE x.id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'S2: accounts are deactivated, never replaced'); END;
CREATE TRIGGER S2_staff_login_not_replaced BEFORE INSERT ON staff WHEN EXISTS (SELECT 1 FROM staff x WHERE x.login = NEW.login)
BEGIN SELECT RAISE(ABORT, 'S2: accounts are deactivated, never replaced'); END;
CREATE TRIGGER S1_policy_not_replaced BEFORE INSERT ON policy WHEN EXISTS (SELECT 1 FROM policy x WHERE x.version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'S1: a policy version is never changed, a new one follows it'); END;
CREATE TRIGGER S2_staff_not_renumbered BEFORE UPDATE OF id ON staff WHEN NEW.id IS NOT OLD.id
BEGIN SELECT RAISE(ABORT, 'S2: an account keeps its number: every act bears it'); END;
