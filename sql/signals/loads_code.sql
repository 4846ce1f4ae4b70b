-- loads_code: environment variables make its interpreter load other code first
-- platform:        linux
-- technique:       T1574
-- weight:          40
-- reference:       bash(1), perlrun(1), python(1), node(1)
-- false positives: an agent that measures performance, such as a .NET profiler or node --require,
--                  set by its vendor's instructions
--
-- shape:   unit_command
-- fires:   {"hooks": "BASH_ENV=/var/lib/b.sh"}
-- fires:   {"hooks": "NODE_OPTIONS=--require=/var/lib/x.js"}
-- fires:   {"hooks": "LD_LIBRARY_PATH=/opt/x\nPERL5OPT=-M/var/lib/X"}
-- spares:  {"hooks": null}
-- spares:  {"hooks": "NODE_OPTIONS=--max-old-space-size=4096"}
-- spares:  {"hooks": "PYTHONPATH=/opt/app"}
-- spares:  {"hooks": "LD_LIBRARY_PATH=/opt/x"}
hooks REGEXP '(?m)^(BASH_ENV|PERL5OPT|PYTHONSTARTUP|GCONV_PATH|DOTNET_STARTUP_HOOKS)=|^RUBYOPT=.*-r|^NODE_OPTIONS=.*(--require|--import|--loader|-r )'
--
-- shape:   unit
-- fires:   {"kind": "drop-in", "own_settings": "Environment=BASH_ENV=/var/lib/b.sh"}
-- fires:   {"kind": "drop-in", "own_settings": "Environment=A=1 PERL5OPT=-M/var/lib/X"}
-- spares:  {"kind": "drop-in", "own_settings": "Environment=LANG=C"}
-- spares:  {"kind": "drop-in", "own_settings": "Environment=BASH_ENV=/var/lib/b.sh", "vendor": 1}
-- spares:  {"kind": "unit", "own_settings": "Environment=A=1 PERL5OPT=-M/var/lib/X"}
kind = 'drop-in' AND NOT vendor
AND own_settings REGEXP 'Environment=[^\n]*\b((BASH_ENV|PERL5OPT|PYTHONSTARTUP|GCONV_PATH|DOTNET_STARTUP_HOOKS)=|(NODE_OPTIONS|RUBYOPT|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|PYTHONPATH|PERL5LIB)=[^\n]*(--require|--import|--loader|-r |-javaagent:|/tmp/|/dev/shm/|/\.))'
