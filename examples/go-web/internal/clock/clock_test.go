package clock

import (
	"testing"
	"time"
)

func TestOffset(t *testing.T) {
	moment := time.Date(2024, time.July, 1, 12, 0, 0, 0, time.UTC)
	for zone, want := range map[string]string{"Asia/Kolkata": "+05:30", "UTC": "+00:00"} {
		got, err := Offset(zone, moment)
		if err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", zone, got, err, want)
		}
	}
	if _, err := Offset("Nowhere/Atlantis", moment); err == nil {
		t.Error("Atlantis has no time")
	}
}
