package wire

import (
	"fmt"
	"strings"
)

// Version is the version of this contract, the first number of every topic.
const Version = 1

// root holds every topic of the contract.
const root = "mailleur/v1/agent/"

// Kind names the topics below an agent.
type Kind string

// The kinds of topic.
const (
	KindStatus     Kind = "status"
	KindState      Kind = "state"     // printer/{printer}/state
	KindTelemetry  Kind = "telemetry" // printer/{printer}/telemetry
	KindEvent      Kind = "event"
	KindEventAck   Kind = "event-ack"
	KindCommand    Kind = "command"
	KindCommandAck Kind = "command-ack"
)

// Rule is how messages of a kind travel.
type Rule struct {
	QoS       byte
	Retained  bool
	FromAgent bool // else from the coordinator
}

// RuleOf returns the rule of a kind.
func RuleOf(k Kind) Rule {
	switch k {
	case KindStatus, KindState:
		return Rule{QoS: 1, Retained: true, FromAgent: true}
	case KindTelemetry:
		return Rule{FromAgent: true}
	case KindEvent, KindCommandAck:
		return Rule{QoS: 1, FromAgent: true}
	default:
		return Rule{QoS: 1}
	}
}

// Topic is a parsed topic. Printer is set for KindState and KindTelemetry only.
type Topic struct {
	Agent   string
	Kind    Kind
	Printer string
}

// String writes the topic.
func (t Topic) String() string {
	if t.Kind == KindState || t.Kind == KindTelemetry {
		return root + t.Agent + "/printer/" + t.Printer + "/" + string(t.Kind)
	}
	return root + t.Agent + "/" + string(t.Kind)
}

// ParseTopic reads a topic of this version of the contract.
func ParseTopic(s string) (Topic, error) {
	rest, ok := strings.CutPrefix(s, root)
	parts := strings.Split(rest, "/")
	for _, p := range parts {
		ok = ok && ValidName(p)
	}
	switch {
	case !ok:
	case len(parts) == 2 && flat(Kind(parts[1])):
		return Topic{Agent: parts[0], Kind: Kind(parts[1])}, nil
	case len(parts) == 4 && parts[1] == "printer" && perPrinter(Kind(parts[3])):
		return Topic{Agent: parts[0], Printer: parts[2], Kind: Kind(parts[3])}, nil
	}
	return Topic{}, fmt.Errorf("wire: topic %q is not of version %d of the contract", s, Version)
}

// ValidName reports whether s may be one level of a topic.
func ValidName(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// AgentFilter is the subscription of an agent: what the coordinator sends to it.
func AgentFilter(agent string) []string {
	return []string{
		Topic{Agent: agent, Kind: KindCommand}.String(),
		Topic{Agent: agent, Kind: KindEventAck}.String(),
	}
}

// CoordinatorFilters are the subscriptions of a coordinator: what all agents send.
func CoordinatorFilters() []string {
	return []string{
		root + "+/status", root + "+/event", root + "+/command-ack",
		root + "+/printer/+/state", root + "+/printer/+/telemetry",
	}
}

// MayPublish reports whether this agent may publish to the topic: below its own name, from-agent kinds only.
func MayPublish(agent, topic string) bool {
	t, err := ParseTopic(topic)
	return err == nil && t.Agent == agent && RuleOf(t.Kind).FromAgent
}

// MaySubscribe reports whether this agent may subscribe to the filter: its own two topics, without wildcards.
func MaySubscribe(agent, filter string) bool {
	for _, f := range AgentFilter(agent) {
		if f == filter {
			return true
		}
	}
	return false
}

func flat(k Kind) bool {
	return k == KindStatus || k == KindEvent || k == KindEventAck || k == KindCommand || k == KindCommandAck
}

func perPrinter(k Kind) bool { return k == KindState || k == KindTelemetry }
