package agent_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/agent"
)

// authority is a lab's own certificate authority.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Lab"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return authority{cert, key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

// server is a certificate for an address, followed by the authority's own.
func (a authority) server(t *testing.T, address string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), IPAddresses: []net.IP{net.ParseIP(address)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key}
}

func (a authority) code() wire.EnrolCode {
	sum := sha256.Sum256(a.cert.Raw)
	return wire.EnrolCode{Secret: [10]byte{1, 2, 3}, Fingerprint: [8]byte(sum[:8])}
}

// desk answers enrolments over TLS as the authority's server, for the address its certificate is made out to.
func (a authority) desk(t *testing.T, address string, answer wire.EnrolAnswer) (*httptest.Server, *int) {
	t.Helper()
	asked := new(int)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked++
		var req wire.EnrolRequest
		if json.NewDecoder(r.Body).Decode(&req) != nil || r.URL.Path != "/api/v1/enrol" {
			http.Error(w, "", http.StatusBadRequest)
			return
		}
		switch {
		case req.Code != a.code().SecretText():
			http.Error(w, "", http.StatusForbidden)
		case *asked > 1:
			http.Error(w, "", http.StatusConflict)
		default:
			_ = json.NewEncoder(w).Encode(answer)
		}
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{a.server(t, address)}}
	s.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(io.Discard, nil), slog.LevelInfo)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, asked
}

var request = wire.EnrolRequest{Name: "pi", Version: "1", Printers: []wire.Unit{{Key: "tortue", Name: "Tortue", Model: "ender-3"}}}

// Ensure that a code works once, and that what the lab answers is kept as it was verified.
func TestEnrolTrustsTheLabOfItsCode(t *testing.T) {
	a := newAuthority(t)
	s, _ := a.desk(t, "127.0.0.1", wire.EnrolAnswer{Agent: "agent-1", Token: "secret", Broker: "ssl://127.0.0.1:8883", CA: a.pem, Lab: "Lab"})
	typed := strings.ToLower(a.code().String())
	answer, err := agent.Enrol(t.Context(), s.URL+"/", typed, request)
	require.NoError(t, err)
	require.Equal(t, "secret", answer.Token)
	require.Equal(t, a.pem, answer.CA)
	_, err = agent.Enrol(t.Context(), s.URL, typed, request)
	require.ErrorIs(t, err, agent.ErrCodeUsed)
}

// Ensure that the secret never reaches a server that cannot prove to be the code's lab.
func TestEnrolRefusesAnotherLab(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	s, asked := other.desk(t, "127.0.0.1", wire.EnrolAnswer{Agent: "x", Token: "x", CA: other.pem})
	_, err := agent.Enrol(t.Context(), s.URL, a.code().String(), request)
	require.ErrorIs(t, err, agent.ErrFingerprint)

	// The right authority is in the chain, but did not sign for this address.
	s, asked2 := a.desk(t, "192.0.2.1", wire.EnrolAnswer{Agent: "x", Token: "x", CA: a.pem})
	_, err = agent.Enrol(t.Context(), s.URL, a.code().String(), request)
	require.Error(t, err)

	// The right authority is shown beside a certificate of another's.
	mixed := httptest.NewUnstartedServer(http.NotFoundHandler())
	cert := other.server(t, "127.0.0.1")
	cert.Certificate[1] = a.cert.Raw
	mixed.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	mixed.Config.ErrorLog = slog.NewLogLogger(slog.NewTextHandler(io.Discard, nil), slog.LevelInfo)
	mixed.StartTLS()
	defer mixed.Close()
	_, err = agent.Enrol(t.Context(), mixed.URL, a.code().String(), request)
	require.ErrorIs(t, err, agent.ErrUnreachable)
	require.Zero(t, *asked+*asked2)

	// The answer tries to plant another authority.
	s, _ = a.desk(t, "127.0.0.1", wire.EnrolAnswer{Agent: "x", Token: "x", CA: other.pem})
	_, err = agent.Enrol(t.Context(), s.URL, a.code().String(), request)
	require.ErrorIs(t, err, agent.ErrFingerprint)
}

func TestEnrolSaysWhatIsWrongInOneLine(t *testing.T) {
	a := newAuthority(t)
	s, _ := a.desk(t, "127.0.0.1", wire.EnrolAnswer{})
	wrong := a.code()
	wrong.Secret[0]++
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, c := range []struct{ url, code, want string }{
		{s.URL, "not-a-code", "not an enrolment code"},
		{s.URL, wrong.String(), "does not know this code"},
		{"http://lab.example", a.code().String(), "not encrypted"},
		{"ftp://127.0.0.1", a.code().String(), "is not an address"},
		{closed.URL, a.code().String(), "does not answer"},
		{s.URL + "/elsewhere", a.code().String(), "does not answer like a coordinator"},
	} {
		_, err := agent.Enrol(t.Context(), c.url, c.code, request)
		require.ErrorContains(t, err, c.want)
		require.NotContains(t, err.Error(), "\n")
	}
}
