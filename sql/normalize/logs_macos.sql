-- logs_macos: programs that were run and files that were written on macOS, under the names that Sigma rules use.
--
-- why:     macOS keeps no log of processes on disk: shell histories and sudo's lines record commands, launchd's
--          messages its jobs, background task management the property lists that were taken up. A bare name gets
--          a / before it, so that rules on the end of Image match. An absent field is '' and not
--          NULL, which inside NOT would hide the row; text compares without case. EventType is process_creation, or
--          file_event of what a command writes, and CommandLine is then ''.
-- false positives: as each rule says
-- sources: shell_history, unified_log, evidence
--
--   SELECT time, host, CommandLine FROM logs_macos WHERE Image LIKE '%/launchctl';
CREATE TEMP VIEW logs_macos AS
WITH typed AS (
    SELECT h.time, h.host, h.source, CAST(h.line AS TEXT) AS record, h.user, h.user AS home_of, NULL AS pid, h.command
      FROM shell_history AS h
     WHERE h.host IN (SELECT host FROM evidence WHERE kind = 'macos')
    UNION ALL
    SELECT u.time, u.host, u.source, CAST(u.position AS TEXT), a.value ->> 'user', a.value ->> 'target_user', u.pid,
           a.value ->> 'command'
      FROM unified_log AS u
     CROSS JOIN json_each(json_array(json(auth_message('sudo', u.message)))) AS a
     WHERE u.process = 'sudo' AND u.message GLOB '*COMMAND=*' AND a.value ->> 'success' IS NOT 0
), rows AS (
    SELECT t.time, t.host, t.source, t.record, t.user, t.pid, coalesce(t.command, '') AS command,
           exec_path(t.command) AS image, '' AS parent, NULL AS path, 'process_creation' AS type, t.command AS text
      FROM typed AS t
    UNION ALL
    SELECT u.time, u.host, u.source, CAST(u.position AS TEXT), NULL,
           regex_match(u.message, '\[([0-9]+)\] because', 1), '',
           regex_match(u.message, '^Successfully spawned (.*)\[[0-9]+\] because', 1), '/sbin/launchd', NULL,
           'process_creation', u.message
      FROM unified_log AS u
     WHERE u.process = 'launchd' AND u.message GLOB 'Successfully spawned *[[]*[]] because *'
    UNION ALL
    SELECT t.time, t.host, t.source, t.record, t.user, t.pid, '', f.value ->> 'program', '',
           iif(f.value ->> 'path' GLOB '~*',
               iif(t.home_of = 'root', '/var/root', '/Users/' || t.home_of) || substr(f.value ->> 'path', 2),
               f.value ->> 'path'), 'file_event', t.command
      FROM typed AS t
     CROSS JOIN json_each(file_writes(t.command)) AS f
    UNION ALL
    SELECT u.time, u.host, u.source, CAST(u.position AS TEXT), NULL, u.pid, '', u.process, '',
           replace(regex_match(u.message, 'url=file://([^, ]+[.]plist)', 1), '%20', ' '), 'file_event', u.message
      FROM unified_log AS u
     WHERE u.process = 'backgroundtaskmanagementd'
       AND u.message GLOB 'registerLaunchItem: *updated legacy*url=file://*.plist*'
)
SELECT
       m.time, m.host COLLATE NOCASE AS host, m.source, m.record,
       coalesce(m.host, '') COLLATE NOCASE AS Computer, '' COLLATE NOCASE AS Channel,
       NULL AS EventID, '' COLLATE NOCASE AS Provider_Name,
       '' COLLATE NOCASE AS AccessList, '' COLLATE NOCASE AS AccessMask,
       '' COLLATE NOCASE AS AccountName, '' COLLATE NOCASE AS Binary,
       '' COLLATE NOCASE AS ClientProcessId,
       m.command COLLATE NOCASE AS CommandLine, '' COLLATE NOCASE AS Company,
       '' COLLATE NOCASE AS Description, '' COLLATE NOCASE AS Details,
       '' COLLATE NOCASE AS EventLog, m.type COLLATE NOCASE AS EventType, '' COLLATE NOCASE AS Hashes,
       coalesce(iif(m.image GLOB '/*', m.image, '/' || m.image), '') COLLATE NOCASE AS Image,
       '' COLLATE NOCASE AS ImageLoaded, '' COLLATE NOCASE AS ImagePath,
       '' COLLATE NOCASE AS IntegrityLevel, '' COLLATE NOCASE AS InterfaceUuid,
       '' COLLATE NOCASE AS ObjectType, '' COLLATE NOCASE AS OriginalFileName,
       '' COLLATE NOCASE AS ParentCommandLine, m.parent COLLATE NOCASE AS ParentImage,
       '' COLLATE NOCASE AS ParentProcessId, '' COLLATE NOCASE AS PipeName,
       coalesce(m.pid, '') COLLATE NOCASE AS ProcessId, '' COLLATE NOCASE AS ProcessName,
       '' COLLATE NOCASE AS Product, '' COLLATE NOCASE AS RelativeTargetName,
       '' COLLATE NOCASE AS SYSCALL, '' COLLATE NOCASE AS ScriptBlockText,
       '' COLLATE NOCASE AS ServiceFileName, '' COLLATE NOCASE AS ServiceName,
       '' COLLATE NOCASE AS ServiceStartType, '' COLLATE NOCASE AS ServiceType,
       '' COLLATE NOCASE AS ShareName, coalesce(m.path, '') COLLATE NOCASE AS TargetFilename,
       '' COLLATE NOCASE AS TargetObject, '' COLLATE NOCASE AS TaskName,
       coalesce(m.user, '') COLLATE NOCASE AS User, '' COLLATE NOCASE AS UserName,
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
       '' COLLATE NOCASE AS a3,
       '' COLLATE NOCASE AS a4, '' COLLATE NOCASE AS a5, '' COLLATE NOCASE AS a6,
       '' COLLATE NOCASE AS a7, '' COLLATE NOCASE AS a8, '' COLLATE NOCASE AS a9,
       '' COLLATE NOCASE AS a10, '' COLLATE NOCASE AS a11, '' COLLATE NOCASE AS a12,
       '' COLLATE NOCASE AS a13, '' COLLATE NOCASE AS a14, '' COLLATE NOCASE AS a15,
       '' COLLATE NOCASE AS auid, '' COLLATE NOCASE AS uid, '' COLLATE NOCASE AS euid,
       '' COLLATE NOCASE AS gid, '' COLLATE NOCASE AS ses, '' COLLATE NOCASE AS pid,
       '' COLLATE NOCASE AS ppid, '' COLLATE NOCASE AS tty, '' COLLATE NOCASE AS terminal,
       '' COLLATE NOCASE AS success, '' COLLATE NOCASE AS exit, '' COLLATE NOCASE AS res,
       '' COLLATE NOCASE AS acct, '' COLLATE NOCASE AS op, '' COLLATE NOCASE AS addr,
       '' COLLATE NOCASE AS hostname, '' COLLATE NOCASE AS subj, '' COLLATE NOCASE AS saddr,
       '' COLLATE NOCASE AS opid, '' COLLATE NOCASE AS ocomm, '' COLLATE NOCASE AS cmd,
       '' COLLATE NOCASE AS argc, '' COLLATE NOCASE AS item, '' COLLATE NOCASE AS inode,
       '' COLLATE NOCASE AS dev, '' COLLATE NOCASE AS mode, '' COLLATE NOCASE AS ouid,
       '' COLLATE NOCASE AS ogid,
       '' COLLATE NOCASE AS LogonId,
       json_object('command', m.text) AS data
  FROM rows AS m;
