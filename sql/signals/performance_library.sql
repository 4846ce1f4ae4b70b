-- performance_library: loads a performance library from an odd path
-- platform:        windows
-- technique:       T1546
-- analytic:        AN0778
-- weight:          40
-- false positives: products that install their counters on another drive; the library is signed and
--                  installed with the product
--
-- shape:   service_key
-- fires:   {"performance_library": "C:\\x\\a.dll"}
-- fires:   {"performance_library": "C:\\Windows\\Temp\\a.dll"}
-- spares:  {"performance_library": "%SystemRoot%\\System32\\a.dll"}
-- spares:  {"performance_library": "a.dll"}
performance_library LIKE '%\%' AND usual_library(performance_library) IS NOT 1
--
-- shape:   registry
-- fires:   {"value": "Library", "data": "C:\\x\\a.dll"}
-- fires:   {"value": "Library", "data": "C:\\Windows\\Temp\\a.dll"}
-- spares:  {"value": "Library", "data": "C:\\Windows\\System32\\a.dll"}
-- spares:  {"value": "Library", "data": "a.dll"}
value = 'Library' AND data LIKE '%\%' AND data NOT LIKE '%\WindowsApps\%'
AND (usual_library(data) AND path_trust(data) = 'system') IS NOT 1
