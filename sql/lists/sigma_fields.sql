-- sigma_fields: under which further names Sigma rules find the values of an event.
--
-- why:     A rule of the category process_creation asks for Image; Windows' own event 4688 calls it
--          NewProcessName. A row gives events of a table that fit `fields` a value under `field` where they
--          have none: each {Name} in `value` becomes the value of that name, and without it there is none.
--          The first row that gives a value decides. Insert rows for names of your own.
-- columns: log       Table that the events are in
--          fields    Selection that they fit, as a JSON object; NULL: all events of the table
--          field     Name of the field that rules ask for
--          value     Value that it gets: text, and {Name} for the value of another field
-- sources: defaults, or a table of this name in the open database
--
--   SELECT field, value FROM sigma_fields WHERE log = 'audit_events';
CREATE TEMP TABLE sigma_fields(
    log    TEXT NOT NULL,
    fields TEXT,
    field  TEXT NOT NULL,
    value  TEXT NOT NULL
);
INSERT INTO temp.sigma_fields VALUES
    ('windows_events', '{"EventID": 4688, "Channel": "Security"}', 'Image', '{NewProcessName}'),
    ('windows_events', '{"EventID": 4688, "Channel": "Security"}', 'ParentImage', '{ParentProcessName}'),
    ('windows_events', '{"EventID": 4688, "Channel": "Security"}', 'User', '{SubjectDomainName}\{SubjectUserName}'),
    ('windows_events', '{"EventID": 4688, "Channel": "Security"}', 'LogonId', '{SubjectLogonId}'),
    ('windows_events', '{"EventID": 4688, "MandatoryLabel": "S-1-16-4096"}', 'IntegrityLevel', 'Low'),
    ('windows_events', '{"EventID": 4688, "MandatoryLabel": "S-1-16-8192"}', 'IntegrityLevel', 'Medium'),
    ('windows_events', '{"EventID": 4688, "MandatoryLabel": "S-1-16-12288"}', 'IntegrityLevel', 'High'),
    ('windows_events', '{"EventID": 4688, "MandatoryLabel": "S-1-16-16384"}', 'IntegrityLevel', 'System'),
    ('windows_events', '{"EventID": 4689, "Channel": "Security"}', 'Image', '{ProcessName}'),
    ('windows_events', '{"EventID": 4657, "Channel": "Security"}', 'TargetObject', '{ObjectName}\{ObjectValueName}'),
    ('windows_events', '{"EventID": 4657, "Channel": "Security"}', 'Details', '{NewValue}'),
    ('windows_events', '{"EventID": 4657, "Channel": "Security"}', 'Image', '{ProcessName}'),
    ('windows_events', '{"EventID": 4657, "Channel": "Security"}', 'User', '{SubjectDomainName}\{SubjectUserName}'),
    ('windows_events', '{"EventID": 5156, "Channel": "Security"}', 'Image', '{Application}'),
    ('windows_events', '{"EventID": 5156, "Channel": "Security"}', 'SourceIp', '{SourceAddress}'),
    ('windows_events', '{"EventID": 5156, "Channel": "Security"}', 'DestinationIp', '{DestAddress}'),
    ('windows_events', '{"EventID": 5156, "Channel": "Security"}', 'DestinationPort', '{DestPort}'),
    ('windows_events', '{"EventID": 5156, "Direction": "%%14593"}', 'Initiated', 'true'),
    ('windows_events', '{"EventID": 5156, "Direction": "%%14592"}', 'Initiated', 'false'),
    ('windows_events', '{"Channel": "Microsoft-Windows-Windows Defender/Operational"}', 'Signature', '{Threat Name}'),
    ('windows_events', '{"Channel": "Microsoft-Windows-Windows Defender/Operational"}', 'Filename', '{Path}'),
    ('windows_events', '{"Channel": "Microsoft-Windows-Windows Defender/Operational"}', 'NewValue', '{New Value}'),
    ('windows_events', '{"Channel": "Microsoft-Windows-Windows Defender/Operational"}', 'OldValue', '{Old Value}'),
    ('windows_events', '{"Channel": "Microsoft-Windows-Windows Defender/Operational"}', 'ProcessName', '{Process Name}'),
    ('windows_events', '{"Channel": "Microsoft-Windows-Windows Defender/Operational"}', 'SourceName', '{Source Name}'),
    ('windows_events', '{"Channel": "Microsoft-Windows-Windows Defender/Operational"}', 'ThreatName', '{Threat Name}'),
    ('windows_events', '{"Channel": "Microsoft-Windows-Windows Defender/Operational"}', 'ThreatID', '{Threat ID}'),
    ('windows_events', '{"Channel": "Microsoft-Windows-Windows Defender/Operational"}', 'CategoryName', '{Category Name}'),
    ('windows_events', '{"Channel": "Microsoft-Windows-Windows Defender/Operational"}', 'SeverityName', '{Severity Name}'),
    ('windows_events', '{"Channel": "Microsoft-Windows-Windows Defender/Operational"}', 'ActionName', '{Action Name}'),
    ('windows_events', '{"Channel": "Microsoft-Windows-Windows Defender/Operational"}', 'DetectionUser', '{Detection User}'),
    ('windows_events', '{"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 22}', 'query', '{QueryName}'),
    ('windows_events', '{"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 22}', 'answers', '{QueryResults}'),
    ('windows_events', NULL, 'EventLog', '{Channel}'),
    ('windows_events', NULL, 'ComputerName', '{Computer}'),
    ('audit_events', '{"type": "EXECVE"}', 'Image', '{exe}'),
    ('audit_events', '{"type": "EXECVE"}', 'CommandLine', '{cmdline}'),
    ('audit_events', '{"type": "USER_CMD"}', 'CommandLine', '{cmd}'),
    ('audit_events', NULL, 'CurrentDirectory', '{cwd}'),
    ('audit_events', NULL, 'ProcessId', '{pid}'),
    ('audit_events', NULL, 'ParentProcessId', '{ppid}'),
    ('audit_events', NULL, 'User', '{UID}'),
    ('audit_events', NULL, 'User', '{uid}'),
    ('audit_events', NULL, 'LogonId', '{ses}'),
    ('audit_events', '{"type": "PATH", "name|startswith": "/"}', 'TargetFilename', '{name}'),
    ('audit_events', '{"type": "PATH"}', 'TargetFilename', '{cwd}/{name}'),
    ('audit_events', '{"type": ["PATH", "SOCKADDR"]}', 'Image', '{exe}'),
    ('audit_events', '{"type": "SOCKADDR"}', 'DestinationIp', '{addr_ip}'),
    ('audit_events', '{"type": "SOCKADDR"}', 'DestinationPort', '{addr_port}'),
    ('audit_events', '{"type": "SOCKADDR", "SYSCALL": "connect"}', 'Initiated', 'true'),
    ('journal', NULL, 'message', '{MESSAGE}'),
    ('journal', NULL, 'Image', '{_EXE}'),
    ('journal', NULL, 'CommandLine', '{_CMDLINE}'),
    ('journal', NULL, 'USER', '{_UID}');
