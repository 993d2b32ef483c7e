package fleet_test

import (
	"fmt"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/fleet"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/wire"
)

// intruder is an agent of another maker, let in by its own token.
func (l *lab) intruder() (say func(kind wire.Kind, printer, payload string)) {
	l.Helper()
	l.update(func(tx *store.Tx) error {
		require.NoError(l, tx.AddAgent(&fab.Agent{ID: "intruder", MakerID: "maker", TokenHash: "i", Online: true, CreatedAt: tx.Now()}))
		return tx.AddWorker(&fab.Worker{ID: "r", Kind: fab.WorkerPrinter, Name: "r", MakerID: "maker", AgentID: "intruder", Key: "r", State: "ready", CreatedAt: tx.Now(), UpdatedAt: tx.Now()})
	})
	client := paho.NewClient(paho.NewClientOptions().AddBroker("tcp://" + l.broker.Addr()).SetClientID("intruder").SetUsername("intruder").SetPassword("intruder").SetAutoReconnect(false))
	l.settle(client.Connect())
	l.Cleanup(func() { client.Disconnect(0) })
	return func(kind wire.Kind, printer, payload string) {
		l.Helper()
		l.settle(client.Publish(wire.Topic{Agent: "intruder", Printer: printer, Kind: kind}.String(), wire.RuleOf(kind).QoS, false, payload))
	}
}

// Ensure that an agent neither ends, finishes nor keeps alive what another agent prints, though it knows its name.
func TestAnAgentCannotTouchAnothersWork(t *testing.T) {
	l := newLab(t, fleet.Config{Silence: 400 * time.Millisecond})
	owner, say := l.join("e1"), l.intruder()
	l.lease("b", "r")
	for _, id := range []fab.AttemptID{"a", "b"} { // leases that every sign of life would lengthen
		l.update(func(tx *store.Tx) error {
			a, err := tx.Attempt(id)
			require.NoError(t, err)
			a.LeaseUntil = tx.Now()
			return tx.SetAttempt(&a)
		})
	}
	began, own := l.attempt("a").LeaseUntil, l.attempt("b").LeaseUntil
	for n, kind := range []wire.EventKind{wire.EventStarted, wire.EventFailed, wire.EventFinished, wire.EventStopped} {
		say(wire.KindEvent, "", fmt.Sprintf(`{"outbox":"box","seq":%d,"kind":%q,"printer":"r","attempt":"a","at":"2026-01-01T00:00:00Z"}`, n+1, kind))
	}
	say(wire.KindEvent, "", `{"outbox":"box","seq":5,"kind":"cleared","printer":"p","at":"2026-01-01T00:00:00Z"}`)
	l.eventually("its own lease is renewed", func() bool {
		say(wire.KindState, "r", `{"word":"printing","attempt":"a"}`)
		say(wire.KindTelemetry, "r", `{"attempt":"b"}`)
		return l.attempt("b").LeaseUntil.After(own)
	})
	require.Equal(t, began, l.attempt("a").LeaseUntil)
	require.Equal(t, fab.AttemptLeased, l.attempt("a").Status)
	require.Equal(t, "ready", l.worker("p").State)
	owner.report(1, wire.EventStarted, nil)
	owner.acked(1)
	require.Equal(t, fab.AttemptPrinting, l.attempt("a").Status)
}

// Ensure that an agent which invents attempts, printers and outboxes without end is heard no further, while others are.
func TestInventionsAreBounded(t *testing.T) {
	l := newLab(t, fleet.Config{Silence: 400 * time.Millisecond, Gap: time.Hour})
	owner, say := l.join("e1"), l.intruder()
	for n := range 300 {
		say(wire.KindTelemetry, fmt.Sprintf("p%d", n), fmt.Sprintf(`{"attempt":"a%d"}`, n))
		say(wire.KindEvent, "", fmt.Sprintf(`{"outbox":"o%d","seq":7,"kind":"started","printer":"r","attempt":"a"}`, n))
	}
	say(wire.KindEvent, "", `{"outbox":"fresh","seq":1,"kind":"started","printer":"r","attempt":"b"}`)
	owner.report(1, wire.EventStarted, nil)
	owner.acked(1)
	before := l.attempt("a").LeaseUntil
	owner.say(wire.KindTelemetry, "p", wire.Telemetry{Attempt: "a", NozzleMC: 200_000})
	l.eventually("the others are shown", func() bool { live, ok := l.fleet.Live("p"); return ok && live.NozzleMC == 200_000 })
	l.eventually("and keep their leases", func() bool {
		owner.say(wire.KindTelemetry, "p", wire.Telemetry{Attempt: "a"})
		return l.attempt("a").LeaseUntil.After(before)
	})
	l.view(func(tx *store.Tx) error {
		seq, err := tx.EventsUpTo("intruder", "fresh")
		require.Zero(t, seq, "five outboxes are four too many")
		return err
	})
}
