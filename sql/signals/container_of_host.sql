-- container_of_host: a container that has the host: its root folder, or all privileges
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
-- fires:   {"kind": "quadlet", "own_settings": "PodmanArgs=--privileged"}
-- spares:  {"kind": "quadlet", "own_settings": "Volume=/srv:/srv"}
-- spares:  {"kind": "unit", "own_settings": "Volume=/:/host"}
kind = 'quadlet' AND NOT vendor
AND (own_settings GLOB '*=/:*' OR own_settings GLOB '*--privileged*')
