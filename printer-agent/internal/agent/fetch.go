package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/mailleur/mailleur/coordinator/wire"
	"github.com/mailleur/mailleur/printer-agent/internal/spool"
)

// fetcher loads G-code from the coordinator into the spool.
type fetcher struct {
	address  string
	token    string
	client   *http.Client
	spool    *spool.Spool
	patience time.Duration // how long to try again while the coordinator is away
	log      *slog.Logger
}

// errFinal marks a failure that trying again cannot mend.
var errFinal = errors.New("refused")

// file returns the path of the file, loading it when the spool does not hold it whole. The second result is the reason
// for a failure, of the wire contract.
func (f *fetcher) file(ctx context.Context, want wire.File) (string, string, error) {
	path, err := f.spool.Lookup(want.SHA256)
	if !errors.Is(err, spool.ErrMissing) {
		return path, reasonOfFetch(err), err
	}
	if f.address == "" {
		return "", wire.ReasonFetch, err
	}
	wait := backoff{min: 500 * time.Millisecond, max: 15 * time.Second}
	until := time.Now().Add(f.patience)
	for tries := 1; ; tries++ {
		path, err = f.load(ctx, want)
		if err == nil || ctx.Err() != nil || !f.again(err, tries, until) {
			return path, reasonOfFetch(err), err
		}
		f.log.Warn("load file again", "sha256", want.SHA256, "err", err)
		if err := sleep(ctx, wait.next()); err != nil {
			return "", wire.ReasonFetch, err
		}
	}
}

// again says whether another try may help. A wrong hash is tried once more: a proxy may have cut the first answer.
func (f *fetcher) again(err error, tries int, until time.Time) bool {
	switch {
	case errors.Is(err, errFinal), errors.Is(err, spool.ErrDiskFull), errors.Is(err, spool.ErrTooLarge):
		return false
	case errors.Is(err, spool.ErrHash):
		return tries < 2
	}
	return time.Now().Before(until)
}

func (f *fetcher) load(ctx context.Context, want wire.File) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.address+"/api/v1/blobs/"+want.SHA256, nil)
	if err != nil {
		return "", fmt.Errorf("%w: %w", errFinal, err)
	}
	req.Header.Set("Authorization", "Bearer "+f.token)
	resp, err := f.client.Do(req)
	if err != nil {
		return "", fmt.Errorf("load file: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // read to its end or given up
	switch {
	case resp.StatusCode == http.StatusOK:
		return f.spool.Put(want.SHA256, want.Bytes, resp.Body)
	case resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests:
		return "", fmt.Errorf("load file: %s", resp.Status)
	}
	return "", fmt.Errorf("load file: %w: %s", errFinal, resp.Status)
}

func reasonOfFetch(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, spool.ErrDiskFull):
		return wire.ReasonDiskFull
	case errors.Is(err, spool.ErrHash):
		return wire.ReasonHash
	}
	return wire.ReasonFetch
}

func newFetcher(c Config, s Secrets, o Options) (*fetcher, error) {
	tls, err := s.tlsConfig()
	if err != nil {
		return nil, err
	}
	return &fetcher{
		address: strings.TrimSuffix(c.Coordinator, "/"), token: s.Token, spool: o.Spool, patience: o.FetchPatience, log: o.Log,
		client: &http.Client{
			Transport: &http.Transport{TLSClientConfig: tls, ResponseHeaderTimeout: 30 * time.Second, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 2},
			Timeout:   15 * time.Minute, // a large file on a poor line
			// The token goes to the coordinator and nowhere else.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}
