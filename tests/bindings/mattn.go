// Go's github.com/mattn/go-sqlite3.
package main

import (
	"database/sql"
	"fmt"
	"log"
	"os"

	"github.com/mattn/go-sqlite3"
)

func main() {
	sql.Register("svcql", &sqlite3.SQLiteDriver{Extensions: []string{os.Args[1]}})
	db, err := sql.Open("svcql", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(1) // what is in evidence is a connection's own
	db.Exec("DELETE FROM evidence")
	db.Exec("INSERT INTO evidence(location) VALUES (?)", os.Args[2])
	rows, err := db.Query("SELECT severity, subject FROM findings ORDER BY subject")
	if err != nil {
		log.Fatal(err)
	}
	for rows.Next() {
		var severity, subject string
		rows.Scan(&severity, &subject)
		fmt.Println(severity, subject)
	}
}
