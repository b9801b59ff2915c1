-- 0006: what the publisher remembers between two steps, so that a killed command is finished by the next one.

-- Stored files that a newer root no longer names, deleted ten minutes later; withdrawn ones are deleted at once.
CREATE TABLE retired_file (
  store     TEXT PRIMARY KEY CHECK (length(store) = 26),
  public_id TEXT,                                       -- of the case it belonged to: deleted at once when that is withdrawn
  at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Why a live publication may not stay: every reason of its case, but for photos that it does not show (a new photo that
-- waits for its review takes nothing down). A photo that it still shows though it was taken out of the gallery since is judged
-- here, because the gate no longer looks at it: excluded (C3), covered by another consent than now (C3), moved (I7).
CREATE VIEW publication_fault AS
SELECT p.id AS publication_id, p.case_id, p.channel, x.rule, x.code, x.photo_id
  FROM publication p JOIN case_reason x ON x.case_id = p.case_id AND x.channel = p.channel
 WHERE p.ended_at IS NULL
   AND (x.photo_id IS NULL
        OR EXISTS (SELECT 1 FROM publication_file f WHERE f.publication_id = p.id AND f.photo_id = x.photo_id))
UNION ALL SELECT p.id, p.case_id, p.channel, CASE WHEN o.case_id = p.case_id THEN 'C3' ELSE 'I7' END,
                 CASE WHEN o.case_id = p.case_id THEN 'excluded' ELSE 'misfiled' END, o.id
  FROM publication p JOIN publication_file f ON f.publication_id = p.id JOIN photo o ON o.id = f.photo_id
 WHERE p.ended_at IS NULL
   AND (o.case_id <> p.case_id
        OR (o.in_gallery = 0
            AND (EXISTS (SELECT 1 FROM consent_exclusion x WHERE x.consent_id = p.consent_id AND x.photo_id = o.id)
                 OR NOT EXISTS (SELECT 1 FROM patient_consent k WHERE k.patient_id = o.patient_id
                                 AND k.consent_id = p.consent_id))));
