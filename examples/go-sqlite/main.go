// Journal keeps entries in SQLite, by way of cgo.
package main

import (
	"database/sql"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	_ "github.com/mattn/go-sqlite3"
)

type entry struct {
	ID   int64  `json:"id"`
	Text string `json:"text"`
}

type journal struct{ db *sql.DB }

func open(path string) (*journal, error) {
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	_, err = db.Exec(`CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, text TEXT NOT NULL)`)
	return &journal{db}, err
}

func (j *journal) add(text string) (entry, error) {
	result, err := j.db.Exec(`INSERT INTO entries (text) VALUES (?)`, text)
	if err != nil {
		return entry{}, err
	}
	id, err := result.LastInsertId()
	return entry{id, text}, err
}

func (j *journal) list(limit int) ([]entry, error) {
	rows, err := j.db.Query(`SELECT id, text FROM entries ORDER BY id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	entries := []entry{}
	for rows.Next() {
		var one entry
		if err := rows.Scan(&one.ID, &one.Text); err != nil {
			return nil, err
		}
		entries = append(entries, one)
	}
	return entries, rows.Err()
}

func (j *journal) version() string {
	var version string
	_ = j.db.QueryRow(`SELECT sqlite_version()`).Scan(&version)
	return version
}

func answer(w http.ResponseWriter, status int, document any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(document)
}

func (j *journal) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusOK, map[string]string{"sqlite": j.version()})
	})
	mux.HandleFunc("GET /entries", func(w http.ResponseWriter, r *http.Request) {
		limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
		if err != nil || limit < 1 || limit > 100 {
			limit = 20
		}
		entries, err := j.list(limit)
		if err != nil {
			answer(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
			return
		}
		answer(w, http.StatusOK, entries)
	})
	mux.HandleFunc("POST /entries", func(w http.ResponseWriter, r *http.Request) {
		var one entry
		if json.NewDecoder(http.MaxBytesReader(w, r.Body, 10_000)).Decode(&one) != nil || one.Text == "" {
			answer(w, http.StatusUnprocessableEntity, map[string]string{"error": "a text is expected"})
			return
		}
		added, err := j.add(one.Text)
		if err != nil {
			answer(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
			return
		}
		answer(w, http.StatusCreated, added)
	})
	return mux
}

func main() {
	log.SetFlags(0)
	path := os.Getenv("JOURNAL")
	if path == "" {
		path = "journal.db"
	}
	j, err := open(path)
	if err != nil {
		log.Fatalf("journal: %v", err)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	go func() {
		<-signals
		_ = j.db.Close()
		os.Exit(0)
	}()
	log.Print("journal: listening on :8080")
	log.Fatal(http.ListenAndServe(":8080", j.routes()))
}
