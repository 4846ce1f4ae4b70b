-- platform_info: osquery's table of that name: the firmware of the running host.
--
-- why:     Queries written for osquery run as they are. A dead disk does not know its machine, and has no row.
-- sources: host_properties
--
--   SELECT vendor, version, date, firmware_type FROM platform_info;
CREATE TEMP VIEW platform_info AS
SELECT max(iif(file = 'bios_vendor', value, NULL)) AS vendor,
       max(iif(file = 'bios_version', value, NULL)) AS version,
       max(iif(file = 'bios_date', value, NULL)) AS date,
       max(iif(file = 'bios_release', value, NULL)) AS revision, '' AS extra,
       iif(max(file = 'fw_platform_size'), 'uefi', 'bios') AS firmware_type,
       NULL AS address, NULL AS size, NULL AS volume_size, host
  FROM host_properties
 WHERE file IN ('bios_vendor', 'bios_version', 'bios_date', 'bios_release', 'fw_platform_size')
 GROUP BY host;
