package guard

import (
	"time"

	profiles "github.com/mailleur/mailleur/firmware-profiles"
)

// Heater bounds what one class of heater may do. Temperatures are °C; a bound of 0 is not watched.
//
// The host comes after the firmware: each default is slower or wider than what the firmware that has such a check ships
// with, so that the firmware acts first and this one catches boards without. Marlin 2.1 (Configuration_adv.h): nozzle
// WATCH_TEMP_INCREASE 2 in WATCH_TEMP_PERIOD 40 s (20 s before 2.0.6), THERMAL_PROTECTION_HYSTERESIS 4 for
// THERMAL_PROTECTION_PERIOD 40 s; bed WATCH_BED_TEMP_INCREASE 2 in 60 s, hysteresis 2 for 20 s, which makers of machines
// with slow beds raise to 180 s. Klipper (extras/verify_heater.py): gain 2 in 20 s, bed 60 s; 5 °C below the target until
// the error sums up to 120 °C·s.
type Heater struct {
	Max  float64 // a reading above it stops the machine
	Near float64 // within it below the target counts as reached

	Gap        float64       // further below the target than this, a heater gets full power and must rise
	Rise       float64       // by at least this,
	RiseWithin time.Duration // within this
	SlowAfter  time.Duration // not reached in this time is worth a word

	Fall      float64       // a heater that had reached its target may be so far below it
	FallAfter time.Duration // for so long

	Over      float64       // a heater may be so far above its target
	OverAfter time.Duration // for so long without cooling

	FrozenWarn time.Duration // the very same reading, off the target, is odd after this
	FrozenCool time.Duration // and not to be trusted after this
}

// Limits are what the watchdog holds a machine against. A duration of 0 is not watched.
type Limits struct {
	Nozzle, Bed, Chamber Heater

	BadInTen   int           // invalid readings of one sensor within ten seconds that make it a bad one
	BadFor     time.Duration // nothing but invalid readings for so long do so too
	AskAfter   time.Duration // without a reading while hot
	StaleAfter time.Duration // likewise: a person is told
	StaleCool  time.Duration // likewise: heaters are turned off
	ProbeFor   time.Duration // so long at most may a heater lose its temperature while the machine homes or levels

	// A nozzle may wait hot for a person so long, and the bed so long: parts come off a cold bed. Prusa's MK3 waited
	// seven hours with everything on (Prusa-Firmware#2722) before it got its timer of 30 minutes.
	WaitNozzle time.Duration
	WaitBed    time.Duration
	IdleAfter  time.Duration // hot without a task; Marlin's HOTEND_IDLE_TIMEOUT is 5 minutes, and off by default
}

// headroom is what a reading may be above the hottest target: firmware shuts down at the sensor's maximum, which is
// HEATER_0_MAXTEMP in Marlin and 15 °C above the highest target that it accepts (HOTEND_OVERSHOOT; the bed's is 10).
const (
	nozzleHeadroom = 20
	bedHeadroom    = 20
	chamberMax     = 100
	noBedMax       = 80
)

// DefaultLimits are the limits for a machine.
func DefaultLimits(p profiles.Printer) Limits {
	bedMax := float64(noBedMax)
	if p.Heat.BedMax > 0 {
		bedMax = float64(p.Heat.BedMax) + bedHeadroom
	}
	return Limits{
		Nozzle: Heater{
			Max: float64(p.Heat.NozzleMax) + nozzleHeadroom, Near: 5,
			Gap: 10, Rise: 2, RiseWithin: 45 * time.Second, SlowAfter: 10 * time.Minute,
			Fall: 15, FallAfter: 45 * time.Second,
			Over: 15, OverAfter: 25 * time.Second,
			FrozenWarn: 5 * time.Minute, FrozenCool: 15 * time.Minute,
		},
		Bed: Heater{
			Max: bedMax, Near: 3,
			Gap: 10, Rise: 1, RiseWithin: 200 * time.Second, SlowAfter: 40 * time.Minute,
			Fall: 15, FallAfter: 200 * time.Second,
			Over: 15, OverAfter: 2 * time.Minute,
			FrozenWarn: 10 * time.Minute,
		},
		Chamber:  Heater{Max: chamberMax, Near: 5},
		BadInTen: 3, BadFor: 5 * time.Second,
		AskAfter: 30 * time.Second, StaleAfter: 2 * time.Minute, StaleCool: 15 * time.Minute, ProbeFor: 15 * time.Minute,
		WaitNozzle: 10 * time.Minute, WaitBed: 4 * time.Hour, IdleAfter: 30 * time.Minute,
	}
}
