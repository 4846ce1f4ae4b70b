-- What users' queries rely on: every table with its columns and their types, every view with its columns. A name
-- that leaves this list, or changes its type, breaks somebody's query: CHANGELOG.md has to say so.
.mode list
SELECT c.table_name || ': ' ||
       group_concat(c.name || iif(s.type = 'table', coalesce(' ' || c.type, ''), '') || iif(c.hidden, ' HIDDEN', ''), ', ')
FROM (SELECT * FROM svcql_columns ORDER BY table_name, position) AS c
    LEFT JOIN temp.sqlite_schema AS s ON s.name = c.table_name
GROUP BY c.table_name ORDER BY c.table_name;
