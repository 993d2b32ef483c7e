package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/mailleur/mailleur/coordinator/wire"
)

const (
	brokerTimeout = 10 * time.Second // for every answer of the broker; then the connection is given up
	keepAlive     = 15 * time.Second
	window        = 32 // events sent and not yet acknowledged by the coordinator

	resendLast = time.Minute // longest wait for the coordinator before events are sent again

	telemetryBusy = time.Second
	telemetryIdle = 10 * time.Second

	// A broker that notices late that the last connection of this agent is dead publishes its will over the status of
	// the new one. Saying it again soon, and now and then, mends that.
	statusSoon  = 2 * time.Second
	statusAgain = time.Minute
)

// session is one connection to the broker: a client of its own, with its own epoch and no memory of earlier ones, so
// that nothing is left to the library's store or its reconnection.
type session struct {
	agent  *Agent
	epoch  string
	client mqtt.Client
	lost   chan error
	log    *slog.Logger

	sent      map[string]time.Time // telemetry, by printer
	outbox    string               // that the cursor is about
	cursor    int64                // number of the next event to send
	first     int64                // oldest event kept when it was last looked at
	firstAt   time.Time            // when it was sent last
	resend    time.Duration
	statusDue time.Time
}

func (a *Agent) newSession(epoch string) (*session, error) {
	s := &session{agent: a, epoch: epoch, lost: make(chan error, 1), log: a.log, sent: map[string]time.Time{}}
	o, err := s.options()
	if err != nil {
		return nil, err
	}
	s.client = mqtt.NewClient(o)
	return s, nil
}

func (s *session) options() (*mqtt.ClientOptions, error) {
	tls, err := s.agent.secrets.tlsConfig()
	if err != nil {
		return nil, err
	}
	will, err := json.Marshal(s.agent.status(s.epoch, false))
	if err != nil {
		return nil, fmt.Errorf("write last will: %w", err)
	}
	o := mqtt.NewClientOptions().AddBroker(s.agent.config.Broker).
		SetClientID(s.agent.config.Agent).SetUsername(s.agent.config.Agent).SetPassword(s.agent.secrets.Token).
		SetProtocolVersion(4).SetCleanSession(true).SetResumeSubs(false).
		SetAutoReconnect(false).SetConnectRetry(false).
		SetKeepAlive(keepAlive).SetPingTimeout(5*time.Second).SetConnectTimeout(brokerTimeout).SetWriteTimeout(brokerTimeout).
		// In order, because the handler never blocks: commands keep the order in which they were given.
		SetOrderMatters(true).
		SetBinaryWill(s.topic(wire.KindStatus, ""), will, 1, true).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { s.lost <- err })
	if tls != nil {
		o.SetTLSConfig(tls)
	}
	return o, nil
}

func (s *session) topic(kind wire.Kind, printer string) string {
	return wire.Topic{Agent: s.agent.config.Agent, Kind: kind, Printer: printer}.String()
}

// run connects and serves until the connection is lost or ctx ends; then it says offline and hangs up.
func (s *session) run(ctx context.Context) error {
	if err := s.connect(ctx); err != nil {
		s.client.Disconnect(0)
		return fmt.Errorf("connect to %s: %w", s.agent.config.Broker, err)
	}
	defer s.hangUp(ctx)
	if err := s.open(ctx); err != nil {
		return err
	}
	s.log.Info("connected", "broker", s.agent.config.Broker, "epoch", s.epoch)
	s.agent.tray.connected()
	err := s.serve(ctx)
	if ctx.Err() == nil || errors.Is(context.Cause(ctx), ErrHandOver) || !s.client.IsConnectionOpen() {
		return err
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), brokerTimeout)
	defer cancel()
	return errors.Join(s.send(last), s.publish(last, wire.KindStatus, "", s.agent.status(s.epoch, false)))
}

// hangUp leaves what is under way a moment to arrive, unless another agent waits to take over.
func (s *session) hangUp(ctx context.Context) {
	if errors.Is(context.Cause(ctx), ErrHandOver) {
		s.client.Disconnect(0)
		return
	}
	s.client.Disconnect(250)
}

func (s *session) connect(ctx context.Context) error {
	token := s.client.Connect()
	late := time.NewTimer(brokerTimeout)
	defer late.Stop()
	select {
	case <-token.Done():
		return token.Error()
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return errBroker
	}
}

// open subscribes before the status tells the epoch, so that no command can come before it is listened for.
func (s *session) open(ctx context.Context) error {
	filters := map[string]byte{}
	for _, f := range wire.AgentFilter(s.agent.config.Agent) {
		filters[f] = 1
	}
	var err error
	for range 3 { // a broker may refuse while a message with the same packet number is under way
		if err = s.subscribe(ctx, filters); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	s.agent.epoch.Store(&s.epoch)
	return s.sayOnline(ctx, statusSoon)
}

func (s *session) sayOnline(ctx context.Context, again time.Duration) error {
	s.statusDue = time.Now().Add(again)
	return s.publish(ctx, wire.KindStatus, "", s.agent.status(s.epoch, true))
}

func (s *session) subscribe(ctx context.Context, filters map[string]byte) error {
	token := s.client.SubscribeMultiple(filters, s.receive)
	if err := await(ctx, token); err != nil {
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

// receive runs in the library's reader: it must not block.
func (s *session) receive(_ mqtt.Client, m mqtt.Message) {
	topic, err := wire.ParseTopic(m.Topic())
	if err != nil || topic.Agent != s.agent.config.Agent {
		s.log.Warn("message ignored", "topic", m.Topic())
		return
	}
	in := message{kind: topic.Kind, payload: m.Payload(), epoch: s.epoch, at: time.Now()}
	box := s.agent.orders
	if topic.Kind == wire.KindEventAck {
		box = s.agent.acks
	}
	select {
	case box <- in:
	default:
		s.log.Warn("message dropped: too many wait", "topic", m.Topic())
	}
}

// serve sends what there is to send until something ends it.
func (s *session) serve(ctx context.Context) error {
	beat := time.NewTicker(telemetryBusy / 4)
	defer beat.Stop()
	for {
		if err := s.send(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-s.lost:
			return fmt.Errorf("connection lost: %w", err)
		case <-s.agent.tray.wake:
		case <-beat.C:
		}
	}
}

// send publishes everything that is due.
func (s *session) send(ctx context.Context) error {
	if s.agent.tray.takeStatus() || !time.Now().Before(s.statusDue) {
		if err := s.sayOnline(ctx, statusAgain); err != nil {
			return err
		}
	}
	acks := s.agent.tray.takeAcks()
	for i, ack := range acks {
		if err := s.publish(ctx, wire.KindCommandAck, "", ack); err != nil {
			s.agent.tray.returnAcks(acks[i:])
			return err
		}
	}
	if err := s.sendEvents(ctx); err != nil {
		return err
	}
	for printer, state := range s.agent.tray.takeStates() {
		if err := s.publish(ctx, wire.KindState, printer, state); err != nil {
			return err // the next session sends every state again
		}
	}
	return s.sendTelemetry(ctx)
}

func (s *session) sendTelemetry(ctx context.Context) error {
	now := time.Now()
	due := func(printer string, m wire.Telemetry) bool {
		every := telemetryIdle
		if m.Attempt != "" {
			every = telemetryBusy
		}
		return now.Sub(s.sent[printer]) >= every
	}
	for printer, m := range s.agent.tray.takeTelemetry(due) {
		s.sent[printer] = now
		if err := s.publish(ctx, wire.KindTelemetry, printer, m); err != nil {
			return err
		}
	}
	return nil
}

// sendEvents sends the events behind the cursor, within the window. The broker's acknowledgement only keeps the pace:
// an event is done with when the coordinator says so, and is sent again when it does not.
func (s *session) sendEvents(ctx context.Context) error {
	events, err := s.agent.spool.From(1, window)
	if err != nil || len(events) == 0 {
		return err
	}
	now := time.Now()
	if s.agent.heard.Swap(false) {
		s.resend = s.agent.options.ResendAfter
	}
	switch {
	case events[0].Outbox != s.outbox:
		s.outbox, s.cursor = events[0].Outbox, events[0].Seq
		s.first, s.firstAt, s.resend = s.cursor, now, s.agent.options.ResendAfter
	case events[0].Seq != s.first:
		s.first, s.firstAt, s.resend = events[0].Seq, now, s.agent.options.ResendAfter
		s.cursor = max(s.cursor, s.first)
	case s.cursor > s.first && now.Sub(s.firstAt) >= s.resend:
		s.log.Info("events sent again", "from", s.first)
		s.cursor, s.firstAt, s.resend = s.first, now, min(2*s.resend, resendLast)
	}
	var tokens []mqtt.Token
	for _, ev := range events {
		if ev.Seq < s.cursor {
			continue
		}
		token, err := s.start(wire.KindEvent, "", ev)
		if err != nil {
			return err
		}
		tokens = append(tokens, token)
		s.cursor = ev.Seq + 1
	}
	for _, token := range tokens {
		if err := await(ctx, token); err != nil {
			return fmt.Errorf("publish event: %w", err)
		}
	}
	return nil
}

// publish sends one message and waits for the broker's word, within its time.
func (s *session) publish(ctx context.Context, kind wire.Kind, printer string, payload any) error {
	token, err := s.start(kind, printer, payload)
	if err != nil {
		return err
	}
	if err := await(ctx, token); err != nil {
		return fmt.Errorf("publish %s: %w", kind, err)
	}
	return nil
}

func (s *session) start(kind wire.Kind, printer string, payload any) (mqtt.Token, error) {
	if !s.client.IsConnectionOpen() {
		return nil, mqtt.ErrNotConnected
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", kind, err)
	}
	rule := wire.RuleOf(kind)
	return s.client.Publish(s.topic(kind, printer), rule.QoS, rule.Retained, raw), nil
}

// errBroker means that the broker did not answer within its time.
var errBroker = errors.New("the broker does not answer")

// await never waits without an end: a token of a lost connection may never complete.
func await(ctx context.Context, token mqtt.Token) error {
	late := time.NewTimer(brokerTimeout)
	defer late.Stop()
	select {
	case <-token.Done():
		return token.Error()
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return errBroker
	}
}
