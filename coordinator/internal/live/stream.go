package live

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	pingEvery   = 15 * time.Second // a proxy that hears nothing for long closes the connection
	retryMillis = 2000             // how long a browser waits before it comes back
)

// Serve streams the messages of topics to one browser until it leaves, is too slow, or the hub ends.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, topics ...string) {
	me, ok := h.join(topics)
	if !ok {
		w.Header().Set("Retry-After", "30")
		http.Error(w, "too many open pages", http.StatusServiceUnavailable)
		return
	}
	defer h.leave(me)
	header := w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	s := stream{w: w, control: http.NewResponseController(w)}
	if err := s.begin(); err != nil {
		h.log.Debug("open stream", "error", err)
		return
	}
	if err := s.run(r, me.messages); err != nil {
		h.log.Debug("write stream", "error", err)
	}
}

type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// begin lifts the deadlines of the server, which are meant for pages. Not every writer has some to lift.
func (s stream) begin() error {
	for _, lift := range []func(time.Time) error{s.control.SetReadDeadline, s.control.SetWriteDeadline} {
		if err := lift(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return fmt.Errorf("lift deadline: %w", err)
		}
	}
	return s.send(fmt.Sprintf("retry: %d\n: open\n\n", retryMillis))
}

func (s stream) run(r *http.Request, messages <-chan []byte) error {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	for {
		var err error
		select {
		case <-r.Context().Done():
			return nil
		case <-ping.C:
			err = s.send(": ping\n\n")
		case data, ok := <-messages:
			if !ok {
				return nil
			}
			err = s.send("data: " + string(data) + "\n\n")
		}
		if err != nil {
			return err
		}
	}
}

// send writes one event. JSON holds no line break, so one data line is enough.
func (s stream) send(event string) error {
	if _, err := s.w.Write([]byte(event)); err != nil {
		return fmt.Errorf("send event: %w", err)
	}
	if err := s.control.Flush(); err != nil {
		return fmt.Errorf("flush event: %w", err)
	}
	return nil
}
