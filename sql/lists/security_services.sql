-- security_services: services whose stopping, masking or disabling blinds a host.
--
-- why:     Adversaries stop what would tell on them. name is a GLOB pattern of a unit, service key,
--          display name or launchd label, in lower case.
-- attack:  T1685, T1489
-- sources: defaults, or a table of this name in the open database
--
--   SELECT name, platform, product FROM security_services;
CREATE TEMP TABLE security_services(
    name     TEXT PRIMARY KEY COLLATE NOCASE,
    platform TEXT NOT NULL,
    product  TEXT
) WITHOUT ROWID;
INSERT INTO temp.security_services VALUES
    ('auditd*', 'linux', 'Linux audit'), ('apparmor*', 'linux', 'AppArmor'),
    ('selinux', 'linux', 'SELinux'), ('ufw*', 'linux', 'Uncomplicated Firewall'), ('firewalld*', 'linux', 'firewalld'),
    ('nftables*', 'linux', 'nftables'), ('iptables*', 'linux', 'iptables'),
    ('netfilter-persistent*', 'linux', 'iptables'), ('fail2ban*', 'linux', 'Fail2ban'),
    ('clamav-*', 'linux', 'ClamAV'), ('clamd*', 'linux', 'ClamAV'),
    ('rsyslog*', 'linux', 'rsyslog'), ('syslog-ng*', 'linux', 'syslog-ng'),
    ('systemd-journald*', 'linux', 'journal'), ('systemd-journal-upload*', 'linux', 'journal'),
    ('osqueryd*', 'any', 'osquery'), ('wazuh-*', 'linux', 'Wazuh'), ('ossec*', 'linux', 'OSSEC'),
    ('falco*', 'linux', 'Falco'), ('falcon-sensor*', 'linux', 'CrowdStrike Falcon'),
    ('mdatp*', 'linux', 'Microsoft Defender'), ('auoms*', 'linux', 'OMS audit'),
    ('sysmon*', 'any', 'Sysmon'), ('aide*', 'linux', 'AIDE'), ('rkhunter*', 'linux', 'rkhunter'),
    ('tripwire*', 'linux', 'Tripwire'), ('samhain*', 'linux', 'Samhain'),
    ('snort*', 'linux', 'Snort'), ('suricata*', 'linux', 'Suricata'), ('zeek*', 'linux', 'Zeek'),
    ('velociraptor*', 'any', 'Velociraptor'), ('elastic-agent*', 'any', 'Elastic Agent'),
    ('elastic-endpoint*', 'any', 'Elastic Endpoint'), ('auditbeat*', 'any', 'Auditbeat'),
    ('filebeat*', 'any', 'Filebeat'), ('winlogbeat*', 'windows', 'Winlogbeat'),
    ('splunkforwarder*', 'any', 'Splunk'), ('splunk*', 'any', 'Splunk'),
    ('cbdaemon*', 'linux', 'Carbon Black'), ('cbagentd*', 'linux', 'Carbon Black'),
    ('sentinelone*', 'any', 'SentinelOne'), ('sentinelagent*', 'windows', 'SentinelOne'),
    ('ds_agent*', 'any', 'Trend Micro'), ('sophos*', 'any', 'Sophos'), ('sav-protect*', 'linux', 'Sophos'),
    ('aliyun*', 'linux', 'Aliyun agent'), ('aegis*', 'linux', 'Aliyun agent'),
    ('cloudmonitor*', 'linux', 'Cloud monitor'), ('qualys-cloud-agent*', 'linux', 'Qualys'),
    ('nessusagent*', 'linux', 'Nessus'), ('snoopy*', 'linux', 'Snoopy'), ('laurel*', 'linux', 'Laurel'),
    ('windefend', 'windows', 'Microsoft Defender'), ('wdnissvc', 'windows', 'Microsoft Defender'),
    ('wdfilter', 'windows', 'Microsoft Defender'), ('wdboot', 'windows', 'Microsoft Defender'),
    ('sense', 'windows', 'Defender for Endpoint'), ('securityhealthservice', 'windows', 'Windows Security'),
    ('wscsvc', 'windows', 'Security Center'), ('mpssvc', 'windows', 'Windows Firewall'),
    ('bfe', 'windows', 'Base Filtering Engine'), ('eventlog', 'windows', 'Windows Event Log'),
    ('wecsvc', 'windows', 'Event Collector'), ('windows defender*', 'windows', 'Microsoft Defender'),
    ('windows firewall', 'windows', 'Windows Firewall'), ('windows event log', 'windows', 'Windows Event Log'),
    ('security center', 'windows', 'Security Center'), ('csfalconservice', 'windows', 'CrowdStrike Falcon'),
    ('csagent', 'windows', 'CrowdStrike Falcon'), ('carbonblack*', 'windows', 'Carbon Black'),
    ('cbdefense*', 'windows', 'Carbon Black'), ('mcshield*', 'windows', 'McAfee'),
    ('mcafee*', 'windows', 'McAfee'), ('ekrn', 'windows', 'ESET'), ('avp*', 'windows', 'Kaspersky'),
    ('symantec*', 'windows', 'Symantec'), ('sepmasterservice', 'windows', 'Symantec'),
    ('cylancesvc', 'windows', 'Cylance'), ('xagt*', 'any', 'Trellix'), ('tanium*', 'any', 'Tanium'),
    ('vss', 'windows', 'Volume Shadow Copy'), ('com.apple.xprotect*', 'macos', 'XProtect'),
    ('com.apple.syspolicyd*', 'macos', 'Gatekeeper'), ('com.apple.alf*', 'macos', 'Application firewall'),
    ('com.apple.auditd*', 'macos', 'OpenBSM audit'), ('com.crowdstrike.*', 'macos', 'CrowdStrike Falcon'),
    ('com.northpolesec.santa*', 'macos', 'Santa'), ('com.google.santa*', 'macos', 'Santa'),
    ('com.objective-see.*', 'macos', 'Objective-See'), ('com.jamf.*', 'macos', 'Jamf'),
    ('com.microsoft.wdav*', 'macos', 'Microsoft Defender'), ('com.sentinelone.*', 'macos', 'SentinelOne');
