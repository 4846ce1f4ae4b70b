-- sigma_placeholders: the values of %names% in Sigma rules that have the modifier expand.
--
-- why:     A rule may leave to its user what his administrators, scanners or servers are called:
--          SubjectUserName|expand: '%admins_workstations%'. A rule whose names have no values cannot run
--          and says so. Empty as shipped; a value may have wildcards.
-- columns: name      Name between the two percent signs
--          value     One of its values; * and ? are wildcards
-- sources: empty, or a table of this name in the open database
--
--   SELECT name, value FROM sigma_placeholders;
CREATE TEMP TABLE sigma_placeholders(
    name  TEXT NOT NULL,
    value TEXT NOT NULL
);
