package intake_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/intake"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

func open(t *testing.T, dsn string) (*intake.Intake, *store.Store) {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error {
		for _, product := range []string{"visor", "hook"} {
			d := fab.DesignVersion{ID: store.NewID[fab.DesignVersionID](tx), Product: product, Hash: product, Status: fab.DesignTrialled, CreatedAt: tx.Now()}
			if err := tx.AddDesign(&d); err != nil {
				return err
			}
		}
		return nil
	}))
	return intake.New(s), s
}

func onBoth(t *testing.T, test func(t *testing.T, i *intake.Intake, s *store.Store)) {
	for name, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return storetest.SQLite(t) },
		"postgres": func(t *testing.T) string { return storetest.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			i, s := open(t, dsn(t))
			test(t, i, s)
		})
	}
}

func form(key string) intake.Form {
	return intake.Form{
		Facility:   fab.Facility{Name: "EHPAD Les Tilleuls", Kind: fab.FacilityCareHome, Town: "Rue", Contact: "Accueil", Phone: "03 00 00 00 00"},
		Quantities: map[string]string{"visor": "24", "hook": " 10 "}, NeedBy: time.Now().AddDate(0, 0, 5).Format("02/01/2006"), Channel: fab.ChannelWeb, SubmitKey: key,
	}
}

func requests(t *testing.T, s *store.Store) (list []fab.Request, places []fab.Facility) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), func(tx *store.Tx) (err error) {
		if list, err = tx.Requests(); err != nil {
			return err
		}
		places, err = tx.Facilities()
		return err
	}))
	return list, places
}

// Ensure that each field is refused by its name, with what to do, and that a refused form leaves nothing behind.
func TestEachFieldIsRefusedByName(t *testing.T) {
	onBoth(t, func(t *testing.T, i *intake.Intake, s *store.Store) {
		long := strings.Repeat("é", 1001)
		quantity := func(typed string) func(*intake.Form) {
			return func(f *intake.Form) { f.Quantities = map[string]string{"visor": typed} }
		}
		for name, c := range map[string]struct {
			spoil       func(*intake.Form)
			field, code string
		}{
			"nothing asked":    {quantity("0"), "qty_visor", "nothing_asked"},
			"zeros":            {quantity("00"), "qty_visor", "nothing_asked"},
			"below zero":       {quantity("-5"), "qty_visor", "not_a_number"},
			"a fraction":       {quantity("12,5"), "qty_visor", "not_a_number"},
			"hexadecimal":      {quantity("0x10"), "qty_visor", "not_a_number"},
			"exponent":         {quantity("1e9"), "qty_visor", "not_a_number"},
			"in words":         {quantity("vingt"), "qty_visor", "not_a_number"},
			"overflow":         {quantity("9223372036854775808"), "qty_visor", "not_a_number"},
			"too many":         {quantity("1000000"), "qty_visor", "quantity_too_large"},
			"unknown product":  {func(f *intake.Form) { f.Quantities = map[string]string{"crown": "1"} }, "qty_crown", "product_unknown"},
			"odd product":      {func(f *intake.Form) { f.Quantities = map[string]string{"\x00": "1"} }, "qty_\x00", "product_unknown"},
			"no name":          {func(f *intake.Form) { f.Facility.Name = " \u200b " }, "facility", "facility_missing"},
			"long name":        {func(f *intake.Form) { f.Facility.Name = long }, "facility", "too_long"},
			"no town":          {func(f *intake.Form) { f.Facility.Town = "" }, "town", "town_missing"},
			"nobody to call":   {func(f *intake.Form) { f.Facility.Contact = "\x00" }, "contact", "contact_missing"},
			"no kind":          {func(f *intake.Form) { f.Facility.Kind = "castle" }, "kind", "kind_missing"},
			"long address":     {func(f *intake.Form) { f.Facility.Address = long }, "address", "too_long"},
			"long postcode":    {func(f *intake.Form) { f.Facility.Postcode = long }, "postcode", "too_long"},
			"long way in":      {func(f *intake.Form) { f.Facility.Access = long }, "access", "too_long"},
			"words as phone":   {func(f *intake.Form) { f.Facility.Phone = "call me" }, "phone", "phone_wrong"},
			"40 digits":        {func(f *intake.Form) { f.Facility.Phone = strings.Repeat("0", 40) }, "phone", "phone_wrong"},
			"no @":             {func(f *intake.Form) { f.Facility.Email = "accueil" }, "email", "email_wrong"},
			"a second address": {func(f *intake.Form) { f.Facility.Email = "a@b.example\r\nBcc: c@d.example" }, "email", "email_wrong"},
			"no date":          {func(f *intake.Form) { f.NeedBy = "" }, "need_by", "date_missing"},
			"31 February":      {func(f *intake.Form) { f.NeedBy = "31/02/2027" }, "need_by", "date_wrong"},
			"yesterday":        {func(f *intake.Form) { f.NeedBy = time.Now().AddDate(0, 0, -1).Format("2006-01-02") }, "need_by", "date_past"},
			"in a century":     {func(f *intake.Form) { f.NeedBy = "2126-01-01" }, "need_by", "date_too_far"},
			"long note":        {func(f *intake.Form) { f.Note = long }, "note", "too_long"},
			"unknown channel":  {func(f *intake.Form) { f.Channel = "pigeon" }, "channel", "channel_unknown"},
			"no key":           {func(f *intake.Form) { f.SubmitKey = "" }, "key", "form_expired"},
			"odd key":          {func(f *intake.Form) { f.SubmitKey = "a\x00b" }, "key", "form_expired"},
		} {
			f := form("refused")
			c.spoil(&f)
			_, err := i.Ask(t.Context(), f)
			refusals, ok := fab.RefusalsOf(err)
			require.True(t, ok, "%s: %v", name, err)
			require.Len(t, refusals, 1, name)
			require.Equal(t, fab.Error{Class: fab.Invalid, Code: c.code, Field: c.field, Args: refusals[0].Args}, *refusals[0], name)
		}
		empty, ok := fab.RefusalsOf(i.Check(t.Context(), intake.Form{Channel: fab.ChannelWeb}))
		require.True(t, ok)
		fields := map[string]bool{}
		for _, one := range empty {
			fields[one.Field] = true
		}
		require.Equal(t, map[string]bool{"qty_visor": true, "facility": true, "town": true, "contact": true, "kind": true, "phone": true, "need_by": true}, fields)
		list, places := requests(t, s)
		require.Empty(t, list)
		require.Empty(t, places)
	})
}

// Ensure that what people type in good faith is taken as they mean it.
func TestGoodFaithIsTakenAsMeant(t *testing.T) {
	onBoth(t, func(t *testing.T, i *intake.Intake, s *store.Store) {
		f := form("k")
		f.Facility.Name, f.Facility.Contact = " O’Brien-d’Haïti\u00a0 (Éva)\x00", "<script>alert(1)</script>"
		f.Facility.Phone, f.Facility.Email = "+33 (0)3.20-00 00 00", "accueil@tilleuls.example"
		f.Quantities["visor"], f.Note = "２４", "Porte B\r\nsonner\x00 deux fois"
		r, err := i.Ask(t.Context(), f)
		require.NoError(t, err)
		track, err := i.Track(t.Context(), r.Token)
		require.NoError(t, err)
		require.Equal(t, "O’Brien-d’Haïti (Éva)", track.Facility.Name)
		require.Equal(t, "<script>alert(1)</script>", track.Facility.Contact, "text is text; the pages escape it")
		require.Equal(t, "Porte B\nsonner deux fois", track.Request.Note)
		require.Equal(t, []fab.Progress{{Product: "visor", Asked: 24}, {Product: "hook", Asked: 10}}, track.Lines)
		_, err = i.Track(t.Context(), r.Token+"x")
		require.Equal(t, fab.NotFound, fab.ClassOf(err))
	})
}

// Ensure that a form sent several times at once makes one request, whose every sender may follow.
func TestAFormSentAtOnceMakesOneRequest(t *testing.T) {
	onBoth(t, func(t *testing.T, i *intake.Intake, s *store.Store) {
		receipts := make([]intake.Receipt, 8)
		var all sync.WaitGroup
		for n := range receipts {
			all.Go(func() {
				r, err := i.Ask(t.Context(), form("same"))
				if err != nil {
					t.Error(err)
				}
				receipts[n] = r
			})
		}
		all.Wait()
		list, places := requests(t, s)
		require.Len(t, list, 1)
		require.Len(t, places, 1)
		first := 0
		for _, r := range receipts {
			require.Equal(t, list[0].ID, r.Request.ID)
			if !r.Again {
				first++
			}
			track, err := i.Track(t.Context(), r.Token)
			require.NoError(t, err)
			require.Len(t, track.Lines, 2)
		}
		require.Equal(t, 1, first)
	})
}

// Ensure that the same place is one facility however it is spelt, and keeps what a later form leaves out.
func TestTheSamePlaceIsOneFacility(t *testing.T) {
	onBoth(t, func(t *testing.T, i *intake.Intake, s *store.Store) {
		f := form("1")
		f.Facility.Access, f.Facility.Email = "porte B", "accueil@tilleuls.example"
		_, err := i.Ask(t.Context(), f)
		require.NoError(t, err)
		f = form("2")
		f.Facility.Name, f.Facility.Town, f.Facility.Contact = "  ehpad les  TILLEULS\u200b", "rue", "Direction"
		_, err = i.Ask(t.Context(), f)
		require.NoError(t, err)
		f = form("3")
		f.Facility.Town = "Quend"
		_, err = i.Ask(t.Context(), f)
		require.NoError(t, err)
		list, places := requests(t, s)
		require.Len(t, list, 3)
		require.Len(t, places, 2, "another town is another place")
		require.Equal(t, list[0].FacilityID, list[1].FacilityID)
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			f, err := tx.Facility(list[0].FacilityID)
			require.Equal(t, []string{"Direction", "porte B", "accueil@tilleuls.example"}, []string{f.Contact, f.Access, f.Email})
			return err
		}))
	})
}

// Ensure that a request goes through its states and no others, and that a step taken twice is one step.
func TestARequestGoesThroughItsStates(t *testing.T) {
	i, s := open(t, storetest.SQLite(t))
	ctx := t.Context()
	ask := func(key string) intake.Receipt {
		r, err := i.Ask(ctx, form(key))
		require.NoError(t, err)
		return r
	}
	status := func(r intake.Receipt) fab.RequestStatus {
		track, err := i.Track(ctx, r.Token)
		require.NoError(t, err)
		return track.Request.Status
	}
	conflict := func(err error) {
		t.Helper()
		require.Equal(t, fab.Conflict, fab.ClassOf(err), "%v", err)
	}
	approved, refused, cancelled := ask("a"), ask("r"), ask("c")
	bad, ok := fab.RefusalsOf(i.Promise(ctx, approved.Request.ID, map[string]string{"visor": "25", "hook": "x"}))
	require.True(t, ok)
	require.Equal(t, []string{"qty_visor", "qty_hook"}, []string{bad[0].Field, bad[1].Field})
	bad, _ = fab.RefusalsOf(i.Promise(ctx, approved.Request.ID, map[string]string{"visor": "0", "hook": "0"}))
	require.Equal(t, "nothing_promised", bad[0].Code)
	require.Equal(t, fab.RequestReceived, status(approved), "a refused promise promises nothing")
	require.NoError(t, i.Promise(ctx, approved.Request.ID, map[string]string{"visor": "20"}))
	require.NoError(t, i.Approve(ctx, approved.Request.ID), "approved twice")
	track, err := i.Show(ctx, approved.Request.ID)
	require.NoError(t, err)
	require.Equal(t, []int64{20, 10}, []int64{track.Lines[0].Promised, track.Lines[1].Promised}, "the first promise stands")
	conflict(i.Refuse(ctx, approved.Request.ID, "other"))
	conflict(i.Confirm(ctx, approved.Token))

	require.Equal(t, fab.Invalid, fab.ClassOf(i.Refuse(ctx, refused.Request.ID, "because")))
	require.NoError(t, i.Refuse(ctx, refused.Request.ID, "not_made"))
	conflict(i.Approve(ctx, refused.Request.ID))
	conflict(i.Cancel(ctx, refused.Token))

	require.NoError(t, i.Cancel(ctx, cancelled.Token))
	require.NoError(t, i.Cancel(ctx, cancelled.Token), "cancelled twice")
	conflict(i.Approve(ctx, cancelled.Request.ID))
	require.NoError(t, i.Cancel(ctx, approved.Token), "until it is delivered")
	require.Equal(t, []fab.RequestStatus{fab.RequestCancelled, fab.RequestRefused, fab.RequestCancelled}, []fab.RequestStatus{status(approved), status(refused), status(cancelled)})

	for _, unknown := range []func(context.Context) error{
		func(ctx context.Context) error { return i.Approve(ctx, "nobody") },
		func(ctx context.Context) error { return i.Refuse(ctx, "nobody", "other") },
		func(ctx context.Context) error { return i.Cancel(ctx, "nobody") },
		func(ctx context.Context) error { return i.Confirm(ctx, "") },
		func(ctx context.Context) error { _, err := i.Token(ctx, "nobody"); return err },
	} {
		require.Equal(t, fab.NotFound, fab.ClassOf(unknown(ctx)))
	}
	again, err := i.Token(ctx, approved.Request.ID)
	require.NoError(t, err)
	track, err = i.Track(ctx, again)
	require.NoError(t, err)
	require.Equal(t, approved.Request.ID, track.Request.ID)
	list, _ := requests(t, s)
	require.Len(t, list, 3)
}

// Ensure that a name which no database can hold finds nothing, rather than failing.
func TestANameThatCannotBeIsNotFound(t *testing.T) {
	onBoth(t, func(t *testing.T, i *intake.Intake, _ *store.Store) {
		for _, id := range []fab.RequestID{"", "\x00", "\xff\xfe", "' OR 1=1 --"} {
			_, err := i.Show(t.Context(), id)
			require.Equal(t, fab.NotFound, fab.ClassOf(err), "%q: %v", id, err)
		}
	})
}
