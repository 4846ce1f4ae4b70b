-- preloads_library: loads a library into what it runs
-- platform:        any
-- technique:       T1574.006
-- weight:          60
-- reference:       ld.so(8), dyld(1)
-- false positives: a service that loads jemalloc or another allocator from a library folder of the
--                  system
--
-- pattern: unix (^|[ "';|&])(LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES)=
-- fires:   {"unix": "/usr/bin/env LD_PRELOAD=/usr/lib/x.so /usr/sbin/y"}
-- fires:   {"unix": "DYLD_INSERT_LIBRARIES=/x.dylib /usr/bin/y"}
-- spares:  {"unix": "/usr/bin/env LD_BIND_NOW=1 /usr/sbin/y"}
-- spares:  {"unix": "/usr/bin/y"}
--
--
-- shape:   launchd
-- fires:   {"environment": "{\"DYLD_INSERT_LIBRARIES\":\"/tmp/x.dylib\"}"}
-- fires:   {"environment": "{\"A\":\"1\",\"DYLD_INSERT_LIBRARIES\":\"/Users/x/y.dylib\"}"}
-- spares:  {"environment": "{\"PATH\":\"/usr/bin\"}"}
-- spares:  {"environment": null}
environment GLOB '*DYLD_INSERT_LIBRARIES*'
--
-- shape:   service_key
-- fires:   {"environment": "[\"COR_PROFILER={x}\",\"COR_ENABLE_PROFILING=1\"]"}
-- fires:   {"environment": "[\"DOTNET_STARTUP_HOOKS=C:\\\\x.dll\"]"}
-- spares:  {"environment": "[\"PATH=C:\\\\x\"]"}
-- spares:  {"environment": null}
environment REGEXP '(?i)(COR|CORECLR)_PROFILER|DOTNET_STARTUP_HOOKS'
--
-- shape:   unit_command
-- fires:   {"preloads": "/var/lib/x.so"}
-- fires:   {"preloads": "libpam-x.so"}
-- fires:   {"preloads": "/usr/lib/libx.so", "vendor": 1}
-- spares:  {"preloads": null}
-- spares:  {"preloads": "libjemalloc.so.2"}
-- spares:  {"preloads": "/usr/lib/x86_64-linux-gnu/libtcmalloc.so.4"}
preloads NOT REGEXP
    '^((/usr)?/(local/)?lib[^ :]*/)?lib(jemalloc|tcmalloc|mimalloc|snmalloc|hoard|eatmydata|faketime|gomp|numa|nss_wrapper|uid_wrapper|vma|asan|tsan|stdc[+]+|keepalive|gtk3-nocsd|proxychains)[^ :/]*$'
--
-- shape:   unit
-- fires:   {"kind": "drop-in", "own_settings": "Environment=LD_PRELOAD=/x.so"}
-- fires:   {"own_settings": "PassEnvironment=LD_PRELOAD"}
-- fires:   {"own_settings": "PassEnvironment=PATH LD_AUDIT"}
-- spares:  {"own_settings": "PassEnvironment=PATH"}
-- spares:  {"kind": "drop-in", "own_settings": "Environment=LD_PRELOAD=libjemalloc.so.2"}
-- spares:  {"own_settings": "PassEnvironment=LD_PRELOAD", "vendor": 1}
NOT vendor AND (own_settings REGEXP 'PassEnvironment=[^\n]*(LD_PRELOAD|LD_AUDIT)'
    OR (kind = 'drop-in' AND own_settings REGEXP 'Environment=[^\n]*(LD_PRELOAD|LD_AUDIT)='
        AND own_settings NOT REGEXP '(LD_PRELOAD|LD_AUDIT)=[^ \n]*lib(jemalloc|tcmalloc|mimalloc|snmalloc|eatmydata|faketime)'))
--
-- shape:   hook
-- fires:   {"kind": "preload", "value": "/lib/libx.so"}
-- fires:   {"kind": "preload", "value": "/usr/local/lib/y.so"}
-- spares:  {"kind": "preload", "value": "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2"}
-- spares:  {"kind": "preload", "value": "/lib/libx.so", "vendor": 1}
kind = 'preload' AND NOT vendor AND value NOT REGEXP
    '^((/usr)?/(local/)?lib[^ :]*/)?lib(jemalloc|tcmalloc|mimalloc|snmalloc|hoard|eatmydata|faketime|gomp|numa|vma|asan|tsan|gtk3-nocsd)[^ :/]*$'
