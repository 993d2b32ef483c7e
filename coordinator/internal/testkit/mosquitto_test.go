package testkit_test

import (
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"github.com/mailleur/mailleur/coordinator/internal/testkit"
)

// The broker hands a message from one client to another, and takes further settings.
func TestMosquittoHandsMessagesOver(t *testing.T) {
	address := testkit.Mosquitto(t, "max_packet_size 2000")
	got := make(chan string, 1)
	listener, speaker := dial(t, address, "listener"), dial(t, address, "speaker")
	await(t, listener.Subscribe("visor", 1, func(_ mqtt.Client, m mqtt.Message) { got <- string(m.Payload()) }))
	await(t, speaker.Publish("visor", 1, false, "ready"))
	select {
	case text := <-got:
		if text != "ready" {
			t.Fatalf("got %q", text)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the message did not arrive")
	}
}

func dial(t *testing.T, address, id string) mqtt.Client {
	t.Helper()
	client := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(address).SetClientID(id))
	await(t, client.Connect())
	t.Cleanup(func() { client.Disconnect(0) })
	return client
}

func await(t *testing.T, token mqtt.Token) {
	t.Helper()
	if !token.WaitTimeout(10 * time.Second) {
		t.Fatal("the broker does not answer")
	}
	if err := token.Error(); err != nil {
		t.Fatal(err)
	}
}
