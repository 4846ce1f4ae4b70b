-- osquery_flags: osquery's table of that name, with the settings of svcql in the place of flags.
--
-- why:     Packs and decorators of osquery ask it. A flag that svcql does not have has no row.
-- sources: svcql_settings
--
--   SELECT name, value FROM osquery_flags;
CREATE TEMP VIEW osquery_flags AS
SELECT name, 'string' AS type, description, NULL AS default_value, value, 0 AS shell_only
  FROM svcql_settings;
