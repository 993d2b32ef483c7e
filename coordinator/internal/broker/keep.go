package broker

import (
	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// What is retained is kept in the library's index, but put there from here: the library reads the index for a filter with
// wildcards without a lock, while it writes under one. Only the coordinator has such filters; for as long as one of its
// subscriptions is worked on, nothing is written.

// OnPublish keeps a message for late subscribers only where the contract says so, and of an agent no more than it can
// need: what is kept stays in memory for as long as the broker runs.
func (g *gate) OnPublish(_ *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	if pk.FixedHeader.Retain {
		g.broker.keep(pk)
		pk.FixedHeader.Retain = false
	}
	return pk, nil
}

// OnWill keeps a last will as it does what an agent says itself.
func (g *gate) OnWill(cl *mqtt.Client, w mqtt.Will) (mqtt.Will, error) {
	if w.Retain {
		g.broker.keep(packets.Packet{
			FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: w.Qos, Retain: true},
			TopicName:   w.TopicName, Payload: w.Payload, Origin: cl.ID,
		})
		w.Retain = false
	}
	return w, nil
}

// OnSubscribe is the first that the library does for a subscription, OnPacketProcessed the last.
func (g *gate) OnSubscribe(cl *mqtt.Client, pk packets.Packet) packets.Packet {
	if string(cl.Properties.Username) == CoordinatorUser {
		g.broker.keeping.RLock()
	}
	return pk
}

// OnPacketProcessed lets messages be kept again.
func (g *gate) OnPacketProcessed(cl *mqtt.Client, pk packets.Packet, _ error) {
	if pk.FixedHeader.Type == packets.Subscribe && string(cl.Properties.Username) == CoordinatorUser {
		g.broker.keeping.RUnlock()
	}
}

// keep retains a message if it may be; an empty one clears what was kept before.
func (b *Broker) keep(pk packets.Packet) {
	if !b.mayKeep(pk.TopicName, len(pk.Payload) == 0) {
		return
	}
	kept := pk.Copy(false)
	kept.FixedHeader.Retain = true
	b.keeping.Lock()
	defer b.keeping.Unlock()
	b.server.Topics.RetainMessage(kept)
}

// mayKeep reports whether a message may be retained, and counts it.
func (b *Broker) mayKeep(topic string, empty bool) bool {
	t, err := wire.ParseTopic(topic)
	if err != nil || !wire.RuleOf(t.Kind).Retained {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	kept := b.kept[t.Agent]
	switch {
	case empty:
		delete(kept, topic)
	case kept == nil:
		b.kept[t.Agent] = map[string]bool{topic: true}
	case len(kept) >= keptTopics && !kept[topic]:
		return false
	default:
		kept[topic] = true
	}
	return true
}

// forget drops the retained messages of an agent.
func (b *Broker) forget(agent string) {
	b.mu.Lock()
	delete(b.kept, agent)
	b.mu.Unlock()
	b.keeping.Lock()
	defer b.keeping.Unlock()
	for topic := range b.server.Topics.Retained.GetAll() {
		if t, err := wire.ParseTopic(topic); err == nil && t.Agent == agent {
			b.server.Topics.RetainMessage(packets.Packet{TopicName: topic, FixedHeader: packets.FixedHeader{Retain: true}})
		}
	}
}
