package printsim

import (
	"math"
	"time"
)

// heater is a first-order model: at full power the temperature rises by rate
// (°C/s) less loss (1/s) times what it is above ambient. Its controller holds
// a reached target exactly.
type heater struct {
	fitted  bool
	rate    float64
	loss    float64
	ambient float64
	temp    float64
	target  float64
	at      time.Duration // the moment of temp
	setAt   time.Duration // when the target was last changed
	on      time.Duration // how long a target was set, since the start
}

// Rates of the recorded hotend: 10 °C in the first second and 45 % duty at
// 200 °C. The bed is a 24 V, 220 W plate: about 80 s to 60 °C.
func newHotend(ambient float64) heater {
	return heater{fitted: true, rate: 10.35, loss: 0.0265, ambient: ambient, temp: ambient}
}

func newBed(ambient float64, fitted bool) heater {
	return heater{fitted: fitted, rate: 0.55, loss: 0.0038, ambient: ambient, temp: ambient}
}

// advance brings the model to now.
func (h *heater) advance(now time.Duration) {
	dt := now - h.at
	if dt <= 0 {
		return
	}
	h.at = now
	if h.target > 0 {
		h.on += dt
	}
	if reach := h.timeTo(h.target); dt >= reach {
		h.temp = max(h.target, h.ambient)
		return
	}
	end := h.ambient
	if h.target > h.temp {
		end += h.rate / h.loss
	}
	h.temp = end + (h.temp-end)*math.Exp(-h.loss*dt.Seconds())
}

// timeTo is how long the heater needs from its present temperature to goal,
// never when it cannot get there.
func (h *heater) timeTo(goal float64) time.Duration {
	end := h.ambient
	if goal > h.temp {
		end += h.rate / h.loss
	}
	if goal == h.temp {
		return 0
	}
	ratio := (goal - end) / (h.temp - end)
	if ratio <= 0 || math.IsNaN(ratio) || math.IsInf(ratio, 0) {
		return never
	}
	return time.Duration(-math.Log(ratio) / h.loss * float64(time.Second))
}

// controlLag is the time until the controller acts on a new target.
const controlLag = 100 * time.Millisecond

// set changes the target at the time the model was last brought to.
func (h *heater) set(target float64) { h.target, h.setAt = target, h.at }

// duty is the share of full power in use now.
func (h *heater) duty() float64 {
	switch {
	case h.at < h.setAt+controlLag:
		return 0
	case h.target > h.temp+0.01:
		return 1
	case h.target <= 0 || h.target < h.temp-0.01:
		return 0
	}
	return min(1, max(0, h.loss*(h.target-h.ambient)/h.rate))
}
