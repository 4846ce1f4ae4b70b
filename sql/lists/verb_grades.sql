-- verb_grades: what the verbs of service tools do to a service.
--
-- why:     t1569_command_execution does not judge a command that only reads. A verb that is not in this table changes
--          nothing. action is start, stop, disable, create, change, run, environment or delete; a row with a tool has
--          precedence over one without ('').
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
    ('', 'detach', 'delete'), ('', 'Remove-Item', 'delete'), ('deb-systemd-helper', 'purge', 'delete');
