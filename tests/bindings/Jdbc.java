// Java's sqlite-jdbc.
import java.sql.DriverManager;
import org.sqlite.SQLiteConfig;

class Jdbc {
    public static void main(String[] arguments) throws Exception {
        var config = new SQLiteConfig();
        config.enableLoadExtension(true);
        try (var db = DriverManager.getConnection("jdbc:sqlite::memory:", config.toProperties())) {
            var load = db.prepareStatement("SELECT load_extension(?)");
            load.setString(1, arguments[0]);
            load.execute();
            db.createStatement().execute("DELETE FROM evidence");
            var insert = db.prepareStatement("INSERT INTO evidence(location) VALUES (?)");
            insert.setString(1, arguments[1]);
            insert.execute();
            var rows = db.createStatement().executeQuery("SELECT severity, subject FROM findings ORDER BY subject");
            while (rows.next())
                System.out.println(rows.getString(1) + " " + rows.getString(2));
        }
    }
}
