// Worldclock shows what time it is elsewhere, and fetches a page over TLS to see whether it can.
package main

import (
	"context"
	"errors"
	"html/template"
	"log"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"example.com/worldclock/internal/clock"
)

func main() {
	log.SetFlags(0)
	root := env("ASSETS", ".")
	page, err := template.ParseGlob(filepath.Join(root, "templates", "*.html"))
	if err != nil {
		log.Fatalf("templates: %v", err)
	}
	server := &http.Server{
		Addr:              ":" + env("PORT", "8080"),
		Handler:           routes(page, filepath.Join(root, "static")),
		ReadHeaderTimeout: 5 * time.Second,
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	go func() {
		<-stop.Done()
		grace, done := context.WithTimeout(context.Background(), 5*time.Second)
		defer done()
		_ = server.Shutdown(grace)
	}()
	log.Printf("worldclock: listening on %s", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	log.Print("worldclock: closed")
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func routes(page *template.Template, static string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := page.ExecuteTemplate(w, "index.html", clock.Cities); err != nil {
			log.Printf("index: %v", err)
		}
	})
	mux.HandleFunc("GET /offset/{area}/{city}", func(w http.ResponseWriter, r *http.Request) {
		moment := time.Date(2024, time.July, 1, 12, 0, 0, 0, time.UTC)
		offset, err := clock.Offset(r.PathValue("area")+"/"+r.PathValue("city"), moment)
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(offset + "\n"))
	})
	mux.HandleFunc("GET /authorities", func(w http.ResponseWriter, r *http.Request) {
		number, err := clock.Authorities()
		if err != nil || number == 0 {
			http.Error(w, "no certificate authorities", http.StatusInternalServerError)
			return
		}
		_, _ = w.Write([]byte("certificate authorities are there\n"))
	})
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServer(http.Dir(static))))
	return mux
}
