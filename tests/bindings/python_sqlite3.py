"""Python's own sqlite3. A Python of pyenv is often built without extensions: use Debian's, or apsw."""
import sqlite3
import sys

db = sqlite3.connect(":memory:")
db.enable_load_extension(True)
db.load_extension(sys.argv[1])
db.execute("DELETE FROM evidence")
db.execute("INSERT INTO evidence(location) VALUES (?)", (sys.argv[2],))
for severity, subject in db.execute("SELECT severity, subject FROM findings ORDER BY subject"):
    print(severity, subject)
