package wire_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
)

var update = flag.Bool("update", false, "write the golden files")

var at = time.Date(2020, 4, 3, 6, 5, 4, 0, time.UTC)

func examples() map[string]any {
	return map[string]any{
		"status":      &wire.Status{Online: true, Version: "0.1.0", Wires: []int{1}, Epoch: "b3f1", Printers: []wire.Unit{{Key: "tortue", Name: "Tortue", Model: "ender3", Firmware: "Marlin 2.1.2.1"}}},
		"state":       &wire.State{At: at, Word: wire.StatePrinting, Attempt: "a1", Line: 10, Lines: 200, Progress: 50},
		"telemetry":   &wire.Telemetry{At: at, Attempt: "a1", NozzleMC: 214_500, NozzleSet: 215_000, BedMC: 60_000, BedSet: 60_000, Line: 10, Lines: 200, Progress: 50, SecondsEnd: 900, Resends: 1},
		"event":       &wire.Event{Outbox: "9c0d", Seq: 7, At: at, Kind: wire.EventFailed, Printer: "tortue", Attempt: "a1", Reason: wire.ReasonHalted, Lines: 120, Resends: 2, Seconds: 61},
		"event-ack":   &wire.EventAck{Outbox: "9c0d", Seq: 7},
		"command":     &wire.Command{ID: "c1", Epoch: "b3f1", MaxAge: 120, SentAt: at, Kind: wire.CommandStart, Printer: "tortue", Attempt: "a1", File: &wire.File{SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Bytes: 1000, Lines: 200, Seconds: 960, Filament: "pla", Title: "visor-band × 1"}, Overlay: "arcs = true\n"},
		"command-ack": &wire.CommandAck{ID: "c1", Answer: wire.AnswerRefused, Reason: wire.ReasonNotClear},
		"enrol":       &wire.EnrolRequest{Code: "0123456789abcdef", Name: "pi", Version: "0.1.0", Printers: []wire.Unit{{Key: "tortue", Name: "Tortue", Model: "ender3"}}},
		"enrolled":    &wire.EnrolAnswer{Agent: "0190", Token: "t", Broker: "ssl://lab.example:8883", CA: "-----BEGIN CERTIFICATE-----", Lab: "Atelier de la Baie"},
	}
}

// Ensure that every payload is written as its golden file, byte for byte, and reads back the same.
func TestPayloadsMatchTheirGoldenFiles(t *testing.T) {
	for name, v := range examples() {
		path := filepath.Join("testdata", name+".json")
		got, err := json.MarshalIndent(v, "", "  ")
		require.NoError(t, err)
		got = append(got, '\n')
		if *update {
			require.NoError(t, os.WriteFile(path, got, 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(string(want), string(got)), name)
		back := newLike(v)
		require.NoError(t, json.Unmarshal(want, back))
		require.Empty(t, cmp.Diff(v, back), name)
	}
}

// Ensure that a newer peer's extra fields do not hurt.
func TestUnknownFieldsAreIgnored(t *testing.T) {
	var ack wire.EventAck
	require.NoError(t, json.Unmarshal([]byte(`{"outbox":"x","seq":3,"later":{"a":1}}`), &ack))
	require.Equal(t, int64(3), ack.Seq)
}

func TestTopicsParseWhatTheyWrite(t *testing.T) {
	for _, topic := range []wire.Topic{
		{Agent: "a-1", Kind: wire.KindStatus}, {Agent: "a-1", Kind: wire.KindEvent}, {Agent: "a-1", Kind: wire.KindEventAck},
		{Agent: "a-1", Kind: wire.KindCommand}, {Agent: "a-1", Kind: wire.KindCommandAck},
		{Agent: "a-1", Printer: "tortue", Kind: wire.KindState}, {Agent: "a-1", Printer: "tortue", Kind: wire.KindTelemetry},
	} {
		back, err := wire.ParseTopic(topic.String())
		require.NoError(t, err)
		require.Equal(t, topic, back)
	}
	for _, bad := range []string{"", "mailleur/v1/agent/", "mailleur/v2/agent/a/status", "mailleur/v1/agent/A/status", "mailleur/v1/agent/a/state",
		"mailleur/v1/agent/a/printer/x/event", "mailleur/v1/agent/a/printer/x.y/state", "mailleur/v1/agent/+/status", "mailleur/v1/agent/a/status/x"} {
		_, err := wire.ParseTopic(bad)
		require.Error(t, err, bad)
	}
}

// Ensure that an agent is confined to its own topics.
func TestAnAgentMayOnlySpeakForItself(t *testing.T) {
	own := wire.Topic{Agent: "a", Kind: wire.KindEvent}.String()
	other := wire.Topic{Agent: "b", Kind: wire.KindEvent}.String()
	command := wire.Topic{Agent: "a", Kind: wire.KindCommand}.String()
	require.True(t, wire.MayPublish("a", own))
	require.False(t, wire.MayPublish("a", other))
	require.False(t, wire.MayPublish("a", command))
	require.True(t, wire.MaySubscribe("a", command))
	require.False(t, wire.MaySubscribe("b", command))
	require.False(t, wire.MaySubscribe("a", "mailleur/v1/agent/a/#"))
	require.False(t, wire.MaySubscribe("a", "#"))
}

func TestAnEnrolmentCodeSurvivesBeingReadAloud(t *testing.T) {
	code := wire.EnrolCode{Secret: [10]byte{1, 2, 3, 250, 251, 252, 7, 8, 9, 10}, Fingerprint: [8]byte{200, 1, 2, 3, 4, 5, 6, 7}}
	back, err := wire.ParseEnrolCode(" " + code.String() + "\n")
	require.NoError(t, err)
	require.Equal(t, code, back)
	require.Equal(t, "010203fafbfc0708090a", back.SecretText())
	_, err = wire.ParseEnrolCode("1234")
	require.ErrorIs(t, err, wire.ErrCode)
}

func newLike(v any) any {
	switch v.(type) {
	case *wire.Status:
		return &wire.Status{}
	case *wire.State:
		return &wire.State{}
	case *wire.Telemetry:
		return &wire.Telemetry{}
	case *wire.Event:
		return &wire.Event{}
	case *wire.EventAck:
		return &wire.EventAck{}
	case *wire.Command:
		return &wire.Command{}
	case *wire.CommandAck:
		return &wire.CommandAck{}
	case *wire.EnrolRequest:
		return &wire.EnrolRequest{}
	default:
		return &wire.EnrolAnswer{}
	}
}
