-- signals: every fact that can make something about a service worth a person's time, with its weight.
--
-- why:     Judgement is kept here and not in the views: a team changes a weight, or sets it to 0 to
--          silence a signal, with ordinary SQL. severity, where it is set, is the least grade of a
--          finding in which the signal fired.
-- attack:  one technique a signal, v18.1; T1685 was called T1562.001 before v19
-- sources: defaults, or a table of this name in the open database
--
--   SELECT name, weight, severity, why FROM signals ORDER BY weight DESC;
CREATE TEMP TABLE signals(
    name      TEXT PRIMARY KEY,
    platform  TEXT NOT NULL,
    technique TEXT NOT NULL,
    weight    INTEGER NOT NULL,
    severity  TEXT REFERENCES severities(severity),
    why       TEXT NOT NULL,
    reference TEXT
) WITHOUT ROWID;
INSERT INTO temp.signals VALUES
    -- What is run, on any platform: of a unit, a property list, a service key or a command.
    ('runs_from_temp', 'any', 'T1543', 60, NULL, 'runs from a folder that anyone may write or that is emptied at boot', 'systemd.exec(5)'),
    ('runs_from_home', 'any', 'T1543', 25, NULL, 'runs from a user''s own folder', NULL),
    ('runs_hidden', 'any', 'T1564.001', 60, NULL, 'runs from a hidden file or folder', NULL),
    ('runs_from_share', 'windows', 'T1569.002', 60, NULL, 'runs from a network share', NULL),
    ('runs_from_user_path', 'windows', 'T1543.003', 40, NULL, 'runs from a folder that ordinary users may write', NULL),
    ('inline_shell', 'any', 'T1059.004', 20, NULL, 'runs a shell with the script in the command line', NULL),
    ('inline_interpreter', 'any', 'T1059', 30, NULL, 'runs an interpreter with the program in the command line', NULL),
    ('downloads', 'any', 'T1105', 25, NULL, 'fetches something from the network', NULL),
    ('download_and_run', 'any', 'T1105', 60, NULL, 'fetches something and runs it', NULL),
    ('encoded', 'any', 'T1027', 40, NULL, 'decodes what it runs', NULL),
    ('network_shell', 'any', 'T1059', 80, NULL, 'ties a shell to the network', NULL),
    ('preloads_library', 'any', 'T1574.006', 60, NULL, 'loads a library into what it runs', 'ld.so(8), dyld(1)'),
    ('makes_executable', 'any', 'T1222', 30, NULL, 'makes a file executable or set-user-id, or hands it to root', NULL),
    ('adds_account', 'any', 'T1136', 60, NULL, 'adds an account or a key that lets one in', NULL),
    ('reads_secrets', 'any', 'T1003', 60, NULL, 'reads credentials', NULL),
    ('attack_tool', 'any', 'T1569', 80, NULL, 'names a tool made for attacks', NULL),

    -- Unit files.
    ('unowned', 'linux', 'T1543.002', 5, NULL, 'no package owns it, on a host that has packages', 'dpkg(1), rpm(8)'),
    ('program_unowned', 'linux', 'T1543.002', 15, NULL, 'no package owns what it runs either', NULL),
    ('limits_lifted', 'linux', 'T1543.002', 30, NULL, 'a drop-in gives a service root or takes its limits away', 'systemd.exec(5)'),
    ('changes_security', 'linux', 'T1685', 30, NULL, 'a drop-in changes a security service', 'systemd.unit(5)'),
    ('container_of_host', 'linux', 'T1610', 40, NULL, 'a container that has the host: its root folder, or all privileges', 'podman-systemd.unit(5)'),
    ('altered', 'linux', 'T1543.002', 30, NULL, 'a package owns it, and it is not what the package put there', 'dpkg --verify'),
    ('no_description', 'linux', 'T1543.002', 5, NULL, 'says nothing of what it is', NULL),
    ('hides_output', 'linux', 'T1564', 15, NULL, 'throws its output away and restarts for ever', NULL),
    ('target_writable', 'any', 'T1574.010', 60, NULL, 'others than root may write what it runs', NULL),
    ('exec_overridden', 'linux', 'T1543.002', 30, NULL, 'a drop-in changes what a unit of a package runs', 'systemd.unit(5)'),
    ('shadows_vendor', 'linux', 'T1036', 30, NULL, 'stands in front of a package''s unit of the same name', 'systemd.unit(5)'),
    ('linked_from_temp', 'linux', 'T1543.002', 60, NULL, 'a unit linked in from a folder that anyone may write', 'systemctl(1) link'),
    ('linked_from_outside', 'linux', 'T1543.002', 20, NULL, 'a unit linked in from outside the unit folders', 'systemctl(1) link'),
    ('dangling', 'linux', 'T1070.004', 5, NULL, 'a link to a unit file that is gone', NULL),
    ('masked_security', 'linux', 'T1685', 60, NULL, 'a security service is masked', 'systemctl(1) mask'),
    ('generator_unowned', 'linux', 'T1543.002', 60, NULL, 'a generator that no package owns runs before all units', 'systemd.generator(7)'),
    ('transient', 'linux', 'T1569.003', 15, NULL, 'made at run time, without a file that outlives a boot', 'systemd-run(1)'),
    ('gone_from_disk', 'linux', 'T1070.004', 40, NULL, 'loaded, and its file is gone', NULL),
    ('user_unit', 'linux', 'T1543.002', 5, NULL, 'a unit in a user''s own folder', 'systemd.unit(5)'),
    ('legacy_start', 'linux', 'T1037.004', 20, NULL, 'a start script that no package owns', 'rc.local(5)'),
    ('activation_unowned', 'linux', 'T1543.002', 15, NULL, 'D-Bus starts it on demand, and no package owns it', NULL),
    ('timer_every_minutes', 'linux', 'T1053.006', 10, NULL, 'a timer that fires every few minutes', 'systemd.timer(5)'),
    ('socket_shell', 'linux', 'T1543.002', 60, NULL, 'a socket hands each connection to a shell', 'systemd.socket(5)'),
    ('manager_environment', 'linux', 'T1574.006', 60, NULL, 'the manager''s own environment makes every service load a library', 'systemd-system.conf(5)'),
    ('unit_path_changed', 'linux', 'T1543.002', 40, NULL, 'the manager looks for units outside the usual folders', 'systemd(1)'),
    ('others_write', 'any', 'T1574.010', 60, NULL, 'others than root may write the file itself', NULL),
    ('unreadable', 'any', 'T1564', 20, NULL, 'could not be read as what it claims to be', NULL),
    ('look_alike', 'any', 'T1036.004', 40, NULL, 'its name is one letter away from a well-known service', NULL),
    ('random_name', 'any', 'T1036.004', 25, NULL, 'its name looks made up by a machine', NULL),
    ('recent', 'any', 'T1543', 10, NULL, 'made in the last week, long after the host, while no package was changed', 'dpkg.log, dnf.rpm.log'),

    -- Processes.
    ('deleted_program', 'linux', 'T1070.004', 10, NULL, 'the program''s file is gone', 'proc(5) exe'),
    ('memory_program', 'linux', 'T1620', 80, NULL, 'the program never was a file', 'memfd_create(2)'),
    ('shell_of_manager', 'any', 'T1569', 15, NULL, 'a service manager runs a shell', NULL),

    -- Commands of service tools.
    ('makes_service', 'any', 'T1543', 15, NULL, 'makes or changes a service', NULL),
    ('runs_transient', 'linux', 'T1569.003', 15, NULL, 'has the manager run a command', 'systemd-run(1)'),
    ('script_from_home', 'any', 'T1543', 10, NULL, 'runs a script that lies in a user''s own folder', NULL),
    ('shell_at_boot', 'macos', 'T1543.004', 10, NULL, 'a job not of the system whose program is a shell''s command line', 'launchd.plist(5)'),
    ('stops_security', 'any', 'T1685', 50, NULL, 'stops, disables or masks a security service', NULL),
    ('remote_host', 'any', 'T1021', 20, NULL, 'acts on another host', NULL),
    ('by_bus', 'linux', 'T1569.003', 20, NULL, 'asks the manager over D-Bus by hand, past its own tools', 'org.freedesktop.systemd1(5)'),
    ('remote_tool', 'any', 'T1569.002', 20, NULL, 'a tool that has a service of another host run its commands', NULL),
    ('obfuscated', 'any', 'T1027', 50, NULL, 'hides what it runs', NULL),
    ('by_service_account', 'any', 'T1569', 60, NULL, 'an account of a network service ran it', NULL),
    ('edits_unit', 'linux', 'T1543.002', 15, NULL, 'an editor changed a file of a service', NULL),
    ('writes_unit', 'linux', 'T1543.002', 30, NULL, 'written by what is neither package manager, service tool nor editor', NULL),
    ('without_tool', 'linux', 'T1569', 15, NULL, 'the manager started it and no service tool ran near it', NULL),
    ('removes_itself', 'any', 'T1070', 30, NULL, 'made, started and removed within minutes', NULL),
    ('kills_security', 'linux', 'T1685', 50, NULL, 'a security service ended by a signal', NULL),
    ('odd_child_of_tool', 'linux', 'T1548', 60, NULL, 'a service tool ran something that is neither editor nor pager', NULL),

    -- Windows.
    ('remote_execution_name', 'windows', 'T1569.002', 80, NULL, 'a name that remote execution tools give their service', NULL),
    ('command_processor', 'windows', 'T1569.002', 60, NULL, 'a service that runs a command processor', NULL),
    ('loopback_share', 'windows', 'T1569.002', 80, NULL, 'runs from or writes to a share of this very host', NULL),
    ('pipe_service', 'windows', 'T1134.001', 80, NULL, 'a service that writes to a named pipe, to take over its account', NULL),
    ('runs_from_odd_path', 'windows', 'T1543.003', 30, NULL, 'outside the folders of Windows and of programs', NULL),
    ('driver_from_odd_path', 'windows', 'T1543.003', 60, NULL, 'a driver outside the driver folders', NULL),
    ('registry_direct', 'windows', 'T1112', 40, NULL, 'a process other than the service manager wrote the service''s key', NULL),
    ('failure_command', 'windows', 'T1543.003', 40, NULL, 'runs a command when the service fails', NULL),
    ('service_dll_odd', 'windows', 'T1543.003', 60, NULL, 'a service library outside System32', NULL),
    ('hidden_by_descriptor', 'windows', 'T1564', 60, NULL, 'its security descriptor hides it', NULL),
    ('weak_descriptor', 'windows', 'T1574.011', 40, NULL, 'ordinary users may change it', NULL),
    ('false_manager', 'windows', 'T1036.005', 60, NULL, 'a program called services.exe that is not the service manager', NULL),
    ('payload_in_name', 'windows', 'T1027', 30, NULL, 'reads a payload out of services'' display names', NULL),
    ('bare_image', 'windows', 'T1543.003', 30, NULL, 'a service whose program is named without a folder', NULL),
    ('manager_pipe', 'windows', 'T1569.002', 30, NULL, 'the service manager was reached over the network', '[MS-SCMR] 2.1'),
    ('share_program', 'windows', 'T1021.002', 40, NULL, 'a program was written to an administrative share', NULL),
    ('manager_descriptor', 'windows', 'T1569.002', 60, NULL, 'the service manager''s own descriptor was changed', NULL),
    ('performance_library', 'windows', 'T1546', 40, NULL, 'loads a performance library from an odd path', NULL),
    ('unquoted_path', 'windows', 'T1574.009', 10, NULL, 'its path has a space and no quotes', NULL),
    ('unexplained_change', 'windows', 'T1112', 20, NULL, 'its key changed, and no event tells of it', NULL),
    ('deleted_key', 'windows', 'T1070', 20, NULL, 'its key was deleted', NULL),
    ('log_cleared', 'windows', 'T1070.001', 20, NULL, 'an event log was cleared', NULL),
    ('start_type_off', 'windows', 'T1685', 10, NULL, 'a service was set not to start', NULL),

    -- macOS.
    ('apple_name_outside_system', 'macos', 'T1036.004', 60, NULL, 'calls itself com.apple.* outside /System', NULL),
    ('label_not_file', 'macos', 'T1036', 10, NULL, 'its label is not its file''s name', 'launchd.plist(5)'),
    ('wrong_owner', 'macos', 'T1543', 40, NULL, 'a daemon''s property list that root does not own', 'launchd.plist(5)'),
    ('submitted', 'macos', 'T1569.001', 30, NULL, 'submitted to launchd without a property list', 'launchctl(1)'),
    ('hidden_file', 'any', 'T1564.001', 40, NULL, 'its file is hidden', NULL);
