package main

import "testing"

func TestOnlyChoicesCount(t *testing.T) {
	p := &poll{Votes: map[string]int{"tea": 0}}
	if !p.vote("tea") || p.vote("cocoa") || p.Votes["tea"] != 1 {
		t.Errorf("votes: %v", p.Votes)
	}
}
