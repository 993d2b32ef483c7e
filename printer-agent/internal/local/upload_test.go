package local

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/ui"
)

const someCode = "; made by a slicer\nG28\nG1 X10 Y10\n"

// form writes a multipart body; pairs are fields, in order, and "file:NAME" is a file.
func form(pairs ...string) (body *bytes.Buffer, kind string) {
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, ok := strings.CutPrefix(pairs[i], "file:"); ok {
			part, _ := w.CreateFormFile("file", name)
			_, _ = io.WriteString(part, pairs[i+1])
		} else {
			_ = w.WriteField(pairs[i], pairs[i+1])
		}
	}
	_ = w.Close()
	return body, w.FormDataContentType()
}

func send201(s *Server, path string, body io.Reader, kind string) *httptest.ResponseRecorder {
	r := withHost(httptest.NewRequest(http.MethodPost, path, body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("X-Api-Key", testKey)
	r.Header.Set("Accept-Language", "en")
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

// What is no plain G-code with a plain name is refused with one sentence, and nothing is kept.
func TestUploadsThatAreNoPlainGCodeAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, text string
		status     int
		says       string
	}{
		{"virus.exe", someCode, 415, "Only plain G-code"},
		{"part.stl", someCode, 415, "Only plain G-code"},
		{"part.gcode.exe", someCode, 415, "Only plain G-code"},
		{"part.ufp", "PK\x03\x04", 415, "Only plain G-code"},
		{"part", someCode, 415, "Only plain G-code"},
		{"part.bgcode", "GCDE\x01\x00\x00\x00", 415, "export plain G-code"},
		{"part.gcode", "GCDE\x01\x00\x00\x00", 415, "export plain G-code"},
		{"part.gcode", "PK\x03\x04", 415, "not plain G-code"},
		{"part.gcode", "G28\n\x00\x00\n", 415, "not plain G-code"},
		{"part.gcode", "<html>", 415, "not plain G-code"},
		{"part.gcode", "", 400, "empty"},
		{"part.gcode", " \r\n\n", 400, "empty"},
		{"", someCode, 400, "Choose a file"},
		{".gcode", someCode, 400, "file name"},
		{"-rf.gcode", someCode, 400, "file name"},
		{"a\u202egpj.gcode", someCode, 400, "file name"},
		{"a<b>.gcode", someCode, 400, "file name"},
		{strings.Repeat("a", 300) + ".gcode", someCode, 400, "file name"},
		{"/", someCode, 400, "Choose a file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake()
			body, kind := form("print", "true", "file:"+c.name, c.text)
			w := send201(newServer(t, nil, f), "/api/files/local", body, kind)
			require.Equal(t, c.status, w.Code, w.Body)
			require.Contains(t, w.Body.String(), c.says)
			require.Equal(t, "text/plain", w.Header().Get("Content-Type"))
			require.Len(t, f.List(), 1)
			require.Empty(t, f.told())
		})
	}
}

// A name that leads elsewhere is kept without the way; a name that a shell would run is only a name.
func TestNamesLoseTheirFolders(t *testing.T) {
	for sent, kept := range map[string]string{
		"../../etc/passwd.gcode": "passwd.gcode", `C:\x\part.GCODE`: "part.GCODE", "/abs/part.g": "part.g", "part.gco": "part.gco",
		"$(touch x) `id`.gcode": "$(touch x) `id`.gcode", "Éva – crochet.gcode": "Éva – crochet.gcode",
	} {
		f := newFake()
		body, kind := form("file:"+sent, someCode)
		w := send201(newServer(t, nil, f), "/api/files/local", body, kind)
		require.Equal(t, http.StatusCreated, w.Code, w.Body)
		require.Equal(t, []string{fmt.Sprintf("upload %s %d", kept, len(someCode))}, f.told())
	}
}

// A form that is none, that breaks off, or that holds too much is refused, and leaves no file behind.
func TestBrokenFormsLeaveNothingBehind(t *testing.T) {
	whole, kind := form("file:part.gcode", someCode)
	text := whole.String()
	many := []string{}
	for i := range 40 {
		many = append(many, fmt.Sprint("field", i), "x")
	}
	tooMany, manyKind := form(append(many, "file:part.gcode", someCode)...)
	twice, twiceKind := form("file:part.gcode", someCode, "file:other.gcode", someCode)
	huge, hugeKind := form("print", strings.Repeat("x", 1<<20), "file:part.gcode", someCode)
	none, noneKind := form("print", "true")
	out, outKind := form("path", "../..", "file:part.gcode", someCode)
	for name, c := range map[string]struct {
		body, kind string
		status     int
	}{
		"no multipart":         {"file=x", "application/x-www-form-urlencoded", 400},
		"no boundary":          {text, "multipart/form-data", 400},
		"another boundary":     {text, "multipart/form-data; boundary=other", 400},
		"no body":              {"", kind, 400},
		"cut in the file":      {text[:len(text)-80], kind, 400},
		"cut after the file":   {text[:len(text)-4], kind, 400},
		"no file":              {none.String(), noneKind, 400},
		"two files":            {twice.String(), twiceKind, 400},
		"many parts":           {tooMany.String(), manyKind, 400},
		"a huge field":         {huge.String(), hugeKind, 400},
		"a folder that climbs": {out.String(), outKind, 400},
		"a boundary of 10 kB":  {text, "multipart/form-data; boundary=" + strings.Repeat("b", 10_000), 400},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			w := send201(newServer(t, nil, f), "/api/files/local", strings.NewReader(c.body), c.kind)
			require.Equal(t, c.status, w.Code, w.Body)
			require.Len(t, f.List(), 1, "only what was there before")
		})
	}
}

// endless is a file that never ends.
type endless struct{ sent int64 }

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, strings.Repeat("G1 X1\n", len(p)/6+1))
	e.sent += int64(n)
	return n, nil
}

// A file of 300 MiB is refused before it is read when it says its size, and where the limit is when it does not.
func TestFilesThatAreTooLargeAreRefused(t *testing.T) {
	s := newServer(t, nil, newFake())
	_, kind := form()
	body := &endless{}
	r := withHost(httptest.NewRequest(http.MethodPost, "/api/files/local", body))
	r.ContentLength = 300 << 20
	r.Header.Set("Content-Type", kind)
	r.Header.Set("X-Api-Key", testKey)
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	require.Equal(t, http.StatusRequestEntityTooLarge, w.Code)
	require.Zero(t, body.sent)
	require.Contains(t, w.Body.String(), "256")

	small := newServer(t, func(o *Options) { o.MaxUpload = 100 << 10 }, newFake())
	head, kind := form("file:part.gcode", "")
	start, _, _ := strings.Cut(head.String(), "\r\n--"+strings.TrimPrefix(kind, "multipart/form-data; boundary=")+"--")
	body = &endless{}
	w = send201(small, "/api/files/local", io.MultiReader(strings.NewReader(start), body), kind)
	require.Equal(t, http.StatusRequestEntityTooLarge, w.Code, w.Body)
	require.Less(t, body.sent, int64(1<<20))
}

// What the disk or the printer says against a file reaches the slicer as a sentence.
func TestWhatStandsAgainstAFileIsSaid(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		says   string
	}{
		{fmt.Errorf("write: %w", syscall.ENOSPC), 507, "disk of the box is full"},
		{Refuse(CodeDiskFull, "file"), 507, "disk of the box is full"},
		{Refuse(CodeFileInUse, "file"), 409, "another name"},
		{io.ErrClosedPipe, 500, "Something went wrong"},
	} {
		f := newFake()
		f.fails(c.err)
		body, kind := form("file:part.gcode", someCode)
		w := send201(newServer(t, nil, f), "/api/files/local", body, kind)
		require.Equal(t, c.status, w.Code)
		require.Contains(t, w.Body.String(), c.says)
		require.NotContains(t, w.Body.String(), "pipe")
	}
}

// Somebody who sends a body byte by byte, or stops in the middle, holds nothing up for long: not in a form, not in an
// upload, and not where nobody is let in.
func TestBodiesThatDoNotComeEnd(t *testing.T) {
	for name, c := range map[string]struct {
		request string
		within  time.Duration
	}{
		"a form":   {"POST /enter HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n", formTime},
		"an order": {"POST /api/job HTTP/1.1\r\nX-Api-Key: " + testKey + "\r\nContent-Length: 500\r\n", formTime},
		"a file":   {"POST /api/files/local HTTP/1.1\r\nX-Api-Key: " + testKey + "\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 500\r\n", uploadStall},
		"no key":   {"POST /api/files/local HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 500\r\n", readAll},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, nil, newFake())
			synctest.Test(t, func(t *testing.T) { stall(t, s, c.request, c.within) })
		})
	}
}

// stall sends the beginning of a request and measures, on virtual time, until the connection is closed.
func stall(t *testing.T, s *Server, request string, within time.Duration) {
	t.Helper()
	client, server := net.Pipe()
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { ended <- s.Serve(ctx, &oneConn{conn: server, done: ctx.Done()}) }()
	begun := time.Now()
	_, err := io.WriteString(client, request+"Host: 127.0.0.1\r\n\r\n--x")
	require.NoError(t, err)
	answer, err := io.ReadAll(client)
	require.NoError(t, err)
	require.Contains(t, string(answer), "HTTP/1.1 4")
	require.LessOrEqual(t, time.Since(begun), within+time.Second)
	cancel()
	require.NoError(t, <-ended)
}

// What is done with a file once it is there may take minutes on a small machine, and a page may stay open: neither is cut
// off by the time that a request has to come in.
func TestSlowWorkAndOpenPagesAreNotCutOff(t *testing.T) {
	f := newFake()
	f.checks = 3 * time.Minute
	s := newServer(t, nil, f)
	body, kind := form("file:part.gcode", someCode)
	upload := fmt.Sprintf("POST /api/files/local HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nX-Api-Key: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", testKey, kind, body.Len(), body)
	page := "GET /printer/tortue/live HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Api-Key: " + testKey + "\r\n\r\n"
	for request, until := range map[string]time.Duration{upload: f.checks, page: streamFor} {
		synctest.Test(t, func(t *testing.T) {
			client, server := net.Pipe()
			ended := make(chan error, 1)
			ctx, cancel := context.WithCancel(t.Context())
			go func() { ended <- s.Serve(ctx, &oneConn{conn: server, done: ctx.Done()}) }()
			begun := time.Now()
			_, err := io.WriteString(client, request)
			require.NoError(t, err)
			answer, err := io.ReadAll(client)
			require.NoError(t, err)
			require.Contains(t, string(answer), "HTTP/1.1 20", "%.200s", answer)
			require.GreaterOrEqual(t, time.Since(begun), until)
			cancel()
			require.NoError(t, <-ended)
		})
	}
	require.Len(t, f.told(), 1)
}

// oneConn is a listener with one connection.
type oneConn struct {
	conn net.Conn
	done <-chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	if c := l.conn; c != nil {
		l.conn = nil
		return c, nil
	}
	<-l.done
	return nil, net.ErrClosed
}
func (l *oneConn) Close() error   { return nil }
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

// The page's own form is checked for its token before the file is kept.
func TestFilesAreAddedFromThePage(t *testing.T) {
	f := newFake()
	v := enter(t, newServer(t, nil, f))
	send := func(pairs ...string) *httptest.ResponseRecorder {
		body, kind := form(pairs...)
		r := httptest.NewRequest(http.MethodPost, "/printer/tortue/add", body)
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Accept-Language", "en")
		return v.do(r)
	}
	require.Equal(t, http.StatusForbidden, send("file:part.gcode", someCode).Code)
	require.Equal(t, http.StatusForbidden, send("file:part.gcode", someCode, ui.FieldToken, v.token()).Code)
	require.Empty(t, f.told())
	w := send(ui.FieldToken, v.token(), "file:part.exe", someCode)
	require.Equal(t, http.StatusUnsupportedMediaType, w.Code)
	require.Contains(t, w.Body.String(), "Only plain G-code")
	w = send(ui.FieldToken, v.token(), "file:part.gcode", someCode)
	require.Equal(t, http.StatusSeeOther, w.Code, w.Body)
	require.Contains(t, v.get("/printer/tortue").Body.String(), "part.gcode is added.")
}
