package agent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// Errors of Enrol; test with errors.Is.
var (
	ErrFingerprint = errors.New("the server is not the lab this code belongs to: its certificate authority differs")
	ErrCodeRefused = errors.New("the lab does not know this code")
	ErrCodeUsed    = errors.New("this code was used already or has lapsed: ask for a new one")
	ErrUnreachable = errors.New("the coordinator does not answer")
)

// Enrol joins a lab: it trusts the server by the fingerprint within the code, hands over the secret, and returns what
// the lab answered together with the authority to pin from then on.
func Enrol(ctx context.Context, address, typed string, req wire.EnrolRequest) (wire.EnrolAnswer, error) {
	code, err := wire.ParseEnrolCode(typed)
	if err != nil {
		return wire.EnrolAnswer{}, errors.New("this is not an enrolment code: check what was typed")
	}
	address = strings.TrimSuffix(address, "/")
	if err := checkURL(address, "https", "http"); err != nil {
		return wire.EnrolAnswer{}, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return wire.EnrolAnswer{}, fmt.Errorf("address: %w", err)
	}
	pin := &pinned{host: u.Hostname(), fingerprint: code.Fingerprint}
	client := &http.Client{
		Timeout:   20 * time.Second,
		Transport: &http.Transport{TLSClientConfig: pin.config()},
		// The secret goes to the address the person gave and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	req.Code = code.SecretText()
	answer, err := postEnrol(ctx, client, address, req)
	if err != nil {
		return wire.EnrolAnswer{}, err
	}
	return answer, pin.check(&answer)
}

func postEnrol(ctx context.Context, client *http.Client, address string, body wire.EnrolRequest) (wire.EnrolAnswer, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return wire.EnrolAnswer{}, fmt.Errorf("write request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/api/v1/enrol", bytes.NewReader(raw))
	if err != nil {
		return wire.EnrolAnswer{}, fmt.Errorf("address: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if errors.Is(err, ErrFingerprint) {
		return wire.EnrolAnswer{}, ErrFingerprint
	}
	if err != nil {
		return wire.EnrolAnswer{}, fmt.Errorf("%w: %w", ErrUnreachable, cause(err))
	}
	defer func() { _ = resp.Body.Close() }() // read to its end or given up
	if err := refusal(resp); err != nil {
		return wire.EnrolAnswer{}, err
	}
	var answer wire.EnrolAnswer
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&answer); err != nil || answer.Token == "" {
		return wire.EnrolAnswer{}, fmt.Errorf("%s does not answer like a coordinator", address)
	}
	return answer, nil
}

// refusal reads the answer's status and, where there is one, its problem detail.
func refusal(resp *http.Response) error {
	switch resp.StatusCode {
	case http.StatusOK, http.StatusCreated:
		return nil
	case http.StatusConflict, http.StatusGone:
		return ErrCodeUsed
	case http.StatusUnauthorized, http.StatusForbidden:
		return ErrCodeRefused
	}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") {
		return fmt.Errorf("this address does not answer like a coordinator: %s", resp.Status)
	}
	if resp.StatusCode == http.StatusNotFound {
		return ErrCodeRefused
	}
	var problem struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
		Errors []struct {
			Message  string `json:"message"`
			Location string `json:"location"`
		} `json:"errors"`
	}
	_ = json.NewDecoder(io.LimitReader(resp.Body, 64<<10)).Decode(&problem) // whatever it holds
	text := strings.TrimSpace(problem.Title + " " + problem.Detail)
	for _, e := range problem.Errors {
		text += "; " + e.Location + " " + e.Message
	}
	if text == "" {
		return fmt.Errorf("the coordinator refused: %s", resp.Status)
	}
	return fmt.Errorf("the coordinator refused: %s", text)
}

// cause is the innermost error, which alone fits one line.
func cause(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op
	}
	return err
}

// pinned trusts one certificate authority by the first bytes of its hash. The server sends that authority in its chain.
type pinned struct {
	host        string // a name or an address; the connection's state leaves addresses out
	fingerprint [8]byte
	ca          *x509.Certificate
}

func (p *pinned) config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		// The usual verification cannot know the lab's own authority; VerifyConnection does the same against the pin.
		InsecureSkipVerify: true,
		VerifyConnection:   p.verify,
	}
}

func (p *pinned) verify(state tls.ConnectionState) error {
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	for _, c := range state.PeerCertificates {
		if c.IsCA && p.matches(c.Raw) {
			p.ca = c
			roots.AddCert(c)
			continue
		}
		between.AddCert(c)
	}
	if p.ca == nil || len(state.PeerCertificates) == 0 {
		return ErrFingerprint
	}
	_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{
		DNSName: p.host, Roots: roots, Intermediates: between,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	return err
}

func (p *pinned) matches(der []byte) bool {
	sum := sha256.Sum256(der)
	return [8]byte(sum[:8]) == p.fingerprint
}

// check holds the authority in the answer against the pin, so that what is stored is what was verified.
func (p *pinned) check(answer *wire.EnrolAnswer) error {
	if p.ca == nil {
		return nil // loopback without TLS
	}
	if block, _ := pem.Decode([]byte(answer.CA)); block == nil || !p.matches(block.Bytes) {
		return ErrFingerprint
	}
	answer.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.ca.Raw}))
	return nil
}
