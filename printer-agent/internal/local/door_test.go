package local

import (
	"bytes"
	"context"
	"crypto/rand"
	"go/ast"
	"go/parser"
	"go/token"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/ui"
	"github.com/mailleur/mailleur/ui/locales"
)

func TestAKeyHas256BitsAndItsLinkNamesThisMachine(t *testing.T) {
	key, err := NewKey(rand.Reader)
	require.NoError(t, err)
	require.Len(t, key, minKey)
	_, err = NewKey(bytes.NewReader(nil))
	require.ErrorContains(t, err, "make key")
	require.Equal(t, "http://127.0.0.1:8082/enter?key=k", Link("", "k"))
	require.Equal(t, "http://127.0.0.1:9000/enter?key=k", Link("0.0.0.0:9000", "k"))
	require.Equal(t, "http://127.0.0.1:9000/enter?key=k", Link(":9000", "k"))
	require.Equal(t, "http://pi.local:9000/enter?key=k", Link("pi.local:9000", "k"))
}

// The key is made once, for its owner alone, and read from then on; a file that others may read is not trusted.
func TestTheKeyIsKeptForItsOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	key, made, err := KeyFile(path, rand.Reader)
	require.NoError(t, err)
	require.True(t, made)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	again, made, err := KeyFile(path, rand.Reader)
	require.NoError(t, err)
	require.False(t, made)
	require.Equal(t, key, again)

	require.NoError(t, os.Chmod(path, 0o644))
	_, _, err = KeyFile(path, rand.Reader)
	require.ErrorContains(t, err, "remove it")
	require.NoError(t, os.WriteFile(path, []byte("changeme"), 0o600))
	require.NoError(t, os.Chmod(path, 0o600))
	_, _, err = KeyFile(path, rand.Reader)
	require.ErrorContains(t, err, "remove it")
	_, _, err = KeyFile(filepath.Join(path, "below"), rand.Reader)
	require.Error(t, err)
	_, _, err = KeyFile(path+"2", bytes.NewReader(nil))
	require.Error(t, err)
	require.NoFileExists(t, path+"2")
}

// A server without a real key, or with a camera elsewhere, does not start.
func TestNewRefusesWhatWouldBeUnsafe(t *testing.T) {
	good := Options{Key: testKey, Fleet: fakeFleet{}, Log: discard()}
	for name, change := range map[string]func(*Options){
		"no key":          func(o *Options) { o.Key = "" },
		"a short key":     func(o *Options) { o.Key = "changeme" },
		"no fleet":        func(o *Options) { o.Fleet = nil },
		"a file":          func(o *Options) { o.Cameras = map[string]Camera{"a": {URL: "file:///etc/passwd"}} },
		"a script":        func(o *Options) { o.Cameras = map[string]Camera{"a": {URL: "javascript:alert(1)"}} },
		"no host":         func(o *Options) { o.Cameras = map[string]Camera{"a": {URL: "http:///x"}} },
		"another scheme":  func(o *Options) { o.Cameras = map[string]Camera{"a": {URL: "gopher://10.0.0.1/"}} },
		"a broken escape": func(o *Options) { o.Cameras = map[string]Camera{"a": {URL: "http://user:secret@10.0.0.1/%zz"}} },
	} {
		o := good
		change(&o)
		_, err := New(o)
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), "secret", name)
	}
	_, err := New(good)
	require.NoError(t, err)
}

// Without the key there is nothing to see: no page, no state, no file, and no hint of which printers there are.
func TestNothingIsSeenWithoutTheKey(t *testing.T) {
	f := newFake()
	s := newServer(t, nil, f)
	for _, path := range []string{"/", "/printer/tortue", "/printer/none", "/printer/tortue/live", "/printer/tortue/camera.jpg", "/printer/tortue/picture/hook.gcode",
		"/api/version", "/api/printer", "/api/job", "/api/files", "/api/files/local/hook.gcode", "/printer/tortue/api/printer", "/nowhere"} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, withHost(r))
		if strings.Contains(path, "/api/") {
			require.Equal(t, http.StatusForbidden, w.Code, path)
		} else {
			require.Equal(t, "/enter", w.Header().Get("Location"), path)
		}
		require.NotContains(t, w.Body.String(), "Tortue", path)
		require.NotContains(t, w.Body.String(), "hook", path)
	}
	for _, path := range []string{"/printer/tortue/stop", "/printer/tortue/add", "/api/job", "/api/files/local"} {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, withHost(httptest.NewRequest(http.MethodPost, path, strings.NewReader("sure=yes"))))
		require.Equal(t, http.StatusForbidden, w.Code, path)
	}
	require.Empty(t, f.told())
}

func withHost(r *http.Request) *http.Request {
	r.Host = "127.0.0.1:8082"
	return r
}

// The cookie is not the key, no script reads it, no other site sends it, and one that is forged or old opens nothing.
func TestTheCookieOpensOnlyWhatItShould(t *testing.T) {
	now := noon()
	s := newServer(t, func(o *Options) { o.Now = func() time.Time { return now } }, newFake())
	v := enter(t, s)
	w := v.do(httptest.NewRequest(http.MethodPost, "/enter", strings.NewReader("")))
	require.Equal(t, http.StatusForbidden, w.Code)

	w = httptest.NewRecorder()
	r := withHost(httptest.NewRequest(http.MethodPost, "/enter", strings.NewReader("secret="+testKey)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.Handler().ServeHTTP(w, r)
	cookie := w.Result().Cookies()[0]
	require.True(t, cookie.HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
	require.NotContains(t, cookie.Value, testKey)

	require.Equal(t, http.StatusOK, v.get("/printer/tortue").Code)
	good := v.cookies[s.door.cookie]
	for _, forged := range []string{"", "x", good + "x", "zzzzzzz." + good, strings.Repeat("9", 5000), "zzzzzzzz" + good[strings.IndexByte(good, '.'):]} {
		v.cookies[s.door.cookie] = forged
		require.Equal(t, "/enter", v.get("/printer/tortue").Header().Get("Location"), forged)
	}
	v.cookies[s.door.cookie] = good
	now = now.Add(stay + time.Second)
	require.Equal(t, "/enter", v.get("/printer/tortue").Header().Get("Location"))

	other, err := New(Options{Key: strings.Repeat("k", minKey), Fleet: s.Fleet, Now: noon, Log: s.Log})
	require.NoError(t, err)
	require.False(t, other.door.valid(good), "a new key ends what the old one opened")
}

// A cookie alone opens no call that programs make: there is no token in those.
func TestTheAPITakesNoCookie(t *testing.T) {
	f := newFake()
	v := enter(t, newServer(t, nil, f))
	r := httptest.NewRequest(http.MethodPost, "/api/job", strings.NewReader(`{"command":"cancel"}`))
	require.Equal(t, http.StatusForbidden, v.do(r).Code)
	require.Empty(t, f.told())
}

// A form that another page made, or another browser's page, tells the printer nothing.
func TestFormsOfOtherPagesAreRefused(t *testing.T) {
	f := newFake()
	s := newServer(t, nil, f)
	v, w := enter(t, s), enter(t, s)
	for name, token := range map[string]string{"none": "", "wrong": "x", "another browser's": w.token()} {
		require.Equal(t, http.StatusForbidden, v.post("/printer/tortue/pause", ui.FieldToken, token).Code, name)
	}
	for name, value := range map[string]string{"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"} {
		r := httptest.NewRequest(http.MethodPost, "/printer/tortue/pause", strings.NewReader(url.Values{ui.FieldToken: {v.token()}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(name, value)
		require.Equal(t, http.StatusForbidden, v.do(r).Code, name)
	}
	r := httptest.NewRequest(http.MethodPost, "/printer/tortue/pause?"+url.Values{ui.FieldToken: {v.token()}}.Encode(), nil)
	require.Equal(t, http.StatusForbidden, v.do(r).Code, "a token in the address is none")
	require.Equal(t, http.StatusNotFound, v.get("/printer/tortue/pause").Code, "looking changes nothing")
	require.Empty(t, f.told())
}

// Who guesses keys has to wait; who has the key never does.
func TestWrongKeysAreSlowedDown(t *testing.T) {
	s := newServer(t, nil, newFake())
	ask := func(key, from string) int {
		r := withHost(httptest.NewRequest(http.MethodGet, "/api/version", nil))
		r.Header.Set("X-Api-Key", key)
		r.RemoteAddr = from
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w.Code
	}
	for range wrongKeysAtOnce {
		require.Equal(t, http.StatusForbidden, ask("wrong", "192.168.1.9:1000"))
	}
	require.Equal(t, http.StatusTooManyRequests, ask("wrong", "192.168.1.9:1001"))
	require.Equal(t, http.StatusForbidden, ask("wrong", "192.168.1.10:1000"))
	require.Equal(t, http.StatusOK, ask(testKey, "192.168.1.9:1002"))
	for i := range 2 * maxAddresses {
		ask("wrong", netAddress(i))
	}
	require.LessOrEqual(t, len(s.door.wrong), maxAddresses)
}

func netAddress(i int) string {
	return net.JoinHostPort(net.IPv4(10, 0, byte(i>>8), byte(i)).String(), "1")
}

// A page of another site whose name leads here sees nothing; addresses and our own names work, with and without a port.
func TestOnlyOurOwnNamesAreServed(t *testing.T) {
	s := newServer(t, func(o *Options) { o.Names = []string{"Atelier-Pi.lan."} }, newFake())
	ask := func(host string) int {
		r := httptest.NewRequest(http.MethodGet, "/api/version", nil)
		r.Header.Set("X-Api-Key", testKey)
		r.Host = host
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w.Code
	}
	for _, host := range []string{"127.0.0.1:8082", "localhost", "LOCALHOST:8082", "192.168.1.20", "[fe80::1]:8082", "atelier-pi.lan:8082"} {
		require.Equal(t, http.StatusOK, ask(host), host)
	}
	for _, host := range []string{"evil.example", "evil.example:8082", "localhost.evil.example", "127.0.0.1.evil.example", "2130706433.evil", ""} {
		require.Equal(t, http.StatusForbidden, ask(host), host)
	}
}

// Every answer, whatever it is, carries the headers that keep other sites and scripts out.
func TestEveryAnswerIsGuarded(t *testing.T) {
	v := enter(t, newServer(t, nil, newFake()))
	for _, path := range []string{"/", "/enter", "/printer/tortue", "/api/version", "/nowhere", "/printer/none"} {
		h := v.get(path).Header()
		require.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'", path)
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), path)
		require.Equal(t, "no-store", h.Get("Cache-Control"), path)
	}
	require.Equal(t, http.StatusNotFound, v.get("/nowhere").Code)
	require.Equal(t, http.StatusNotFound, v.get("/printer/none").Code)
}

// Pages speak the reader's language: as asked for, as chosen, else as the browser prefers, and French otherwise.
func TestPagesSpeakTheReadersLanguage(t *testing.T) {
	for header, lang := range map[string]string{"": "fr", "en-GB,en;q=0.9": "en", "de, en;q=0.3, fr;q=0.8": "fr", "xx": "fr", "en;q=0": "fr", "en;q=x": "fr"} {
		require.Equal(t, lang, preferred(header), header)
	}
	v := enter(t, newServer(t, nil, newFake()))
	require.Contains(t, v.get("/printer/tortue?lang=fr").Body.String(), `<html lang="fr">`)
	require.Contains(t, v.get("/printer/tortue?lang=../..").Body.String(), `<html lang="en">`)
	w := v.get("/lang/fr?back=" + url.QueryEscape("/printer/tortue?lang=en"))
	require.Equal(t, "/printer/tortue", w.Header().Get("Location"))
	require.Contains(t, v.get("/printer/tortue").Body.String(), `<html lang="fr">`)
	for _, back := range []string{"//evil.example", `/\evil.example`, "javascript:alert(1)", "https:evil", "http://evil.example/"} {
		require.Equal(t, "/", v.get("/lang/en?back="+url.QueryEscape(back)).Header().Get("Location"), back)
	}
}

// Every code that this package writes down is worded in both languages.
func TestEveryRefusalIsWorded(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "refusal.go", nil, 0)
	require.NoError(t, err)
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(strings.ToLower(spec.Names[0].Name), "code") {
			return true
		}
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		for _, lang := range locales.Langs() {
			require.True(t, locales.Has(lang, "error."+code), "error.%s in %s", code, lang)
		}
		n++
		return true
	})
	require.Greater(t, n, 40)
}

// The server answers until its context ends, and lets open pages go then.
func TestServeEndsWithItsContext(t *testing.T) {
	s := newServer(t, nil, newFake())
	address, end := served(t, s)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/printer/tortue/live", nil)
	require.NoError(t, err)
	r.Header.Set("X-Api-Key", testKey)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	require.Equal(t, "text/event-stream; charset=utf-8", resp.Header.Get("Content-Type"))
	begun := time.Now()
	require.NoError(t, end())
	require.Less(t, time.Since(begun), endingTime)

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = taken.Close() }()
	s.Address = taken.Addr().String()
	require.ErrorContains(t, s.Run(t.Context()), "open local page")
}

// served runs the server on a free port; end stops it and gives what Serve returned. It ends with the test anyway.
func served(t *testing.T, s *Server) (address string, end func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	var once bool
	end = func() error {
		cancel()
		if once {
			return nil
		}
		once = true
		return <-ended
	}
	t.Cleanup(func() { _ = end() })
	return l.Addr().String(), end
}
