# Ruby's gem sqlite3.
require "sqlite3"

db = SQLite3::Database.new(":memory:")
db.enable_load_extension(true)
db.load_extension(ARGV[0])
db.execute("DELETE FROM evidence")
db.execute("INSERT INTO evidence(location) VALUES (?)", [ARGV[1]])
db.execute("SELECT severity, subject FROM findings ORDER BY subject") { |row| puts row.join(" ") }
