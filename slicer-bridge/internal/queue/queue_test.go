package queue

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/slicer-bridge/slicing"
	"github.com/mailleur/mailleur/slicer-bridge/slicing/worker"
)

// answers is a coordinator that always answers the same, and what it was sent last.
type answers struct {
	status int
	kind   string
	body   string
	got    *http.Request
	sent   string
}

func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if a.status < 400 || r.Method != http.MethodPut { // a refusal comes before the file is read
		data, _ := io.ReadAll(r.Body)
		a.sent = string(data)
	}
	a.got = r
	w.Header().Set("Content-Type", a.kind)
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

func over(t *testing.T, a *answers) *Queue {
	t.Helper()
	s := httptest.NewTLSServer(a)
	t.Cleanup(s.Close)
	sum := sha256.Sum256(s.Certificate().Raw)
	q, err := New(Config{Coordinator: s.URL + "/", Key: " key\n", CA: strings.ToUpper(hex.EncodeToString(sum[:]))})
	require.NoError(t, err)
	return q
}

const problemKind = "application/problem+json"

// Ensure that every refusal of a coordinator means to the worker what it has to do, and that it is told in words.
func TestRefusalsAreUnderstood(t *testing.T) {
	for name, c := range map[string]struct {
		answers answers
		is      error
		says    string
	}{
		"key unknown":    {answers{status: 401, kind: problemKind, body: `{"detail":"The lab does not know this key.","errors":[{"value":"slicing_key_unknown"}]}`}, worker.ErrRefused, "does not know this key"},
		"claim lost":     {answers{status: 409, kind: problemKind, body: `{"detail":"gone","errors":[{"value":"claim_lost"}]}`}, worker.ErrLost, "gone"},
		"plate unknown":  {answers{status: 404, kind: problemKind, body: `{}`}, worker.ErrLost, "404"},
		"unsafe":         {answers{status: 422, kind: problemKind, body: `{"detail":"not safe","errors":[{"value":"gcode_unsafe"}]}`}, worker.ErrUnwanted, "not safe"},
		"damaged on way": {answers{status: 422, kind: problemKind, body: `{"detail":"changed","errors":[{"value":"file_damaged"}]}`}, nil, "changed"},
		"no coordinator": {answers{status: 404, kind: "text/html", body: "<h1>nginx</h1>"}, nil, "does not answer like a coordinator"},
		"redirect":       {answers{status: 302, kind: "text/html"}, nil, "does not answer like a coordinator"},
	} {
		path := filepath.Join(t.TempDir(), "plate")
		require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("G1 X1\n", 500_000)), 0o600))
		for _, act := range []func(*Queue) error{
			func(q *Queue) error { return q.Progress(t.Context(), worker.Task{Plate: "p", Token: "t"}, 1) },
			func(q *Queue) error {
				return q.Deliver(t.Context(), worker.Task{Plate: "p", Token: "t"}, slicing.Result{Path: path})
			},
		} {
			err := act(over(t, &c.answers))
			require.ErrorContains(t, err, c.says, name)
			for _, other := range []error{worker.ErrRefused, worker.ErrLost, worker.ErrUnwanted} {
				if other == c.is { //nolint:errorlint // the same value of the table
					require.ErrorIs(t, err, other, name)
				} else {
					require.NotErrorIs(t, err, other, name)
				}
			}
			require.NotContains(t, err.Error(), "key\n")
		}
		require.Equal(t, "Bearer key", c.answers.got.Header.Get("Authorization"))
		require.Equal(t, "t", c.answers.got.Header.Get("Claim-Token"))
	}
}

// Ensure that a claim without work is none, that a newer contract asks for a newer program, and that a model which is
// not what was asked for is given back.
func TestClaims(t *testing.T) {
	_, ok, err := over(t, &answers{status: http.StatusNoContent}).Claim(t.Context())
	require.NoError(t, err)
	require.False(t, ok)
	_, _, err = over(t, &answers{status: 200, kind: "application/json", body: `{"version":2,"plate":"p","unheard_of":1}`}).Claim(t.Context())
	require.ErrorIs(t, err, worker.ErrRefused)
	require.ErrorContains(t, err, "install a newer one")
	a := &answers{status: 200, kind: "application/json", body: `{"version":1,"plate":"p","model_sha256":"00"}`}
	_, ok, err = over(t, a).Claim(t.Context())
	require.False(t, ok)
	require.ErrorContains(t, err, "not the file that was asked for")
	require.True(t, strings.HasSuffix(a.got.URL.Path, "/p/release"))
	_, _, err = over(t, &answers{status: 200, kind: "application/json", body: `<html>`}).Claim(t.Context())
	require.ErrorContains(t, err, "does not answer like a coordinator")
}

// Ensure that the lab is trusted by its own authority alone, given as a file or as a fingerprint.
func TestTheLabIsTrustedByItsAuthority(t *testing.T) {
	a := &answers{status: http.StatusNoContent}
	s := httptest.NewTLSServer(a)
	t.Cleanup(s.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600))
	sum := sha256.Sum256(s.Certificate().Raw)
	print := hex.EncodeToString(sum[:])
	claim := func(ca string) error {
		q, err := New(Config{Coordinator: s.URL, Key: "k", CA: ca})
		require.NoError(t, err)
		_, _, err = q.Claim(t.Context())
		return err
	}
	require.NoError(t, claim(file))
	require.NoError(t, claim(print))
	require.NoError(t, claim(print[:16]))
	require.NoError(t, claim(print[:2]+":"+print[2:16]))
	require.Error(t, claim(""), "the system does not know it")
	require.ErrorIs(t, claim(strings.Repeat("ab", 32)), ErrFingerprint)
	for _, bad := range []string{"abcd", print + "00", "/no/such/ca.pem", os.Args[0]} {
		_, err := New(Config{Coordinator: s.URL, Key: "k", CA: bad})
		require.ErrorContains(t, err, "ca: ", bad)
	}
}
