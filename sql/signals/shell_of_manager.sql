-- shell_of_manager: a service manager runs a shell
-- platform:        any
-- technique:       T1569
-- weight:          15
-- false positives: a vendor's service whose ImagePath is a script; it is installed with the product
--                  and starts at every boot
--
-- shape:   process
-- fires:   {"platform": "windows", "running": 0, "name": "cmd.exe"}
-- fires:   {"platform": "windows", "running": 0, "name": "PowerShell.exe"}
-- spares:  {"platform": "windows", "running": 0, "name": "svchost.exe"}
-- spares:  {"platform": "windows", "running": 0, "name": "powershell_ise.exe"}
name IN ('cmd.exe', 'powershell.exe', 'pwsh.exe', 'wscript.exe', 'cscript.exe', 'mshta.exe',
         'rundll32.exe', 'regsvr32.exe')
