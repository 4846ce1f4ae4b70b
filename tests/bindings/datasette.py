"""A plugin of Datasette, which asks for SQL in the browser: datasette --memory --plugins-dir FOLDER"""
import os

from datasette import hookimpl


@hookimpl
def prepare_connection(conn):
    conn.enable_load_extension(True)
    conn.load_extension(os.environ["SVCQL_LIBRARY"])
    only = conn.execute("PRAGMA query_only").fetchone()[0]
    conn.execute("PRAGMA query_only = 0")
    conn.execute("DELETE FROM evidence")
    conn.execute("INSERT INTO evidence(location) VALUES (?)", (os.environ["SVCQL_ROOT"],))
    conn.commit()
    conn.execute(f"PRAGMA query_only = {only}")
