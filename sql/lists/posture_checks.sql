-- posture_checks: the checks of the four mitigations, and what each needs to be answered.
--
-- why:     A check without a failure has passed only where its tables were read whole. Each row names these tables and
--          which of their files count; from them posture_* answer pass, unknown or not_applicable.
-- attack:  mitigations of T1569: M1018, M1022, M1026, M1040
-- sources: defaults
--
--   SELECT mitigation, name, platform, why FROM posture_checks;
CREATE TEMP TABLE posture_checks(
    name       TEXT NOT NULL,
    mitigation TEXT NOT NULL,
    platform   TEXT NOT NULL,
    tables     TEXT NOT NULL, -- separated by commas; without the first there is no answer
    location   TEXT NOT NULL, -- LIKE pattern of the files that count
    severity   TEXT NOT NULL,
    why        TEXT NOT NULL,
    PRIMARY KEY (name, platform)
) WITHOUT ROWID;
INSERT INTO temp.posture_checks VALUES
    ('polkit_grant', 'M1026', 'linux', 'polkit_rules', '%', 'high', 'polkit lets somebody control every service without a password'),
    ('polkit_self', 'M1026', 'linux', 'polkit_rules', '%', 'medium', 'polkit lets somebody control every service with no more than their own password'),
    ('sudo_service_tool', 'M1026', 'linux', 'sudoers', '%', 'medium', 'sudo lets somebody control services without a password, or any service by a wildcard'),
    ('sudo_service_tool', 'M1026', 'macos', 'sudoers', '%', 'medium', 'sudo lets somebody control services without a password, or any service by a wildcard'),
    ('root_service_input', 'M1026', 'linux', 'unit_files,unit_commands,unit_settings,path_permissions', '%', 'high', 'users other than root decide what a service of root does'),
    ('service_descriptor', 'M1026', 'windows', 'registry_services', '%', 'high', 'ordinary users may change the service'),
    ('service_start', 'M1026', 'windows', 'registry_services', '%', 'info', 'ordinary users may start services'),
    ('service_key', 'M1026', 'windows', 'registry_services', '%', 'high', 'ordinary users may write the service''s key'),
    ('service_account', 'M1026', 'windows', 'registry_services', '%', 'low', 'the service logs on with an account of a person, whose password the machine keeps'),
    ('manager_descriptor', 'M1026', 'windows', 'registry_services_scm', '%', 'high', 'ordinary users may create services, or remote callers are not checked'),
    ('lingering_user', 'M1018', 'linux', 'unit_files', '%', 'low', 'a user''s services run without a login'),
    ('user_units', 'M1018', 'linux', 'unit_files', '%', 'low', 'a user has services of his own'),
    ('admin_group', 'M1018', 'linux', 'groups,users', '%', 'info', 'members of a group that may become root'),
    ('plist_owner', 'M1018', 'macos', 'launch_daemons,path_permissions', '%', 'high', 'a property list that users other than root may change'),
    ('service_logon', 'M1018', 'windows', 'registry', '%SECURITY%', 'info', 'an account that may log on as a service'),
    ('asr_psexec_wmi', 'M1040', 'windows', 'registry', '%SOFTWARE%', 'medium', 'attack surface reduction does not block processes made by PsExec and WMI'),
    ('asr_vulnerable_drivers', 'M1040', 'windows', 'registry', '%SOFTWARE%', 'medium', 'attack surface reduction does not block vulnerable drivers'),
    ('unit_file_writable', 'M1022', 'linux', 'unit_files,path_permissions', '%', 'high', 'users other than root may write a file of a system service'),
    ('exec_target_writable', 'M1022', 'linux', 'unit_files,unit_commands,path_permissions', '%', 'high', 'users other than root may replace what a root service runs'),
    ('script_writable', 'M1022', 'linux', 'unit_files,unit_commands,path_permissions', '%', 'high', 'users other than root may replace the script that a root service runs'),
    ('environment_file_writable', 'M1022', 'linux', 'unit_files,unit_settings,path_permissions', '%', 'high', 'users other than root may set the environment of a service'),
    ('working_directory_writable', 'M1022', 'linux', 'unit_files,unit_commands,unit_settings,path_permissions', '%', 'low', 'users other than root may put files where a root service starts'),
    ('unquoted_path', 'M1022', 'windows', 'registry_services', '%', 'medium', 'a path with a blank and no quotes runs another program first'),
    ('user_writable_path', 'M1022', 'windows', 'registry_services', '%', 'medium', 'a service runs from a folder that ordinary users may write'),
    ('plist_target_writable', 'M1022', 'macos', 'launch_daemons,path_permissions', '%', 'high', 'users other than root may write what launchd runs as root');
