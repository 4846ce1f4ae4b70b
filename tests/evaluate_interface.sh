#!/usr/bin/env bash
# evaluate_interface.sh FIXTURE EXTENSION [TREE...]: all that systemd can be asked to do, asked of a real one, and what svcql
# knows of it afterwards: on this machine, and on each of these trees of a Debian (tests/platforms.sh makes them).
# FIXTURE is build/systemd-fixture, EXTENSION build/svcql.so. Prints a table in Markdown.
#
# Each verb and each method on D-Bus that the version has (tables/formats/command/systemd_interface.tsv) and that does
# not end the machine is run by one of two accounts, with the record that audit writes of it. Then: whether it ran; whether
# service_commands has it; whether the unit's state changed, by the manager's own properties, or its files did, and
# service_events says so; whether the right account is named; and of what grade it is.
set -euo pipefail
fixture=$(realpath "$1") extension=$(realpath "$2")
shift 2
cd "$(dirname "$0")/.."
work=$(mktemp -d -p /var/tmp) # a newer systemd mounts its own /tmp
trap 'rm -rf "$work"' EXIT

# Runs inside a booted fixture: FOLDER. Writes asked, a line for each command, and audit.log.
stage='
set -u
dir=$1 table=$2
version=$(systemctl --version | awk "NR == 1 { print \$2 }")
: > "$dir/asked"; : > "$dir/audit.log"
printf "[Service]\nExecStart=/bin/sleep 1000\nExecReload=/bin/true\n[Install]\nWantedBy=fixture.target\n" > /etc/systemd/system/eval@.service
systemctl daemon-reload
serial=100 n=0
word() { case $1 in *[!-a-zA-Z0-9_./=@:,]* | "") printf %s "$1" | od -An -v -tx1 | tr -d " \n" | tr a-f A-F ;; *) printf "\"%s\"" "$1" ;; esac; }
state() { systemctl show -p StateChangeTimestampMonotonic --value "$1" 2>/dev/null || :; }
# KIND OF NAME UNIT COMMAND...: run it as one who logged in, and note what came of it.
ask() {
    local kind=$1 of=$2 name=$3 unit=$4 before= after begun status=0 args= i=0 a account=1001 session=3
    shift 4
    [ $((n % 2)) = 0 ] || { account=1002; session=4; }
    [ -z "$unit" ] || before=$(state "$unit")
    serial=$((serial + 1)); begun=$(date +%s.%3N)
    for a; do args="$args a$i=$(word "$a")"; i=$((i + 1)); done
    printf "type=SYSCALL msg=audit(%s:%d): arch=c000003e syscall=59 success=yes exit=0 items=2 ppid=7 pid=%d auid=%s uid=0 gid=0 euid=0 tty=pts0 ses=%s comm=\"%s\" exe=\"%s\" key=\"k\"\ntype=EXECVE msg=audit(%s:%d): argc=%d%s\n" \
        "$begun" $serial $((50000 + serial)) $account $session "$(basename "$1")" "$(command -v "$1")" "$begun" $serial $# "$args" >> "$dir/audit.log"
    SYSTEMD_PAGER= timeout 10 "$@" < /dev/null > /dev/null 2>&1 || status=$?
    sleep 0.03
    after=
    [ -z "$unit" ] || after=$(state "$unit")
    [ "$before" = "$after" ] || sleep 0.1 # until its job is done and written
    printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n" "$kind" "$of" "$name" "$unit" "$serial" "$status" "$([ "$before" = "$after" ] && echo 0 || echo 1)" \
        "$([ $session = 3 ] && echo alice || echo bob)" "$begun" >> "$dir/asked"
}
ready() { # a unit of its own in $unit, running where the verb is for one that runs
    n=$((n + 1)); unit=eval@$n.service
    case $1 in start | Start* | enable | Enable* | link | Link* | mask | Mask* | preset* | Preset* | reenable | Reenable* | add-* | edit | revert | isolate) ;;
    *) systemctl start "$unit" 2>/dev/null; sleep 0.02 ;; esac
}
dangerous() {
    case $1 in *power?ff | PowerOff | *reboot | *Reboot | SoftReboot | halt | Halt | kexec | KExec | suspend* | hybrid-sleep | hibernate | sleep | exit | Exit | \
        switch-root | SwitchRoot | emergency | rescue | default | isolate | daemon-reexec | Reexecute | edit | set-default | SetDefaultTarget | log-level | log-target | \
        service-log* | cancel | CancelJob | ClearJobs | Cancel | import-environment | Ref | Unref | RefUnit | UnrefUnit | Subscribe | Unsubscribe | \
        set-environment | unset-environment | Set*Environment | Unset*Environment | UnsetAndSetEnvironment | whoami | *FileDescriptorStore* | DumpByFileDescriptor | \
        StartAuxiliaryScope | RemoveSubgroup* | Get*Fd | mount-image | bind | MountImage* | BindMount* | preset-all | PresetAll*) return 0 ;; esac
    return 1
}
arguments() { # SIGNATURE: a value for each type; nothing fits a file descriptor
    local signature=$1 first=1 out=
    while [ -n "$signature" ]; do
        case $signature in
        a*) out="$out 0"; signature=${signature#a}
            case $signature in "("*) depth=0; while :; do c=${signature%"${signature#?}"}; signature=${signature#?}
                case $c in "(") depth=$((depth + 1)) ;; ")") depth=$((depth - 1)); [ $depth = 0 ] && break ;; esac; done ;;
            "{"*) signature=${signature#*"}"} ;; *) signature=${signature#?} ;; esac ;;
        s*) if [ $first = 1 ]; then out="$out $unit"; first=0; else out="$out replace"; fi; signature=${signature#s} ;;
        o*) out="$out /x"; signature=${signature#o} ;;
        b*) out="$out false"; signature=${signature#b} ;;
        *) out="$out 0"; signature=${signature#?} ;; esac
    done
    echo "$out"
}
while IFS="|" read -r kind of name value versions; do
    case " $versions " in *" $version "*) ;; *) continue ;; esac
    dangerous "$name" && continue
    case $kind:$of in
    verb:systemctl)
        ready "$name"
        case $name in
        set-property) set -- "$unit" CPUWeight=50 ;;
        link) printf "[Service]\nExecStart=/bin/true\n" > /tmp/linked$n.service; unit=linked$n.service; set -- /tmp/linked$n.service ;;
        add-wants | add-requires) set -- fixture.target "$unit" ;;
        daemon-reload | list-* | get-default | show-environment | is-system-running) set -- ;;
        *) set -- "$unit" ;; esac
        ask $kind $of $name "$unit" systemctl "$name" "$@" ;;
    verb:portablectl | verb:importctl | verb:systemd-sysext | verb:systemd-confext) # of images that do not exist
        case $name in merge | refresh | unmerge) continue ;; esac
        ask $kind $of $name "" "$of" "$name" no-such-image ;;
    method:org.freedesktop.systemd1.Manager | method:org.freedesktop.systemd1.Unit)
        ready "$name"
        object=/org/freedesktop/systemd1
        [ "$of" = org.freedesktop.systemd1.Manager ] || object=$object/unit/eval_40${n}_2eservice
        systemctl show -p Id "$unit" > /dev/null
        signature=$(busctl introspect org.freedesktop.systemd1 $object "$of" 2>/dev/null | awk -v m=".$name" "\$1 == m && \$2 == \"method\" { print \$3 }")
        [ -n "$signature" ] || signature=-
        case $signature in *h*) continue ;; -) set -- ;; *)
            set -- "$signature" $(arguments "$signature")
            case $of:$signature in *.Unit:s) set -- s replace ;; esac ;; esac
        ask $kind $of $name "$unit" busctl call org.freedesktop.systemd1 $object "$of" "$name" "$@" ;;
    varlink:io.systemd.Manager | varlink:io.systemd.Unit | varlink:io.systemd.Job)
        ready "$name"
        case $name in StartTransient) unit=made$n.service; text="{\"context\":{\"ID\":\"$unit\",\"Service\":{\"Type\":\"simple\",\"ExecStart\":[{\"path\":\"/bin/sleep\",\"arguments\":[\"sleep\",\"1000\"]}]}}}" ;;
        *) text="{\"name\":\"$unit\"}" ;; esac
        socket=/run/systemd/io.systemd.Manager
        ask $kind $of $name "$unit" varlinkctl call $socket "$of.$name" "$text" ;;
    esac
done <<END
$(tr "\t" "|" < "$table" | grep -v "^#")
END
journalctl --sync
'

# The tree of a Debian as this machine, private to the process.
in_tree='
set -e
tree=$1 work=$2 top=$3
shift 3
mount --bind "$tree" "$tree"
cd "$tree"
mkdir -p old ".$work" ".$top"
mount --rbind /proc proc
mount -t sysfs -o ro sysfs sys
mount --rbind /dev dev
mount -t tmpfs -o mode=1777 tmpfs run
mount --bind "$work" ".$work"
mount --bind "$top" ".$top"
pivot_root . old
umount -l /old
cd "$top"
exec "$@"
'

# A tree as debootstrap leaves it has no systemd: a copy gets one. TREE NAME; prints the tree to use.
with_systemd() {
    if [ -x "$1/usr/lib/systemd/systemd" ] && [ -x "$1/usr/bin/dbus-daemon" ]; then
        realpath "$1"
        return
    fi
    cp -a --reflink=auto "$1" "$work/tree-$2"
    cp /etc/resolv.conf "$work/tree-$2/etc/"
    printf '#!/bin/sh\nexit 101\n' > "$work/tree-$2/usr/sbin/policy-rc.d"
    chmod +x "$work/tree-$2/usr/sbin/policy-rc.d"
    unshare --mount --uts --ipc --propagation private bash -c "$in_tree" in "$work/tree-$2" "$work" "$PWD" sh -c '
        apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
            systemd dbus dbus-user-session systemd-container' < /dev/null >&2
    echo "$work/tree-$2"
}

run() { # NAME COMMAND-PREFIX...: stage it, and leave its disk in $work/NAME/disk
    local name=$1 box=$work/$1
    shift
    mkdir -p "$box"
    printf '%s' "$stage" > "$box/stage"
    SVCQL_FIXTURE_SHARE=$PWD "$@" sh -c '"$1" start "$2" > /dev/null && { "$1" exec "$2" /bin/bash "$2/stage" "$2" "$PWD/tables/formats/command/systemd_interface.tsv"
        systemctl --version | head -n 1 > "$2/version"; "$1" stop "$2"; }' run "$fixture" "$box"
    mkdir -p "$box/disk/etc" "$box/disk/var/log/audit"
    printf 'root:x:0:0::/root:/bin/sh\nalice:x:1001:1001::/:/bin/sh\nbob:x:1002:1002::/:/bin/sh\n' > "$box/disk/etc/passwd"
    echo ID=debian > "$box/disk/etc/os-release"
    echo fixture > "$box/disk/etc/hostname"
    mv "$box/audit.log" "$box/disk/var/log/audit"
    mv "$box/journal" "$box/disk/var/log/journal"
}

report() { # FOLDER
    sqlite3 -cmd ".load $extension" -cmd "DELETE FROM evidence; INSERT INTO evidence(location) VALUES ('$1/disk')" \
        -cmd '.mode tabs' -cmd 'CREATE TEMP TABLE asked(kind, of, name, unit, serial, status, changed, account, time)' -cmd ".import $1/asked asked" -cmd '.mode list' :memory: "
CREATE TEMP TABLE commands AS SELECT record, verb, target FROM service_commands;
CREATE TEMP TABLE told AS SELECT service, login_user, session, time, action, record FROM service_events;
CREATE TEMP TABLE grades AS SELECT record, action, max(severity <> 'info') AS above FROM command_facts LEFT JOIN
    (SELECT record AS r, severity FROM t1569_command_execution) ON r = record GROUP BY record;
CREATE TEMP TABLE seen AS
SELECT a.kind, a.of, a.name, a.status,
       a.changed + 0 OR (a.status + 0 = 0 AND EXISTS (SELECT 1 FROM grades AS g
                          WHERE g.record = a.serial AND g.action IN ('create', 'disable', 'change'))) AS changed,
       EXISTS (SELECT 1 FROM commands AS c WHERE c.record = a.serial) AS command,
       coalesce((SELECT max(g.action) FROM grades AS g WHERE g.record = a.serial), '') AS grade,
       EXISTS (SELECT 1 FROM told AS t WHERE (t.service = a.unit OR t.record = a.serial) AND t.time >= a.time - 0.01) AS event,
       EXISTS (SELECT 1 FROM told AS t WHERE (t.service = a.unit OR t.record = a.serial) AND t.login_user = a.account
                  AND t.time >= a.time - 0.01) AS who,
       EXISTS (SELECT 1 FROM told AS t WHERE (t.service = a.unit OR t.record = a.serial) AND t.login_user <> a.account
                  AND t.time >= a.time - 0.01) AS wrong
  FROM asked AS a;
SELECT '| $(cat "$1/version") | ' || kind || ' of ' || of || ' | ' || count(*) || ' | ' || sum(status + 0 = 0) || ' | ' || sum(command) || ' | '
       || sum(grade <> '' AND grade <> 'read') || ' | ' || sum(changed) || ' | ' || sum(changed AND event) || ' | '
       || sum(changed AND who) || ' | ' || sum(wrong) || ' | '
       || coalesce(group_concat(iif(NOT command OR grade = '' OR wrong OR (changed AND NOT who), name, NULL), ' '), '') || ' |'
  FROM seen GROUP BY kind, of ORDER BY kind, of;"
}

cat << END
Each verb and method that does not end the machine was run on a booted systemd by one of two accounts, and svcql was asked
afterwards. Of "n" those "ran" that had status 0; where "changed a unit or its files" is more than "in service_events" or "by
whom", or a command is not in service_commands, its name is in the last column.

END
echo '| systemd | asked for | n | ran | in service_commands | that change something | changed a unit or its files | in service_events | by whom | a wrong one | not so: |'
echo '|---|---|---|---|---|---|---|---|---|---|---|'
run machine env
report "$work/machine"
for tree in "$@"; do
    name=$(basename "$(dirname "$tree/x")")-$RANDOM
    run "$name" unshare --mount --uts --ipc --propagation private bash -c "$in_tree" in "$(with_systemd "$tree" "$name")" "$work" "$PWD"
    report "$work/$name"
done
