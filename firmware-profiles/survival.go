package profiles

import "errors"

// Survival is what becomes of a print under a family of firmware when something fails. An attempt that does not survive
// ends with a reason, never as done.
type Survival struct {
	// HostDeath is the agent killed, crashed or upgraded while cable and board stay as they are.
	HostDeath Survives `toml:"host_death"`
	// Unplugged is the cable out and back with the board powered throughout; the computer restarted is the same.
	Unplugged Survives `toml:"unplugged"`
	// BoardReset is the board restarted with the part still on the bed.
	BoardReset Survives `toml:"board_reset"`
	// PowerLoss is the printer without mains and back.
	PowerLoss Survives `toml:"power_loss"`
}

// Survives says how a print goes on.
type Survives string

// The ways a print may go on.
const (
	// Exactly is by itself, with no line lost or doubled.
	Exactly Survives = "exactly"
	// Confirmed is after a person has looked at part and printer, at a layer that this person chooses.
	Confirmed Survives = "confirmed"
	// Not is an honest end of the attempt.
	Not Survives = "not"
)

// checkSurvival refuses a promise that the rest of the dialect cannot keep.
func (d Dialect) checkSurvival() error {
	var errs []error
	s := d.Survival
	for key, v := range map[string]Survives{
		"host_death": s.HostDeath, "unplugged": s.Unplugged, "board_reset": s.BoardReset, "power_loss": s.PowerLoss,
	} {
		if !oneOf(v, Exactly, Confirmed, Not) {
			errs = append(errs, keyError("survival."+key, "%q is not known; want exactly, confirmed or not", v))
		}
	}
	noticed := d.Lines.Numbers && d.Lines.Damaged == DamagedResend
	if (s.HostDeath == Exactly || s.Unplugged == Exactly) && !noticed {
		errs = append(errs, keyError("survival", "exactly needs a firmware that checks line numbers and asks for damaged lines"))
	}
	if s.BoardReset == Exactly {
		errs = append(errs, keyError("survival.board_reset", "no firmware knows where it stood"))
	}
	if s.PowerLoss == Exactly && !d.Replies.PowerBack.Set() {
		errs = append(errs, keyError("survival.power_loss", "exactly needs replies.power_back"))
	}
	return errors.Join(errs...)
}

// Survival is what becomes of a print on one model of machine: that of its dialect, but for a board that is reset when
// the port is opened, a cable out and back is a reset. The agent's own death is not, as it leaves the line up behind it.
func (s *Set) Survival(p Printer) (Survival, bool) {
	d, ok := s.Dialect(p.Dialect)
	if !ok {
		return Survival{}, false
	}
	if p.Link.ResetsOnDTR {
		d.Survival.Unplugged = d.Survival.BoardReset
	}
	return d.Survival, true
}
