-- remote_execution_hosts: hosts from which services of other hosts are made and started on purpose.
--
-- why:     ATT&CK's RemoteExecutionHosts: what a jump host or a management server does to others is its work.
--          host is a GLOB pattern of a name or an address, in lower case. The default is empty: nobody is
--          trusted unasked.
-- attack:  T1569.002 (v19.1), AN1185
-- sources: the user
--
--   SELECT host, note FROM remote_execution_hosts;
CREATE TEMP TABLE remote_execution_hosts(
    host TEXT NOT NULL,
    note TEXT
);
