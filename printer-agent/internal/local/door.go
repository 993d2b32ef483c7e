package local

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	stay              = 90 * 24 * time.Hour // how long a browser is known
	wrongKeysAtOnce   = 10                  // from one address, before it has to wait
	wrongKeysInMinute = 10
	maxAddresses      = 1_000
)

// door lets in who holds the key. Browsers show a cookie made from it instead, so that the key itself stays out of them.
type door struct {
	key    [sha256.Size]byte
	seal   []byte // of cookies
	forms  []byte // of the tokens in forms
	cookie string // name: two agents on one machine, on two ports, share the browser's cookies
	names  map[string]bool
	now    func() time.Time

	mu    sync.Mutex
	wrong map[netip.Addr]*rate.Limiter
}

func newDoor(o Options) *door {
	d := &door{
		key: sha256.Sum256([]byte(o.Key)), seal: derived(o.Key, "cookie"), forms: derived(o.Key, "form"),
		cookie: "mailleur-" + hex.EncodeToString(derived(o.Key, "name")[:4]), names: map[string]bool{"localhost": true},
		now: o.Now, wrong: map[netip.Addr]*rate.Limiter{},
	}
	if name, err := os.Hostname(); err == nil {
		d.names[strings.ToLower(name)], d.names[strings.ToLower(name)+".local"] = true, true
	}
	for _, name := range o.Names {
		d.names[strings.ToLower(strings.TrimSuffix(name, "."))] = true
	}
	return d
}

// known reports whether a request may name this server so. A page of another site can have its own name point here (DNS
// rebinding), but not an address and not a name of ours. Slicers leave the port out of the header, so it is not looked at.
func (d *door) known(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return d.names[strings.ToLower(strings.TrimSuffix(host, "."))]
}

// fits compares a key in constant time.
func (d *door) fits(key string) bool {
	sum := sha256.Sum256([]byte(strings.TrimSpace(key)))
	return subtle.ConstantTimeCompare(sum[:], d.key[:]) == 1
}

// try compares a key, and refuses addresses that tried too many wrong ones. The right key always enters.
func (d *door) try(r *http.Request, key string) error {
	if d.fits(key) {
		return nil
	}
	if !d.counter(r).AllowN(d.now(), 1) {
		return Refuse(codeKeyOften, "secret")
	}
	return Refuse(codeKeyWrong, "secret")
}

// counter counts the wrong keys of an address; for IPv6 of a network, in which anybody can take any address.
func (d *door) counter(r *http.Request) *rate.Limiter {
	var from netip.Addr
	if ap, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		from = ap.Addr().Unmap().WithZone("")
		if p, err := from.Prefix(64); err == nil && from.Is6() {
			from = p.Addr()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.wrong) >= maxAddresses {
		clear(d.wrong)
	}
	one, ok := d.wrong[from]
	if !ok {
		one = rate.NewLimiter(rate.Limit(wrongKeysInMinute)/60, wrongKeysAtOnce)
		d.wrong[from] = one
	}
	return one
}

// pass makes the value of a cookie: until when, something random, and the seal of both.
func (d *door) pass() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	body := strconv.FormatInt(d.now().Add(stay).Unix(), 36) + "." + hex.EncodeToString(b[:])
	return body + "." + mac(d.seal, body)
}

// valid reports whether a cookie is ours and still good.
func (d *door) valid(pass string) bool {
	i := strings.LastIndexByte(pass, '.')
	if i < 0 || !hmac.Equal([]byte(mac(d.seal, pass[:i])), []byte(pass[i+1:])) {
		return false
	}
	until, _, _ := strings.Cut(pass, ".")
	end, err := strconv.ParseInt(until, 36, 64)
	return err == nil && d.now().Unix() < end
}

// token is what a form of the page that this browser was given carries.
func (d *door) token(pass string) string { return mac(d.forms, pass) }

func mac(secret []byte, text string) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// keyOf is the key that a program sends: as OctoPrint takes it. Never from the address, which ends up in logs.
func keyOf(r *http.Request) string {
	if key := r.Header.Get("X-Api-Key"); key != "" {
		return key
	}
	if kind, key, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(kind, "Bearer") {
		return key
	}
	return ""
}

// passKey is where a request's context keeps the cookie that it entered with; "" for a key.
type passKey struct{}

func passOf(r *http.Request) string {
	pass, _ := r.Context().Value(passKey{}).(string)
	return pass
}

// inside answers only browsers that entered, and programs with the key. Others are led to the page that asks for it.
func (s *Server) inside(do answer) http.Handler {
	return s.open(func(w http.ResponseWriter, r *http.Request) error {
		if key := keyOf(r); key != "" {
			if err := s.door.try(r, key); err != nil {
				return err
			}
			return do(w, r)
		}
		if c, err := r.Cookie(s.door.cookie); err == nil && s.door.valid(c.Value) {
			return do(w, r.WithContext(context.WithValue(r.Context(), passKey{}, c.Value)))
		}
		if r.Method != http.MethodGet || r.Header.Get("Accept") == "text/event-stream" {
			return Refuse(codeKeyMissing, "")
		}
		http.Redirect(w, r, "/enter", http.StatusSeeOther)
		return nil
	})
}

// mine reports whether a form's token is the one that this browser was given. A key in a header proves as much, since no
// other site can send it.
func (s *Server) mine(r *http.Request, token string) error {
	pass := passOf(r)
	if pass == "" && keyOf(r) != "" || pass != "" && hmac.Equal([]byte(token), []byte(s.door.token(pass))) {
		return nil
	}
	return Refuse(codeForeign, "")
}
