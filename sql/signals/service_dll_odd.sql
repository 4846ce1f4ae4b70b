-- service_dll_odd: a service library outside System32
-- platform:        windows
-- technique:       T1543.003
-- analytic:        AN1527
-- weight:          60
-- false positives: a product that keeps its service's library below its own folder on another drive;
--                  it is signed and installed with the product
--
-- shape:   service_key
-- fires:   {"service_dll_resolved": "C:\\x\\a.dll"}
-- fires:   {"service_dll_resolved": "C:\\Windows\\a.dll"}
-- spares:  {"service_dll_resolved": "C:\\Windows\\System32\\a.dll"}
-- spares:  {"service_dll_resolved": "C:\\Program Files\\x\\a.dll"}
service_dll_resolved LIKE '%\%' AND usual_library(service_dll_resolved) IS NOT 1
--
-- shape:   registry
-- fires:   {"value": "ServiceDll", "data": "C:\\x\\a.dll"}
-- fires:   {"value": "ServiceDll", "data": "C:\\Windows\\a.dll"}
-- fires:   {"value": "ServiceDll", "data": "%ProgramFiles%\\RDP Wrapper\\a.dll"}
-- spares:  {"value": "ServiceDll", "data": "%SystemRoot%\\System32\\a.dll"}
-- spares:  {"value": "Description", "data": "C:\\Windows\\a.dll"}
value = 'ServiceDll' AND data LIKE '%\%' AND data NOT LIKE '%\WindowsApps\%'
AND (usual_library(data) AND path_trust(data) = 'system') IS NOT 1
