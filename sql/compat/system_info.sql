-- system_info: osquery's table of that name: each host's names, identity and machine.
--
-- why:     Decorators of ordinary osquery configurations ask it for host_uuid. For a dead disk it has what the files
--          hold: the name, and the machine-id where the firmware's identity is unknown.
-- sources: evidence, host_properties, registry
--
--   SELECT hostname, uuid, hardware_vendor, hardware_model, cpu_brand FROM system_info;
CREATE TEMP VIEW system_info AS
WITH properties AS MATERIALIZED (
    SELECT host, file, name, value FROM host_properties
     WHERE file NOT IN ('os-release', 'uptime', 'SystemVersion.plist')
    UNION ALL
    SELECT host, 'registry', name, data FROM registry
     WHERE key = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Cryptography' AND name = 'MachineGuid' AND NOT deleted AND copy IS NULL
), known AS MATERIALIZED (
    SELECT host,
           max(iif(file = 'product_uuid', value, NULL)) AS product_uuid,
           max(iif(file = 'machine-id' OR name = 'MachineGuid', value, NULL)) AS machine_id,
           max(iif(file = 'arch', value, NULL)) AS arch,
           max(iif(file = 'cpuinfo' AND name = 'model name', value, NULL)) AS brand,
           max(iif(file = 'cpuinfo' AND name = 'microcode', value, NULL)) AS microcode,
           max(iif(file = 'cpuinfo' AND name = 'model', value, NULL)) AS subtype,
           max(iif(file = 'cpuinfo' AND name = 'cpu cores', CAST(value AS INTEGER), NULL)) AS cores,
           nullif(sum(file = 'cpuinfo' AND name = 'processor'), 0) AS processors,
           nullif(count(DISTINCT iif(file = 'cpuinfo' AND name = 'physical id', value, NULL)), 0) AS sockets,
           max(iif(file = 'meminfo' AND name = 'MemTotal', CAST(value AS INTEGER) * 1024, NULL)) AS memory,
           max(iif(file = 'sys_vendor', value, NULL)) AS vendor,
           max(iif(file = 'product_name', value, NULL)) AS product,
           max(iif(file = 'product_version', value, NULL)) AS version,
           max(iif(file = 'product_serial', value, NULL)) AS serial,
           max(iif(file = 'board_vendor', value, NULL)) AS board_vendor,
           max(iif(file = 'board_name', value, NULL)) AS board,
           max(iif(file = 'board_version', value, NULL)) AS board_version,
           max(iif(file = 'board_serial', value, NULL)) AS board_serial
      FROM properties GROUP BY host
)
SELECT e.host AS hostname, lower(coalesce(k.product_uuid, k.machine_id)) AS uuid,
       CASE k.arch WHEN 'amd64' THEN 'x86_64' WHEN 'arm64' THEN 'aarch64' WHEN 'i386' THEN 'i686'
                   ELSE k.arch END AS cpu_type,
       k.subtype AS cpu_subtype, k.brand AS cpu_brand,
       coalesce(k.cores * coalesce(k.sockets, 1), k.processors) AS cpu_physical_cores,
       k.processors AS cpu_logical_cores, k.sockets AS cpu_sockets, k.microcode AS cpu_microcode,
       k.memory AS physical_memory, k.vendor AS hardware_vendor, k.product AS hardware_model,
       k.version AS hardware_version, k.serial AS hardware_serial, k.board_vendor,
       k.board AS board_model, k.board_version, k.board_serial, e.host AS computer_name,
       e.host AS local_hostname
  FROM (SELECT host, min(id) AS id FROM evidence GROUP BY host) AS e
  LEFT JOIN known AS k ON k.host = e.host
 ORDER BY e.id;
