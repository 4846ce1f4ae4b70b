// Node's better-sqlite3. Node's own node:sqlite loads extensions from version 22.13 on: see node_sqlite.js.
const [library, root] = process.argv.slice(2);
const db = require('better-sqlite3')(':memory:');

db.loadExtension(library);
db.exec('DELETE FROM evidence');
db.prepare('INSERT INTO evidence(location) VALUES (?)').run(root);
for (const row of db.prepare('SELECT severity, subject FROM findings ORDER BY subject').iterate())
  console.log(row.severity, row.subject);
