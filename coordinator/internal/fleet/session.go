package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/mailleur/mailleur/coordinator/wire"
)

const (
	answerTime = 10 * time.Second // for every answer of the broker; then the connection is given up
	keepAlive  = 15 * time.Second
	retryFirst = 100 * time.Millisecond
	retryLast  = 10 * time.Second
)

// session is one connection to the broker: a client of its own without memory of earlier ones, so that nothing is left
// to the library's store or its reconnection.
type session struct {
	client mqtt.Client
	lost   chan error
}

// connect keeps a session open until ctx ends.
func (f *Fleet) connect(ctx context.Context) {
	for wait := retryFirst; ; wait = min(2*wait, retryLast) {
		began := time.Now()
		err := f.serve(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > time.Minute {
			wait = retryFirst
		}
		f.Log.Warn("connection to the broker", "broker", f.Broker, "error", err, "again_in", wait)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// serve opens one session and waits for its end.
func (f *Fleet) serve(ctx context.Context) error {
	s := &session{lost: make(chan error, 1)}
	s.client = mqtt.NewClient(f.options(s))
	defer s.client.Disconnect(100)
	if err := await(s.client.Connect()); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if err := f.subscribe(s); err != nil {
		return err
	}
	f.session.Store(s)
	defer f.session.CompareAndSwap(s, nil)
	nudge(f.orders)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-s.lost:
		return fmt.Errorf("connection lost: %w", err)
	}
}

func (f *Fleet) options(s *session) *mqtt.ClientOptions {
	o := mqtt.NewClientOptions().AddBroker(f.Broker).SetClientID(f.ClientID).SetUsername(f.User).SetPassword(f.Password).
		SetProtocolVersion(4).SetCleanSession(true).SetResumeSubs(false).SetAutoReconnect(false).SetConnectRetry(false).
		SetKeepAlive(keepAlive).SetPingTimeout(5 * time.Second).SetConnectTimeout(answerTime).SetWriteTimeout(answerTime).
		// In order, because the handler never blocks: reports keep the order in which they were sent.
		SetOrderMatters(true).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { s.lost <- err })
	if f.TLS != nil {
		o.SetTLSConfig(f.TLS)
	}
	return o
}

// subscribe asks for everything that agents send, in one request: a broker may refuse a subscription while a message
// with the same number is under way, and retained messages follow at once.
func (f *Fleet) subscribe(s *session) error {
	filters := map[string]byte{}
	for _, filter := range wire.CoordinatorFilters() {
		filters[filter] = 1
	}
	token := s.client.SubscribeMultiple(filters, func(_ mqtt.Client, m mqtt.Message) {
		topic, err := wire.ParseTopic(m.Topic())
		if err != nil {
			f.Log.Warn("message ignored", "topic", m.Topic())
			return
		}
		f.receive(message{Topic: topic, payload: m.Payload(), retained: m.Retained()})
	})
	if err := await(token); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	sub, ok := token.(*mqtt.SubscribeToken)
	if !ok {
		return errors.New("subscribe: no answer to read")
	}
	// The token reports no error for most refusals; the granted quality of service is what tells.
	for filter, granted := range sub.Result() {
		if granted > 2 {
			return fmt.Errorf("subscribe: the broker refused %s (0x%x)", filter, granted)
		}
	}
	return nil
}

var errOffline = errors.New("not connected to the broker")

// publish sends one message to an agent. No error means that the broker has it, not that the agent does.
func (f *Fleet) publish(agent string, kind wire.Kind, payload any) error {
	s := f.session.Load()
	if s == nil || !s.client.IsConnectionOpen() {
		return errOffline
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("write %s: %w", kind, err)
	}
	rule := wire.RuleOf(kind)
	if err := await(s.client.Publish(wire.Topic{Agent: agent, Kind: kind}.String(), rule.QoS, rule.Retained, raw)); err != nil {
		return fmt.Errorf("publish %s: %w", kind, err)
	}
	return nil
}

// await never waits without an end: a token of a lost connection may never complete.
func await(token mqtt.Token) error {
	if !token.WaitTimeout(answerTime) {
		return errors.New("the broker does not answer")
	}
	return token.Error()
}
