package queue

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
)

// ErrFingerprint means that the server shows another certificate authority than the lab's.
var ErrFingerprint = errors.New("the server's certificate authority is not the lab's: check the address and the fingerprint")

// minFingerprint is how many hexadecimal digits name an authority: 64 bits, as in an agent's enrolment code.
const minFingerprint = 16

// trust says which servers are the lab: those of the authority in a PEM file, or of the one with a fingerprint. Colons
// and case of a fingerprint do not matter.
func trust(ca, host string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if ca == "" {
		return config, nil
	}
	print, err := hex.DecodeString(strings.ReplaceAll(ca, ":", ""))
	if err == nil && len(print) >= minFingerprint/2 && len(print) <= sha256.Size {
		pin := pinned{host: host, fingerprint: print}
		// The usual verification cannot know the lab's own authority; VerifyConnection does the same against the pin.
		config.InsecureSkipVerify, config.VerifyConnection = true, pin.verify
		return config, nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("ca: neither a file nor %d or more digits of a fingerprint: %w", minFingerprint, err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("ca: %s holds no certificate", ca)
	}
	return config, nil
}

// pinned trusts one certificate authority by the beginning of its hash. The server sends that authority in its chain.
type pinned struct {
	host        string // a name or an address; the connection's state leaves addresses out
	fingerprint []byte
}

func (p pinned) verify(state tls.ConnectionState) error {
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	found := false
	for _, c := range state.PeerCertificates {
		if sum := sha256.Sum256(c.Raw); c.IsCA && string(sum[:len(p.fingerprint)]) == string(p.fingerprint) {
			roots.AddCert(c)
			found = true
			continue
		}
		between.AddCert(c)
	}
	if !found {
		return ErrFingerprint
	}
	_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{
		DNSName: p.host, Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	return err
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
