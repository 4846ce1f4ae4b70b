-- container_of_host: a container that may write the host's root folder or settings, or control its processes
-- platform:        linux
-- technique:       T1610
-- analytic:        AN0779
-- weight:          40
-- reference:       podman-systemd.unit(5)
-- false positives: monitoring agents that must read the host's root folder; the image is the
--                  vendor's
--
-- shape:   unit
-- fires:   {"kind": "quadlet", "own_settings": "Volume=/:/host"}
-- fires:   {"kind": "quadlet", "own_settings": "Image=x\nVolume=%h:/data"}
-- spares:  {"kind": "quadlet", "own_settings": "Volume=/srv:/srv"}
-- spares:  {"kind": "quadlet", "own_settings": "Volume=/:/host:ro,rslave"}
-- spares:  {"kind": "unit", "own_settings": "Volume=/:/host"}
kind = 'quadlet' AND NOT vendor
AND own_settings REGEXP '(?m)^Volume=(/|/etc|/root|%h):[^:\n]*(:[^\n]*rw[^\n]*)?$|^PodmanArgs=.*--(pid|ipc)[= ]host'
