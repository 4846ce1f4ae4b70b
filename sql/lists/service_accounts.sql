-- service_accounts: accounts of network services, which have no reason to run service tools.
--
-- why:     A web server's or a database's account that runs systemctl, or whose child process does as root, shows an
--          intruder who came from the network. name is a GLOB pattern.
-- attack:  T1569, T1190, T1505.003
-- sources: defaults, or a table of this name in the open database
--
--   SELECT name, product FROM service_accounts;
CREATE TEMP TABLE service_accounts(
    name    TEXT PRIMARY KEY COLLATE NOCASE,
    product TEXT
) WITHOUT ROWID;
INSERT INTO temp.service_accounts VALUES
    ('www-data', 'web server'), ('apache', 'Apache'), ('httpd', 'Apache'), ('nginx', 'nginx'),
    ('http', 'web server'), ('wwwrun', 'web server'), ('lighttpd', 'lighttpd'), ('caddy', 'Caddy'),
    ('_www', 'web server'), ('tomcat*', 'Tomcat'), ('jetty', 'Jetty'), ('jboss', 'JBoss'),
    ('wildfly', 'WildFly'), ('php-fpm', 'PHP'), ('mysql', 'MySQL'), ('mariadb', 'MariaDB'),
    ('postgres', 'PostgreSQL'), ('redis', 'Redis'), ('memcache*', 'memcached'),
    ('mongodb', 'MongoDB'), ('mongod', 'MongoDB'), ('elasticsearch', 'Elasticsearch'),
    ('elastic', 'Elasticsearch'), ('solr', 'Solr'), ('rabbitmq', 'RabbitMQ'), ('kafka', 'Kafka'),
    ('zookeeper', 'ZooKeeper'), ('jenkins', 'Jenkins'), ('gitlab*', 'GitLab'), ('git', 'Git'),
    ('confluence', 'Confluence'), ('jira', 'Jira'), ('zimbra', 'Zimbra'), ('exim', 'Exim'),
    ('Debian-exim', 'Exim'), ('postfix', 'Postfix'), ('dovecot', 'Dovecot'), ('ftp', 'FTP'),
    ('vsftpd', 'vsftpd'), ('proftpd', 'ProFTPD'), ('bind', 'BIND'), ('named', 'BIND'),
    ('squid', 'Squid'), ('proxy', 'Squid'), ('nobody', 'nobody'), ('daemon', 'daemon'),
    ('NT AUTHORITY\NETWORK SERVICE', 'Windows'), ('IIS APPPOOL\*', 'IIS'),
    ('NT SERVICE\MSSQL*', 'SQL Server');
