package agent_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/wire"
)

// Ensure that a file is checked with what the machine has beside its model: a clip stops it, a command of the owner's
// lets it pass; and that settings which cannot be used refuse the start, before anything is fetched or sent.
func TestAStartBringsTheMachinesOwnSettings(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	b := newBoard(t, "marlin", 500)
	l.run(l.options(b, "marlin2"))
	l.reach("tortue", wire.StateReady)
	own := func(id, attempt string, f *wire.File, text string) wire.Command {
		c := start(id, attempt, f)
		c.Overlay = text
		return c
	}
	for name, text := range map[string]string{
		"no TOML": "[limits", "an unknown key": "colour = 1\n", "allows more": "[limits]\nheight_um = 900000\n",
		"too long": "# " + strings.Repeat("x", wire.MaxOverlay),
	} {
		ack := l.order(own("c-"+name, "never", l.file(plate(3)), text))
		require.Equal(t, wire.CommandAck{ID: "c-" + name, Answer: wire.AnswerRefused, Reason: wire.ReasonOverlay}, ack, name)
	}
	clip := "[[clips]]\nmin_x_um = 115000\nmin_y_um = 95000\nmax_x_um = 125000\nmax_y_um = 110000\nheight_um = 4000\n"
	require.Equal(t, wire.AnswerAccepted, l.order(own("c1", "a1", l.file(plate(5)), clip)).Answer)
	list := l.ends("a1")
	require.Equal(t, wire.EventFailed, list[0].Kind)
	require.Equal(t, wire.ReasonUnsafe, list[0].Reason)
	require.Equal(t, wire.AnswerAccepted, l.order(wire.Command{ID: "k1", Kind: wire.CommandClear}).Answer)
	l.reach("tortue", wire.StateReady)
	require.Zero(t, truthOf(t, b).LinesExecuted, "nothing has reached the board so far")

	light := l.file("M355 S1\n" + plate(4))
	require.Equal(t, wire.AnswerAccepted, l.order(start("c2", "a2", light)).Answer)
	require.Equal(t, wire.ReasonUnsafe, l.ends("a2")[0].Reason, "the model knows no such command")
	require.Equal(t, wire.AnswerAccepted, l.order(wire.Command{ID: "k2", Kind: wire.CommandClear}).Answer)
	l.reach("tortue", wire.StateReady)

	store := l.file("M500\n" + plate(4))
	require.Empty(t, l.order(own("c3", "a3", store, "extra_commands = [\"M500\"]\n")).Reason)
	require.Equal(t, wire.ReasonUnsafe, l.ends("a3")[0].Reason, "what no file may hold, no owner allows")
	require.Equal(t, wire.AnswerAccepted, l.order(wire.Command{ID: "k3", Kind: wire.CommandClear}).Answer)
	l.reach("tortue", wire.StateReady)
	require.Empty(t, l.order(own("c4", "a4", light, "extra_commands = [\"M355\"]\n")).Reason)
	list = l.ends("a4")
	require.Equal(t, wire.EventFinished, list[len(list)-1].Kind)
}
