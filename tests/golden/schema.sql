-- What users' queries rely on: every table with its columns and their types, every view with its columns. A name
-- that leaves this list, or changes its type, breaks somebody's query: CHANGELOG.md has to say so.
.mode list
SELECT c.table_name || ': ' ||
       group_concat(c.name || iif(t.kind IN ('table', 'lists') OR t.name GLOB '*_facts' OR (t.name GLOB '*_signals' AND t.name <> 'finding_signals'), coalesce(' ' || c.type, ''), '') || iif(c.hidden, ' HIDDEN', ''), ', ')
FROM (SELECT * FROM svcql_columns ORDER BY table_name, position) AS c
    LEFT JOIN svcql_tables AS t ON t.name = c.table_name
GROUP BY c.table_name ORDER BY c.table_name;
