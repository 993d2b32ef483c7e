package queue

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/mailleur/mailleur/slicer-bridge/slicing/worker"
)

// problem is an error as RFC 9457 words it; the value of each detail is the coordinator's code.
type problem struct {
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Message string `json:"message"`
		Value   any    `json:"value"`
	} `json:"errors"`
}

func (p problem) code() string {
	for _, e := range p.Errors {
		if code, ok := e.Value.(string); ok {
			return code
		}
	}
	return ""
}

// refusal says what a worker has to know of an answer that is no success.
func refusal(resp *http.Response) error {
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") {
		return fmt.Errorf("this address does not answer like a coordinator: %s", resp.Status)
	}
	var p problem
	_ = json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&p) // whatever it holds
	said := errors.New(strings.TrimSpace(resp.Status + ": " + p.Detail))
	switch code := p.code(); {
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		return fmt.Errorf("%w: %w", worker.ErrRefused, said)
	case code == "claim_lost", resp.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%w: %w", worker.ErrLost, said)
	case code == "gcode_unsafe":
		return fmt.Errorf("%w: %w", worker.ErrUnwanted, said)
	}
	return fmt.Errorf("the coordinator answers %w", said)
}
