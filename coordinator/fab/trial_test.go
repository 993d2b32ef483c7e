package fab_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mailleur/mailleur/coordinator/fab"
)

// Ensure that pieces of a trial go to its testers alone, that testers get no others, and that nothing untried or
// dangerous goes anywhere else, whatever the version went through.
func TestOnlyTestersGetAPrototype(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trial := rapid.SampledFrom([]fab.TrialID{"", "a", "b"})
		made, wanted := trial.Draw(t, "made"), trial.Draw(t, "wanted")
		d := fab.DesignVersion{Status: rapid.SampledFrom([]fab.DesignStatus{fab.DesignPrototype, fab.DesignTrialled, fab.DesignWithdrawn}).Draw(t, "status")}
		if rapid.Bool().Draw(t, "tried") && d.Status != fab.DesignPrototype {
			d.TrialledAt = time.Now()
		}
		d.Dangerous = d.Status == fab.DesignWithdrawn && rapid.Bool().Draw(t, "dangerous")
		if fab.MayServe(d, made, wanted, "") != nil {
			return
		}
		require.Equal(t, made, wanted)
		require.False(t, d.Dangerous)
		require.True(t, wanted != "" || d.Status == fab.DesignTrialled || !d.TrialledAt.IsZero(), "an untried version left outside of a trial")
	})
	require.NoError(t, fab.MayServe(fab.DesignVersion{Status: fab.DesignPrototype}, "a", "a", ""))
	require.NoError(t, fab.MayServe(fab.DesignVersion{Status: fab.DesignTrialled}, "", "", ""))
	require.NoError(t, fab.MayServe(fab.DesignVersion{Status: fab.DesignWithdrawn, TrialledAt: time.Now()}, "", "", ""), "superseded, not lost")
}

// Ensure that nobody is said to have tried what nobody of that function judged.
func TestClaimsNeedEvidence(t *testing.T) {
	now := time.Now()
	maker := fab.Tester{Kind: fab.TesterMaker, Making: 5, AnsweredAt: now}
	shop := fab.Tester{Kind: fab.TesterOther, Use: 4, AnsweredAt: now}
	nurse := fab.Tester{Kind: fab.TesterCare, Use: 4, AnsweredAt: now}
	silent := fab.Tester{Kind: fab.TesterCare}
	for _, c := range []struct {
		answers     []fab.Tester
		tried, care bool
	}{
		{nil, false, false}, {[]fab.Tester{silent, maker}, false, false}, {[]fab.Tester{shop, silent}, true, false}, {[]fab.Tester{maker, nurse}, true, true},
	} {
		require.Equal(t, c.tried, fab.MayClaim(fab.ClaimTried, c.answers) == nil)
		require.Equal(t, c.care, fab.MayClaim(fab.ClaimTriedByCare, c.answers) == nil)
		require.NoError(t, fab.MayClaim("anti-projection", c.answers))
	}
}

// Ensure that the words volunteers may not say are found in either language, and no others.
func TestWordsThatMayNotBeSaid(t *testing.T) {
	for text, word := range map[string]string{
		"Visière anti-covid.": "covid", "Elle **protège** du virus": "protège", "A STERILE visor": "sterile", "c’est validé": "validé", "Conforme à la norme": "conforme",
		"Équipement anti-projection, essayé par une infirmière.": "", "Splash visor, tried by a nurse.": "", "": "", "Invalide, revalider": "",
	} {
		require.Equal(t, word, fab.Unsayable(text), text)
	}
}
