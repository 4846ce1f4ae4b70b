#!/usr/bin/env python3
"""osquery_queries.py [-c] LIBRARY LEAST FOLDER...: how many of the queries in the folders, osquery's packs and
configurations and files of SQL, prepare over svcql's tables, unmodified.

    git clone https://github.com/osquery/osquery
    tests/osquery_queries.py build/svcql.so 189 osquery/packs

Prints that for each folder and for all, each distinct query once, and before the sum what the others lack, the
most wanted first. Status 1 where fewer than LEAST prepare. The queries are other people's and not here, so it is
no part of make check; tests/README.md says of which it was asked and what it gave. With -c it prints what those
that prepare ask instead, a table and its columns a line: tests/osquery_columns.txt, which make check holds the
library against.
"""
import collections
import json
import os
import re
import sqlite3
import sys


def texts(folder):
    """Each file's path, ending and text."""
    for directory, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(directory, name)
            ending = os.path.splitext(name)[1]
            if ending in (".conf", ".json", ".sql"):
                with open(path, encoding="utf-8") as file:
                    yield path, ending, file.read()


def configuration(path, text):
    """A pack or configuration as osquery reads it: lines of comments and cut lines are allowed."""
    text = re.sub(r"^\s*(#|//).*$", "", text.replace("\\\n", ""), flags=re.MULTILINE)
    try:
        return json.loads(text, strict=False)
    except ValueError as error:
        print(f"{path}: not read: {error}")
        return None


def scheduled(value):
    """Every query of a configuration, and what a pack or a decorator asks beside."""
    if isinstance(value, list):
        for item in value:
            yield from scheduled(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name == "query" and isinstance(item, str):
                yield item
            elif name in ("discovery", "load", "always") and isinstance(item, list):
                yield from (text for text in item if isinstance(text, str))
            else:
                yield from scheduled(item)


def queries(folder):
    """The queries of a folder, by their words."""
    found = []
    for path, ending, text in texts(folder):
        found += [text] if ending == ".sql" else scheduled(configuration(path, text))
    return {" ".join(query.split()): query for query in found}


def lacks(db, query):
    """Why a query does not prepare; None: it does."""
    try:
        db.execute("EXPLAIN " + query)
    except (sqlite3.Error, sqlite3.Warning) as error:
        return str(error)
    return None


class Asked:
    """The columns that statements name, by table; what a view's own text reads is not among them."""

    def __init__(self, db):
        self.columns, self.read = collections.defaultdict(set), []
        db.set_authorizer(self.see)

    def see(self, action, table, column, _, view):
        if action == sqlite3.SQLITE_READ and view is None and column:
            self.read.append((table.lower(), column.lower()))
        return sqlite3.SQLITE_OK

    def keep(self, query):
        """Those of the last statement that are words of it: SELECT * names none, nor does a comment or a value."""
        words = set(re.findall(r"\w+", re.sub(r"--.*|'[^']*'|\"[^\"]*\"", " ", query.lower())))
        for table, column in self.read:
            if column in words:
                self.columns[table].add(column)

    def show(self, sources):
        print(f"# What the queries of {sources} that prepare ask of osquery's tables: a table, and its columns.\n"
              "# Made by tests/osquery_queries.py -c.")
        for table, columns in sorted(self.columns.items()):
            print(table, *sorted(columns))


def main(columns, library, least, *folders):
    db = sqlite3.connect(":memory:")
    if not hasattr(db, "enable_load_extension"):
        sys.exit(f"the sqlite3 of {sys.executable} loads no libraries: take another python3")
    db.enable_load_extension(True)
    db.load_extension(os.path.abspath(library))
    everything, reasons, asked = {}, collections.Counter(), Asked(db)
    for folder in folders:
        here = queries(folder)
        for words in here.keys() - everything.keys():
            asked.read.clear()
            everything[words] = lacks(db, here[words])
            if everything[words] is None:
                asked.keep(here[words])
        if not columns:
            print(f"{folder}: {sum(everything[words] is None for words in here)} of {len(here)}")
    if columns:
        asked.show(f"{len(folders)} public collections")
        return 0
    reasons.update(reason for reason in everything.values() if reason)
    good = len(everything) - sum(reasons.values())
    for reason, times in reasons.most_common():
        print(f"{times:5} {reason}")
    print(f"{good} of {len(everything)} distinct queries prepare")
    return 1 if good < int(least) else 0


if __name__ == "__main__":
    given = sys.argv[1:]
    only_columns = given[:1] == ["-c"]
    if len(given) < 3 + only_columns:
        sys.exit(__doc__)
    sys.exit(main(only_columns, *given[only_columns:]))
