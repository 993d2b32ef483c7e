package broker_test

import (
	"fmt"
	"net"
	"os"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/internal/broker"
	"github.com/mailleur/mailleur/coordinator/wire"
)

// Ensure that names made of wildcards, of levels or of the coordinator's own name open nothing, whatever the token.
func TestNoNameOpensTheTopicsOfOthers(t *testing.T) {
	b, _ := start(t, broker.Config{})
	for _, name := range []string{"+", "#", "a/b", "$SYS", "../a", "A", "a b", "coordinator", "", "a\x01"} {
		token := paho.NewClient(options(b, name, name, name)).Connect()
		require.True(t, token.WaitTimeout(patience), name)
		require.Error(t, token.Error(), name)
	}
}

// Ensure that only MQTT 3.1.1 is spoken: the rules of the door were not made for aliases of topics and delayed wills.
func TestOtherVersionsAreRefused(t *testing.T) {
	b, _ := start(t, broker.Config{})
	for version, more := range map[byte]string{5: "\x00", 3: ""} {
		name := "MQTT"
		if version == 3 {
			name = "MQIsdp"
		}
		body := fmt.Sprintf("\x00%c%s%c\xc2\x00\x3c%s\x00\x01a\x00\x01a\x00\x01a", len(name), name, version, more)
		conn, err := net.Dial("tcp", b.Addr())
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		_, err = conn.Write(append([]byte{0x10, byte(len(body))}, body...))
		require.NoError(t, err)
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
		answer := make([]byte, 4)
		n, _ := conn.Read(answer)
		require.False(t, n >= 4 && answer[0] == 0x20 && answer[3] == 0, "version %d was let in", version)
	}
}

// Ensure that nothing is kept for late subscribers but what the contract says, so that an old event or answer cannot be
// played to a coordinator that starts.
func TestOnlyStatusAndStateAreKept(t *testing.T) {
	b, _ := start(t, broker.Config{})
	a := agent(t, b, "a")
	for _, topic := range []string{"event", "command-ack", "printer/p/telemetry", "printer/p/state", "status"} {
		done(t, a.Publish("mailleur/v1/agent/a/"+topic, 1, true, topic))
	}
	boss := coordinator(t, b)
	var kept []string
	for _, f := range wire.CoordinatorFilters() {
		got, ok := subscribe(t, boss, f)
		require.True(t, ok)
		if f == "mailleur/v1/agent/+/status" || f == "mailleur/v1/agent/+/printer/+/state" {
			kept = append(kept, string(next(t, got).Payload()))
		} else {
			done(t, boss.Publish("mailleur/v1/agent/a/command", 1, false, "after all that is kept"))
			require.Empty(t, got, f)
		}
	}
	require.ElementsMatch(t, []string{"status", "printer/p/state"}, kept)
}

// Ensure that the coordinator's orders are never kept, so that none waits for an agent that comes back.
func TestOrdersAreNeverKept(t *testing.T) {
	b, _ := start(t, broker.Config{})
	boss := coordinator(t, b)
	done(t, boss.Publish("mailleur/v1/agent/a/command", 1, true, "start"))
	done(t, boss.Publish("mailleur/v1/agent/b/command", 1, true, "handled after the first")) // which is acknowledged before it is handed out
	a := agent(t, b, "a")
	orders, ok := subscribe(t, a, "mailleur/v1/agent/a/command")
	require.True(t, ok)
	done(t, boss.Publish("mailleur/v1/agent/a/command", 1, true, "now"))
	require.Equal(t, "now", string(next(t, orders).Payload()))
}

// Ensure that one agent cannot fill the memory with invented printers, while its printers are still heard.
func TestAnAgentKeepsOnlySoMuch(t *testing.T) {
	b, _ := start(t, broker.Config{})
	a := agent(t, b, "a")
	for n := range 200 {
		done(t, a.Publish(fmt.Sprintf("mailleur/v1/agent/a/printer/p%d/state", n), 1, true, "x"))
	}
	done(t, a.Publish("mailleur/v1/agent/a/printer/p0/state", 1, true, "new"))
	other := agent(t, b, "b")
	done(t, other.Publish("mailleur/v1/agent/b/printer/q/state", 1, true, "b"))
	got := make(chan paho.Message, 256)
	done(t, coordinator(t, b).Subscribe("mailleur/v1/agent/+/printer/+/state", 1, func(_ paho.Client, m paho.Message) { got <- m }))
	words := map[string]string{}
	for len(words) < 128+1 {
		m := next(t, got)
		words[m.Topic()] = string(m.Payload())
	}
	done(t, other.Publish("mailleur/v1/agent/b/printer/r/state", 1, false, "after all that is kept"))
	for m := next(t, got); string(m.Payload()) != "after all that is kept"; m = next(t, got) {
		words[m.Topic()] = string(m.Payload()) // one may come twice: kept, and as it was handed out
	}
	require.Len(t, words, 128+1)
	require.Equal(t, "new", words["mailleur/v1/agent/a/printer/p0/state"])
	require.Equal(t, "b", words["mailleur/v1/agent/b/printer/q/state"])
}

// Ensure that connections that say nothing do not take every place: beyond a number the next is closed at once, and when
// they go, agents enter again.
func TestSilentConnectionsAreBounded(t *testing.T) {
	b, _ := start(t, broker.Config{MaxClients: 1})
	silent := make([]net.Conn, 0, 600)
	for range 600 {
		c, err := net.Dial("tcp", b.Addr())
		require.NoError(t, err)
		silent = append(silent, c)
	}
	last := silent[len(silent)-1]
	require.NoError(t, last.SetReadDeadline(time.Now().Add(patience)))
	_, err := last.Read(make([]byte, 1))
	require.Error(t, err)
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "closed, not left waiting")
	for _, c := range silent {
		require.NoError(t, c.Close())
	}
	require.Eventually(t, func() bool {
		c := paho.NewClient(options(b, "a", "a", "a"))
		token := c.Connect()
		defer c.Disconnect(0)
		return token.WaitTimeout(patience) && token.Error() == nil
	}, patience, 10*time.Millisecond)
}
