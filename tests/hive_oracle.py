"""Compare svcql's rows of hives with those of regipy and python-registry: hive_oracle.py SVCQL HIVE..."""
import json
import logging
import struct
import subprocess
import sys

logging.disable(logging.CRITICAL)
from regipy.plugins.amcache.amcache import AmCachePlugin  # noqa: E402
from regipy.plugins.system.shimcache import ShimCachePlugin  # noqa: E402
from regipy.registry import RegistryHive  # noqa: E402
from Registry import Registry  # noqa: E402


def ours(svcql, sql):
    text = subprocess.run([svcql, "query", "--format", "json", sql], check=True, capture_output=True, text=True).stdout
    return json.loads(text or "[]")


def records(data):
    """Windows 10: paths and FILETIMEs, straight from the bytes that python-registry gives."""
    at = struct.unpack_from("<I", data)[0]
    while data[at:at + 4] == b"10ts":
        size, units = struct.unpack_from("<IH", data, at + 8)
        path = data[at + 14:at + 14 + units].decode("utf-16le", "replace")
        yield path.removeprefix("\\??\\"), struct.unpack_from("<Q", data, at + 14 + units)[0] // 10
        at += 12 + size


def caches(path):
    root = Registry.Registry(path).root()
    for control_set in root.subkeys():
        try:
            key = control_set.find_key(r"Control\Session Manager\AppCompatCache")
            yield from records(key.value("AppCompatCache").value())
        except Registry.RegistryKeyNotFoundException:
            continue


def compare(name, mine, theirs, whole=True):
    missing = set(theirs) - set(mine)
    more = set(mine) - set(theirs) if whole else set()
    print(f"  {name}: {len(mine)} rows here, {len(theirs)} there, {len(missing)} only there, {len(more)} only here")
    for row in sorted(missing)[:5] + sorted(more)[:5]:
        print("    ", row)
    return not missing and not more


def check(svcql, path):
    print(path)
    quoted = path.replace("'", "''")
    hive = RegistryHive(path)
    good = True
    mine = [(r["path"], round((r["modified"] + 11644473600) * 1e6) if r["modified"] is not None else 0)
            for r in ours(svcql, f"SELECT path, modified FROM shimcache('{quoted}')")]
    if mine:
        theirs = list(caches(path))
        if theirs:  # entry by entry; JSON has fifteen digits of a time
            wrong = [(m, t) for m, t in zip(mine, theirs) if m[0] != t[0] or abs(m[1] - t[1]) > 10]
            print(f"  python-registry: {len(mine)} rows here, {len(theirs)} there, {len(wrong)} differ", *wrong[:5])
            good &= len(mine) == len(theirs) and not wrong
        try:
            plugin = ShimCachePlugin(hive, as_json=False)
            plugin.run()
            paths = [e["path"] for e in plugin.entries]  # it keeps one entry of each path and time
            good &= compare("regipy shimcache", [p for p, _ in mine], paths, whole=False)
        except Exception as error:  # 6.2.1 fails on 32-bit Windows Server 2003
            print("  regipy shimcache fails:", error)
    mine = ours(svcql, f"SELECT lower(path) AS path, sha1 FROM amcache_files('{quoted}') "
                       "WHERE form <> 'InventoryDriverBinary'")
    if mine:
        plugin = AmCachePlugin(hive, as_json=False)
        plugin.run()
        theirs = [((e.get("full_path") or e.get("lower_case_long_path") or "").lower(), e.get("sha1"))
                  for e in plugin.entries]
        good &= compare("regipy amcache", [(r["path"], r["sha1"]) for r in mine], theirs)
    return good


if __name__ == "__main__":
    results = [check(sys.argv[1], path) for path in sys.argv[2:]]
    sys.exit(0 if all(results) else 1)
