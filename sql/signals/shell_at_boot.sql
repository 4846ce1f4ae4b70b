-- shell_at_boot: a job outside /System whose program is a shell command line
-- platform:        macos
-- technique:       T1543.004
-- analytic:        AN1126
-- weight:          10
-- family:          inline
-- reference:       launchd.plist(5)
-- false positives: administrators' own jobs, and package managers' (Homebrew's wrappers); the command is in the
--                  property list in clear text
--
-- shape:   launchd
-- fires:   {"program": null, "program_arguments": "[\"/bin/sh\",\"-c\",\"id\"]"}
-- fires:   {"program": "/bin/bash", "program_arguments": "[\"bash\",\"-c\",\"id\"]"}
-- spares:  {"program": null, "program_arguments": "[\"/bin/sh\",\"/usr/local/x.sh\"]"}
-- spares:  {"program": "/usr/local/bin/agent", "program_arguments": "[\"bash\",\"-c\",\"id\"]"}
-- spares:  {"program": "/bin/bash", "program_arguments": "[\"bash\",\"-c\",\"id\"]", "in_system": 1}
NOT in_system AND program_arguments ->> 1 = '-c'
AND coalesce(program, program_arguments ->> 0) IN ('/bin/sh', '/bin/bash', '/bin/zsh')
