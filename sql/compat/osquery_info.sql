-- osquery_info: osquery's table of that name, as far as svcql has its columns' values.
--
-- why:     Decorators and packs read from it which version's tables they can use.
-- sources: host_properties
--
--   SELECT version, build_platform FROM osquery_info;
CREATE TEMP VIEW osquery_info AS
SELECT NULL AS pid, (SELECT lower(value) FROM host_properties WHERE file IN ('product_uuid', 'machine-id')
                      ORDER BY file = 'machine-id' LIMIT 1) AS uuid, '' AS instance_id, '5.20.0' AS version,
       '' AS config_hash, 1 AS config_valid, 'inactive' AS extensions, 'linux' AS build_platform,
       'svcql ' || svcql_version() AS build_distro, NULL AS start_time, NULL AS watcher,
       9 AS platform_mask; -- POSIX and Linux
