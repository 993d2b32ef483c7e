package agent

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// The files of a state folder beside those of the spool.
const (
	configName = "agent.toml"
	tokenName  = "token"
	caName     = "ca.pem"
)

// Errors about state folders; test with errors.Is.
var (
	ErrNotEnrolled = errors.New("this folder was not enrolled: run printer-agent enrol first, or printer-agent local without a lab")
	ErrEnrolled    = errors.New("this folder belongs to an enrolled agent already: give another one, or remove it to start anew")
)

// Config is agent.toml: written by enrol, changed by hand. An unknown key is an error.
type Config struct {
	Coordinator   string        `toml:"coordinator,omitempty"` // address of the pages and the API
	Broker        string        `toml:"broker,omitempty"`      // ssl://host:port; tcp:// on loopback only
	Agent         string        `toml:"agent,omitempty"`       // the name the lab gave
	Lab           string        `toml:"lab,omitempty"`
	AssumeClear   bool          `toml:"assume_clear,omitempty"`   // beds never seen before count as clear at first start
	ProgressEvery time.Duration `toml:"progress_every,omitempty"` // between signs of life of a print; 0 stands for one minute
	// Zone is the time zone of the hours below, as in Europe/Paris; empty stands for the computer's own.
	Zone     string           `toml:"zone,omitempty"`
	Breakers map[string]int64 `toml:"breakers,omitempty"` // what circuits that printers share bear, in watts; 0: not known
	Local    Local            `toml:"local,omitempty"`
	Printers []Printer        `toml:"printer"`
}

// Local is the agent's own page.
type Local struct {
	Listen string   `toml:"listen,omitempty"` // host:port; empty: 127.0.0.1:8082; "off": no page
	Names  []string `toml:"names,omitempty"`  // further host names by which browsers may call it
}

// NoPage is the value of Local.Listen without a page.
const NoPage = "off"

// Alone says whether there is no lab: the printers are used by the local page only.
func (c Config) Alone() bool { return c.Coordinator == "" && c.Broker == "" && c.Agent == "" }

// Printer is one configured machine.
type Printer struct {
	Key      string `toml:"key"` // name in topics
	Name     string `toml:"name"`
	Model    string `toml:"model"`              // printer profile
	Port     string `toml:"port"`               // device path, best one below /dev/serial/by-id
	Baud     int    `toml:"baud,omitempty"`     // 0: as the profile says
	Firmware string `toml:"firmware,omitempty"` // dialect; empty: as the profile says
	AllowPTY bool   `toml:"allow_pty,omitempty"`
	Camera   string `toml:"camera,omitempty"` // http://… of the maker's own, for the local page

	// MayHeat and MayClear are the hours in which it may print and in which somebody can be asked to clear its plate, as in
	// "mon-fri 08:00-20:00". Without any, it may always; in a home presence alone counts.
	MayHeat  []string `toml:"may_heat,omitempty"`
	MayClear []string `toml:"may_clear,omitempty"`
	HeatRule string   `toml:"heat_rule,omitempty"`      // whole (default): a print must end within the hours; start: begin
	InPlace  bool     `toml:"pause_in_place,omitempty"` // a pause does not move the head away from the part
	Home     bool     `toml:"home,omitempty"`           // it stands in a home: nothing heats unless somebody said to be there
	Breaker  string   `toml:"breaker,omitempty"`        // the circuit it is on: printers on one heat up one after the other
	Watts    int64    `toml:"watts,omitempty"`          // what it draws while it heats; 0: as its bed tells
	// RequireBenchTest has it print alone only after its test was passed.
	RequireBenchTest bool `toml:"require_bench_test,omitempty"`
}

// Secrets are what the agent proves itself and its lab with.
type Secrets struct {
	Token string
	CA    []byte // PEM; empty on loopback without TLS
}

// LoadConfig reads and checks the state folder.
func LoadConfig(dir string) (Config, Secrets, error) {
	path := filepath.Join(dir, configName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Config{}, Secrets{}, fmt.Errorf("%s: %w", dir, ErrNotEnrolled)
	}
	if err != nil {
		return Config{}, Secrets{}, fmt.Errorf("read configuration: %w", err)
	}
	c, err := parseConfig(string(text))
	if err != nil {
		return Config{}, Secrets{}, fmt.Errorf("%s: %w", path, err)
	}
	if c.Alone() {
		return c, Secrets{}, nil
	}
	s, err := loadSecrets(dir)
	return c, s, err
}

func parseConfig(text string) (Config, error) {
	var c Config
	meta, err := toml.Decode(text, &c)
	if err != nil {
		return Config{}, err
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return Config{}, fmt.Errorf("unknown key %s", unknown[0])
	}
	return c, c.Validate()
}

func loadSecrets(dir string) (Secrets, error) {
	token, err := os.ReadFile(filepath.Join(dir, tokenName))
	if err != nil {
		return Secrets{}, fmt.Errorf("read token: %w", err)
	}
	ca, err := os.ReadFile(filepath.Join(dir, caName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Secrets{}, fmt.Errorf("read certificate authority: %w", err)
	}
	return Secrets{Token: strings.TrimSpace(string(token)), CA: ca}, nil
}

// PrepareState makes the state folder, and refuses one that is another agent's or that cannot be written to.
func PrepareState(dir string) error {
	if _, err := os.Lstat(filepath.Join(dir, configName)); err == nil {
		return fmt.Errorf("%s: %w", dir, ErrEnrolled)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make state folder: %w", err)
	}
	f, err := os.CreateTemp(dir, ".try-*")
	if err != nil {
		return fmt.Errorf("write to state folder: %w", err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// SaveConfig writes the state folder, readable by its owner alone. The configuration is written last, so that a folder
// with one is complete.
func SaveConfig(dir string, c Config, s Secrets) error {
	if err := c.Validate(); err != nil {
		return err
	}
	var text strings.Builder
	if err := toml.NewEncoder(&text).Encode(c); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make state folder: %w", err)
	}
	type file struct {
		name string
		text []byte
	}
	all := []file{{tokenName, []byte(s.Token + "\n")}, {caName, s.CA}, {configName, []byte(text.String())}}
	if c.Alone() {
		all = all[2:]
	}
	for _, f := range all {
		if err := replaceFile(filepath.Join(dir, f.name), f.text); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	return nil
}

func replaceFile(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Validate reports every value that cannot be right.
func (c Config) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Alone() && c.Local.Listen == NoPage {
		bad("local.listen: %q leaves an agent without a lab with nothing to do: give an address, or enrol it in a lab", NoPage)
	}
	if !c.Alone() {
		errs = append(errs, c.checkLab()...)
	}
	if err := c.Local.validate(); err != nil {
		bad("local.listen: %w", err)
	}
	if c.ProgressEvery < 0 {
		bad("progress_every: %s is negative", c.ProgressEvery)
	}
	if len(c.Printers) == 0 {
		bad("no [[printer]]")
	}
	if _, err := c.location(); err != nil {
		bad("zone: %w", err)
	}
	for name, watts := range c.Breakers {
		if watts < 0 {
			bad("breakers: %s = %d watts is negative", name, watts)
		}
	}
	keys, ports := map[string]bool{}, map[string]bool{}
	for _, p := range c.Printers {
		if err := p.Validate(); err != nil {
			bad("printer %q: %w", p.Key, err)
		}
		if keys[p.Key] || ports[p.Port] {
			bad("printer %q: key and port must be its own", p.Key)
		}
		keys[p.Key], ports[p.Port] = true, true
	}
	return oneLine(errs)
}

// checkLab reports what cannot be right of what leads to the lab.
func (c Config) checkLab() (errs []error) {
	if err := checkURL(c.Coordinator, "https", "http"); err != nil {
		errs = append(errs, fmt.Errorf("coordinator: %w", err))
	}
	if err := checkURL(c.Broker, "ssl", "tcp"); err != nil {
		errs = append(errs, fmt.Errorf("broker: %w", err))
	}
	if !wire.ValidName(c.Agent) {
		errs = append(errs, fmt.Errorf("agent: %q is not a name of a-z, 0-9, - and _", c.Agent))
	}
	return errs
}

func (l Local) validate() error {
	if l.Listen == "" || l.Listen == NoPage {
		return nil
	}
	_, port, err := net.SplitHostPort(l.Listen)
	if n, e := strconv.Atoi(port); err != nil || e != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%q is not an address like 127.0.0.1:8082", l.Listen)
	}
	return nil
}

// Validate reports every value that cannot be right.
func (p Printer) Validate() error {
	var errs []error
	if !wire.ValidName(p.Key) {
		errs = append(errs, errors.New("key must be made of a-z, 0-9, - and _"))
	}
	if p.Name == "" || p.Model == "" || p.Port == "" {
		errs = append(errs, errors.New("name, model and port are required"))
	}
	if p.Baud < 0 || p.Baud > 4_000_000 {
		errs = append(errs, fmt.Errorf("baud %d is out of range", p.Baud))
	}
	if p.Camera != "" {
		if u, err := url.Parse(p.Camera); err != nil || u.Scheme != "http" || u.Hostname() == "" {
			errs = append(errs, errors.New("camera must be an http:// address")) // it may hold a password: it is not repeated
		}
	}
	if p.Watts < 0 {
		errs = append(errs, fmt.Errorf("watts = %d is negative", p.Watts))
	}
	if _, err := p.windows(time.UTC); err != nil {
		errs = append(errs, err)
	}
	return oneLine(errs)
}

// oneLine joins errors for a person who reads one line.
func oneLine(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	var parts []string
	for _, err := range errs {
		parts = append(parts, err.Error())
	}
	return errors.New(strings.Join(parts, "; "))
}

// checkURL allows the plain scheme on loopback only.
func checkURL(address, secure, plain string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil:
		return fmt.Errorf("%q is not an address like %s://host", address, secure)
	case u.Scheme == secure:
		return nil
	case u.Scheme == plain && loopback(u.Hostname()):
		return nil
	case u.Scheme == plain:
		return fmt.Errorf("%s is not encrypted: %s:// is allowed on this machine only", address, plain)
	}
	return fmt.Errorf("%q is not an address like %s://host", address, secure)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// ParsePrinter reads a printer as given on the command line: key=tortue,name=Tortue,model=ender-3,port=/dev/ttyUSB0.
func ParsePrinter(text string) (Printer, error) {
	var p Printer
	for pair := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(pair, "=")
		if err := p.set(key, value); err != nil {
			return Printer{}, fmt.Errorf("printer %q: %w", text, err)
		}
	}
	if err := p.Validate(); err != nil {
		return Printer{}, fmt.Errorf("printer %q: %w", text, err)
	}
	return p, nil
}

func (p *Printer) set(key, value string) (err error) {
	switch key {
	case "key":
		p.Key = value
	case "name":
		p.Name = value
	case "model":
		p.Model = value
	case "port":
		p.Port = value
	case "firmware":
		p.Firmware = value
	case "baud":
		p.Baud, err = strconv.Atoi(value)
	case "camera":
		p.Camera = value
	case "allow_pty":
		p.AllowPTY, err = strconv.ParseBool(value)
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	if err != nil {
		return fmt.Errorf("%s: %q is not right", key, value)
	}
	return nil
}

// pool holds the lab's certificate authority alone; nil stands for the system's where the lab has a public certificate.
func (s Secrets) pool() (*x509.CertPool, error) {
	if len(s.CA) == 0 {
		return nil, nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(s.CA) {
		return nil, errors.New("the certificate authority in the state folder is damaged")
	}
	return pool, nil
}
