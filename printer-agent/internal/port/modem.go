package port

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// resetPulse is how long DTR stays low: the capacitor before an AVR's reset pin (100 nF, 10 kΩ) needs 1 ms to recharge,
// and some USB adapters pass the lines on no sooner than with their next frame.
const resetPulse = 250 * time.Millisecond

// ModemLines are the inputs of a serial port; few printers drive any of them.
type ModemLines struct{ CTS, DSR, DCD, RI bool }

// ModemLines reads the inputs. A port without them, as a pseudo-terminal is, answers errors.ErrUnsupported.
func (p *Port) ModemLines() (ModemLines, error) {
	p.modem.Lock()
	defer p.modem.Unlock()
	if p.closing.Load() {
		return ModemLines{}, ErrClosed
	}
	bits, err := p.serial.GetModemStatusBits()
	if err != nil {
		return ModemLines{}, fmt.Errorf("read modem lines: %w", modemReason(err))
	}
	return ModemLines{CTS: bits.CTS, DSR: bits.DSR, DCD: bits.DCD, RI: bits.RI}, nil
}

// Reset drops DTR for a quarter of a second, which resets most boards and ends whatever they print: for those who ask for
// it. A port without modem lines answers errors.ErrUnsupported. When ctx ends early, DTR is raised all the same.
func (p *Port) Reset(ctx context.Context) error {
	if err := p.setDTR(false); err != nil {
		return err
	}
	pulse := time.NewTimer(resetPulse)
	defer pulse.Stop()
	select {
	case <-pulse.C:
		return p.setDTR(true)
	case <-ctx.Done():
		return errors.Join(ctx.Err(), p.setDTR(true))
	}
}

func (p *Port) setDTR(on bool) error {
	p.modem.Lock()
	defer p.modem.Unlock()
	if p.closing.Load() {
		return ErrClosed
	}
	if err := p.serial.SetDTR(on); err != nil {
		return fmt.Errorf("move DTR: %w", modemReason(err))
	}
	return nil
}

func modemReason(err error) error {
	if errors.Is(err, unix.ENOTTY) || errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("%w: the port has no modem lines", errors.ErrUnsupported)
	}
	return err
}
