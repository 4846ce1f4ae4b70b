-- attack_knobs: bounds of the views, where ATT&CK's analytics leave a number to the user.
--
-- why:     A time window or a threshold depends on the site: change it here with ordinary SQL. Lists of
--          hosts, accounts, paths and services are known_admins, known_paths, known_services,
--          monitored_paths and remote_execution_hosts.
-- sources: defaults, or a table of this name in the open database
--
--   SELECT name, value, unit, knob, analytics FROM attack_knobs;
CREATE TEMP TABLE attack_knobs(
    name      TEXT PRIMARY KEY,
    value     REAL NOT NULL,
    unit      TEXT NOT NULL,
    knob      TEXT NOT NULL,
    analytics TEXT NOT NULL,
    why       TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO temp.attack_knobs VALUES
    ('incident_gap', 3600, 'seconds', 'TimeWindow', 'AN0778, AN0779, AN0780, AN0736', 'silence after which a new incident begins'),
    ('short_lived', 600, 'seconds', 'TimeWindow', 'AN1185', 'longest life of a service that removes itself'),
    ('tool_window', 10, 'seconds', 'CorrelationWindow', 'AN0200', 'how long before a start a service tool may run and still explain it'),
    ('network_window', 600, 'seconds', 'ParentProcessCorrelationWindow', 'AN1185', 'how long after its creation a service''s connections count, at most an hour'),
    ('random_name_bits', 10, 'bits', 'PayloadEntropyThreshold', 'AN0778', 'name_randomness() above which a name counts as randomly generated');
