#!/usr/bin/env bash
# wine.sh DIR [TEST...]: svcql.dll of DIR in the stock shell of its root, and svcql.exe, under Wine: what is compared with
# the same query on this system, and what is made in Wine's registry and service manager and must be seen.
# Prints a line a test; what Wine lacks is skipped, counted, with the reason. WINEPREFIX is a folder of the
# test's own, kept in DIR for the next run.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "$1")
shift
root=${SVCQL_WINDOWS_DIR:-$build/root}
shell=$root/bin/sqlite3.exe
export WINEPREFIX=$build/wine WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' TZ=UTC
export LC_ALL=C.UTF-8 # of the arguments, which Windows has in UTF-16
scratch=$(mktemp -d)
passed=0 failed=0 skipped=0

end() {
    exec 9>&- # the shell that waits ends
    wineserver -k 2>/dev/null || true
    rm -rf "$scratch"
}
trap end EXIT
trap 'echo "wine: FAILED: line $LINENO: $BASH_COMMAND"' ERR

# A run that was ended leaves services, which the manager may keep for a while when they are deleted.
if [ -e "$WINEPREFIX/unfinished" ]; then
    wineserver -k 2>/dev/null || true
    rm -r "$WINEPREFIX"
fi
mkdir -p "$WINEPREFIX"
touch "$WINEPREFIX/unfinished"
# The service manager of a new prefix ends with what made it: the tests have one of their own.
[ -d "$WINEPREFIX/drive_c" ] || { timeout 300 wineboot -i >/dev/null 2>&1 && timeout 60 wineserver -w; } || true
drive=$WINEPREFIX/drive_c
# One program runs until the end, so that Wine's service manager does too: it ends seconds after the last
# program, and the next one's, which reads the registry anew, may begin while a test asks it.
mkfifo "$scratch/waits"
wine "$shell" -batch :memory: <"$scratch/waits" >/dev/null 2>&1 9>&- &
exec 9>"$scratch/waits"

# manager_has NAME: wait until the service manager has a service.
manager_has() {
    for _ in $(seq 40); do
        wine sc query "$1" >/dev/null 2>&1 && return
        sleep 0.25
    done
    echo "wine: the service manager has no $1" >&2
}

# In a new prefix the manager starts its services while the first program runs.
for _ in $(seq 240); do
    wine sc query Eventlog 2>/dev/null | grep -q RUNNING && break
    sleep 0.25
done

# Paths of this system as Wine has them.
windows() { printf 'Z:%s' "$(realpath "$1")"; }
locale=$LC_ALL # in which programs run
query() { LC_ALL=$locale timeout 120 wine "$shell" -batch -cmd ".load '$(windows "$build")/svcql'" :memory: "$@" | tr -d '\r'; }
here() { sqlite3 -batch -cmd ".load build/svcql" :memory: "$@"; }

pass() { passed=$((passed + 1)); }
fail() {
    failed=$((failed + 1))
    echo "wine: FAILED: $1"
    head -n 20 "$2" | cut -c 1-300 | sed 's/^/    /'
}
skip() {
    skipped=$((skipped + 1))
    echo "wine: skipped: $1: $2"
}

# same NAME LOCATION SQL: the rows of evidence, here and there. %E is the location in paths.
same() {
    local location
    location=$(realpath "$2")
    here "DELETE FROM evidence; INSERT INTO evidence(location) VALUES('$location');" "$3" |
        sed "s|$location|%E|g" >"$scratch/here" 2>&1 || true
    query "DELETE FROM evidence; INSERT INTO evidence(location) VALUES('Z:$location');" "$3" 2>&1 |
        sed "s|Z:$location|%E|g" >"$scratch/there" || true
    if [ ! -s "$scratch/here" ]; then
        echo "no row here" >"$scratch/diff"
        fail "$1" "$scratch/diff"
    elif diff "$scratch/here" "$scratch/there" >"$scratch/diff"; then
        pass
    else
        fail "$1" "$scratch/diff"
    fi
}

# gives NAME EXPECTED SQL: what the live tables have of this Wine.
gives() {
    query "$3" >"$scratch/there" 2>&1 || echo "exit status $?" >>"$scratch/there"
    if [ "$(cat "$scratch/there")" = "$2" ]; then
        pass
    else
        echo "expected: $2" | cat - "$scratch/there" >"$scratch/diff"
        fail "$1" "$scratch/diff"
    fi
}

# Evidence ---------------------------------------------------------------------

# Wine resolves the links of this system itself, so a tree with links is read in an archive.
tar -C tests/fixtures/linux/compromised -cf "$scratch/host.tar" .
same "findings of a host in an archive" "$scratch/host.tar" \
    'SELECT severity, subject, signals FROM findings ORDER BY subject, severity'
same "settings of its units" "$scratch/host.tar" \
    'SELECT source, path, name, kind, scope, directory, rank FROM unit_files ORDER BY 1, 2'
if [ -n "${SVCQL_EVIDENCE:-}" ]; then
    mkdir "$scratch/logs" "$scratch/hives"
    find "$SVCQL_EVIDENCE" -name '*.evtx' -size -1200k | sort | sed -n '1,8p' |
        while read -r log; do cp "$log" "$scratch/logs"; done
    same "events" "$scratch/logs" 'SELECT event_id, channel, datetime, data FROM windows_events ORDER BY source, record_id'
    find "$SVCQL_EVIDENCE" -type f \( -iname system -o -iname 'system.*' -o -iname '*_system' \) -size -20M | sort |
        sed -n '1,2p' | while read -r hive; do cp "$hive" "$scratch/hives/$(basename "$hive")"; done
    same "services of hives" "$scratch/hives" \
        'SELECT control_set, name, image_path_resolved, security_sddl, triggers, datetime FROM registry_services ORDER BY 1, 2, cell'
    same "findings of hives" "$scratch/hives" 'SELECT severity, subject, signals FROM findings ORDER BY 2, 1'
else
    skip "event logs and hives" "SVCQL_EVIDENCE is not set"
fi

# The program ----------------------------------------------------------------------

# says NAME ARGUMENT...: what svcql.exe prints, and its exit status, as the program of this system.
says() {
    local name=$1
    shift
    { build/svcql "$@" -e "$scratch/host.tar" 2>&1 || echo "status $?"; } | tr -d "\r" >"$scratch/here"
    { LC_ALL=$locale timeout 120 wine "$build/svcql.exe" "$@" -e "Z:$scratch/host.tar" 2>&1 || echo "status $?"; } |
        tr -d '\r' | sed "s|Z:$scratch|$scratch|g" >"$scratch/there"
    if diff "$scratch/here" "$scratch/there" >"$scratch/diff"; then
        pass
    else
        fail "$name" "$scratch/diff"
    fi
}
says "svcql hunt" hunt --format ndjson
says "its exports" hunt --format ecs
says "svcql query" query -f csv "SELECT name, 'Tëst €' AS word FROM unit_files ORDER BY path"
says "a table on a terminal's width" query "SELECT name, path FROM unit_files ORDER BY path"
says "svcql cat" cat ssh.service
if timeout 120 wine "$build/svcql.exe" hunt -e "Z:$scratch/host.tar" --format html --output "Z:$scratch/repört.html" \
    >"$scratch/diff" 2>&1 || [ $? -eq 1 ] && grep -q 'ssh.service.d' "$scratch/repört.html"; then
    pass
else
    fail "svcql hunt --format html" "$scratch/diff"
fi

# Live ---------------------------------------------------------------------------

gives "this host is the evidence" "live|C:/" 'SELECT kind, location FROM evidence'
gives "the registry in use is read" 'HKEY_LOCAL_MACHINE\SYSTEM' \
    "SELECT source FROM registry WHERE key = 'HKEY_LOCAL_MACHINE\\SYSTEM\\Select' AND name = 'Current'"
wine sc create svcqltest binPath= 'C:\ProgramData\x.exe -k netsvcs' start= auto DisplayName= 'Tëst €' >/dev/null
wine reg add 'HKLM\System\CurrentControlSet\Services\svcqltest\Parameters' /v ServiceDll /t REG_EXPAND_SZ \
    /d '%SystemRoot%\Temp\e.dll' /f >/dev/null
manager_has svcqltest
gives "a service that is created is seen" 'svcqltest|AUTO_START|C:\ProgramData\x.exe|1|C:\Windows\Temp\e.dll' \
    "SELECT name, start_type, image_path_resolved, current, service_dll_resolved FROM registry_services WHERE name = 'svcqltest'"
gives "a row that both sides of OR find is one" 1 \
    "SELECT count(*) FROM registry WHERE path LIKE 'HKEY_LOCAL_MACHINE\SYSTEM\Select\Cur%'
        OR key = 'HKEY_LOCAL_MACHINE\SYSTEM\Select' AND name = 'Current'"
gives "its key was written now" 1 \
    "SELECT abs(time - unixepoch('now')) < 100 FROM registry_services WHERE name = 'SVCQLTEST'"
wine reg add 'HKLM\System\CurrentControlSet\Services\svcqltest' /v FailureActions /t REG_BINARY \
    /d 80510100000000000000000001000000140000000300000060ea0000 /f >/dev/null
gives "what it does when it fails is read too" 'run_command' \
    "SELECT failure_actions ->> '$.actions[0].type' FROM registry_services WHERE name = 'svcqltest'"
for value in DelayedAutostart:1 ServiceSidType:3 LaunchProtected:2 'TriggerInfo\0/Type:1' 'TriggerInfo\0/Action:1'; do
    name=${value%:*} key='HKLM\System\CurrentControlSet\Services\svcqltest'
    [ "${name%/*}" = "$name" ] || key="$key\\${name%/*}"
    wine reg add "$key" /v "${name##*/}" /t REG_DWORD /d "${value#*:}" /f >/dev/null
done
gives "and how and when it starts" '1|RESTRICTED|WINDOWS_LIGHT|device_interface_arrival' \
    "SELECT delayed_autostart, service_sid_type, launch_protected, triggers ->> '\$[0].type' FROM registry_services
      WHERE name = 'svcqltest'"
gives "it is a service of this host" 'svcqltest|Tëst €|STOPPED' \
    "SELECT name, display_name, status FROM services WHERE name = 'svcqltest'"
gives "the manager would start it" 'STOPPED|AUTO_START|C:\ProgramData\x.exe -k netsvcs|LocalSystem' \
    "SELECT state, start_type, path, user_account FROM scm_services WHERE name = 'svcqltest'"
gives "and a finding" 1 \
    "SELECT count(*) > 0 FROM findings WHERE subject LIKE '%svcqltest%'"
gives "which the manager lists" 'svcqltest|1|listed|0' \
    "SELECT name, (SELECT listed FROM scm_services WHERE name = 'svcqltest'), managed, key_absent FROM service_key_facts
      WHERE name = 'svcqltest' AND kind = 'service'"
wine sc delete svcqltest >/dev/null
gives "a service that is deleted is not seen" 0 \
    "SELECT count(*) FROM registry_services WHERE name = 'svcqltest'"

wine reg add 'HKLM\SOFTWARE\svcql32' /v a /d x32 /reg:32 /f >/dev/null
wine reg add 'HKLM\SOFTWARE\svcql64' /v a /d x64 /reg:64 /f >/dev/null
gives "keys of both views" 'Wow6432Node\svcql32|x32,svcql64|x64' \
    "SELECT group_concat(replace(key, 'HKEY_LOCAL_MACHINE\SOFTWARE\', '') || '|' || data) FROM (SELECT key, data FROM registry
      WHERE name = 'a' AND key IN ('HKEY_LOCAL_MACHINE\SOFTWARE\Wow6432Node\svcql32', 'HKEY_LOCAL_MACHINE\SOFTWARE\svcql64')
      ORDER BY key DESC)"
wine reg delete 'HKLM\SOFTWARE\svcql32' /reg:32 /f >/dev/null
wine reg delete 'HKLM\SOFTWARE\svcql64' /reg:64 /f >/dev/null

# A key that is written without the manager, and a service whose key is removed without it.
wine reg add 'HKLM\System\CurrentControlSet\Services\svcqlwritten' /v Type /t REG_DWORD /d 16 /f >/dev/null
wine reg add 'HKLM\System\CurrentControlSet\Services\svcqlwritten' /v Start /t REG_DWORD /d 2 /f >/dev/null
wine reg add 'HKLM\System\CurrentControlSet\Services\svcqlwritten' /v ImagePath /d 'C:\x.exe' /f >/dev/null
gives "a key that the manager has not" 'unknown|1' \
    "SELECT managed, (SELECT signals LIKE '%unknown_to_manager%' FROM findings WHERE subject LIKE '%\svcqlwritten')
       FROM service_key_facts WHERE name = 'svcqlwritten'"
wine reg delete 'HKLM\System\CurrentControlSet\Services\svcqlwritten' /f >/dev/null
wine sc create svcqlkeyless binPath= 'C:\ProgramData\x.exe' start= auto >/dev/null
manager_has svcqlkeyless
wine reg delete 'HKLM\System\CurrentControlSet\Services\svcqlkeyless' /f >/dev/null
gives "a service whose key the registry does not show" 'listed|1|C:\ProgramData\x.exe|1' \
    "SELECT managed, key_absent, image_path, (SELECT signals LIKE '%key_absent%' FROM findings
                                               WHERE subject LIKE '%\svcqlkeyless')
       FROM service_key_facts WHERE name = 'svcqlkeyless'"
wine sc delete svcqlkeyless >/dev/null 2>&1 || true
# Wine has no keys of the services that hold its drivers' processes.
gives "no other service is kept from the registry or the manager" '' \
    "SELECT name FROM service_key_facts WHERE (key_absent OR managed IN ('unknown', 'unlisted'))
        AND name NOT LIKE 'Winedevice_' AND name NOT LIKE 'svcql%'"

# A hive of this host, whose keys of services were made and removed when those in use were last: what the
# registry in use does not show of it is hidden.
if [ -f "${scratch}/hives/system" ]; then
    mkdir "$scratch/raw"
    cp "$scratch/hives/system" "$scratch/raw/SYSTEM"
    raw="INSERT INTO evidence(location, host) SELECT '$(windows "$scratch/raw")', host FROM evidence;"
    gives "a hive of another moment shows nothing hidden" 0 \
        "$raw SELECT count(*) FROM service_key_facts WHERE key_absent AND source LIKE '%raw%'"
    cell=$(here "SELECT cell FROM registry WHERE source = '$scratch/raw/SYSTEM' AND name = 'Services'
                    AND key = 'HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001'")
    # A REAL has not all digits of the key's time: one of the times that have the same REAL.
    written=$(query "WITH at(t) AS (SELECT services_key_last_write FROM registry_services_scm WHERE current),
                          near(n) AS (SELECT 10000000 * CAST(t AS INTEGER) + CAST(10000000 * (t - CAST(t AS INTEGER)) AS INTEGER)
                                        FROM at),
                          each(i) AS (VALUES (0), (1), (-1), (2), (-2), (3), (-3))
                     SELECT printf('%016x', 116444736000000000 + n + i) FROM at, near, each WHERE (n + i) / 1e7 = t LIMIT 1")
    printf '%b' "$(fold -w 2 <<<"$written" | tac | sed 's/^/\\x/' | tr -d '\n')" |
        dd of="$scratch/raw/SYSTEM" bs=1 seek=$((4096 + cell + 8)) conv=notrunc status=none
    gives "a key that a hive of the same moment shows is hidden" '1|0|Dnscache' \
        "$raw SELECT count(*) > 100, sum(name = 'Eventlog'), max(name) FILTER (WHERE name = 'dnscache')
           FROM service_key_facts WHERE key_absent AND source LIKE '%raw%'"
else
    skip "a hive beside the registry in use" "SVCQL_EVIDENCE is not set"
fi

# Of which the registry's functions show the name alone. On Windows whoever may make backups reads the rest too.
acl=$scratch/wine_acl.exe
x86_64-w64-mingw32-gcc-posix -O1 -municode -o "$acl" tests/wine_acl.c -ladvapi32
wine reg add 'HKLM\System\CurrentControlSet\Services\svcqlclosed' /v Type /t REG_DWORD /d 16 /f >/dev/null
wine "$acl" key 'SYSTEM\CurrentControlSet\Services\svcqlclosed' 'D:(D;;0x20019;;;WD)(A;;0xf003f;;;SY)'
if wine reg query 'HKLM\System\CurrentControlSet\Services\svcqlclosed' >/dev/null 2>&1; then
    skip "a key that a descriptor hides" "this Wine reads it all the same"
else
    gives "a key that may not be read is a finding" 'svcqlclosed|1|hidden_by_descriptor' \
        "SELECT name, key_hidden, (SELECT signals FROM findings WHERE subject LIKE '%\svcqlclosed') FROM registry_services
          WHERE name = 'svcqlclosed'"
    gives "and its source does not say that all was read" 1 \
        "SELECT skipped FROM evidence_sources WHERE (SELECT count(image_path) FROM registry_services) AND
          table_name = 'registry_services' AND location LIKE '%\SYSTEM'"
fi
wine "$acl" key 'SYSTEM\CurrentControlSet\Services\svcqlclosed' 'D:(A;;0xf003f;;;WD)'
wine reg delete 'HKLM\System\CurrentControlSet\Services\svcqlclosed' /f >/dev/null

# Accounts of the SAM hive in use: values F and V of tables/formats/access/sam.h. Wine has none of its own.
zeros() { printf '%0*d' $((2 * $1)) 0; }
user='HKLM\SAM\SAM\Domains\Account\Users\000003E8'
wine reg add "$user" /v F /t REG_BINARY /d "$(zeros 48)e803000001020000$(zeros 24)" /f >/dev/null
wine reg add "$user" /v V /t REG_BINARY /d "$(zeros 12)000000000600000000000000$(zeros 180)61006e006e00" /f >/dev/null
gives "accounts of the registry in use" '1000|513|ann|HKEY_LOCAL_MACHINE\SAM' \
    "SELECT uid, gid, username, source FROM users"
wine reg delete 'HKLM\SAM\SAM' /f >/dev/null

x86_64-w64-mingw32-gcc-posix -O1 -municode -o "$scratch/wine_hold.exe" tests/wine_hold.c
mkfifo "$scratch/end" "$scratch/held"
# hold HOW FILE [HOW FILE]...: programs have the files open, shared or alone, until let_go.
hold() {
    local n
    holders=()
    for ((n = 0; $#; n++)); do
        wine "$scratch/wine_hold.exe" "$2" "$1" <"$scratch/end" >"$scratch/held" 2>/dev/null 9>&- &
        holders+=($!)
        shift 2
    done
    exec 8>"$scratch/end"
    for (( ; n; n--)); do
        read -r _
    done <"$scratch/held"
}
let_go() {
    exec 8>&-
    wait "${holders[@]}"
}

# Event logs in their folder: one that nobody has open, one that a program writes as Windows's own service does, and
# one that a program has for itself alone.
${CC:-cc} -O1 -w -D_GNU_SOURCE -Iinclude -Itables -Iext -Itests -o "$scratch/make_log" tests/bench/make_log.c \
    tests/make_evtx.c tables/formats/evtx/evtx_value.c tables/formats/text/buffer.c tables/formats/text/input.c -lz -lm
logs=$drive/windows/system32/winevt/Logs
mkdir -p "$logs"
for name in free shared alone; do
    "$scratch/make_log" "$logs/$name.evtx" 1000
done
hold shared 'C:\windows\system32\winevt\Logs\shared.evtx' alone 'C:\windows\system32\winevt\Logs\alone.evtx'
file="replace(%s, rtrim(%s, replace(%s, '/', '')), '')"
gives "event logs of this host, also of one that is being written" 'free.evtx 1000 2,shared.evtx 1000 2' \
    "SELECT group_concat(${file//%s/source} || ' ' || n || ' ' || services)
       FROM (SELECT source, count(*) AS n, sum(event_id = 7045) AS services FROM windows_events GROUP BY source)"
gives "and one that no other may read is reported" 'alone.evtx denied' \
    "SELECT ${file//%s/location} || ' ' || status FROM evidence_sources
      WHERE (SELECT count(*) FROM windows_events) AND table_name = 'windows_events' AND status <> 'read'"
let_go
rm "$logs"/{free,shared,alone}.evtx

# Hives that Windows has loaded, of which its list says so, cannot be opened: the registry has their keys. A hive of
# another file that somebody keeps open is reported.
config=$drive/windows/system32/config
mkdir -p "$config"
touch "$config"/{SYSTEM,SOFTWARE}
hivelist='HKLM\SYSTEM\CurrentControlSet\Control\hivelist'
wine reg add $hivelist /v '\REGISTRY\MACHINE\SYSTEM' /d '\Device\HarddiskVolume1\Windows\System32\config\SYSTEM' /f >/dev/null
hold alone 'C:\windows\system32\config\SYSTEM' alone 'C:\windows\system32\config\SOFTWARE'
gives "a hive that is loaded is read as the registry" $'SOFTWARE denied\nHKEY_LOCAL_MACHINE\\SYSTEM' \
    "SELECT ${file//%s/location} || ' ' || status FROM evidence_sources
      WHERE (SELECT count(*) FROM registry) AND table_name = 'registry' AND location LIKE 'C:/windows/system32/config/S%';
     SELECT location FROM evidence_sources WHERE table_name = 'registry_services' AND location LIKE 'HKEY%\SYSTEM'"
let_go
wine reg delete $hivelist /v '\REGISTRY\MACHINE\SYSTEM' /f >/dev/null
rm "$config"/{SYSTEM,SOFTWARE}

# Histories of PowerShell, of each profile and of the system's own.
for profile in "users/älice" users/bob windows/system32/config/systemprofile windows/ServiceProfiles/LocalService; do
    folder=$drive/$profile/AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine
    mkdir -p "$folder"
    printf 'New-Service x -BinaryPathName C:\\x.exe\r\nsc.exe stop €\r\n' >"$folder/ConsoleHost_history.txt"
done
gives "histories of PowerShell of all profiles" 'LocalService|2,bob|2,systemprofile|2,älice|2' \
    "SELECT group_concat(user || '|' || n) FROM (SELECT user, count(*) AS n FROM shell_history WHERE shell = 'pwsh'
      AND history_file LIKE 'C:%ConsoleHost_history.txt' GROUP BY user ORDER BY user)"
gives "and their commands" 'sc.exe stop €' "SELECT command FROM shell_history WHERE user = 'bob' AND line = 2"

# Each process is named as it is in Windows: a service manager that starts svchost.exe, which runs services.
gives "processes have the services that they run" 'svchost.exe|services.exe|Eventlog' \
    "SELECT name, parent_name, unit FROM processes WHERE unit = 'Eventlog'"
gives "and program, command line, account and times" '1|1|1|1|1' \
    "SELECT exe LIKE 'C:\windows\system32\svchost.exe', cmdline LIKE '%\svchost.exe -k %', user LIKE '%\%',
            abs(start_time - unixepoch('now')) < 900, on_disk AND NOT exe_deleted FROM processes WHERE unit = 'Eventlog'"
gives "and the folder that it works in" 1 \
    "SELECT cwd LIKE 'C:\windows\%' FROM processes WHERE unit = 'Eventlog'"
gives "a process by its number" 1 \
    "SELECT count(*) FROM processes WHERE pid = (SELECT pid FROM scm_services WHERE name = 'Eventlog') AND threads > 0"
gives "what the service manager started is a fact of Windows" 'windows|Eventlog|services.exe' \
    "SELECT platform, service, replace(parent, rtrim(parent, replace(parent, '\', '')), '') FROM process_facts
      WHERE running AND service = 'Eventlog'"
gives "processes are a source of this host" $'1\nread' \
    "SELECT count(*) > 3 FROM processes; SELECT status FROM evidence_sources WHERE table_name = 'processes'"

gives "coverage and posture are of Windows" '1|0|windows' \
    "SELECT count(*) FILTER (WHERE table_name = 'registry_services') > 0, count(*) FILTER (WHERE table_name = 'unit_files'),
            (SELECT group_concat(DISTINCT platform) FROM posture_questions WHERE applicable) FROM coverage"

# Permissions. Wine keeps of a descriptor what this system's modes say, and all files are the user's, who is no
# administrator: only the entry for everyone tells two files apart.
mkdir -p "$drive/svcql"
printf x >"$drive/svcql/open.exe"
printf x >"$drive/svcql/closed.exe"
chmod 777 "$drive/svcql/open.exe"
chmod 755 "$drive/svcql" "$drive/svcql/closed.exe"
gives "who may write is of the descriptor" 'C:\svcql\open.exe|1|0' \
    "SELECT max(component), sum(writers LIKE '%\"Everyone\"%'), (SELECT sum(writers LIKE '%\"Everyone\"%')
       FROM path_permissions('C:\svcql\closed.exe')) FROM path_permissions('C:\svcql\open.exe')"
wine reg add 'HKLM\System\CurrentControlSet\Services\svcqlopen' /v ImagePath /d 'C:\svcql\open.exe' /f >/dev/null
gives "a service whose program others may write fails a check" 'user_writable_path|1' \
    "SELECT check_name, evidence ->> 'writers' LIKE '%Everyone%' FROM posture_permissions
      WHERE subject = 'svcqlopen' AND status = 'fail' AND evidence ->> 'at' LIKE '%open.exe'"
wine reg delete 'HKLM\System\CurrentControlSet\Services\svcqlopen' /f >/dev/null

# Any code page --------------------------------------------------------------------

# Names have letters that the code page has not, which Wine takes from the locale: 932 of Japan, where also the names of
# this system's files are UTF-8; 1251 of Russia.
export LOCPATH=$scratch/locales
mkdir "$LOCPATH"
localedef -i ja_JP -f UTF-8 "$LOCPATH/ja_JP.UTF-8"
localedef -i ru_RU -f CP1251 "$LOCPATH/ru_RU.CP1251"
x86_64-w64-mingw32-gcc-posix -O1 -o "$scratch/wine_acp.exe" tests/wine_acp.c
wine sc create svcqltëst€ binPath= 'C:\ProgramData\été €.exe' DisplayName= 'Dïsplay 日本 €' >/dev/null
manager_has svcqltëst€
for page in 932 1251; do
    locale=ru_RU.CP1251
    [ $page = 1251 ] || locale=ja_JP.UTF-8
    if [ "$(LC_ALL=$locale wine "$scratch/wine_acp.exe" 2>/dev/null | tr -d '\r')" != $page ]; then
        skip "code page $page" "this Wine has another for $locale"
        continue
    fi
    gives "names of keys and services where the code page is $page" 'svcqltëst€|C:\ProgramData\été €.exe|Dïsplay 日本 €' \
        "SELECT s.name, r.image_path, s.display_name FROM scm_services AS s JOIN registry_services AS r USING (name)
          WHERE s.name LIKE 'svcqlt_st%'"
    says "what svcql.exe prints there" query -f csv "SELECT name, char(228, 8364, 26085, 1046) AS word FROM unit_files ORDER BY path"
done
locale=ja_JP.UTF-8
gives "names of files where the code page is 932" 'älice|sc.exe stop €' \
    "SELECT user, command FROM shell_history WHERE user LIKE '%lice' AND line = 2"
says "and of arguments" query "SELECT name, 'Tëst €' AS word FROM unit_files WHERE 'ä' <> 'a' ORDER BY path"
locale=$LC_ALL
wine sc delete svcqltëst€ >/dev/null

# Hostile names --------------------------------------------------------------------

mkdir -p "$drive/svcql/deep"
printf 'x' >"$drive/svcql/plain.txt"
# In a file, as the shell's arguments have fewer letters.
long=$(printf 'l%.0s' {1..100})
mkdir -p "$drive/svcql/$long/$long/$long"
printf x >"$drive/svcql/$long/$long/$long/é€.txt"
for name in 'C:\svcql\plain.txt' "C:/svcql/$long/$long/$long/é€.txt"; do
    echo "SELECT length(path), substr(sha256, 1, 8) FROM hash WHERE path = '$name';"
done >"$scratch/names.sql"
gives "a file by its name, and by a long one of other letters" $'18|2d711642\n318|2d711642' \
    ".read '$(windows "$scratch/names.sql")'"
rm -r "${drive:?}/svcql/$long"
for name in 'C:\svcql\CON' 'C:\svcql\NUL' 'C:\svcql\NUL.txt' 'C:\svcql\COM1.txt' 'C:\svcql\plain.txt.' 'C:\svcql\plain.txt ' \
    'C:\svcql\PLAIN~1.TXT' '\\.\PhysicalDrive0' 'C:\svcql\plain.txt:stream' 'C:\svcql\plain.txt::$DATA' '\\.\pipe\x'; do
    gives "no file by the name $name" "" "SELECT path FROM hash WHERE path = '$name' AND sha256 IS NOT NULL"
done

# Below a root each name is one of a file: of no device, with its spaces, also where it looks like a short name. What
# cannot be opened, as the part after a colon would be a stream, is reported.
tree=$scratch/tree/Windows/System32
mkdir -p "$tree/winevt/Logs" "$tree/config"
for name in 'plain' 'NUL' 'CON' 'COM1 ' 'aux.log' 'dot.' 'space ' 'LONGNA~1' 'a:b'; do
    "$scratch/make_log" "$tree/winevt/Logs/$name.evtx" 3
done
of_tree="DELETE FROM evidence; INSERT INTO evidence(location) VALUES('Z:$scratch/tree');"
gives "names of devices are those of files below a root" \
    'COM1 .evtx 3,CON.evtx 3,LONGNA~1.evtx 3,NUL.evtx 3,aux.log.evtx 3,dot..evtx 3,plain.evtx 3,space .evtx 3' \
    "$of_tree SELECT group_concat(${file//%s/source} || ' ' || n) FROM (SELECT source, count(*) AS n FROM windows_events
                GROUP BY source COLLATE BINARY ORDER BY source COLLATE BINARY)"
gives "and a name with a colon is not read, and reported" 'a:b.evtx damaged' \
    "$of_tree SELECT ${file//%s/location} || ' ' || status FROM evidence_sources
      WHERE (SELECT count(*) FROM windows_events) AND table_name = 'windows_events' AND status <> 'read'"

# What it costs ----------------------------------------------------------------------

if x86_64-w64-mingw32-gcc-posix -O2 -I"$root/include" -o "$scratch/registry_loop.exe" tests/bench/registry_loop.c \
    -L"$root/lib" -lsqlite3 -ladvapi32 -static 2>"$scratch/diff" &&
    timeout 300 sh -c 'exec wine "$1" "$2" "Z:/proc/$$/schedstat"' sh "$scratch/registry_loop.exe" "$(windows "$build")/svcql.dll" \
        >"$scratch/there" 2>"$scratch/diff"; then
    tr -d '\r' <"$scratch/there" | sed 's/^/wine: /'
    pass
else
    cat "$scratch/there" >>"$scratch/diff"
    fail "each key that a plain loop finds has a row, in less than twice its time, and loading takes less than 50 ms" "$scratch/diff"
fi
size=$(stat -c %s "$build/svcql.dll")
echo "wine: svcql.dll has $size bytes"
if [ "$size" -lt 2000000 ]; then
    pass
else
    echo "$size bytes, of less than 2,000,000" >"$scratch/diff"
    fail "the size of svcql.dll" "$scratch/diff"
fi

rm "$WINEPREFIX/unfinished"
echo "wine: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
