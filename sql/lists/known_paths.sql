-- known_paths: files and programs that are expected, left out of the analytics.
--
-- why:     Subtracted from file and process findings. path is a GLOB pattern, for Windows in any
--          case of letters; a row without a host is valid for every host. The default is empty.
-- sources: the user
--
--   SELECT path, host, note FROM known_paths;
CREATE TEMP TABLE known_paths(
    path TEXT NOT NULL COLLATE NOCASE,
    host TEXT COLLATE NOCASE,
    note TEXT
);
