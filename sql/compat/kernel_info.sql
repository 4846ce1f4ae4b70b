-- kernel_info: osquery's table of that name: the running kernel and how it was started.
--
-- why:     Queries written for osquery run as they are. A dead disk has no running kernel, and so no row.
-- sources: host_properties
--
--   SELECT version, arguments FROM kernel_info WHERE arguments LIKE '%init=%';
CREATE TEMP VIEW kernel_info AS
WITH known AS MATERIALIZED (
    SELECT host, max(iif(file = 'osrelease', value, NULL)) AS version,
           ' ' || max(iif(file = 'cmdline', value, NULL)) || ' ' AS line
      FROM host_properties WHERE file IN ('osrelease', 'cmdline') GROUP BY host
), parts AS (
    SELECT host, version, line, iif(instr(line, ' BOOT_IMAGE='), substr(line, instr(line, ' BOOT_IMAGE=') + 12), ' ') AS image,
           iif(instr(line, ' root='), substr(line, instr(line, ' root=') + 6), ' ') AS root
      FROM known
), words AS (
    SELECT host, version, line, substr(image, 1, instr(image, ' ') - 1) AS path,
           substr(root, 1, instr(root, ' ') - 1) AS device
      FROM parts
)
SELECT version,
       trim(replace(replace(line, ' BOOT_IMAGE=' || path || ' ', ' '), ' root=' || device || ' ', ' ')) AS arguments,
       path, device, host
  FROM words;
