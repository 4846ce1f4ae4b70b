-- apple_name_outside_system: has a com.apple.* label outside /System
-- platform:        macos
-- technique:       T1036.004
-- analytic:        AN0780
-- weight:          60
-- false positives: Apple's own products that install below /Library (remote desktop, Xcode's
--                  helpers); their program is signed by Apple
--
-- shape:   launchd
-- fires:   {"label": "com.apple.update"}
-- fires:   {"label": "com.apple.update", "type": "agent", "path": "/Users/x/Library/LaunchAgents/com.apple.update.plist"}
-- spares:  {"label": "org.apple.update"}
-- spares:  {"label": "com.apple.update", "path": "/Library/Apple/System/Library/LaunchDaemons/a.plist"}
-- spares:  {"label": "com.apple.update", "in_system": 1}
label LIKE 'com.apple.%' AND path GLOB '*/Library/Launch*' AND NOT in_system
AND path NOT GLOB '/Library/Apple/*'
