"""osquery_peers.py PROGRAM EVIDENCE FOLDER: osquery's own Python package as the peer of svcql osquery.

The package's generated processor is the manager that the extension registers at, and its generated client
asks as osqueryd does: each operator, concurrent calls, rows of every table; beside it raw sockets send what
no client would. Prints how much was asked; an assertion ends it with status 1. tests/osquery-peers.sh runs it.
"""
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time

from osquery.extensions import Extension, ExtensionManager
from osquery.extensions.ttypes import ExtensionStatus
from thrift.protocol import TBinaryProtocol
from thrift.server import TServer
from thrift.transport import TSocket, TTransport

program, evidence, folder = sys.argv[1:4]
em = os.path.join(folder, "em")


class Manager:
    """The handler of osqueryd's side."""

    def __init__(self):
        self.extension, self.registry, self.uuid = None, None, 0
        self.deregistered = threading.Event()

    def ping(self):
        return ExtensionStatus(0, "OK", 0)

    def extensions(self):
        return {self.uuid: self.extension} if self.extension else {}

    def options(self):
        return {}

    def registerExtension(self, info, registry):
        self.registry, self.uuid = registry, self.uuid + 12345
        self.extension = info
        return ExtensionStatus(0, "OK", self.uuid)

    def deregisterExtension(self, uuid):
        assert uuid == self.uuid
        self.deregistered.set()
        return ExtensionStatus(0, "OK", uuid)


def serve(manager):
    transport = TSocket.TServerSocket(unix_socket=em)
    server = TServer.TThreadedServer(
        ExtensionManager.Processor(manager), transport, TTransport.TBufferedTransportFactory(),
        TBinaryProtocol.TBinaryProtocolFactory(), daemon=True)
    threading.Thread(target=server.serve, daemon=True).start()


def wait_for(what, seconds=30):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.01)


def client():
    own = TSocket.TSocket(unix_socket=f"{em}.{manager.uuid}")
    own.setTimeout(60000)
    transport = TTransport.TBufferedTransport(own)
    while True:
        try:
            transport.open()
            break
        except TTransport.TTransportException:  # more at once than wait at a socket
            time.sleep(0.01)
    return Extension.Client(TBinaryProtocol.TBinaryProtocol(transport)), transport


def generate(table, terms=(), used=None):
    """The rows of a table, where terms are (column, op, text)."""
    columns = {}
    for column, op, text in terms:
        columns.setdefault(column, []).append({"op": op, "expr": text})
    context = {"constraints": [{"name": name, "list": items, "affinity": "TEXT"}
                               for name, items in columns.items()]}
    if used is not None:
        context["colsUsed"] = used
    asked, transport = client()
    answer = asked.call("table", table, {"action": "generate", "context": json.dumps(context)})
    transport.close()
    return answer


def rows(*arguments):
    answer = generate(*arguments)
    assert answer.status.code == 0, answer.status
    return answer.response


EQUAL, GREATER, LESS_EQUAL, LESS, GREATER_EQUAL, MATCH, LIKE, GLOB, REGEXP = (
    2, 4, 8, 16, 32, 64, 65, 66, 67)


def check_operators():
    everything = rows("svcql_unit_files")
    names = sorted(row["name"] for row in everything)
    some = names[len(names) // 2]

    def check(terms, fits):
        answered = sorted(row["name"] for row in rows("svcql_unit_files", terms, ["name"]))
        expected = sorted(name for name in names if fits(name))
        assert answered == expected, (terms, answered, expected)

    check([("name", EQUAL, some)], lambda name: name == some)
    check([("name", EQUAL, some), ("name", EQUAL, names[0])], lambda name: name in (some, names[0]))
    check([("name", GREATER, some)], lambda name: name > some)
    check([("name", GREATER_EQUAL, some)], lambda name: name >= some)
    check([("name", LESS, some)], lambda name: name < some)
    check([("name", LESS_EQUAL, some)], lambda name: name <= some)
    check([("name", LIKE, "S%")], lambda name: name.lower().startswith("s"))
    check([("name", GLOB, "s*")], lambda name: name.startswith("s"))
    check([("name", REGEXP, "x")], lambda name: True)
    check([("name", MATCH, "x")], lambda name: True)
    check([("nothing", EQUAL, "x")], lambda name: True)
    assert len({row["rowid"] for row in everything}) == len(everything)
    assert set(rows("svcql_unit_files", (), ["name"])[0]) == {"name", "rowid"}
    times = sorted(float(row["time"]) for row in rows("svcql_timeline"))
    assert len(rows("svcql_timeline", [("time", GREATER_EQUAL, "%.15g" % times[-1])])) >= 1


def check_tables():
    for table, columns in manager.registry["table"].items():
        described = {row["name"]: row["type"] for row in columns if row["id"] == "column"}
        assert set(described.values()) <= {"TEXT", "BIGINT", "DOUBLE"}, table
        answer = generate(table)
        if any(int(row.get("op", 0)) & 2 for row in columns):
            assert answer.status.code == 1 and "needs" in answer.status.message, answer.status
            continue
        assert answer.status.code == 0, (table, answer.status)
        for row in answer.response:
            for name, value in row.items():
                if described.get(name, "BIGINT") == "BIGINT":
                    int(value)
                elif described[name] == "DOUBLE":
                    float(value)
    return len(manager.registry["table"])


def check_concurrency(n=300):
    expected, failed = len(rows("svcql_signals")), []

    def ask():
        try:
            assert len(rows("svcql_signals")) == expected
        except Exception as error:  # an assertion in a thread is printed only
            failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed[:3]
    return n


def raw(data, close=True):
    """Send bytes; what comes back."""
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    peer.settimeout(60)
    peer.connect(f"{em}.{manager.uuid}")
    peer.sendall(data)
    if close:
        peer.shutdown(socket.SHUT_WR)
    try:
        return peer.recv(1 << 16)
    except (ConnectionResetError, socket.timeout) as error:
        return error
    finally:
        peer.close()


def check_malformed():
    head = struct.pack(">II", 0x80010001, 4) + b"call" + struct.pack(">I", 0)
    text = struct.pack(">bhI", 11, 1, 5) + b"table"
    message = head + text + struct.pack(">bhI", 11, 2, 4) + b"time" + struct.pack(">bhbbI", 13, 3, 11, 11, 0) + b"\0"
    assert b"no such plugin" in raw(message)
    for size in range(1, len(message)):
        assert raw(message[:size]) in (b"",) or isinstance(raw(message[:size]), ConnectionResetError)
    for bad in (b"\xff" * 100, b"GET / HTTP/1.0\r\n\r\n", head + struct.pack(">bhI", 11, 1, 0x7fffffff),
                head + struct.pack(">bhbbI", 13, 3, 11, 11, 0x7fffffff), head + b"\x0c\0\1" * 100,
                head + struct.pack(">bhbI", 15, 1, 12, 0x10000000) + b"\0" * 1000):
        answer = raw(bad)
        assert answer == b"" or isinstance(answer, ConnectionResetError), (bad, answer)
    assert raw(message[:10], close=False) == b""  # it is dropped
    return len(message) + 8


manager = Manager()
serve(manager)
process = subprocess.Popen([program, "osquery", "--socket", em, "--timeout", "20", "--interval", "1",
                            "--evidence", evidence])
try:
    wait_for(lambda: manager.extension)
    assert manager.extension.name == "svcql" and "svcql_findings" in manager.registry["table"]
    wait_for(lambda: os.path.exists(f"{em}.{manager.uuid}"))
    asked, _ = client()
    assert asked.ping().code == 0
    described = asked.call("table", "svcql_findings", {"action": "columns"}).response
    assert described == manager.registry["table"]["svcql_findings"]
    check_operators()
    tables, calls, frames = check_tables(), check_concurrency(), check_malformed()
    last, _ = client()  # what is silent for half a minute is dropped
    assert last.ping().code == 0
    last.shutdown()
    assert process.wait(30) == 0
    print(f"{tables} tables, {calls} calls at once, {frames} malformed messages")
finally:
    process.kill()
