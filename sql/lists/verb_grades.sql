-- verb_grades: what the verbs of service tools do to a service.
--
-- why:     t1569_command_execution does not judge a command that only reads. action is start, stop,
--          disable, create, change, run, environment or delete; manager for other changes of the
--          manager; power, reload and read change no service. A row with a tool has precedence over one
--          without (''). A verb or method of systemd's tools that is not in this table counts as manager,
--          unless its name shows that it reads, as list-units and GetUnit do. Every verb and method of
--          systemd 252, 257 and 262 is in this table or has such a name; those of other tools that are
--          not in it only read.
-- attack:  T1569.001 T1569.002 T1569.003 (their procedures), T1543, T1489
-- sources: defaults, or a table of this name in the open database
--
--   SELECT verb, action FROM verb_grades WHERE action = 'create';
CREATE TEMP TABLE verb_grades(
    tool   TEXT NOT NULL,
    verb   TEXT NOT NULL COLLATE NOCASE,
    action TEXT NOT NULL,
    PRIMARY KEY (verb, tool)
) WITHOUT ROWID;
INSERT INTO temp.verb_grades VALUES
    ('', 'start', 'start'), ('', 'restart', 'start'), ('', 'try-restart', 'start'),
    ('', 'reload-or-restart', 'start'), ('', 'try-reload-or-restart', 'start'),
    ('', 'condrestart', 'start'), ('', 'isolate', 'start'), ('', 'onestart', 'start'),
    ('', 'kickstart', 'start'), ('', 'up', 'start'), ('', 'once', 'start'), ('', 'continue', 'start'),
    ('', 'resume', 'start'), ('', 'thaw', 'start'), ('', 'StartUnit', 'start'),
    ('', 'RestartUnit', 'start'), ('', 'ReloadOrRestartUnit', 'start'), ('', 'startservice', 'start'),
    ('', 'resumeservice', 'start'), ('', 'Start-Service', 'start'), ('', 'Restart-Service', 'start'),
    ('', 'Resume-Service', 'start'), ('init.d', 'reload', 'start'),

    ('', 'stop', 'stop'), ('', 'kill', 'stop'), ('', 'pause', 'stop'), ('', 'freeze', 'stop'),
    ('', 'down', 'stop'), ('', 'term', 'stop'), ('', 'shutdown', 'stop'), ('', 'force-stop', 'stop'),
    ('', 'StopUnit', 'stop'), ('', 'KillUnit', 'stop'), ('', 'FreezeUnit', 'stop'),
    ('', 'stopservice', 'stop'), ('', 'pauseservice', 'stop'), ('', 'Stop-Service', 'stop'),
    ('', 'Suspend-Service', 'stop'), ('', 'unload', 'stop'), ('', 'bootout', 'stop'),
    ('launchctl', 'remove', 'stop'), ('launchctl', 'disable', 'disable'),

    ('', 'disable', 'disable'), ('', 'mask', 'disable'), ('', 'off', 'disable'),
    ('', 'DisableUnitFiles', 'disable'), ('', 'MaskUnitFiles', 'disable'),
    ('update-rc.d', 'remove', 'disable'), ('chkconfig', 'del', 'disable'),
    ('rc-update', 'del', 'disable'), ('rc-update', 'delete', 'disable'),

    ('', 'create', 'create'), ('', 'install', 'create'), ('', 'New-Service', 'create'),
    ('', 'enable', 'create'), ('', 'reenable', 'create'), ('', 'link', 'create'),
    ('', 'unmask', 'create'), ('', 'preset', 'create'), ('', 'preset-all', 'create'),
    ('', 'add', 'create'), ('', 'add-wants', 'create'), ('', 'add-requires', 'create'),
    ('', 'set-default', 'create'), ('', 'defaults', 'create'), ('', 'on', 'create'),
    ('', 'load', 'create'), ('', 'bootstrap', 'create'), ('', 'attach', 'create'),
    ('', 'enable-linger', 'create'), ('', 'SetUserLinger', 'create'),
    ('', 'EnableUnitFiles', 'create'), ('', 'LinkUnitFiles', 'create'),
    ('', 'AddDependencyUnitFiles', 'create'), ('', 'New-Item', 'create'),

    ('', 'config', 'change'), ('', 'edit', 'change'), ('', 'set-property', 'change'),
    ('', 'revert', 'change'), ('', 'failure', 'change'), ('', 'failureflag', 'change'),
    ('', 'sdset', 'change'), ('', 'triggerinfo', 'change'), ('', 'privs', 'change'),
    ('', 'sidtype', 'change'), ('', 'change', 'change'), ('', 'changestartmode', 'change'),
    ('', 'set', 'change'), ('', 'bind', 'change'), ('', 'mount-image', 'change'),
    ('', 'SetUnitProperties', 'change'), ('', 'Set-Service', 'change'),
    ('', 'Set-ItemProperty', 'change'), ('', 'New-ItemProperty', 'change'),
    ('', 'Remove-ItemProperty', 'change'), ('reg', 'add', 'change'),
    ('reg', 'copy', 'change'), ('reg', 'restore', 'change'), ('reg', 'load', 'change'),

    ('', 'run', 'run'), ('', 'submit', 'run'), ('', 'StartTransientUnit', 'run'),
    ('machinectl', 'shell', 'run'), ('launchctl', 'asuser', 'run'), ('launchctl', 'bsexec', 'run'),

    ('', 'set-environment', 'environment'), ('', 'import-environment', 'environment'),
    ('', 'SetEnvironment', 'environment'), ('', 'setenv', 'environment'),
    ('launchctl', 'config', 'environment'),

    ('', 'delete', 'delete'), ('', 'Remove-Service', 'delete'), ('', 'remove', 'delete'),
    ('', 'detach', 'delete'), ('', 'Remove-Item', 'delete'), ('deb-systemd-helper', 'purge', 'delete'),

    ('', 'TryRestart', 'start'), ('', 'TryRestartUnit', 'start'), ('', 'ReloadOrRestart', 'start'),
    ('', 'ReloadOrTryRestart', 'start'), ('', 'ReloadOrTryRestartUnit', 'start'),
    ('', 'ThawUnit', 'start'), ('', 'StartUnitReplace', 'start'),
    ('', 'StartUnitWithFlags', 'start'), ('', 'default', 'start'), ('', 'rescue', 'start'),
    ('', 'emergency', 'start'),

    ('', 'KillUnitSubgroup', 'stop'), ('', 'KillSubgroup', 'stop'), ('', 'QueueSignalUnit', 'stop'),
    ('', 'QueueSignal', 'stop'), ('', 'KillMachine', 'stop'), ('', 'TerminateMachine', 'stop'),
    ('', 'terminate', 'stop'), ('', 'umount', 'stop'),

    ('', 'DisableUnitFilesWithFlags', 'disable'),
    ('', 'DisableUnitFilesWithFlagsAndInstallInfo', 'disable'),

    ('', 'EnableUnitFilesWithFlags', 'create'), ('', 'ReenableUnitFiles', 'create'),
    ('', 'PresetUnitFiles', 'create'), ('', 'PresetUnitFilesWithMode', 'create'),
    ('', 'PresetAllUnitFiles', 'create'), ('', 'UnmaskUnitFiles', 'create'),
    ('', 'SetDefaultTarget', 'create'), ('', 'AttachImage', 'create'),
    ('', 'AttachImageWithExtensions', 'create'), ('', 'AttachWithExtensions', 'create'),
    ('', 'ReattachImage', 'create'), ('', 'ReattachImageWithExtensions', 'create'),
    ('', 'ReattachWithExtensions', 'create'), ('', 'ReattacheWithExtensions', 'create'),
    ('', 'reattach', 'create'),
    ('', 'CreateMachine', 'create'), ('', 'CreateMachineEx', 'create'),
    ('', 'CreateMachineWithNetwork', 'create'), ('', 'RegisterMachine', 'create'),
    ('', 'RegisterMachineEx', 'create'), ('', 'RegisterMachineWithNetwork', 'create'),
    ('', 'Pull', 'create'), ('', 'PullTar', 'create'),
    ('', 'PullTarEx', 'create'), ('', 'PullRaw', 'create'), ('', 'PullRawEx', 'create'),
    ('', 'PullOci', 'create'), ('', 'pull-tar', 'create'), ('', 'pull-raw', 'create'),
    ('', 'pull-oci', 'create'), ('', 'ImportTar', 'create'), ('', 'ImportTarEx', 'create'),
    ('', 'ImportRaw', 'create'), ('', 'ImportRawEx', 'create'), ('', 'ImportFileSystem', 'create'),
    ('', 'ImportFileSystemEx', 'create'), ('', 'import-tar', 'create'),
    ('', 'import-raw', 'create'), ('', 'import-fs', 'create'), ('', 'clone', 'create'),
    ('', 'CloneImage', 'create'), ('', 'mount', 'create'), ('', 'add-driver', 'create'),

    ('', 'SetProperties', 'change'), ('', 'BindMountUnit', 'change'),
    ('', 'MountImageUnit', 'change'), ('', 'RevertUnitFiles', 'change'),
    ('', 'AttachProcessesToUnit', 'change'), ('', 'RemoveSubgroupFromUnit', 'change'),
    ('', 'BindMount', 'change'), ('', 'BindMountMachine', 'change'), ('', 'bind-volume', 'change'),
    ('', 'unbind-volume', 'change'), ('', 'CleanUnit', 'change'), ('', 'clean', 'change'),

    ('', 'StartTransient', 'run'), ('', 'StartAuxiliaryScope', 'run'), ('', 'OpenShell', 'run'),
    ('', 'OpenMachineShell', 'run'),

    ('', 'UnsetAndSetEnvironment', 'environment'), ('', 'UnsetEnvironment', 'environment'),
    ('', 'unset-environment', 'environment'),

    ('', 'RemoveImage', 'delete'), ('', 'DetachImage', 'delete'),
    ('', 'DetachImageWithExtensions', 'delete'), ('', 'DetachWithExtensions', 'delete'),
    ('', 'UnregisterMachine', 'delete'),
    ('', 'delete-driver', 'delete'),

    ('', 'EnqueueUnitJob', 'manager'), ('', 'EnqueueJob', 'manager'),
    ('', 'EnqueueUnitJobMany', 'manager'), ('', 'EnqueueMarkedJobs', 'manager'),
    ('', 'enqueue-marked', 'manager'), ('', 'cancel', 'manager'), ('', 'CancelJob', 'manager'),
    ('', 'ClearJobs', 'manager'), ('', 'ClearAll', 'manager'), ('', 'AbandonScope', 'manager'),
    ('', 'SwitchRoot', 'manager'), ('', 'switch-root', 'manager'), ('', 'SetExitCode', 'manager'),
    ('', 'SetShowStatus', 'manager'), ('', 'log-level', 'manager'),
    ('', 'log-target', 'manager'), ('', 'service-log-level', 'manager'),
    ('', 'service-log-target', 'manager'), ('', 'service-watchdogs', 'manager'),
    ('', 'SetLogLevel', 'manager'), ('', 'emit', 'manager'), ('', 'CopyTo', 'manager'),
    ('', 'CopyToWithFlags', 'manager'), ('', 'CopyToMachine', 'manager'),
    ('', 'CopyToMachineWithFlags', 'manager'), ('', 'copy-to', 'manager'),
    ('', 'MarkReadOnly', 'manager'), ('', 'MarkImageReadOnly', 'manager'),
    ('', 'read-only', 'manager'), ('', 'Rename', 'manager'), ('', 'RenameImage', 'manager'),
    ('', 'SetLimit', 'manager'), ('', 'SetImageLimit', 'manager'), ('', 'SetPoolLimit', 'manager'),
    ('', 'set-limit', 'manager'), ('', 'CleanPool', 'manager'),
    ('', 'OpenLogin', 'manager'), ('', 'OpenMachineLogin', 'manager'), ('', 'login', 'manager'),
    ('', 'cancel-transfer', 'manager'), ('', 'CancelTransfer', 'manager'), ('', 'serve', 'manager'),

    ('', 'Halt', 'power'), ('', 'KExec', 'power'), ('', 'PowerOff', 'power'),
    ('', 'Reboot', 'power'), ('', 'SoftReboot', 'power'), ('', 'soft-reboot', 'power'),
    ('', 'hibernate', 'power'), ('', 'hybrid-sleep', 'power'), ('', 'sleep', 'power'),
    ('', 'suspend', 'power'), ('', 'suspend-then-hibernate', 'power'),

    ('', 'reload', 'reload'), ('', 'ReloadUnit', 'reload'), ('', 'daemon-reload', 'reload'),
    ('', 'daemon-reexec', 'reload'), ('', 'Reexecute', 'reload'), ('', 'reset-failed', 'reload'),
    ('', 'ResetFailed', 'reload'), ('', 'ResetFailedUnit', 'reload'),

    ('', 'status', 'read'), ('', 'show', 'read'), ('', 'cat', 'read'), ('', 'help', 'read'),
    ('', 'info', 'read'), ('', 'inspect', 'read'), ('', 'introspect', 'read'), ('', 'tree', 'read'),
    ('', 'monitor', 'read'), ('', 'capture', 'read'), ('', 'wait', 'read'), ('', 'call', 'read'),
    ('', 'validate-idl', 'read'), ('', 'whoami', 'read'), ('', 'Ping', 'read'),
    ('', 'Describe', 'read'), ('', 'Subscribe', 'read'), ('', 'Unsubscribe', 'read'),
    ('', 'Ref', 'read'), ('', 'Unref', 'read'), ('', 'RefUnit', 'read'), ('', 'UnrefUnit', 'read'),
    ('', 'LoadUnit', 'read'), ('', 'get-property', 'read'), ('', 'get-default', 'read'),
    ('', 'get-environment', 'read'), ('', 'image-status', 'read'), ('', 'copy-from', 'read'),
    ('', 'CopyFrom', 'read'), ('', 'CopyFromWithFlags', 'read'), ('', 'CopyFromMachine', 'read'),
    ('', 'CopyFromMachineWithFlags', 'read'), ('', 'MapFrom', 'read'), ('', 'MapTo', 'read'),
    ('', 'MapFromMachineGroup', 'read'), ('', 'MapFromMachineUser', 'read'),
    ('', 'MapToMachineGroup', 'read'), ('', 'MapToMachineUser', 'read'), ('', 'Open', 'read'),
    ('', 'OpenPTY', 'read'), ('', 'OpenMachinePTY', 'read'), ('', 'OpenRootDirectory', 'read'),
    ('', 'OpenMachineRootDirectory', 'read'), ('', 'export-tar', 'read'),
    ('', 'export-raw', 'read'), ('', 'ExportTar', 'read'), ('', 'ExportTarEx', 'read'),
    ('', 'ExportRaw', 'read'), ('', 'ExportRawEx', 'read'),

    ('machinectl', 'poweroff', 'stop'), ('machinectl', 'reboot', 'stop'),
    -- A session's end is that of its processes and, of the last one, of the user's services; the rest of
    -- loginctl's verbs concern screens and seats.
    ('loginctl', 'terminate-session', 'stop'), ('loginctl', 'terminate-user', 'stop'),
    ('loginctl', 'terminate-seat', 'stop'), ('loginctl', 'kill-session', 'stop'),
    ('loginctl', 'kill-user', 'stop'), ('loginctl', 'activate', 'read'), ('loginctl', 'attach', 'read'),
    ('loginctl', 'flush-devices', 'read'), ('loginctl', 'lock-session', 'read'),
    ('loginctl', 'lock-sessions', 'read'), ('loginctl', 'unlock-session', 'read'),
    ('loginctl', 'unlock-sessions', 'read'), ('loginctl', 'disable-linger', 'disable'),
    ('plutil', 'remove', 'change'),
    ('PlistBuddy', 'add', 'change'), ('PlistBuddy', 'delete', 'change'),
    ('PlistBuddy', 'copy', 'change'), ('PlistBuddy', 'merge', 'change'),
    ('PlistBuddy', 'clear', 'change'),
    ('defaults', 'delete', 'change'), ('defaults', 'rename', 'change'),
    ('podman', 'rm', 'delete'),
    ('fltmc', 'load', 'start'), ('fltmc', 'attach', 'start'),
    ('fltmc', 'detach', 'stop'),
    ('systemd-sysext', 'merge', 'create'), ('systemd-confext', 'merge', 'create'),
    ('varlinkctl', 'merge', 'create'), ('systemd-sysext', 'refresh', 'create'),
    ('systemd-confext', 'refresh', 'create'), ('varlinkctl', 'refresh', 'create'),
    ('systemd-sysext', 'unmerge', 'delete'), ('systemd-confext', 'unmerge', 'delete'),
    ('varlinkctl', 'unmerge', 'delete'), ('plutil', 'replace', 'change'),
    ('plutil', 'insert', 'change'), ('plutil', 'append', 'change'), ('defaults', 'write', 'change'),
    ('defaults', 'import', 'change'), ('reg', 'import', 'change'), ('systemctl', 'exit', 'manager'),
    ('busctl', 'exit', 'manager'), ('gdbus', 'exit', 'manager'), ('dbus-send', 'exit', 'manager'),
    ('qdbus', 'exit', 'manager'), ('varlinkctl', 'update', 'manager'),
    ('varlinkctl', 'register', 'create'), ('varlinkctl', 'unregister', 'delete');
