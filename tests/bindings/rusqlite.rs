// Rust's rusqlite, with its feature load_extension.
use rusqlite::{params, Connection, LoadExtensionGuard, Result};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let db = Connection::open_in_memory()?;
    unsafe {
        let _guard = LoadExtensionGuard::new(&db)?;
        db.load_extension(&arguments[1], None::<&str>)?;
    }
    db.execute("DELETE FROM evidence", [])?;
    db.execute("INSERT INTO evidence(location) VALUES (?1)", params![arguments[2]])?;
    let mut statement = db.prepare("SELECT severity, subject FROM findings ORDER BY subject")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        println!("{} {}", row.get::<_, String>(0)?, row.get::<_, String>(1)?);
    }
    Ok(())
}
