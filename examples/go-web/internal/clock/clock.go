// Package clock knows time zones, from the system's own data.
package clock

import (
	"bytes"
	"fmt"
	"os"
	"time"
)

// Cities that the front page shows.
var Cities = []string{"Europe/Berlin", "Asia/Kolkata", "America/New_York", "Pacific/Auckland"}

// Offset tells how far a zone is from UTC at a moment.
func Offset(zone string, moment time.Time) (string, error) {
	location, err := time.LoadLocation(zone)
	if err != nil {
		return "", fmt.Errorf("no such zone: %s", zone)
	}
	return moment.In(location).Format("-07:00"), nil
}

// Authorities counts the certificates that the system trusts.
func Authorities() (int, error) {
	bundle, err := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	if err != nil {
		return 0, err
	}
	return bytes.Count(bundle, []byte("BEGIN CERTIFICATE")), nil
}
