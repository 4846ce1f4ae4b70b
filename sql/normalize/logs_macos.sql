-- logs_macos: commands that users typed on macOS, under the names that Sigma rules use.
--
-- why:     macOS keeps no log of processes on disk; histories are what there is of them. A bare name gets
--          a / before it, so that rules on the end of Image match. An absent field is '' and not
--          NULL, which inside NOT would hide the row; text compares without case.
-- false positives: as each rule says
-- sources: shell_history, evidence
--
--   SELECT time, host, CommandLine FROM logs_macos WHERE Image LIKE '%/launchctl';
CREATE TEMP VIEW logs_macos AS
SELECT
       h.time, h.host COLLATE NOCASE AS host, h.source, CAST(h.line AS TEXT) AS record,
       coalesce(h.host, '') COLLATE NOCASE AS Computer, '' COLLATE NOCASE AS Channel,
       NULL AS EventID, '' COLLATE NOCASE AS Provider_Name,
       '' COLLATE NOCASE AS AccessList, '' COLLATE NOCASE AS AccessMask,
       '' COLLATE NOCASE AS AccountName, '' COLLATE NOCASE AS Binary,
       '' COLLATE NOCASE AS ClientProcessId,
       coalesce(h.command, '') COLLATE NOCASE AS CommandLine, '' COLLATE NOCASE AS Company,
       '' COLLATE NOCASE AS Description, '' COLLATE NOCASE AS Details,
       '' COLLATE NOCASE AS EventLog, '' COLLATE NOCASE AS EventType, '' COLLATE NOCASE AS Hashes,
       coalesce(iif(exec_path(h.command) GLOB '/*', exec_path(h.command), '/' || exec_path(h.command)), '') COLLATE NOCASE AS Image,
       '' COLLATE NOCASE AS ImageLoaded, '' COLLATE NOCASE AS ImagePath,
       '' COLLATE NOCASE AS IntegrityLevel, '' COLLATE NOCASE AS InterfaceUuid,
       '' COLLATE NOCASE AS ObjectType, '' COLLATE NOCASE AS OriginalFileName,
       '' COLLATE NOCASE AS ParentCommandLine, '' COLLATE NOCASE AS ParentImage,
       '' COLLATE NOCASE AS ParentProcessId, '' COLLATE NOCASE AS PipeName,
       '' COLLATE NOCASE AS ProcessId, '' COLLATE NOCASE AS ProcessName,
       '' COLLATE NOCASE AS Product, '' COLLATE NOCASE AS RelativeTargetName,
       '' COLLATE NOCASE AS SYSCALL, '' COLLATE NOCASE AS ScriptBlockText,
       '' COLLATE NOCASE AS ServiceFileName, '' COLLATE NOCASE AS ServiceName,
       '' COLLATE NOCASE AS ServiceStartType, '' COLLATE NOCASE AS ServiceType,
       '' COLLATE NOCASE AS ShareName, '' COLLATE NOCASE AS TargetFilename,
       '' COLLATE NOCASE AS TargetObject, '' COLLATE NOCASE AS TaskName,
       coalesce(h.user, '') COLLATE NOCASE AS User, '' COLLATE NOCASE AS UserName,
       '' COLLATE NOCASE AS a0, '' COLLATE NOCASE AS a1, '' COLLATE NOCASE AS answers,
       '' COLLATE NOCASE AS endpoint, '' COLLATE NOCASE AS name, '' COLLATE NOCASE AS nametype,
       '' COLLATE NOCASE AS operation, '' COLLATE NOCASE AS param1, '' COLLATE NOCASE AS param2,
       '' COLLATE NOCASE AS path, '' COLLATE NOCASE AS query, '' COLLATE NOCASE AS rejected,
       '' COLLATE NOCASE AS type, '' COLLATE NOCASE AS unit, '' COLLATE NOCASE AS NewProcessName,
       '' COLLATE NOCASE AS ParentProcessName, '' COLLATE NOCASE AS SubjectUserName,
       '' COLLATE NOCASE AS SubjectUserSid, '' COLLATE NOCASE AS SubjectLogonId,
       '' COLLATE NOCASE AS TargetUserName, '' COLLATE NOCASE AS ObjectName,
       '' COLLATE NOCASE AS ObjectServer, '' COLLATE NOCASE AS ObjectValueName,
       '' COLLATE NOCASE AS NewValue, '' COLLATE NOCASE AS OperationType,
       '' COLLATE NOCASE AS ServiceAccount, '' COLLATE NOCASE AS StartType,
       '' COLLATE NOCASE AS Payload, '' COLLATE NOCASE AS ContextInfo,
       '' COLLATE NOCASE AS Signed, '' COLLATE NOCASE AS Signature,
       '' COLLATE NOCASE AS CurrentDirectory, '' COLLATE NOCASE AS IpAddress,
       '' COLLATE NOCASE AS LogonType, '' COLLATE NOCASE AS HostApplication,
       '' COLLATE NOCASE AS ParentUser, '' COLLATE NOCASE AS NewName,
       '' COLLATE NOCASE AS DestinationPort, '' COLLATE NOCASE AS DestinationIp,
       '' COLLATE NOCASE AS SourceImage, '' COLLATE NOCASE AS TargetImage,
       '' COLLATE NOCASE AS GrantedAccess, '' COLLATE NOCASE AS CallTrace,
       '' COLLATE NOCASE AS param3, '' COLLATE NOCASE AS param4, '' COLLATE NOCASE AS param5,
       '' COLLATE NOCASE AS exe, '' COLLATE NOCASE AS comm, '' COLLATE NOCASE AS cwd,
       '' COLLATE NOCASE AS key, '' COLLATE NOCASE AS proctitle, '' COLLATE NOCASE AS a2,
       '' COLLATE NOCASE AS a3, '' COLLATE NOCASE AS LogonId,
       json_object('command', h.command) AS data
  FROM shell_history AS h
 WHERE h.host IN (SELECT host FROM evidence WHERE kind = 'macos');
