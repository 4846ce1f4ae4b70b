-- logs_linux: what Linux's audit wrote, under the names that Sigma rules use.
--
-- why:     A row a record of an event: rules on type = 'EXECVE' or 'PATH' and rules on Image and
--          CommandLine both find theirs. An absent field is '' and not
--          NULL, which inside NOT would hide the row; text compares without case.
-- false positives: as each rule says
-- sources: audit_events
--
--   SELECT time, host, CommandLine FROM logs_linux WHERE Image LIKE '%/systemctl';
CREATE TEMP VIEW logs_linux AS
SELECT
       a.time, a.host COLLATE NOCASE AS host, a.source, CAST(a.serial AS TEXT) AS record,
       coalesce(a.host, '') COLLATE NOCASE AS Computer, '' COLLATE NOCASE AS Channel,
       NULL AS EventID, '' COLLATE NOCASE AS Provider_Name,
       '' COLLATE NOCASE AS AccessList, '' COLLATE NOCASE AS AccessMask,
       '' COLLATE NOCASE AS AccountName, '' COLLATE NOCASE AS Binary,
       '' COLLATE NOCASE AS ClientProcessId,
       coalesce(iif(t.value = 'EXECVE', a.cmdline, NULL), '') COLLATE NOCASE AS CommandLine,
       '' COLLATE NOCASE AS Company, '' COLLATE NOCASE AS Description,
       '' COLLATE NOCASE AS Details, '' COLLATE NOCASE AS EventLog,
       '' COLLATE NOCASE AS EventType, '' COLLATE NOCASE AS Hashes,
       coalesce(iif(t.value = 'EXECVE', a.exe, NULL), '') COLLATE NOCASE AS Image,
       '' COLLATE NOCASE AS ImageLoaded, '' COLLATE NOCASE AS ImagePath,
       '' COLLATE NOCASE AS IntegrityLevel, '' COLLATE NOCASE AS InterfaceUuid,
       '' COLLATE NOCASE AS ObjectType, '' COLLATE NOCASE AS OriginalFileName,
       '' COLLATE NOCASE AS ParentCommandLine, '' COLLATE NOCASE AS ParentImage,
       coalesce(CAST(a.ppid AS TEXT), '') COLLATE NOCASE AS ParentProcessId,
       '' COLLATE NOCASE AS PipeName,
       coalesce(CAST(a.pid AS TEXT), '') COLLATE NOCASE AS ProcessId,
       '' COLLATE NOCASE AS ProcessName, '' COLLATE NOCASE AS Product,
       '' COLLATE NOCASE AS RelativeTargetName, coalesce(a.syscall, '') COLLATE NOCASE AS SYSCALL,
       '' COLLATE NOCASE AS ScriptBlockText, '' COLLATE NOCASE AS ServiceFileName,
       '' COLLATE NOCASE AS ServiceName, '' COLLATE NOCASE AS ServiceStartType,
       '' COLLATE NOCASE AS ServiceType, '' COLLATE NOCASE AS ShareName,
       coalesce(iif(p.value ->> 'nametype' IN ('CREATE', 'NORMAL', 'DELETE'), p.value ->> 'name', NULL), '') COLLATE NOCASE AS TargetFilename,
       '' COLLATE NOCASE AS TargetObject, '' COLLATE NOCASE AS TaskName,
       coalesce(coalesce(a.user, CAST(a.uid AS TEXT)), '') COLLATE NOCASE AS User,
       '' COLLATE NOCASE AS UserName,
       coalesce(iif(t.value = 'EXECVE', a.argv ->> 0, NULL), '') COLLATE NOCASE AS a0,
       coalesce(iif(t.value = 'EXECVE', a.argv ->> 1, NULL), '') COLLATE NOCASE AS a1,
       '' COLLATE NOCASE AS answers, '' COLLATE NOCASE AS endpoint,
       coalesce(p.value ->> 'name', '') COLLATE NOCASE AS name,
       coalesce(p.value ->> 'nametype', '') COLLATE NOCASE AS nametype,
       coalesce(a.op, '') COLLATE NOCASE AS operation, '' COLLATE NOCASE AS param1,
       '' COLLATE NOCASE AS param2, '' COLLATE NOCASE AS path, '' COLLATE NOCASE AS query,
       '' COLLATE NOCASE AS rejected, coalesce(t.value, '') COLLATE NOCASE AS type,
       coalesce(replace(a.unit, '.service', ''), '') COLLATE NOCASE AS unit,
       '' COLLATE NOCASE AS NewProcessName, '' COLLATE NOCASE AS ParentProcessName,
       '' COLLATE NOCASE AS SubjectUserName, '' COLLATE NOCASE AS SubjectUserSid,
       '' COLLATE NOCASE AS SubjectLogonId, coalesce(a.acct, '') COLLATE NOCASE AS TargetUserName,
       '' COLLATE NOCASE AS ObjectName, '' COLLATE NOCASE AS ObjectServer,
       '' COLLATE NOCASE AS ObjectValueName, '' COLLATE NOCASE AS NewValue,
       '' COLLATE NOCASE AS OperationType, '' COLLATE NOCASE AS ServiceAccount,
       '' COLLATE NOCASE AS StartType, '' COLLATE NOCASE AS Payload,
       '' COLLATE NOCASE AS ContextInfo, '' COLLATE NOCASE AS Signed,
       '' COLLATE NOCASE AS Signature, coalesce(a.cwd, '') COLLATE NOCASE AS CurrentDirectory,
       '' COLLATE NOCASE AS IpAddress, '' COLLATE NOCASE AS LogonType,
       '' COLLATE NOCASE AS HostApplication, '' COLLATE NOCASE AS ParentUser,
       '' COLLATE NOCASE AS NewName, '' COLLATE NOCASE AS DestinationPort,
       '' COLLATE NOCASE AS DestinationIp, '' COLLATE NOCASE AS SourceImage,
       '' COLLATE NOCASE AS TargetImage, '' COLLATE NOCASE AS GrantedAccess,
       '' COLLATE NOCASE AS CallTrace, '' COLLATE NOCASE AS param3, '' COLLATE NOCASE AS param4,
       '' COLLATE NOCASE AS param5, coalesce(a.exe, '') COLLATE NOCASE AS exe,
       coalesce(a.comm, '') COLLATE NOCASE AS comm, coalesce(a.cwd, '') COLLATE NOCASE AS cwd,
       coalesce(a.key, '') COLLATE NOCASE AS key,
       coalesce(a.proctitle, '') COLLATE NOCASE AS proctitle,
       coalesce(iif(t.value = 'EXECVE', a.argv ->> 2, NULL), '') COLLATE NOCASE AS a2,
       coalesce(iif(t.value = 'EXECVE', a.argv ->> 3, NULL), '') COLLATE NOCASE AS a3,
       '' COLLATE NOCASE AS LogonId,
       json_object('record', a.record) AS data
  FROM audit_events AS a
 CROSS JOIN json_each('["' || replace(a.types, ',', '","') || '"]') AS t
  LEFT JOIN json_each(iif(t.value = 'PATH', a.paths, '[null]')) AS p
 WHERE t.key = (SELECT min(o.key) FROM json_each('["' || replace(a.types, ',', '","') || '"]') AS o
                 WHERE o.value = t.value); -- a type that stands there twice is told once
