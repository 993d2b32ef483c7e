package broker_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"maps"
	"math/big"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/internal/broker"
	"github.com/mailleur/mailleur/coordinator/wire"
)

const patience = 5 * time.Second

// agents lets in every agent whose token is its own name and that is not shut out.
type agents struct {
	mu  sync.Mutex
	out map[string]bool
}

func (a *agents) Authenticate(_ context.Context, agent, token string) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return agent == token && !a.out[agent], nil
}

func (a *agents) shut(agent string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.out[agent] = true
}

func start(t *testing.T, c broker.Config) (*broker.Broker, *agents) {
	t.Helper()
	known := &agents{out: map[string]bool{}}
	c.Plain, c.Agents, c.Log = "127.0.0.1:0", known, slog.New(slog.DiscardHandler)
	b, err := broker.New(c)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-ended:
			require.NoError(t, err)
		case <-time.After(patience):
			t.Error("the broker does not end")
		}
	})
	return b, known
}

func options(b *broker.Broker, id, user, password string) *paho.ClientOptions {
	return paho.NewClientOptions().AddBroker("tcp://" + b.Addr()).SetClientID(id).SetUsername(user).SetPassword(password).
		SetAutoReconnect(false).SetConnectTimeout(patience).SetProtocolVersion(4)
}

func connect(t *testing.T, o *paho.ClientOptions) paho.Client {
	t.Helper()
	c := paho.NewClient(o)
	done(t, c.Connect())
	t.Cleanup(func() { c.Disconnect(0) })
	return c
}

func agent(t *testing.T, b *broker.Broker, name string) paho.Client {
	return connect(t, options(b, name, name, name))
}

func coordinator(t *testing.T, b *broker.Broker) paho.Client {
	user, password := b.Credentials()
	return connect(t, options(b, "coordinator-test", user, password))
}

func done(t *testing.T, token paho.Token) {
	t.Helper()
	require.True(t, token.WaitTimeout(patience), "no answer from the broker")
	require.NoError(t, token.Error())
}

// subscribe returns what arrives, and whether the broker granted the filter.
func subscribe(t *testing.T, c paho.Client, filter string) (<-chan paho.Message, bool) {
	t.Helper()
	got := make(chan paho.Message, 16)
	token := c.Subscribe(filter, 1, func(_ paho.Client, m paho.Message) { got <- m })
	require.True(t, token.WaitTimeout(patience))
	granted := slices.Collect(maps.Values(token.(*paho.SubscribeToken).Result()))
	require.Len(t, granted, 1)
	return got, granted[0] <= 1
}

func next(t *testing.T, got <-chan paho.Message) paho.Message {
	t.Helper()
	select {
	case m := <-got:
		return m
	case <-time.After(patience):
		t.Fatal("no message")
		return nil
	}
}

// Ensure that an agent's report reaches the coordinator and the coordinator's order reaches that agent.
func TestAgentAndCoordinatorReachEachOther(t *testing.T) {
	b, _ := start(t, broker.Config{})
	boss, a := coordinator(t, b), agent(t, b, "a")
	orders, ok := subscribe(t, a, wire.Topic{Agent: "a", Kind: wire.KindCommand}.String())
	require.True(t, ok)
	var reports <-chan paho.Message
	for _, f := range wire.CoordinatorFilters() {
		got, ok := subscribe(t, boss, f)
		require.True(t, ok, f)
		if topic := (wire.Topic{Agent: "+", Kind: wire.KindEvent}).String(); f == topic {
			reports = got
		}
	}
	done(t, a.Publish(wire.Topic{Agent: "a", Kind: wire.KindEvent}.String(), 1, false, "e"))
	require.Equal(t, "e", string(next(t, reports).Payload()))
	done(t, boss.Publish(wire.Topic{Agent: "a", Kind: wire.KindCommand}.String(), 1, false, "c"))
	require.Equal(t, "c", string(next(t, orders).Payload()))
}

// Ensure that nobody enters with a wrong token, another's client id, another's last will, or the coordinator's name.
func TestTheDoorIsClosedToStrangers(t *testing.T) {
	b, known := start(t, broker.Config{})
	known.shut("revoked")
	_, secret := b.Credentials()
	will := options(b, "a", "a", "a").SetWill(wire.Topic{Agent: "b", Kind: wire.KindStatus}.String(), "x", 1, true)
	for name, o := range map[string]*paho.ClientOptions{
		"wrong token":               options(b, "a", "a", "b"),
		"no name":                   options(b, "", "", ""),
		"client id of another":      options(b, "b", "a", "a"),
		"will of another":           will,
		"revoked":                   options(b, "revoked", "revoked", "revoked"),
		"coordinator, wrong secret": options(b, "coordinator-1", broker.CoordinatorUser, "guess"),
		"coordinator as an agent":   options(b, "a", broker.CoordinatorUser, secret),
	} {
		token := paho.NewClient(o).Connect()
		require.True(t, token.WaitTimeout(patience), name)
		require.Error(t, token.Error(), name)
	}
}

// Ensure that an agent hears no other agent's orders, and that no filter wider than its own two topics is granted.
func TestAnAgentCannotListenElsewhere(t *testing.T) {
	b, _ := start(t, broker.Config{})
	a := agent(t, b, "a")
	for _, filter := range []string{
		"#", "mailleur/v1/agent/#", "mailleur/v1/agent/+/command", "mailleur/v1/agent/b/command", "mailleur/v1/agent/b/status",
		"mailleur/v1/agent/a/#", "$share/g/mailleur/v1/agent/a/command", "$SYS/#",
	} {
		_, ok := subscribe(t, a, filter)
		require.False(t, ok, filter)
	}
}

// Ensure that an agent that speaks for another, or gives orders, is cut off and not heard.
func TestAnAgentCannotSpeakForAnother(t *testing.T) {
	for _, topic := range []string{"mailleur/v1/agent/b/event", "mailleur/v1/agent/a/command", "mailleur/v1/agent/b/status", "elsewhere"} {
		b, _ := start(t, broker.Config{})
		boss, a, other := coordinator(t, b), agent(t, b, "a"), agent(t, b, "b")
		events, _ := subscribe(t, boss, "mailleur/v1/agent/+/event")
		orders, _ := subscribe(t, a, "mailleur/v1/agent/a/command")
		a.Publish(topic, 1, false, "forged")
		require.Eventually(t, func() bool { return !a.IsConnectionOpen() }, patience, 5*time.Millisecond, topic)
		done(t, other.Publish("mailleur/v1/agent/b/event", 1, false, "true"))
		require.Equal(t, "true", string(next(t, events).Payload()))
		require.Empty(t, orders)
	}
}

// Ensure that the coordinator's own connection keeps to its half of the contract.
func TestTheCoordinatorCannotReport(t *testing.T) {
	b, _ := start(t, broker.Config{})
	boss := coordinator(t, b)
	boss.Publish("mailleur/v1/agent/a/event", 1, false, "x")
	require.Eventually(t, func() bool { return !boss.IsConnectionOpen() }, patience, 5*time.Millisecond)
}

// Ensure that a revoked agent is cut off at once, its offline word is heard, and nothing that it retained is left for
// whoever subscribes later.
func TestARevokedAgentLeavesNothingBehind(t *testing.T) {
	b, known := start(t, broker.Config{})
	status := wire.Topic{Agent: "a", Kind: wire.KindStatus}.String()
	a := connect(t, options(b, "a", "a", "a").SetWill(status, "offline", 1, true))
	done(t, a.Publish(status, 1, true, "online"))
	done(t, a.Publish("mailleur/v1/agent/a/printer/p/state", 1, true, "ready"))
	boss := coordinator(t, b)
	words, _ := subscribe(t, boss, "mailleur/v1/agent/+/status")
	require.Equal(t, "online", string(next(t, words).Payload()))
	known.shut("a")
	b.Disconnect("a")
	require.Equal(t, "offline", string(next(t, words).Payload()))
	require.Eventually(t, func() bool { return !a.IsConnectionOpen() }, patience, 5*time.Millisecond)

	user, password := b.Credentials()
	require.Eventually(t, func() bool {
		late := connect(t, options(b, "coordinator-late", user, password))
		defer late.Disconnect(0)
		words, _ := subscribe(t, late, "mailleur/v1/agent/+/status")
		states, _ := subscribe(t, late, "mailleur/v1/agent/+/printer/+/state")
		agent(t, b, "b").Publish("mailleur/v1/agent/b/status", 1, true, "b")
		return string(next(t, words).Payload()) == "b" && len(states) == 0
	}, patience, 10*time.Millisecond)
}

// Ensure that sessions are never kept: what was sent while an agent was away is not the broker's to deliver.
func TestSessionsAreAlwaysClean(t *testing.T) {
	b, _ := start(t, broker.Config{})
	boss := coordinator(t, b)
	a := connect(t, options(b, "a", "a", "a").SetCleanSession(false))
	subscribe(t, a, "mailleur/v1/agent/a/command")
	a.Disconnect(0)
	done(t, boss.Publish("mailleur/v1/agent/a/command", 1, false, "while away"))
	back := make(chan paho.Message, 1)
	again := connect(t, options(b, "a", "a", "a").SetCleanSession(false).
		SetDefaultPublishHandler(func(_ paho.Client, m paho.Message) { back <- m }))
	orders, ok := subscribe(t, again, "mailleur/v1/agent/a/command")
	require.True(t, ok)
	done(t, boss.Publish("mailleur/v1/agent/a/command", 1, false, "now"))
	require.Equal(t, "now", string(next(t, orders).Payload()))
	require.Empty(t, back)
}

// Ensure that TLS serves, that a silent connection does not keep the broker from ending, and that plain MQTT is never
// offered to the network.
func TestListeners(t *testing.T) {
	certificate, pool := selfSigned(t)
	b, _ := start(t, broker.Config{TLS: "127.0.0.1:0", Certificates: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}})
	o := options(b, "a", "a", "a").SetTLSConfig(&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12})
	o.Servers = nil
	connect(t, o.AddBroker("ssl://"+b.TLSAddr()))
	silent, err := net.Dial("tcp", b.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })

	log := slog.New(slog.DiscardHandler)
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:1883", b.Addr()} {
		_, err := broker.New(broker.Config{Plain: address, Log: log})
		require.Error(t, err, address)
	}
	_, err = broker.New(broker.Config{Plain: "127.0.0.1:0", TLS: "127.0.0.1:0", Log: log})
	require.Error(t, err, "TLS without a certificate")
}

func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
