-- program_namesake: its program has the name of a package's program in another folder
-- platform:        linux
-- technique:       T1036.005
-- weight:          20
-- false positives: a newer version that an administrator built into /usr/local; interpreters in the bin folder of a
--                  version manager or an environment are left out
--
-- shape:   unit_command
-- fires:   {"program_namesake": 1, "program_owned": 0}
-- fires:   {"program_namesake": 1, "program_owned": 0, "program": "/usr/local/sbin/cron"}
-- spares:  {"program_namesake": 1, "program_owned": 0, "program": "/home/ann/.nvm/versions/node/v22/bin/node"}
-- spares:  {"program_namesake": 0, "program_owned": 0}
-- spares:  {"program_namesake": 1, "program_owned": 1}
unowned AND NOT program_owned AND program_namesake
AND program NOT REGEXP '^/(home|root|opt|srv|var)/.*/bin/(node|npm|npx|bun|deno|python[0-9.]*|ruby[0-9.]*|java|php[0-9.]*|perl|gunicorn|uvicorn)$'
