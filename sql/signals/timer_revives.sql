-- timer_revives: a timer starts, every few minutes, a service that starts at boot by itself
-- platform:        linux
-- technique:       T1053.006
-- analytic:        AN0645
-- weight:          20
-- reference:       systemd.timer(5)
-- false positives: a job whose unit was given an [Install] section for no purpose
--
-- shape:   unit
-- fires:   {"name": "m.timer", "own_settings": "OnCalendar=minutely", "timed_state": "enabled"}
-- fires:   {"name": "m.timer", "own_settings": "OnUnitActiveSec=30s", "timed_state": "enabled"}
-- spares:  {"name": "m.timer", "own_settings": "OnCalendar=minutely", "timed_state": "static"}
-- spares:  {"name": "m.timer", "own_settings": "OnCalendar=daily", "timed_state": "enabled"}
timed_state = 'enabled' AND (own_settings GLOB '*OnCalendar=minutely*'
    OR own_settings GLOB '*OnCalendar=[*]:0/[0-9]*'
    OR own_settings REGEXP 'On(UnitActive|UnitInactive|Calendar)(Sec)?=([0-9]+s|[0-9]+ *$|[1-5]m)')
