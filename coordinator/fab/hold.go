package fab

// Why a machine gets no work until a person releases it. HoldTrial lets it print one plate to show that it is well again.
const (
	HoldTwoFailed   = "hold_two_failed"   // plates: nothing good came of the last two
	HoldYield       = "hold_yield"        // good, of: of its last pieces, fewer than MinYieldPM
	HoldTrialFailed = "hold_trial_failed" // good, of: the plate that was to show it
	HoldTrial       = "hold_trial"
)

// What a machine has to show: fewer than MinYieldPM good of its last YieldOver pieces, or two plates in a row without a
// good piece, and it is held.
const (
	MinYieldPM = 600
	YieldOver  = 20
)

// PlateResult is what came of one plate, in pieces. A print that failed has none good.
type PlateResult struct {
	Good int64 `bun:"good"`
	Bad  int64 `bun:"bad"`
}

// Held reports whether the machine may get no work at all.
func (w Worker) Held() bool { return w.Hold.Code != "" && w.Hold.Code != HoldTrial }

// Judge says for what a machine is to be held, by its plates since it was last released, the newest first; the zero Reason
// when for nothing. A machine on trial is judged by its newest plate alone.
func Judge(hold Reason, plates []PlateResult) Reason {
	switch {
	case len(plates) == 0:
		return hold
	case hold.Code == HoldTrial && plates[0].Bad > 0:
		return Because(HoldTrialFailed, "good", plates[0].Good, "of", plates[0].Good+plates[0].Bad)
	case hold.Code == HoldTrial:
		return Reason{}
	case len(plates) > 1 && plates[0].Good+plates[1].Good == 0:
		return Because(HoldTwoFailed, "plates", 2)
	}
	var good, all int64
	for _, p := range plates {
		good, all = good+p.Good, all+p.Good+p.Bad
		if all >= YieldOver {
			break
		}
	}
	if all >= YieldOver && good*1000 < MinYieldPM*all {
		return Because(HoldYield, "good", good, "of", all)
	}
	return Reason{}
}
