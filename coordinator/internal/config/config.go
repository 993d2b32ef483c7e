// Package config reads coordinator.toml, fills in what it leaves out and says in one line what is wrong with it.
// An unknown key is an error, because a misspelt one would be silently without effect.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// Config is what a lab sets. Every field has a default that suits one lab on one machine.
type Config struct {
	Lab      Lab      `toml:"lab"`
	Database string   `toml:"database"` // path of an SQLite file, or postgres://…; empty: lab.db in Data
	Data     string   `toml:"data"`     // folder for the database, the certificate authority and the slicer's cache
	Web      Web      `toml:"web"`
	MQTT     MQTT     `toml:"mqtt"`
	Slicer   Slicer   `toml:"slicer"`
	Dispatch Dispatch `toml:"dispatch"`
}

// Lab is who asks and answers.
type Lab struct {
	Name      string `toml:"name"`
	Phone     string `toml:"phone"`
	PhoneFrom int    `toml:"phone_from"` // hours when somebody answers
	PhoneTo   int    `toml:"phone_to"`
	Zone      string `toml:"zone"` // IANA name; for display and for attended hours only
}

// Web is where pages and the API are served. Plain HTTP is for loopback, and for a reverse proxy beside it.
type Web struct {
	Listen    string   `toml:"listen"`     // plain, on loopback
	ListenTLS string   `toml:"listen_tls"` // with the lab's own certificate authority; empty: none
	Public    string   `toml:"public"`     // address that people and agents use
	Hosts     []string `toml:"hosts"`      // names and addresses in the certificate
}

// MQTT is where agents connect.
type MQTT struct {
	Listen    string `toml:"listen"`     // plain, on loopback
	ListenTLS string `toml:"listen_tls"` // empty: none
	Public    string `toml:"public"`     // address that agents use, ssl://host:8883; empty: derived
}

// Slicer is how plates are made.
type Slicer struct {
	Path  string `toml:"path"`  // of prusa-slicer; empty: from the search path
	Slots int    `toml:"slots"` // plates sliced at once here; 0 leaves all slicing to machines that run slicer-bridge work
}

// Dispatch is how patient the lab is.
type Dispatch struct {
	Silence time.Duration `toml:"silence"` // an agent without a sign of life for so long loses its job
	Offer   time.Duration `toml:"offer"`   // an unanswered offer lapses after so many waking minutes
}

// Default is the configuration of a lab that sets nothing.
func Default() Config {
	return Config{
		Lab:      Lab{Name: "Mailleur", Zone: "Europe/Paris", PhoneFrom: 8, PhoneTo: 18},
		Data:     "/var/lib/mailleur",
		Web:      Web{Listen: "127.0.0.1:8080", ListenTLS: ":8443"},
		MQTT:     MQTT{Listen: "127.0.0.1:1883", ListenTLS: ":8883"},
		Slicer:   Slicer{Slots: 1},
		Dispatch: Dispatch{Silence: 15 * time.Minute, Offer: 30 * time.Minute},
	}
}

// Load reads path over the defaults. An empty path means the defaults alone.
func Load(path string) (Config, error) {
	c := Default()
	if path == "" {
		return c, c.Check()
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("read configuration: %w", err)
	}
	meta, err := toml.Decode(string(text), &c)
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return c, fmt.Errorf("%s: unknown key %s", path, unknown[0])
	}
	if err := c.Check(); err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// Check says what is wrong with a configuration, naming the key.
func (c Config) Check() error {
	if scheme, _, ok := strings.Cut(c.Database, "://"); ok && scheme != "postgres" && scheme != "postgresql" && scheme != "sqlite" {
		return fmt.Errorf("database: %s:// is not known; give the path of an SQLite file or a postgres:// address", scheme)
	}
	if strings.TrimSpace(c.Data) == "" {
		return errors.New("data is empty")
	}
	if strings.TrimSpace(c.Lab.Name) == "" {
		return errors.New("lab.name is empty")
	}
	if _, err := time.LoadLocation(c.Lab.Zone); err != nil {
		return fmt.Errorf("lab.zone: no time zone %q", c.Lab.Zone)
	}
	for key, address := range map[string]string{"web.listen": c.Web.Listen, "mqtt.listen": c.MQTT.Listen} {
		if err := loopback(key, address); err != nil {
			return err
		}
	}
	for key, address := range map[string]string{"web.listen_tls": c.Web.ListenTLS, "mqtt.listen_tls": c.MQTT.ListenTLS} {
		if _, _, err := net.SplitHostPort(address); address != "" && err != nil {
			return fmt.Errorf("%s: %q is not host:port", key, address)
		}
	}
	if c.Web.Public != "" {
		if u, err := url.Parse(c.Web.Public); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return fmt.Errorf("web.public: %q is not an address such as https://lab.example", c.Web.Public)
		}
	}
	if c.Dispatch.Silence <= 0 || c.Dispatch.Offer <= 0 {
		return errors.New("dispatch.silence and dispatch.offer must be above zero")
	}
	if c.Slicer.Slots < 0 || c.Slicer.Slots > 64 {
		return errors.New("slicer.slots must be between 0 and 64; 0 leaves all slicing to other machines")
	}
	return nil
}

// loopback refuses plain HTTP and MQTT on anything but this machine: tokens would cross the network in clear.
func loopback(key, address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%s: %q is not host:port", key, address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%s: %s is not on loopback; use %s_tls for the network", key, address, key)
	}
	return nil
}

// DSN is the database to open.
func (c Config) DSN() string {
	if c.Database != "" {
		return c.Database
	}
	return filepath.Join(c.Data, "lab.db")
}
