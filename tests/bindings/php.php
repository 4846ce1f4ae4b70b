<?php
// PHP's SQLite3. It loads extensions from one folder only: php -d sqlite3.extension_dir=FOLDER. PDO loads none.
$db = new SQLite3(':memory:');
$db->loadExtension(basename($argv[1]) . '.so');
$db->exec('DELETE FROM evidence');
$insert = $db->prepare('INSERT INTO evidence(location) VALUES (?)');
$insert->bindValue(1, $argv[2]);
$insert->execute();
$rows = $db->query('SELECT severity, subject FROM findings ORDER BY subject');
while ($row = $rows->fetchArray(SQLITE3_NUM)) {
    echo implode(' ', $row), "\n";
}
