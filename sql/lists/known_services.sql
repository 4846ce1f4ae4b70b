-- known_services: services that are expected, left out of the analytics.
--
-- why:             ATT&CK's analytics leave out the services that an organisation knows. The default is empty.
--                  name is a GLOB pattern, for Windows in any case of letters; a row without a host is valid for
--                  every host.
-- false positives: none; a pattern that is too wide hides an intruder
-- sources:         the user
--
--   SELECT name, host, note FROM known_services;
CREATE TEMP TABLE known_services(
    name TEXT NOT NULL COLLATE NOCASE,
    host TEXT COLLATE NOCASE,
    note TEXT
);
