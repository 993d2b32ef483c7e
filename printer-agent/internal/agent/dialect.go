package agent

import (
	"fmt"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
	"github.com/mailleur/mailleur/printer-agent/internal/guard"
	"github.com/mailleur/mailleur/slicer-bridge/gcode"
)

// dialect is the one that the board speaks: the one it was taken for until it has answered. It is for any goroutine.
func (p *printer) dialect() profiles.Dialect {
	if d := p.spoken.Load(); d != nil {
		return *d
	}
	return p.Link.Dialect
}

// speak notes which dialect the link has settled on. What rests on the dialect changes with it.
func (p *printer) speak(name string) {
	if name == "" || name == p.dialect().Name {
		return
	}
	d := p.named(name)
	mark, err := guard.Fingerprint(p.Kind, d)
	if err != nil {
		p.log.Error("describe the machine", "dialect", name, "err", err)
		return
	}
	p.spoken.Store(&d)
	p.fingerprint = mark
}

// named is the dialect of that name, the configured one when there is none.
func (p *printer) named(name string) profiles.Dialect {
	if p.Named != nil && name != p.Link.Dialect.Name {
		if d, ok := p.Named(name); ok {
			return d
		}
	}
	return p.Link.Dialect
}

// limits are what a file may ask of the machine in the dialect that it speaks. The overlay is one that start has taken;
// the zero value is the model's own.
func (p *printer) limits(filament string, own profiles.Overlay) (gcode.Limits, error) {
	limits, err := p.Limits(filament, own)
	if err != nil {
		return limits, fmt.Errorf("the machine's own settings: %w", err)
	}
	if d := p.spoken.Load(); d != nil {
		limits = limits.Speaking(*d)
	}
	return limits, nil
}

// ownOf reads what a start says that the machine has beside its model; what cannot be read, or would allow more than the
// model does, is refused before anything is fetched.
func (p *printer) ownOf(o order) (profiles.Overlay, error) {
	if o.Overlay == "" {
		return profiles.Overlay{}, nil
	}
	own, err := profiles.ParseOverlay([]byte(o.Overlay))
	if err != nil {
		return own, err
	}
	_, err = p.limits("", own)
	return own, err
}

// survives says whether a print in this dialect can go on after its host has gone.
func survives(d profiles.Dialect) bool { return d.Lines.Numbers && d.Survival.HostDeath == exactly }

// greets is the dialect that a connection begins with: a board in the middle of a print is asked where it is in the
// dialect of that print.
func (p *printer) greets(again *again) profiles.Dialect {
	if again == nil || again.dialect == "" {
		return p.Link.Dialect
	}
	return p.named(again.dialect)
}
