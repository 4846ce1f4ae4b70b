-- driver_from_odd_path: a driver outside the driver folders
-- platform:        windows
-- technique:       T1543.003
-- analytic:        AN1527
-- weight:          60
-- false positives: drivers of virtual machines and tools that load from their own folder, signed by
--                  the vendor
--
-- shape:   service_event
-- fires:   {"service_type": "kernel mode driver", "image_path": "C:\\x\\a.sys"}
-- fires:   {"service_type": "Kernel Driver", "image_path": "\\??\\C:\\Users\\a.sys"}
-- spares:  {"service_type": "kernel mode driver", "image_path": "System32\\drivers\\a.sys"}
-- spares:  {"service_type": "user mode service", "image_path": "C:\\x\\a.sys"}
-- spares:  {"service_type": "kernel mode driver", "image_path": "a.sys"}
-- spares:  {"service_type": "kernel mode driver", "image_path": "C:\\Program Files\\a\\a.sys"}
service_type LIKE '%driver%' AND image_path LIKE '%\%' AND usual_library(exec_path(image_path)) IS NOT 1
--
-- shape:   service_key
-- fires:   {"type": 1, "image_path_resolved": "C:\\x\\a.sys"}
-- fires:   {"type": 2, "image_path_resolved": "C:\\Users\\x\\a.sys"}
-- spares:  {"type": 1, "image_path_resolved": "C:\\Windows\\System32\\drivers\\a.sys"}
-- spares:  {"type": 16, "image_path_resolved": "C:\\Users\\x\\a.sys"}
type IN (1, 2) AND image_path_resolved LIKE '%\%' AND usual_library(image_path_resolved) IS NOT 1
--
-- shape:   registry
-- fires:   {"value": "ImagePath", "data": "C:\\x\\a.sys"}
-- fires:   {"value": "ImagePath", "data": "\\??\\C:\\Users\\x\\a.sys"}
-- spares:  {"value": "ImagePath", "data": "system32\\drivers\\a.sys"}
-- spares:  {"value": "ImagePath", "data": "C:\\x\\a.exe"}
value = 'ImagePath' AND data LIKE '%.sys' AND data LIKE '%\%' AND usual_library(data) IS NOT 1
