/* tables.list.h -- every C table, in the order that svcql_tables shows them. */
TABLE(evidence)
TABLE(evidence_sources)
TABLE(svcql_tables)
TABLE(svcql_columns)
TABLE(svcql_settings)
TABLE(systemd_units)
TABLE(systemd_managers)
TABLE(package_files)
