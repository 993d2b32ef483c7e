package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Result is what a finished show comes to.
type Result struct {
	Requested     int64   `json:"requested"` // products, from the tracking pages
	PrintedGood   int64   `json:"printed_good"`
	PrintedBad    int64   `json:"printed_bad"`
	Delivered     int64   `json:"delivered"`      // from the tracking pages
	LinesExecuted int64   `json:"lines_executed"` // from the simulators' own logs
	Plates        int64   `json:"plates"`
	Attempts      int64   `json:"attempts"`
	LinesStreamed int64   `json:"lines_streamed"` // as the agents report
	Resends       int64   `json:"resends"`        // as the printers asked for them
	Recalled      int64   `json:"recalled_boxes"` // found by the recall of one spool
	SheetsUsed    int64   `json:"sheets_used"`    // of the gift of film, as the books have it
	Seconds       float64 `json:"seconds"`
	Audit         string  `json:"audit"`
}

// Failure says why a result is not a success; nil when it is.
func (r Result) Failure() error {
	switch {
	case r.Delivered != r.Requested:
		return fmt.Errorf("requested %d, delivered %d", r.Requested, r.Delivered)
	case r.Audit != "ok":
		return fmt.Errorf("the audit says %q", r.Audit)
	case r.LinesExecuted != r.LinesStreamed:
		return fmt.Errorf("the printers executed %d lines, the agents report %d", r.LinesExecuted, r.LinesStreamed)
	}
	return nil
}

// figures are what the API answers.
type figures struct {
	PrintedGood int64 `json:"printed_good"`
	PrintedBad  int64 `json:"printed_bad"`
	Plates      int64 `json:"plates"`
	Attempts    int64 `json:"attempts"`
	Lines       int64 `json:"lines"`
}

// settleFor is how long prints that nobody needs any more may take to end.
const settleFor = 2 * time.Minute

// Finish lets the printers end, recalls one spool, and adds everything up. It is for after Delivered, while Run runs.
func (s *Show) Finish(ctx context.Context, since time.Time) (r Result, err error) {
	b, err := s.person()
	if err != nil {
		return r, err
	}
	if err := s.signIn(ctx, b, deskLogin); err != nil {
		return r, err
	}
	var books figures
	var truth Truth
	var trouble error // the last time that one of them could not be read; a busy machine may answer late
	err = waitFor(ctx, settleFor, 500*time.Millisecond, func() (bool, error) {
		if trouble = s.read(ctx, b, "/api/v1/figures", &books); trouble != nil {
			return false, nil
		}
		truth, trouble = s.hardware.sum(ctx)
		return trouble == nil && truth.LinesExecuted == books.Lines, nil
	})
	if err != nil && (ctx.Err() != nil || trouble != nil) {
		return r, errors.Join(err, trouble)
	}
	if r.Recalled, err = s.recall(ctx, b); err != nil {
		return r, err
	}
	if r.Requested, r.Delivered, err = s.figures(ctx, b); err != nil {
		return r, err
	}
	var verdict struct {
		OK bool `json:"ok"`
	}
	if err := s.read(ctx, b, "/api/v1/audit", &verdict); err != nil {
		return r, err
	}
	r.PrintedGood, r.PrintedBad, r.Plates, r.Attempts = books.PrintedGood, books.PrintedBad, books.Plates, books.Attempts
	r.LinesStreamed, r.LinesExecuted, r.Resends, r.Audit = books.Lines, truth.LinesExecuted, truth.Resends, "failed"
	if verdict.OK {
		r.Audit = "ok"
	}
	r.Seconds = time.Since(since).Round(100 * time.Millisecond).Seconds()
	r.SheetsUsed, err = s.sheets(ctx, b)
	return r, err
}

// read asks the API as the signed-in coordinator.
func (s *Show) read(ctx context.Context, b *browser, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.absolute(path), nil)
	if err != nil {
		return err
	}
	resp, err := b.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // nothing left to read
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// recall takes one spool back and counts the boxes that its pieces reached.
func (s *Show) recall(ctx context.Context, b *browser) (int64, error) {
	p, err := b.get(ctx, "/desk/materials")
	if err != nil {
		return 0, err
	}
	forms := p.forms("/desk/spools/", "/recall")
	if len(forms) == 0 {
		return 0, fmt.Errorf("no spool to recall: %s", p.excerpt())
	}
	p, err = b.send(ctx, forms[0], url.Values{"reason": {"bobine humide"}})
	if err != nil {
		return 0, err
	}
	found := int64(0)
	for n := range p.root.Descendants() {
		if attr(n, "data-recalled-box") != "" {
			found++
		}
	}
	return found, nil
}

// sheets reads on the donor's page how many sheets of the gift became something.
func (s *Show) sheets(ctx context.Context, b *browser) (int64, error) {
	s.mu.Lock()
	gifts := s.gifts
	s.mu.Unlock()
	if len(gifts) == 0 {
		return 0, nil
	}
	p, err := b.get(ctx, gifts[0])
	if err != nil {
		return 0, err
	}
	return number(p.live("used")), nil
}
