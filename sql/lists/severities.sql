-- severities: the grades of a finding, and the sum of signal weights that reaches each.
--
-- why:     A finding's grade is the highest whose weight its signals reach together, or the highest
--          floor that one of them sets. Change the weights to make the whole of findings stricter
--          or milder.
-- sources: defaults, or a table of this name in the open database
--
--   SELECT * FROM severities;
CREATE TEMP TABLE severities(
    rank     INTEGER PRIMARY KEY,
    severity TEXT NOT NULL UNIQUE,
    weight   INTEGER NOT NULL
);
INSERT INTO temp.severities VALUES
    (0, 'info', 0),
    (1, 'low', 10),
    (2, 'medium', 30),
    (3, 'high', 60),
    (4, 'critical', 100);
