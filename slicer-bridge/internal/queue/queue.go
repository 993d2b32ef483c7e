// Package queue is a lab's queue of plates as a machine elsewhere sees it: the coordinator's slicing API over HTTP. It
// trusts the lab by its certificate authority, proves itself with a key, and knows how to say that it is not wanted.
package queue

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mailleur/mailleur/slicer-bridge/slicing"
	"github.com/mailleur/mailleur/slicer-bridge/slicing/worker"
)

// version is the newest version of the contract that this client speaks.
const version = 1

const (
	claimFor = 40 * time.Second // an ask for work waits up to 20 s at the coordinator
	sayFor   = 15 * time.Second
	fetchFor = 15 * time.Minute
	sendFor  = 30 * time.Minute

	maxModel  = 128 << 20 // bytes of a model
	maxAnswer = 1 << 20
)

// Config is what New needs.
type Config struct {
	Coordinator string // address, such as https://lab.example:8443; plain HTTP on loopback only
	Key         string
	CA          string // path of a PEM file, or at least 16 hexadecimal digits of the SHA-256 of the lab's authority; "": the system's
}

// Queue implements worker.Queue. It is safe for concurrent use.
type Queue struct {
	address string
	key     string
	client  *http.Client
}

// New checks the configuration. It does not call the coordinator.
func New(c Config) (*Queue, error) {
	u, err := url.Parse(c.Coordinator)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("coordinator: %q is not an address such as https://lab.example:8443", c.Coordinator)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, fmt.Errorf("coordinator: the key would cross the network in clear; use https://%s", u.Host)
	}
	key := strings.TrimSpace(c.Key)
	if key == "" || strings.ContainsAny(key, " \r\n\t") {
		return nil, errors.New("key: the file must hold one key and nothing else")
	}
	config, err := trust(c.CA, u.Hostname())
	if err != nil {
		return nil, err
	}
	return &Queue{
		address: strings.TrimSuffix(c.Coordinator, "/") + "/api/v1/slicing/", key: key,
		client: &http.Client{
			Transport: &http.Transport{TLSClientConfig: config, Proxy: http.ProxyFromEnvironment, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true, ExpectContinueTimeout: 2 * time.Second},
			// The key goes to the coordinator and nowhere else.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// task is a plate as the coordinator words it.
type task struct {
	Version  int    `json:"version"`
	Plate    string `json:"plate"`
	Token    string `json:"token"`
	LeaseMS  int64  `json:"lease_ms"`
	Part     string `json:"part"`
	Copies   int    `json:"copies"`
	Pile     int    `json:"pile"`
	Printer  string `json:"printer"`
	Filament string `json:"filament"`
	NozzleUM int64  `json:"nozzle_um"`
	Overlay  string `json:"overlay"`
	Model    string `json:"model_sha256"`
}

// Claim implements worker.Queue. It waits at the coordinator for work, and fetches the model of the plate.
func (q *Queue) Claim(ctx context.Context) (worker.Task, bool, error) {
	asked, cancel := context.WithTimeout(ctx, claimFor)
	defer cancel()
	var t task
	status, err := q.say(asked, "claim", "", map[string]any{"version": version}, &t)
	if err != nil || status == http.StatusNoContent {
		return worker.Task{}, false, err
	}
	if t.Version > version {
		return worker.Task{}, false, fmt.Errorf("%w: it speaks version %d of the contract and this program %d; install a newer one", worker.ErrRefused, t.Version, version)
	}
	w := worker.Task{Plate: t.Plate, Token: t.Token, Lease: time.Duration(t.LeaseMS) * time.Millisecond, Part: t.Part, Copies: t.Copies, Pile: t.Pile,
		Printer: t.Printer, Filament: t.Filament, NozzleUM: t.NozzleUM, Overlay: t.Overlay}
	if w.STL, err = q.model(ctx, w, t.Model); err != nil {
		return worker.Task{}, false, errors.Join(err, q.Fail(context.WithoutCancel(ctx), w, worker.Failure{Way: worker.Released}))
	}
	return w, true, nil
}

// model fetches a model and holds it against its hash.
func (q *Queue) model(ctx context.Context, t worker.Task, hash string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchFor)
	defer cancel()
	resp, err := q.do(ctx, http.MethodGet, t.Plate+"/model", t.Token, "", nil)
	if err != nil {
		return nil, fmt.Errorf("fetch model: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // read to its end or given up
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxModel+1))
	if err != nil {
		return nil, fmt.Errorf("fetch model: %w", err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != hash {
		return nil, errors.New("fetch model: what came is not the file that was asked for")
	}
	return data, nil
}

// Progress implements worker.Queue.
func (q *Queue) Progress(ctx context.Context, t worker.Task, permille int) error {
	ctx, cancel := context.WithTimeout(ctx, sayFor)
	defer cancel()
	_, err := q.say(ctx, t.Plate+"/progress", t.Token, map[string]any{"permille": permille}, nil)
	return err
}

// Fail implements worker.Queue.
func (q *Queue) Fail(ctx context.Context, t worker.Task, f worker.Failure) error {
	ctx, cancel := context.WithTimeout(ctx, sayFor)
	defer cancel()
	if f.Way == worker.Released {
		_, err := q.say(ctx, t.Plate+"/release", t.Token, nil, nil)
		return err
	}
	p := f.Problem
	if p == nil {
		p = &slicing.Problem{Code: worker.CodeTrouble, Args: map[string]string{"detail": ""}}
	}
	_, err := q.say(ctx, t.Plate+"/failed", t.Token, map[string]any{"way": f.Way, "code": p.Code, "args": p.Args}, nil)
	return err
}

// say posts JSON and reads the answer into into, unless that is nil.
func (q *Queue) say(ctx context.Context, path, token string, body, into any) (status int, err error) {
	var sent io.Reader
	kind := ""
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return 0, fmt.Errorf("write request: %w", err)
		}
		sent, kind = bytes.NewReader(text), "application/json"
	}
	resp, err := q.do(ctx, http.MethodPost, path, token, kind, sent)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }() // read to its end or given up
	if into == nil || resp.StatusCode == http.StatusNoContent {
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)) // so that the connection serves again
		return resp.StatusCode, nil
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(into); err != nil {
		return 0, fmt.Errorf("%s does not answer like a coordinator: %w", q.address, err)
	}
	return resp.StatusCode, nil
}

// do sends one request and turns what is no success into an error. The caller closes the body.
func (q *Queue) do(ctx context.Context, method, path, token, kind string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, q.address+path, body)
	if err != nil {
		return nil, fmt.Errorf("address: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+q.key)
	req.Header.Set("Accept-Language", "en")
	if token != "" {
		req.Header.Set("Claim-Token", token)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if method == http.MethodPut {
		req.Header.Set("Expect", "100-continue") // no large file goes out to be refused
	}
	resp, err := q.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("call the coordinator: %w", err)
	}
	if resp.StatusCode/100 == 2 {
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }() // read to its end or given up
	return nil, refusal(resp)
}
