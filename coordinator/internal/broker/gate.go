package broker

import (
	"bytes"
	"context"
	"crypto/subtle"
	"log/slog"
	"slices"
	"strings"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// gate holds the access rules: who may connect, and who may speak and listen where.
type gate struct {
	mqtt.HookBase
	broker       *Broker
	authenticate func(agent, token string) bool
}

// ID names the hook in the library's log.
func (*gate) ID() string { return "access-rules" }

// Provides lists what the hook answers.
func (*gate) Provides(b byte) bool {
	return bytes.IndexByte([]byte{
		mqtt.OnConnectAuthenticate, mqtt.OnACLCheck, mqtt.OnSessionEstablish,
		mqtt.OnPublish, mqtt.OnWill, mqtt.OnSubscribe, mqtt.OnPacketProcessed,
	}, b) >= 0
}

// contractVersion is MQTT 3.1.1. What later versions add (aliases of topics, delayed wills, sessions that wait) is nothing
// that these rules were made for.
const contractVersion = 4

// OnConnectAuthenticate checks name, password and last will. The library does not check the topic of a will, and its
// sessions lose messages across a reconnect, so every session is made a clean one.
func (g *gate) OnConnectAuthenticate(cl *mqtt.Client, pk packets.Packet) bool {
	if pk.ProtocolVersion != contractVersion {
		return false
	}
	cl.Properties.Clean = true
	user, password := string(pk.Connect.Username), pk.Connect.Password
	if user == CoordinatorUser {
		return strings.HasPrefix(cl.ID, CoordinatorUser) && !pk.Connect.WillFlag &&
			subtle.ConstantTimeCompare(password, []byte(g.broker.secret)) == 1
	}
	if cl.ID != user || !wire.ValidName(user) || !ownWill(user, pk) {
		return false
	}
	return g.authenticate(user, string(password))
}

// ownWill reports whether the last will, if any, is a status of the agent itself.
func ownWill(agent string, pk packets.Packet) bool {
	return !pk.Connect.WillFlag || pk.Connect.WillTopic == wire.Topic{Agent: agent, Kind: wire.KindStatus}.String()
}

// OnACLCheck is asked for every publish (write), every subscription and every delivery (not write).
func (g *gate) OnACLCheck(cl *mqtt.Client, topic string, write bool) bool {
	user := string(cl.Properties.Username)
	switch {
	case user == CoordinatorUser && write:
		t, err := wire.ParseTopic(topic)
		return err == nil && !wire.RuleOf(t.Kind).FromAgent
	case user == CoordinatorUser:
		t, err := wire.ParseTopic(topic)
		return slices.Contains(wire.CoordinatorFilters(), topic) || err == nil && wire.RuleOf(t.Kind).FromAgent
	case g.broker.isRevoked(user):
		return false
	case write:
		return wire.MayPublish(user, topic)
	default:
		return wire.MaySubscribe(user, topic)
	}
}

// OnSessionEstablish comes after authentication and before the library looks for an earlier connection of the same id.
func (g *gate) OnSessionEstablish(cl *mqtt.Client, _ packets.Packet) {
	if v, ok := cl.Net.Conn.(*visitor); ok {
		g.broker.admit(cl.ID, v)
	}
}

// quiet passes on what the library says from warnings up; its own chatter is no news of the lab.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(warnings{log.Handler()}) }

type warnings struct{ slog.Handler }

// Enabled holds back everything below a warning.
func (w warnings) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && w.Handler.Enabled(ctx, l)
}

// Handle writes a record without the packet it is about, which may hold a token.
func (w warnings) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, "mqtt: "+r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		if a.Key != "pk" && a.Key != "packet" {
			clean.AddAttrs(a)
		}
		return true
	})
	return w.Handler.Handle(ctx, clean)
}

// WithAttrs keeps the bound on derived loggers.
func (w warnings) WithAttrs(a []slog.Attr) slog.Handler { return warnings{w.Handler.WithAttrs(a)} }

// WithGroup keeps the bound on derived loggers.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
