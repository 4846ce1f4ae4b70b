-- known_admins: accounts whose use of service tools is expected.
--
-- why:     The ATT&CK analytics for T1569 leave out what known administrators do. It is empty by
--          default: nobody is trusted. A row without a host is valid for every host.
-- sources: the user
--
--   SELECT user, host, note FROM known_admins;
CREATE TEMP TABLE known_admins(
    user TEXT NOT NULL COLLATE NOCASE,
    host TEXT COLLATE NOCASE,
    note TEXT
);
