#!/bin/sh
# osquery.sh: rows a second that svcql osquery gives, against the same query in the sqlite3 shell: 10,000 users of a
# made root, all columns, each side with its database open: by the processor time of svcql and of the shell, and by the
# clock, which on a busy machine also has what others do. A Python of the machine is the peer; it speaks only as much
# of the protocol as this needs, and counts bytes. Fails where svcql has less than half of the shell's rows a second of
# processor time.
set -eu
build=$(readlink -f "${BUILD:-build}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/root/etc"
echo ID=debian > "$folder/root/etc/os-release"
awk 'BEGIN { for (i = 0; i < 10000; i++) printf "user%d:x:%d:%d:User %d,,,:/home/user%d:/bin/bash\n", i, i, i, i, i }' \
    > "$folder/root/etc/passwd"

ROUNDS=50
awk -v n=$ROUNDS 'BEGIN { print ".timer on"; for (i = 0; i < n; i++) print "SELECT * FROM users;" }' > "$folder/queries"
sqlite3 -batch -cmd ".load $build/svcql.so" -cmd 'DELETE FROM evidence' \
    -cmd "INSERT INTO evidence(location) VALUES('$folder/root')" :memory: < "$folder/queries" |
    awk '/^Run Time/ { cpu += $6 + $8; print $4 | "sort -n > '"$folder/times"'" } END { print cpu / '$ROUNDS' }' > "$folder/cpu"
sed -n "$(((ROUNDS + 1) / 2))p" "$folder/times" > "$folder/shell"

python3 - "$build/svcql" "$folder" $ROUNDS "$(cat "$folder/shell")" "$(cat "$folder/cpu")" <<'EOF'
import os, socket, struct, subprocess, sys, threading, time

program, folder, rounds, shell, shell_cpu = *sys.argv[1:3], int(sys.argv[3]), *map(float, sys.argv[4:])
em = folder + "/em"


def text(value):
    return struct.pack(">I", len(value)) + value


def reply(name, body):
    return struct.pack(">I", 0x80010002) + text(name) + struct.pack(">I", 0) + body


OK = struct.pack(">bhbhI", 12, 0, 8, 1, 0) + struct.pack(">bh", 11, 2) + text(b"OK") + struct.pack(">bhq", 10, 3, 1) + b"\0\0"
HAS = struct.pack(">bhbbIq", 13, 0, 10, 12, 1, 1) + b"\0\0"


def manage(listener):
    while True:
        peer, _ = listener.accept()
        data = peer.recv(1 << 20)
        if b"registerExtension" in data:
            peer.settimeout(0.3)
            try:
                while peer.recv(1 << 20):
                    pass
            except socket.timeout:
                pass
            peer.sendall(reply(b"registerExtension", OK))
        elif b"extensions" in data:
            peer.sendall(reply(b"extensions", HAS))
        peer.close()


listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
listener.bind(em)
listener.listen()
threading.Thread(target=manage, args=(listener,), daemon=True).start()
process = subprocess.Popen([program, "osquery", "--socket", em, "--timeout", "10", "--evidence", folder + "/root"])
while not os.path.exists(em + ".1"):
    time.sleep(0.01)
peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
peer.connect(em + ".1")
ping = struct.pack(">I", 0x80010001) + text(b"ping") + struct.pack(">I", 0) + b"\0"
call = (struct.pack(">I", 0x80010001) + text(b"call") + struct.pack(">I", 0)
        + struct.pack(">bh", 11, 1) + text(b"table") + struct.pack(">bh", 11, 2) + text(b"svcql_users")
        + struct.pack(">bhbbI", 13, 3, 11, 11, 1) + text(b"action") + text(b"generate") + b"\0")
pong = reply(b"ping", b"")[:-1]


def processor():
    """Seconds of the extension until now: utime and stime of proc(5)."""
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


times, cpu = [], processor()
for _ in range(rounds):
    begin, tail, rows = time.monotonic(), b"", 0
    peer.sendall(call + ping)  # the answer to the ping ends that to the call
    while pong[-12:] not in tail:
        data = peer.recv(1 << 20)
        rows += data.count(b"rowid")
        tail = (tail + data)[-200:]
    times.append(time.monotonic() - begin)
cpu = (processor() - cpu) / rounds
process.terminate()
median = sorted(times)[rounds // 2]
ratio = shell_cpu / cpu
for what, ours, theirs in (("processor", cpu, shell_cpu), ("elapsed, median", median, shell)):
    print(f"10,000 rows, {what} of {rounds}: osquery's wire {ours * 1000:.1f} ms, {10000 / ours:,.0f} rows/s; "
          f"shell {theirs * 1000:.1f} ms, {10000 / theirs:,.0f} rows/s; ratio {theirs / ours:.2f}")
assert ratio >= 0.5, ratio
assert rows >= 9990, rows
EOF
