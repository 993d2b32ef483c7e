package partner

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/fab"
)

const (
	callFor  = 30 * time.Second // one call to another lab
	maxPaper = 1 << 20          // bytes of an answer
	maxFile  = 64 << 20         // bytes of a model
)

// far is another lab, as its link opens it.
type far struct {
	site, token, ca string
}

// parseLink reads a link that another lab sent: https://lab.example/relay/SECRET, with #ca=FINGERPRINT where that lab has
// an authority of its own. Without TLS it takes this machine only.
func parseLink(link string) (far, error) {
	u, err := url.Parse(strings.TrimSpace(link))
	wrong := fab.Refuse(fab.Invalid, "favour_link", "link")
	if err != nil || u.Host == "" || u.User != nil {
		return far{}, wrong
	}
	token, ok := strings.CutPrefix(u.Path, "/relay/")
	if !ok || token == "" || strings.Contains(token, "/") {
		return far{}, wrong
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return far{}, fab.Refuse(fab.Invalid, "favour_link_plain", "link")
	}
	ca, _ := strings.CutPrefix(u.Fragment, "ca=")
	if print, err := hex.DecodeString(ca); err != nil || ca != "" && len(print) != sha256.Size {
		return far{}, wrong
	}
	return far{site: u.Scheme + "://" + u.Host, token: token, ca: ca}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// client calls one lab. It follows no redirect: the secret is for that lab alone.
func (f far) client() *http.Client {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if f.ca != "" {
		// The usual verification cannot know the other lab's own authority; VerifyConnection does the same against the pin.
		config.InsecureSkipVerify, config.VerifyConnection = true, f.verify
	}
	return &http.Client{Timeout: callFor, Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// verify trusts the one authority with the fingerprint, which the other lab sends in its chain.
func (f far) verify(state tls.ConnectionState) error {
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	for _, c := range state.PeerCertificates {
		if sum := sha256.Sum256(c.Raw); c.IsCA && strings.EqualFold(hex.EncodeToString(sum[:]), f.ca) {
			roots.AddCert(c)
		} else {
			between.AddCert(c)
		}
	}
	u, err := url.Parse(f.site)
	if err != nil {
		return err
	}
	_, err = state.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: u.Hostname(), Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	return err
}

// errGone means that the link opens nothing any more.
var errGone = errors.New("the link of the other lab opens nothing")

// errNo means that the other lab understood and refuses.
var errNo = errors.New("the other lab refuses")

// call says something to the other lab and reads its answer into out, which may be nil.
func (f far) call(ctx context.Context, method, path string, in, out any) error {
	body, err := f.open(ctx, method, path, in)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	if out == nil {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(body, maxPaper)).Decode(out); err != nil {
		return fmt.Errorf("read the other lab's answer: %w", err)
	}
	return nil
}

func (f far) open(ctx context.Context, method, path string, in any) (io.ReadCloser, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("word a call to another lab: %w", err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, f.site+APIPath+path, body)
	if err != nil {
		return nil, fmt.Errorf("call another lab: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+f.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := f.client().Do(req)
	if err != nil {
		return nil, fmt.Errorf("call another lab: %w", err)
	}
	switch {
	case resp.StatusCode/100 == 2:
		return resp.Body, nil
	case resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusUnauthorized:
		err = errGone
	case resp.StatusCode == http.StatusConflict || resp.StatusCode == http.StatusUnprocessableEntity:
		err = errNo
	default:
		err = fmt.Errorf("the other lab answers %s", resp.Status)
	}
	return nil, errors.Join(err, resp.Body.Close())
}

// file fetches a file whose hash is known, and holds it against that.
func (f far) file(ctx context.Context, hash string) ([]byte, string, error) {
	body, err := f.open(ctx, http.MethodGet, "/files/"+hash, nil)
	if err != nil {
		return nil, "", err
	}
	data, err := io.ReadAll(io.LimitReader(body, maxFile+1))
	if err := errors.Join(err, body.Close()); err != nil {
		return nil, "", fmt.Errorf("fetch a file of another lab: %w", err)
	}
	if sum := sha256.Sum256(data); len(data) > maxFile || hex.EncodeToString(sum[:]) != hash {
		return nil, "", fmt.Errorf("fetch a file of another lab: it is not the one with the hash %s", hash)
	}
	kind := "model/stl"
	if head := bytes.TrimSpace(data[:min(len(data), 200)]); bytes.HasPrefix(head, []byte("<svg")) || bytes.HasPrefix(head, []byte("<?xml")) {
		kind = "image/svg+xml"
	}
	return data, kind, nil
}
