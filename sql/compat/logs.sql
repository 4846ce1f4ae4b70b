-- logs: every log under the names that Sigma rules use.
--
-- why:     What sigma convert -t sqlite writes, SELECT * FROM logs WHERE ..., runs on it as it is. Rules
--          of Linux and macOS carry no product predicate: logs_linux and logs_macos keep them apart.
-- sources: logs_windows, logs_linux, logs_macos
--
--   SELECT time, host, ServiceName, ImagePath FROM logs WHERE Channel = 'System' AND EventID = 7045;
CREATE TEMP VIEW logs AS
SELECT
       time, host, source, record, Computer, Channel, EventID, Provider_Name, AccessList,
       AccessMask, AccountName, Binary, ClientProcessId, CommandLine, Company, Description,
       Details, EventLog, EventType, Hashes, Image, ImageLoaded, ImagePath, IntegrityLevel,
       InterfaceUuid, ObjectType, OriginalFileName, ParentCommandLine, ParentImage,
       ParentProcessId, PipeName, ProcessId, ProcessName, Product, RelativeTargetName, SYSCALL,
       ScriptBlockText, ServiceFileName, ServiceName, ServiceStartType, ServiceType, ShareName,
       TargetFilename, TargetObject, TaskName, User, UserName, a0, a1, answers, endpoint, name,
       nametype, operation, param1, param2, path, query, rejected, type, unit, NewProcessName,
       ParentProcessName, SubjectUserName, SubjectUserSid, SubjectLogonId, TargetUserName,
       ObjectName, ObjectServer, ObjectValueName, NewValue, OperationType, ServiceAccount,
       StartType, Payload, ContextInfo, Signed, Signature, CurrentDirectory, IpAddress, LogonType,
       HostApplication, ParentUser, NewName, DestinationPort, DestinationIp, SourceImage,
       TargetImage, GrantedAccess, CallTrace, param3, param4, param5, exe, comm, cwd, key,
       proctitle, a2, a3,
       a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, auid, uid, euid, gid, ses,
       pid, ppid, tty, terminal, success, exit, res, acct, op, addr, hostname, subj,
       saddr, opid, ocomm, cmd, argc, item, inode, dev, mode, ouid, ogid,
       LogonId, data
  FROM logs_windows
UNION ALL
SELECT
       time, host, source, record, Computer, Channel, EventID, Provider_Name, AccessList,
       AccessMask, AccountName, Binary, ClientProcessId, CommandLine, Company, Description,
       Details, EventLog, EventType, Hashes, Image, ImageLoaded, ImagePath, IntegrityLevel,
       InterfaceUuid, ObjectType, OriginalFileName, ParentCommandLine, ParentImage,
       ParentProcessId, PipeName, ProcessId, ProcessName, Product, RelativeTargetName, SYSCALL,
       ScriptBlockText, ServiceFileName, ServiceName, ServiceStartType, ServiceType, ShareName,
       TargetFilename, TargetObject, TaskName, User, UserName, a0, a1, answers, endpoint, name,
       nametype, operation, param1, param2, path, query, rejected, type, unit, NewProcessName,
       ParentProcessName, SubjectUserName, SubjectUserSid, SubjectLogonId, TargetUserName,
       ObjectName, ObjectServer, ObjectValueName, NewValue, OperationType, ServiceAccount,
       StartType, Payload, ContextInfo, Signed, Signature, CurrentDirectory, IpAddress, LogonType,
       HostApplication, ParentUser, NewName, DestinationPort, DestinationIp, SourceImage,
       TargetImage, GrantedAccess, CallTrace, param3, param4, param5, exe, comm, cwd, key,
       proctitle, a2, a3,
       a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, auid, uid, euid, gid, ses,
       pid, ppid, tty, terminal, success, exit, res, acct, op, addr, hostname, subj,
       saddr, opid, ocomm, cmd, argc, item, inode, dev, mode, ouid, ogid,
       LogonId, data
  FROM logs_linux
UNION ALL
SELECT
       time, host, source, record, Computer, Channel, EventID, Provider_Name, AccessList,
       AccessMask, AccountName, Binary, ClientProcessId, CommandLine, Company, Description,
       Details, EventLog, EventType, Hashes, Image, ImageLoaded, ImagePath, IntegrityLevel,
       InterfaceUuid, ObjectType, OriginalFileName, ParentCommandLine, ParentImage,
       ParentProcessId, PipeName, ProcessId, ProcessName, Product, RelativeTargetName, SYSCALL,
       ScriptBlockText, ServiceFileName, ServiceName, ServiceStartType, ServiceType, ShareName,
       TargetFilename, TargetObject, TaskName, User, UserName, a0, a1, answers, endpoint, name,
       nametype, operation, param1, param2, path, query, rejected, type, unit, NewProcessName,
       ParentProcessName, SubjectUserName, SubjectUserSid, SubjectLogonId, TargetUserName,
       ObjectName, ObjectServer, ObjectValueName, NewValue, OperationType, ServiceAccount,
       StartType, Payload, ContextInfo, Signed, Signature, CurrentDirectory, IpAddress, LogonType,
       HostApplication, ParentUser, NewName, DestinationPort, DestinationIp, SourceImage,
       TargetImage, GrantedAccess, CallTrace, param3, param4, param5, exe, comm, cwd, key,
       proctitle, a2, a3,
       a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, auid, uid, euid, gid, ses,
       pid, ppid, tty, terminal, success, exit, res, acct, op, addr, hostname, subj,
       saddr, opid, ocomm, cmd, argc, item, inode, dev, mode, ouid, ogid,
       LogonId, data
  FROM logs_macos;
