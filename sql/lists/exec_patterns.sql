-- exec_patterns: what in a command line or program path makes a signal fire.
--
-- why:             One list serves units, property lists, service keys, processes and commands. A row
--                  fires its signal where the text matches the pattern (REGEXP; (?i) ignores case).
--                  platform 'any' holds everywhere.
-- false positives: each row is weighed by its signal, none is a finding by itself
-- sources:         defaults, or a table of this name in the open database
--
--   SELECT signal, pattern FROM exec_patterns WHERE platform IN ('any', 'windows');
CREATE TEMP TABLE exec_patterns(
    signal   TEXT NOT NULL,
    platform TEXT NOT NULL,
    pattern  TEXT NOT NULL
);
INSERT INTO temp.exec_patterns VALUES
    ('runs_from_temp', 'unix', '(^|[- "''=@:|;&+!])(/private)?(/var)?/tmp/[^ ]'),
    ('runs_from_temp', 'unix', '(^|[- "''=@:|;&+!])/dev/(shm|mqueue)/[^ ]'),
    ('runs_from_temp', 'unix', '(^|[- "''=@:|;&+!])/Users/Shared/[^ ]'),
    ('runs_from_home', 'unix', '(^|\s)[-@:|+!]*(/home/|/root/|/Users/)'),
    ('script_from_home', 'unix', '(^|[-/ "''@:|+!])((ba|da|z|k|)sh|python[0-9.]*|perl|ruby|node|php) +(/home/|/root/|/Users/)'),
    ('runs_hidden', 'unix', '(^|[- "''=@:|;&+!])/([^ ]*/)?\.[A-Za-z0-9_][^ /]*($|[ /"'';|&])'),
    ('inline_shell', 'unix', '(^|[-/ "''@:|+!])(ba|da|z|k|a|c|tc|fi|)sh +(-[a-z-]+ +)*-[a-z]*c[ "'']'),
    ('inline_interpreter', 'unix', '(python[0-9.]*|perl[0-9.]*|ruby[0-9.]*|node|nodejs|lua[0-9.]*) +(-[A-Za-z-]+ +)*-[a-zA-Z]*[ceE][ "'']'),
    ('inline_interpreter', 'unix', '(^|[/ "''])(php[0-9.]*) +(-[a-z]+ +)*-r[ "'']'),
    ('inline_interpreter', 'unix', '(^|[/ "''])osascript +-e '),
    ('downloads', 'unix', '(^|[/ "''`(;|&@])(curl|wget|fetch|lwp-download|aria2c) +[^;|&]*(https?|ftp)(://|%3a)'),
    ('downloads', 'unix', '(^|[/ "''`(;|&@])(curl|wget) +[^;|&]*[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+'),
    ('download_and_run', 'unix', '(curl|wget|fetch) [^|;]*\|[^|]*(ba|da|z|k|a|)sh($|[ "'';&])'),
    ('download_and_run', 'unix', '(curl|wget|fetch) [^|;]*\|[^|]*(python|perl|ruby|php|base64|openssl|sudo)'),
    ('download_and_run', 'unix', '(curl|wget|fetch) [^;]*(;|&&)[^;]*(chmod|(ba|da|z|)sh +[/.$])'),
    ('download_and_run', 'unix', '(ba|da|z|k|)sh +(-[a-z]+ +)*["'']?(<\(|\$\(|`) *(curl|wget)'),
    ('download_and_run', 'unix', '(eval|source|\.) +["'']?(\$\(|<\(|`) *(curl|wget)'),
    ('encoded', 'unix', '(base64|base32|basenc) +(-[a-zA-Z-]+ *)*(-d|-D|--decode)'),
    ('encoded', 'unix', 'openssl +(enc|base64) +[^|;]*-d'),
    ('encoded', 'unix', 'xxd +(-[a-z]+ +)*-[a-z]*r'),
    ('encoded', 'unix', '(b64decode|fromhex|decode\(.?base64|unhexlify|MIME::Base64|str_rot13|base64_decode)'),
    ('encoded', 'unix', '\\x[0-9a-f][0-9a-f]\\x[0-9a-f][0-9a-f]\\x[0-9a-f][0-9a-f]'),
    ('network_shell', 'unix', '/dev/(tcp|udp)/'),
    ('network_shell', 'unix', '(^|[/ "'';|&@])(nc|ncat|netcat|nc\.openbsd|nc\.traditional)( .*)? -[a-zA-Z]*[ec][a-zA-Z]* '),
    ('network_shell', 'unix', '(^|[/ "'';|&@])(nc|ncat|netcat) [^;]*\| *(/bin/|/usr/bin/)?(ba|da|z|)sh'),
    ('network_shell', 'unix', 'mkfifo [^;]*;.*(nc|ncat|netcat|telnet|openssl)'),
    ('network_shell', 'unix', 'socat .*(exec|EXEC|system|SYSTEM):'),
    ('network_shell', 'unix', '(ba|z|k|)sh +-i *(>|<|[0-9]>|&>|$)'),
    ('network_shell', 'unix', 'socket.*(subprocess|pty\.spawn|dup2|exec)'),
    ('network_shell', 'unix', 'openssl s_client .*\|'),
    ('preloads_library', 'unix', '(LD_PRELOAD|LD_AUDIT|LD_LIBRARY_PATH|DYLD_INSERT_LIBRARIES|DYLD_LIBRARY_PATH)='),
    ('makes_executable', 'unix', 'chmod +(-[a-zA-Z]+ +)*([ugoa]*\+[a-z]*s|[0-7]?[4267][0-7][0-7][0-7]( |$))'),
    ('makes_executable', 'unix', 'chmod +(-[a-zA-Z]+ +)*([ugoa]*\+[a-z]*x|0?7[0-7][0-7]) +(/tmp|/var/tmp|/dev/shm|/home|/root)'),
    ('makes_executable', 'unix', 'setcap +[^ ]*cap_(setuid|dac|sys_admin|sys_ptrace)'),
    ('adds_account', 'unix', '(useradd|adduser|usermod|chpasswd|/etc/sudoers|authorized_keys|>> */etc/passwd|>> */etc/shadow)'),
    ('reads_secrets', 'unix', '(/etc/shadow|/etc/gshadow|/proc/[a-z0-9*]+/environ|security +dump-keychain|/etc/krb5\.keytab)'),
    ('attack_tool', 'any', '(?i)(meterpreter|mimikatz|xmrig|cobaltstrike|linpeas|pspy(32|64)|chisel(\.exe|$| )|gsocket|gs-netcat|merlin-agent|sliver-|mythic_|kinsing|kdevtmpfsi|reptile_|diamorphine|masscan|sharpsc|sharpersist|powersploit|invoke-servicea)'),

    ('runs_from_temp', 'windows', '(?i)\\(windows\\)?temp\\'),
    ('runs_from_temp', 'windows', '(?i)(%temp%|%tmp%|\\appdata\\local\\temp\\|\\\$recycle\.bin\\|\\windows\\(tasks|debug|tracing)\\)'),
    ('runs_from_user_path', 'windows', '(?i)(\\users\\|\\perflogs\\|\\programdata\\[^\\]*\.(exe|dll|bat|cmd|ps1|vbs|js)|%public%|%appdata%|%localappdata%|%userprofile%)'),
    ('runs_from_share', 'windows', '(?i)^"?\\\\[a-z0-9_.$-]+\\'),
    ('runs_from_share', 'windows', '(?i)[ "=]\\\\[a-z0-9_.-]+\\[a-z0-9_.$-]+\\[^ ]*\.(exe|dll|bat|cmd|ps1|vbs|js|hta)'),
    ('command_processor', 'windows', '(?i)(%comspec%|(^|[\\/" ])cmd(\.exe)?"? */[a-z]*[ckr]|(^|[\\/" ])(powershell|pwsh)(\.exe)?"?( |$)|(^|[\\/" ])(wscript|cscript|mshta|rundll32|regsvr32|installutil|msbuild|wmic)(\.exe)?"? )'),
    ('loopback_share', 'windows', '(?i)\\\\(127\.0\.0\.1|localhost|\.)\\[a-z]+\$'),
    ('pipe_service', 'windows', '(?i)> *\\\\(\.|127\.0\.0\.1|localhost)\\pipe\\'),
    ('remote_execution_name', 'windows', '(?i)(psexesvc|paexec|remcomsvc|csexecsvc|csexec|xcmdsvc|winexesvc|smbexec|btobto|mssecsvc|kavsvc_psexec|execute\.bat|__output)'),
    ('remote_execution_name', 'windows', '(?i)(%systemroot%|[a-z]:\\windows)\\[a-z]{8}\.exe($|["\s])'),
    ('encoded', 'windows', '(?i)( -e(c|n|nc|nco|ncod|ncode|ncoded|ncodedc.*)? +[a-z0-9+/=]{20,}|frombase64string|certutil[^|]*-decode)'),
    ('downloads', 'windows', '(?i)(downloadstring|downloadfile|invoke-webrequest|net\.webclient|bitsadmin[^|]*/transfer|certutil[^|]*-urlcache|start-bitstransfer|(^|[ \\/])(curl|wget)(\.exe)? .*http)'),
    ('download_and_run', 'windows', '(?i)(iex|invoke-expression).*(downloadstring|net\.webclient|invoke-webrequest|iwr)'),
    ('download_and_run', 'windows', '(?i)(downloadstring|net\.webclient|invoke-webrequest|iwr).*\| *(iex|invoke-expression)'),
    ('download_and_run', 'windows', '(?i)(mshta|regsvr32)(\.exe)?"? .*https?://'),
    ('network_shell', 'windows', '(?i)(net\.sockets\.tcpclient|nc(64)?\.exe .*-e )'),
    ('obfuscated', 'windows', '(?i)(-w(indowstyle)? +hidden|-nop .*-(e|enc|c) |gzipstream|\^[a-z]\^[a-z]|char\]\s*[0-9]+)'),
    ('reads_secrets', 'windows', '(?i)(lsass\.(dmp|mdmp|zip)|dump.*lsass|sekurlsa|ntds\.dit|\\config\\sam|comsvcs(\.dll)?,? +(minidump|#?24)|procdump)'),
    ('adds_account', 'windows', '(?i)(net1?(\.exe)? +(user|localgroup) +.*/add|new-localuser|add-localgroupmember)');
