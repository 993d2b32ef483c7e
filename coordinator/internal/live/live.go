// Package live carries what just happened to open browsers, as server-sent events by topic. It keeps nothing: a browser
// that missed something reads its page again, and one that reads too slowly is let go so that nobody waits for it.
package live

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
)

const (
	queued     = 64    // messages that wait for one browser before it is let go
	maxReaders = 5_000 // open streams at once
)

// Hub joins those who publish to those who read. It is safe for concurrent use.
type Hub struct {
	log *slog.Logger

	mu     sync.Mutex
	topics map[string]map[*reader]struct{}
	open   int
	closed bool
}

// reader is one open browser. Its channel is closed, by the hub alone, to let it go.
type reader struct {
	topics   []string
	messages chan []byte
	gone     bool
}

// New builds a Hub.
func New(log *slog.Logger) *Hub {
	return &Hub{log: log, topics: map[string]map[*reader]struct{}{}}
}

// Run lets every browser go when ctx ends, so that a server can shut down although streams never end by themselves.
func (h *Hub) Run(ctx context.Context) error {
	<-ctx.Done()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, readers := range h.topics {
		for r := range readers {
			h.drop(r)
		}
	}
	return nil
}

// Publish sends a message, as JSON, to whoever reads topic now. It never blocks: a browser whose queue is full is let
// go, comes back and reads its page again.
func (h *Hub) Publish(topic string, message any) {
	h.mu.Lock()
	wanted := len(h.topics[topic]) > 0
	h.mu.Unlock()
	if !wanted {
		return
	}
	data, err := json.Marshal(message)
	if err != nil {
		h.log.Error("write live message", "topic", topic, "error", err)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for r := range h.topics[topic] {
		select {
		case r.messages <- data:
		default:
			h.log.Debug("let a slow browser go", "topic", topic)
			h.drop(r)
		}
	}
}

// Readers counts the open streams.
func (h *Hub) Readers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.open
}

// join adds a reader; false when the hub is full or closed.
func (h *Hub) join(topics []string) (*reader, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.open >= maxReaders {
		return nil, false
	}
	r := &reader{topics: topics, messages: make(chan []byte, queued)}
	for _, t := range topics {
		if h.topics[t] == nil {
			h.topics[t] = map[*reader]struct{}{}
		}
		h.topics[t][r] = struct{}{}
	}
	h.open++
	return r, true
}

func (h *Hub) leave(r *reader) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(r)
}

// drop lets a reader go, once. The lock is held.
func (h *Hub) drop(r *reader) {
	if r.gone {
		return
	}
	r.gone = true
	for _, t := range r.topics {
		delete(h.topics[t], r)
		if len(h.topics[t]) == 0 {
			delete(h.topics, t)
		}
	}
	h.open--
	close(r.messages)
}
