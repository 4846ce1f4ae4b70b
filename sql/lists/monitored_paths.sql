-- monitored_paths: where a write changes what runs as a service.
--
-- why:     DS0022 of T1569 watches /etc/systemd/system, /etc/init.d, /Library/LaunchDaemons and
--          services.exe; the rest are the other places that a service manager reads. path is a GLOB
--          pattern, compared without case.
-- attack:  T1569 (DET0279: monitored paths)
-- sources: defaults, or a table of this name in the open database
--
--   SELECT path, platform FROM monitored_paths;
CREATE TEMP TABLE monitored_paths(
    path     TEXT PRIMARY KEY COLLATE NOCASE,
    platform TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO temp.monitored_paths VALUES
    ('/etc/systemd/*', 'linux'), ('/run/systemd/system/*', 'linux'),
    ('/run/systemd/transient/*', 'linux'), ('/run/systemd/generator*', 'linux'),
    ('/usr/lib/systemd/*', 'linux'), ('/lib/systemd/*', 'linux'),
    ('/usr/local/lib/systemd/*', 'linux'), ('*/.config/systemd/user/*', 'linux'),
    ('*/.local/share/systemd/user/*', 'linux'), ('/var/lib/systemd/linger/*', 'linux'),
    ('/etc/init.d/*', 'linux'), ('/etc/rc*.d/*', 'linux'), ('/etc/rc.local', 'linux'),
    ('/etc/dbus-1/system-services/*', 'linux'), ('/usr/share/dbus-1/system-services/*', 'linux'),
    ('/etc/containers/systemd/*', 'linux'), ('/etc/xinetd.d/*', 'linux'),
    ('/Library/LaunchDaemons/*', 'macos'), ('/Library/LaunchAgents/*', 'macos'),
    ('/System/Library/LaunchDaemons/*', 'macos'), ('/System/Library/LaunchAgents/*', 'macos'),
    ('/Users/*/Library/LaunchAgents/*', 'macos'), ('/private/var/db/com.apple.xpc.launchd/*', 'macos'),
    ('/var/db/com.apple.xpc.launchd/*', 'macos'),
    ('*\System32\services.exe', 'windows'), ('*\System32\drivers\*.sys', 'windows'),
    ('*\System32\config\SYSTEM', 'windows');
