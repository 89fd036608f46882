// Polls counts votes. Its page is a template that is read when the program starts.
package main

import (
	"html/template"
	"log"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

type poll struct {
	mutex sync.Mutex
	Votes map[string]int
}

func (p *poll) vote(choice string) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if _, known := p.Votes[choice]; !known {
		return false
	}
	p.Votes[choice]++
	return true
}

func handler(p *poll, page *template.Template) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = page.Execute(w, p.Votes)
	})
	mux.HandleFunc("POST /votes/{choice}", func(w http.ResponseWriter, r *http.Request) {
		if !p.vote(r.PathValue("choice")) {
			http.NotFound(w, r)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

func main() {
	log.SetFlags(0)
	page, err := template.ParseFiles("templates/poll.html")
	if err != nil {
		log.Fatal(err)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM)
	go func() {
		<-signals
		os.Exit(0)
	}()
	p := &poll{Votes: map[string]int{"tea": 0, "coffee": 0}}
	log.Print("polls: listening on :8080")
	log.Fatal(http.ListenAndServe(":8080", handler(p, page)))
}
