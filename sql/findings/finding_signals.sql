-- finding_signals: which signal fired for what, one row a signal, with its weight and sentence.
--
-- why:     To count, join and reweigh signals without taking a list of names apart. A signal that two analytics found
--          for one subject is two rows; findings counts it once.
-- attack:  the signal's technique
-- sources: found, signals
--
--   SELECT signal, count(*), max(weight) FROM finding_signals GROUP BY signal ORDER BY 2 DESC;
CREATE TEMP VIEW finding_signals AS
SELECT f.time, utc_datetime(f.time) AS datetime, f.host, f.platform, f.analytic, f.subject,
       j.value AS signal, s.weight, s.severity, attack_id(s.technique) AS technique, s.why, f.source, f.record
  FROM found AS f, json_each(f.fired) AS j
  LEFT JOIN signals AS s ON s.name = j.value;
