// Node's own node:sqlite, from version 22.13 on.
const {DatabaseSync} = require('node:sqlite');
const [library, root] = process.argv.slice(2);
const db = new DatabaseSync(':memory:', {allowExtension: true});

db.loadExtension(library);
db.exec('DELETE FROM evidence');
db.prepare('INSERT INTO evidence(location) VALUES (?)').run(root);
for (const row of db.prepare('SELECT severity, subject FROM findings ORDER BY subject').iterate())
  console.log(row.severity, row.subject);
