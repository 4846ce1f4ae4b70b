-- os_version: osquery's table of that name: the release of each host's system.
--
-- why:     Discovery queries and decorators of osquery's packs ask it. For a dead disk it is what os-release,
--          SystemVersion.plist or the SOFTWARE hive says.
-- sources: evidence, host_properties, registry
--
--   SELECT host, name, version, platform FROM os_version;
CREATE TEMP VIEW os_version AS
WITH properties AS MATERIALIZED (
    SELECT host, name, value FROM host_properties WHERE file IN ('os-release', 'SystemVersion.plist')
    UNION ALL
    SELECT host, 'ARCH', value FROM host_properties WHERE file = 'arch'
    UNION ALL
    SELECT host, 'NT ' || name, data FROM registry
     WHERE key = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion' AND NOT deleted AND copy IS NULL
       AND name IN ('ProductName', 'CurrentVersion', 'CurrentBuildNumber', 'DisplayVersion', 'UBR',
                    'CurrentMajorVersionNumber', 'CurrentMinorVersionNumber', 'InstallDate', 'EditionID')
), known AS MATERIALIZED (
    SELECT host,
           coalesce(max(iif(name = 'NAME', value, NULL)), max(iif(name = 'ProductName', value, NULL)),
                    max(iif(name = 'NT ProductName', value, NULL))) AS name,
           max(iif(name = 'PRETTY_NAME', value, NULL)) AS pretty,
           coalesce(max(iif(name = 'VERSION_ID', value, NULL)), max(iif(name = 'ProductVersion', value, NULL)),
                    max(iif(name = 'NT CurrentMajorVersionNumber', value, NULL)) || '.' ||
                    max(iif(name = 'NT CurrentMinorVersionNumber', value, NULL)) || '.' ||
                    max(iif(name = 'NT CurrentBuildNumber', value, NULL)),
                    max(iif(name = 'NT CurrentVersion', value, NULL))) AS number,
           max(iif(name = 'VERSION', value, NULL)) AS version,
           coalesce(max(iif(name = 'BUILD_ID', value, NULL)), max(iif(name = 'ProductBuildVersion', value, NULL)),
                    max(iif(name = 'NT CurrentBuildNumber', value, NULL))) AS build,
           max(iif(name = 'ID', value, NULL)) AS id,
           max(iif(name = 'ID_LIKE', value, NULL)) AS id_like,
           max(iif(name = 'VERSION_CODENAME', value, NULL)) AS codename,
           max(iif(name = 'ARCH', value, NULL)) AS arch,
           max(iif(name = 'NT InstallDate', CAST(value AS INTEGER), NULL)) AS install_date,
           max(iif(name = 'NT UBR', CAST(value AS INTEGER), NULL)) AS revision
      FROM properties GROUP BY host
), numbers AS (
    SELECT *, substr(number || '.', 1, instr(number || '.', '.') - 1) AS first,
           substr(number || '.0.0.', instr(number || '.', '.') + 1) AS rest
      FROM known
)
SELECT coalesce(k.name, k.pretty) AS name, coalesce(k.version, k.number) AS version,
       CAST(k.first AS INTEGER) AS major, CAST(k.rest AS INTEGER) AS minor,
       CAST(substr(k.rest, instr(k.rest, '.') + 1) AS INTEGER) AS patch, coalesce(k.build, '') AS build,
       CASE e.kind WHEN 'windows' THEN 'windows' WHEN 'macos' THEN 'darwin' ELSE k.id END AS platform,
       CASE e.kind WHEN 'windows' THEN 'windows' WHEN 'macos' THEN 'darwin'
                   ELSE coalesce(k.id_like, k.id) END AS platform_like,
       k.codename,
       CASE k.arch WHEN 'amd64' THEN 'x86_64' WHEN 'arm64' THEN 'aarch64' WHEN 'i386' THEN 'i686'
                   ELSE k.arch END AS arch,
       k.install_date, k.revision, e.host
  FROM (SELECT host, kind, min(id) AS id FROM evidence WHERE kind <> 'files' GROUP BY host) AS e
  JOIN numbers AS k ON k.host = e.host
 ORDER BY e.id;
