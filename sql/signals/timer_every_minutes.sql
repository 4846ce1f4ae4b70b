-- timer_every_minutes: a timer that fires every few minutes
-- platform:        linux
-- technique:       T1053.006
-- analytic:        AN0645
-- weight:          10
-- reference:       systemd.timer(5)
-- false positives: monitoring agents and certificate checks
--
-- shape:   unit
-- fires:   {"own_settings": "OnCalendar=minutely"}
-- fires:   {"own_settings": "OnCalendar=*:0/5"}
-- fires:   {"own_settings": "OnUnitActiveSec=30s"}
-- fires:   {"own_settings": "OnUnitActiveSec=5\nUnit=x"}
-- spares:  {"own_settings": "OnCalendar=daily"}
-- spares:  {"own_settings": "OnUnitActiveSec=30min"}
-- spares:  {"own_settings": "OnCalendar=minutely", "vendor": 1}
NOT vendor AND (own_settings GLOB '*OnCalendar=minutely*'
    OR own_settings GLOB '*OnCalendar=[*]:0/[0-9]*'
    OR own_settings GLOB '*OnUnitActiveSec=[0-9]' || char(10) || '*'
    OR own_settings REGEXP 'On(UnitActive|UnitInactive|Calendar)(Sec)?=([0-9]+s|[0-9]+ *$|[1-5]m)')
