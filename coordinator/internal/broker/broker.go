// Package broker runs the embedded MQTT 3.1.1 broker: a plain listener on loopback, a TLS listener for the agents.
// It lets an agent in by its token and confines it to the topics of wire; nothing durable rests on it, because every
// session is clean and everything in memory is gone with the process.
package broker

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
)

// CoordinatorUser is the user name of the coordinator's own connections. No agent can have it: agents are named by
// identifiers.
const CoordinatorUser = "coordinator"

const (
	firstPacket  = 10 * time.Second // from a connection's start to its CONNECT, TLS handshake included
	writesQueued = 4096             // messages waiting for one connection; 8 bytes each are taken on connecting
	inflight     = 16384            // unacknowledged QoS 1 messages of one connection
	packetBytes  = 64 << 10
	waiting      = 512 // connections beyond MaxClients that may be about to introduce themselves
	keptTopics   = 128 // retained for one agent: more than the printers that it may bring
)

// Authenticator knows the agents. A false answer is a refusal, an error a fault of the coordinator; both close the door.
type Authenticator interface {
	Authenticate(ctx context.Context, agent, token string) (bool, error)
}

// Config says where to listen. Plain must be a loopback address, because it carries tokens in the clear; TLS may be
// empty, else it needs Certificates. Port 0 takes a free port.
type Config struct {
	Plain        string
	TLS          string
	Certificates *tls.Config
	MaxClients   int64 // 0 means 2000
	Agents       Authenticator
	Log          *slog.Logger
}

// Broker is the embedded broker. Its methods may be called from any goroutine.
type Broker struct {
	server *mqtt.Server
	doors  []*door
	plain  net.Addr
	secure net.Addr
	secret string
	agents Authenticator
	log    *slog.Logger
	guests int // connections that one listener takes, those that have not introduced themselves included

	mu      sync.Mutex
	revoked map[string]bool
	inside  map[string]*visitor        // by client id: the one connection that may act under it
	kept    map[string]map[string]bool // retained topics by agent

	keeping sync.RWMutex // of what the library retains
}

// New opens the listeners, so that a taken port is known at once; clients are served by Run.
func New(c Config) (*Broker, error) {
	if c.MaxClients == 0 {
		c.MaxClients = 2000
	}
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("make broker secret: %w", err)
	}
	b := &Broker{
		secret: hex.EncodeToString(secret), agents: c.Agents, log: c.Log,
		revoked: map[string]bool{}, inside: map[string]*visitor{}, kept: map[string]map[string]bool{}, guests: int(c.MaxClients + waiting),
	}
	b.server = mqtt.New(&mqtt.Options{Capabilities: capabilities(c.MaxClients), Logger: quiet(c.Log)})
	if err := b.listen(c); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *Broker) listen(c Config) error {
	host, _, err := net.SplitHostPort(c.Plain)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("listen for MQTT on %q: without TLS only a loopback address is allowed", c.Plain)
	}
	plain, err := net.Listen("tcp", c.Plain)
	if err != nil {
		return fmt.Errorf("listen for MQTT: %w", err)
	}
	b.plain = plain.Addr()
	if err := b.add("plain", plain); err != nil || c.TLS == "" {
		return err
	}
	if c.Certificates == nil {
		return errors.New("listen for MQTT over TLS: no certificate")
	}
	secure, err := net.Listen("tcp", c.TLS)
	if err != nil {
		return fmt.Errorf("listen for MQTT over TLS: %w", err)
	}
	b.secure = secure.Addr()
	return b.add("tls", tls.NewListener(secure, c.Certificates))
}

func (b *Broker) add(name string, l net.Listener) error {
	d := newDoor(name, l, b.guests, b.log)
	b.doors = append(b.doors, d)
	if err := b.server.AddListener(d); err != nil {
		return fmt.Errorf("add MQTT listener: %w", err)
	}
	return nil
}

// Run serves clients until ctx ends, and returns once every connection is closed. It may be called once.
func (b *Broker) Run(ctx context.Context) error {
	authenticate := func(agent, token string) bool { return b.authenticate(ctx, agent, token) }
	if err := b.server.AddHook(&gate{broker: b, authenticate: authenticate}, nil); err != nil {
		return fmt.Errorf("add broker rules: %w", err)
	}
	if err := b.server.Serve(); err != nil {
		return fmt.Errorf("serve MQTT: %w", err)
	}
	<-ctx.Done()
	b.close()
	if err := b.server.Close(); err != nil {
		return fmt.Errorf("close broker: %w", err)
	}
	return nil
}

func (b *Broker) close() {
	for _, d := range b.doors {
		d.shut()
	}
}

// Addr is where the plain listener is, with its real port.
func (b *Broker) Addr() string { return b.plain.String() }

// TLSAddr is where the TLS listener is, or "" without one.
func (b *Broker) TLSAddr() string {
	if b.secure == nil {
		return ""
	}
	return b.secure.String()
}

// Credentials are the user name and the password of the coordinator's own connections; the password is new with every
// start. Client ids begin with CoordinatorUser.
func (b *Broker) Credentials() (user, password string) { return CoordinatorUser, b.secret }

// Disconnect ends the connection of a revoked agent and forgets what it retained. The agent is refused until the
// Authenticator lets it in again.
func (b *Broker) Disconnect(agent string) {
	b.mu.Lock()
	b.revoked[agent] = true
	last := b.inside[agent]
	b.mu.Unlock()
	if last != nil {
		_ = last.Close() // its reader sees it
		<-last.ended
	}
	b.forget(agent)
}

// admit makes v the only connection of a client id: one that was there before is closed, and v waits until the broker
// has done with it. The library would otherwise drop the new connection's entry while it clears away the old one.
func (b *Broker) admit(id string, v *visitor) {
	for {
		b.mu.Lock()
		last := b.inside[id]
		if last == nil || isClosed(last.ended) {
			b.inside[id] = v
			b.mu.Unlock()
			return
		}
		b.mu.Unlock()
		_ = last.Close() // its reader sees it
		<-last.ended
	}
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (b *Broker) isRevoked(agent string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.revoked[agent]
}

func (b *Broker) authenticate(ctx context.Context, agent, token string) bool {
	ctx, cancel := context.WithTimeout(ctx, firstPacket)
	defer cancel()
	ok, err := b.agents.Authenticate(ctx, agent, token)
	if err != nil {
		b.log.Error("agent cannot be authenticated", "agent", agent, "error", err)
		return false
	}
	if ok {
		b.mu.Lock()
		delete(b.revoked, agent)
		b.mu.Unlock()
	}
	return ok
}

// capabilities bounds what clients may take. Retained messages never expire, which a zero message expiry means.
func capabilities(clients int64) *mqtt.Capabilities {
	c := mqtt.NewDefaultServerCapabilities()
	c.MaximumClients = clients
	c.MaximumMessageExpiryInterval = 0
	c.MaximumClientWritesPending = writesQueued
	c.MaximumSessionExpiryInterval = 60
	c.MaximumPacketSize = packetBytes
	c.MaximumInflight = inflight
	c.TopicAliasMaximum = 0
	c.SharedSubAvailable = 0
	c.MinimumProtocolVersion = 4
	c.MaximumQos = 1
	return c
}
