package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestEntriesStay(t *testing.T) {
	j, err := open(":memory:")
	if err != nil {
		t.Fatal(err)
	}
	post := httptest.NewRequest(http.MethodPost, "/entries", strings.NewReader(`{"text":"rain"}`))
	answered := httptest.NewRecorder()
	j.routes().ServeHTTP(answered, post)
	if answered.Code != http.StatusCreated {
		t.Fatalf("status %d", answered.Code)
	}
	entries, err := j.list(5)
	if err != nil || len(entries) != 1 || entries[0].Text != "rain" {
		t.Fatalf("%v, %v", entries, err)
	}
}
