#!/usr/bin/env python3
"""sigma_oracle.py SVCQL RULES EVIDENCE... -- Sigma rules by svcql and by pySigma's SQLite backend, hit for hit.

Needs pysigma and pysigma-backend-sqlite: tests/sigma_oracle.sh installs them in a folder of its own. Every
event is taken from svcql itself (a rule that fits all events of a log source), laid flat into one table, and
each rule that pySigma converts runs over it. Prints the rules compared, the hits equal, and each difference;
exit status 1 where there is one that is not explained below.
"""
import json, os, re, sqlite3, subprocess, sys, tempfile
import yaml
from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection

svcql, folder, evidence = sys.argv[1], sys.argv[2], sys.argv[3:]

# Differences that are meant, by the reason for them.
EXPLAINED = [
    ('a number also fits its hexadecimal form, as Windows writes process numbers',
     lambda text, row: re.search(r': -?\d+\s*$', text, re.M) and '"0x' in row),
    ('a regular expression without (?s): $ and . and line ends differ between the two engines',
     lambda text, row: '|re' in text and '\\n' in row),
    ('a keyword is looked for in one value, and by pySigma in all of them joined',
     lambda text, row: 'keywords' in text),
]

def rules():
    for root, dirs, files in os.walk(folder):
        dirs.sort()
        for name in sorted(files):
            if name.endswith(('.yml', '.yaml')):
                path = os.path.join(root, name)
                yield os.path.relpath(path, folder), open(path, encoding='utf-8').read()

texts = dict(rules())
work = tempfile.mkdtemp()
sources = set()
for text in texts.values():
    for document in yaml.safe_load_all(text):
        source = (document or {}).get('logsource') or {}
        sources.add(tuple(source.get(k) for k in ('product', 'category', 'service')))
os.mkdir(work + '/all')
for i, source in enumerate(sorted(sources, key=str)):
    keys = {k: v for k, v in zip(('product', 'category', 'service'), source) if v}
    with open(f'{work}/all/{i}.yml', 'w') as out:
        yaml.safe_dump({'title': json.dumps(source), 'id': 'all', 'logsource': keys,
                        'detection': {'a': {'svcql_no_such_field|exists': False}, 'condition': 'a'}}, out)

def run(sql):
    args = [svcql, 'query', '-f', 'ndjson'] + [a for e in evidence for a in ('-e', e)] + [sql]
    out = subprocess.run(args, stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]

# One call with both folders, so that events have the fields that the rules ask for.
for name, text in texts.items():
    path = os.path.join(work, 'all', 'rules', name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, 'w', encoding='utf-8').write(text)
rows = run(f"SELECT rule, id, file, source, record, row, error FROM svcql_rules('{work}/all')")

def flat(row):
    fields = {}
    for key, value in json.loads(row, object_pairs_hook=list):
        fields.setdefault(key.lower(), value)  # a column of SQLite has no case
    return fields

events, members, ours, cannot = {}, {}, {}, {}
for row in rows:
    if row.get('error'):
        cannot[row['file']] = row['error']
        continue
    key = (row['source'], str(row['record']), row['row'])
    number = events.setdefault(key, len(events))
    if row['id'] == 'all':
        members.setdefault(tuple(json.loads(row['rule'])), set()).add(number)
    else:
        ours.setdefault(row['file'], set()).add(number)

backend = sqliteBackend(fulltext_field='svcql_text')
queries, unconverted = {}, {}
fields = set()
for name, text in texts.items():
    try:
        collection = SigmaCollection.from_yaml(text)
        queries[name] = (backend.convert(collection), collection.rules[0].logsource)
        for rule in collection.rules:
            fields.update(backend.required_fields(rule))
    except Exception as error:
        unconverted[name] = f'{type(error).__name__}: {error}'

db = sqlite3.connect(':memory:')
db.create_function('REGEXP', 2, lambda pattern, value: value is not None and re.search(pattern, str(value)) is not None)
fields = sorted(fields - {'svcql_text'})
names, seen = [], set()
for field in fields:  # columns differ in more than case
    if field.lower() not in seen:
        seen.add(field.lower())
        names.append(field)
quote = lambda name: '"' + name.replace('"', '""') + '"'
db.execute('CREATE TABLE logs(svcql_number INTEGER PRIMARY KEY, svcql_text TEXT, ' +
           ', '.join(quote(f) + ' TEXT COLLATE NOCASE' for f in names) + ')')
by_number = [None] * len(events)
for key, number in events.items():
    values = flat(key[2])
    by_number[number] = key
    db.execute('INSERT INTO logs VALUES(' + ','.join('?' * (len(names) + 2)) + ')',
               [number, '\n'.join(values.values())] + [values.get(f.lower()) for f in names])

compared = equal = hits = 0
wrong = explained = 0
for name, (sqls, source) in sorted(queries.items()):
    if name in cannot or 'rules/' + name in cannot:
        continue
    within = members.get((source.product, source.category, source.service), set())
    theirs = set()
    try:
        for sql in sqls:
            theirs |= {r[0] for r in db.execute(sql.replace('SELECT *', 'SELECT svcql_number', 1).replace('<TABLE_NAME>', 'logs'))}
    except (sqlite3.Error, re.error) as error:
        unconverted[name] = f'cannot run: {error}'
        continue
    theirs &= within
    mine = ours.get('rules/' + name, set())
    compared += 1
    hits += len(mine)
    equal += len(mine & theirs)
    for number in sorted(mine ^ theirs)[:3]:
        why = next((why for why, fits in EXPLAINED if fits(texts[name], by_number[number][2])), None)
        explained += why is not None
        wrong += why is None
        print(f"{'explained' if why else 'DIFFERS'}: {name}: {'only svcql' if number in mine else 'only pySigma'}: "
              f"{why or by_number[number][2][:600]}")
print(f'rules {len(texts)}, cannot run {len(cannot)}, not converted by pySigma {len(unconverted)}, compared {compared}; '
      f'events {len(events)}; hits {hits}, equal {equal}; differences explained {explained}, not {wrong}')
for name, error in sorted(unconverted.items()):
    if 'rules/' + name not in cannot:
        print(f'not converted: {name}: {error[:150]}')
sys.exit(wrong != 0)
