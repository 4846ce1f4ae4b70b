-- launchd: the table of that name in osquery, over any evidence.
--
-- why:      Queries and packs written for osquery's launchd run as they are. Lists are joined by
--           spaces, and booleans are 0 or 1, as osquery writes them; a column that a property list
--           does not have is an empty text.
-- sources:  launch_daemons
--
--   SELECT path, label, program, program_arguments FROM launchd WHERE run_at_load = '1';
CREATE TEMP VIEW launchd AS
SELECT
    path,
    name,
    coalesce(label, '') AS label,
    coalesce(program, '') AS program,
    coalesce(run_at_load, '') AS run_at_load,
    CASE keep_alive WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE coalesce(keep_alive, '') END
        AS keep_alive,
    coalesce(on_demand, '') AS on_demand,
    coalesce(disabled, '') AS disabled,
    coalesce(user_name, '') AS username,
    coalesce(group_name, '') AS groupname,
    coalesce(stdout, '') AS stdout_path,
    coalesce(stderr, '') AS stderr_path,
    coalesce(start_interval, '') AS start_interval,
    coalesce((SELECT group_concat(value, ' ') FROM json_each(program_arguments)), '')
        AS program_arguments,
    coalesce((SELECT group_concat(value, ' ') FROM json_each(watch_paths)), '') AS watch_paths,
    coalesce((SELECT group_concat(value, ' ') FROM json_each(queue_directories)), '')
        AS queue_directories,
    coalesce(inetd_compatibility, '') AS inetd_compatibility,
    coalesce(start_on_mount, '') AS start_on_mount,
    coalesce(root_directory, '') AS root_directory,
    coalesce(working_directory, '') AS working_directory,
    coalesce(process_type, '') AS process_type,
    host,
    source
FROM launch_daemons
WHERE type IN ('daemon', 'agent');
