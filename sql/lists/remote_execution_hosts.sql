-- remote_execution_hosts: hosts from which administrators create and start services of other hosts.
--
-- why:     ATT&CK's RemoteExecutionHosts: a jump host or a management server acts on other hosts in its normal work.
--          host is a GLOB pattern of a name or an address, in lower case. It is empty by default: nobody is trusted.
-- attack:  T1569.002 (v19.1), AN1185
-- sources: the user
--
--   SELECT host, note FROM remote_execution_hosts;
CREATE TEMP TABLE remote_execution_hosts(
    host TEXT NOT NULL,
    note TEXT
);
