"""Python's apsw, which brings an SQLite of its own."""
import sys

import apsw

db = apsw.Connection(":memory:")
db.enableloadextension(True)
db.loadextension(sys.argv[1])
db.cursor().execute("DELETE FROM evidence; INSERT INTO evidence(location) VALUES (?)", (sys.argv[2],))
for severity, subject in db.cursor().execute("SELECT severity, subject FROM findings ORDER BY subject"):
    print(severity, subject)
