package broker_test

import (
	"fmt"
	"testing"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/internal/broker"
)

// Ensure that what is kept may change while the coordinator asks for it: the race detector looks on.
func TestKeptMessagesChangeWhileTheyAreRead(t *testing.T) {
	b, _ := start(t, broker.Config{})
	a, boss := agent(t, b, "a"), coordinator(t, b)
	ended := make(chan paho.Token)
	go func() {
		var last paho.Token
		for n := range 400 {
			last = a.Publish(fmt.Sprintf("mailleur/v1/agent/a/printer/p%d/state", n%20), 1, true, fmt.Sprint(n))
		}
		ended <- last
	}()
	for range 40 {
		done(t, boss.Subscribe("mailleur/v1/agent/+/printer/+/state", 1, func(paho.Client, paho.Message) {}))
	}
	done(t, <-ended)
	got := make(chan paho.Message, 512)
	done(t, boss.Subscribe("mailleur/v1/agent/+/printer/+/state", 1, func(_ paho.Client, m paho.Message) { got <- m }))
	for words := map[string]bool{}; len(words) < 20; {
		words[next(t, got).Topic()] = true
	}
	b.Disconnect("a")
	require.Eventually(t, func() bool { return !a.IsConnectionOpen() }, patience, patience/1000)
}

// Ensure that a last will is kept as a status is, for a coordinator that comes later.
func TestALastWillIsKept(t *testing.T) {
	b, _ := start(t, broker.Config{})
	a := connect(t, options(b, "a", "a", "a").SetWill("mailleur/v1/agent/a/status", "gone", 1, true))
	done(t, a.Publish("mailleur/v1/agent/a/status", 1, true, "here"))
	now, ok := subscribe(t, coordinator(t, b), "mailleur/v1/agent/+/status")
	require.True(t, ok)
	require.Equal(t, "here", string(next(t, now).Payload()))
	again := connect(t, options(b, "a", "a", "a")) // puts the first one out, whose will is then sent
	said := next(t, now)
	for string(said.Payload()) == "here" { // acknowledged before it is passed on: it may come to who subscribed since as well
		said = next(t, now)
	}
	require.Equal(t, "gone", string(said.Payload()))
	user, password := b.Credentials()
	later, ok := subscribe(t, connect(t, options(b, "coordinator-later", user, password)), "mailleur/v1/agent/+/status")
	require.True(t, ok)
	m := next(t, later)
	require.Equal(t, "gone", string(m.Payload()))
	require.True(t, m.Retained())
	require.True(t, again.IsConnectionOpen())
}
