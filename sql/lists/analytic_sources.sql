-- analytic_sources: which tables each analytic reads, and on which platform.
--
-- why:     coverage joins it with evidence_sources, to report analytics that have no evidence.
-- sources: defaults
--
--   SELECT analytic, table_name, platform FROM analytic_sources;
CREATE TEMP TABLE analytic_sources(
    analytic   TEXT NOT NULL,
    table_name TEXT NOT NULL,
    platform   TEXT NOT NULL,
    note       TEXT
);
INSERT INTO temp.analytic_sources VALUES
    ('t1569_service_creation', 'unit_files', 'linux', 'what is installed'),
    ('t1569_service_creation', 'start_hooks', 'linux', 'what else starts programs and units'),
    ('t1569_service_creation', 'cron_jobs', 'linux', 'jobs that call a service tool'),
    ('t1569_service_creation', 'systemd_units', 'linux', 'what is loaded; a running system only'),
    ('t1569_service_creation', 'audit_events', 'linux', 'what was started, when'),
    ('t1569_service_creation', 'journal', 'linux', 'what was started, when'),
    ('t1569_service_creation', 'launch_daemons', 'macos', 'what is installed'),
    ('t1569_service_creation', 'launchd_overrides', 'macos', 'what launchctl enabled and disabled'),
    ('t1569_service_creation', 'registry_services', 'windows', 'what is installed'),
    ('t1569_service_creation', 'windows_events', 'windows', '7045, 4697, 7040'),
    ('t1569_service_creation', 'service_listings', 'linux', 'what systemctl printed'),
    ('t1569_service_creation', 'service_listings', 'macos', 'what launchctl printed'),
    ('t1569_service_creation', 'service_listings', 'windows', 'what sc, reg, PowerShell and similar tools printed'),
    ('t1569_process_creation', 'processes', 'linux', 'what runs; a running system only'),
    ('t1569_process_creation', 'audit_events', 'linux', 'EXECVE records of the log or the journal'),
    ('t1569_process_creation', 'auth_events', 'linux', 'commands of sudo, pkexec, doas and cron'),
    ('t1569_service_creation', 'unified_log', 'macos', 'what launchd loaded, started and ended'),
    ('t1569_process_creation', 'unified_log', 'macos', 'what launchd started'),
    ('t1569_file_modification', 'unified_log', 'macos', 'what sudo ran; property lists that launchd took up'),
    ('t1569_command_execution', 'unified_log', 'macos', 'what sudo ran, and who asked launchd'),
    ('t1569_process_creation', 'windows_events', 'windows', '4688, Sysmon 1'),
    ('t1569_file_modification', 'unit_files', 'linux', 'files as they are'),
    ('t1569_file_modification', 'systemd_managers', 'linux', 'a running system only'),
    ('t1569_file_modification', 'audit_events', 'linux', 'PATH records of watched files'),
    ('t1569_file_modification', 'launch_daemons', 'macos', 'files as they are'),
    ('t1569_file_modification', 'windows_events', 'windows', 'Sysmon 11, 15, 23, 26; 4663'),
    ('t1569_command_execution', 'audit_events', 'linux', 'EXECVE and USER_CMD records'),
    ('t1569_command_execution', 'auth_events', 'linux', 'commands of sudo and similar programs, from text logs or the journal'),
    ('t1569_command_execution', 'shell_history', 'linux', 'what users typed'),
    ('t1569_command_execution', 'shell_history', 'macos', 'what users typed'),
    ('t1569_command_execution', 'windows_events', 'windows', '4688, Sysmon 1, PowerShell 4104'),
    ('t1569_unasked_start', 'audit_events', 'linux', 'SERVICE_START, and the commands before it'),
    ('t1569_unasked_start', 'journal', 'linux', 'finished jobs, and the commands before them'),
    ('asked_by', 'audit_events', 'linux', 'EXECVE records of service tools'),
    ('asked_by', 'auth_events', 'linux', 'lines of sudo, pkexec, doas, polkit, cron and logind'),
    ('asked_by', 'journal', 'linux', 'what the manager did, and lines of dbus-daemon and run0'),
    ('asked_by', 'package_history', 'linux', 'for whom packages were changed'),
    ('asked_by', 'systemd_units', 'linux', 'when timers elapsed; a running system only'),
    ('t1569_service_network', 'audit_events', 'linux', 'connect() of a rule of your own'),
    ('t1569_service_network', 'windows_events', 'windows', 'Sysmon 3, 22'),
    ('t1569_account_jump', 'audit_events', 'linux', 'EXECVE records of every program'),
    ('t1569_tool_child', 'audit_events', 'linux', 'EXECVE records of every program'),
    ('t1569_registry_modification', 'windows_events', 'windows', 'Sysmon 12, 13, 14; 4657'),
    ('t1569_registry_modification', 'registry_services', 'windows', 'last-write times of the keys');
