package identity_test

import (
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mailleur/mailleur/coordinator/fab"
	"github.com/mailleur/mailleur/coordinator/internal/identity"
	"github.com/mailleur/mailleur/coordinator/internal/store"
	"github.com/mailleur/mailleur/coordinator/internal/store/storetest"
)

func open(t *testing.T) (*identity.Identity, *store.Store) {
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(t.Context(), storetest.SQLite(t), log)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return identity.New(s, log), s
}

const password = "les dunes de la baie"

func setUp(t *testing.T, i *identity.Identity) fab.Account {
	t.Helper()
	token, err := i.SetupLink(t.Context())
	require.NoError(t, err)
	require.NoError(t, i.CheckSetup(t.Context(), token))
	a, err := i.FinishSetup(t.Context(), token, identity.NewAccount{Login: " Admin@Lab.example ", Name: "Ada", Password: password})
	require.NoError(t, err)
	_, err = i.FinishSetup(t.Context(), token, identity.NewAccount{Login: "other", Name: "Other", Password: password})
	require.Equal(t, fab.Conflict, fab.ClassOf(err), "the link serves once")
	return a
}

// Ensure that there is no default password: the first account is made by a link that serves once, and none is offered
// when an account exists.
func TestTheFirstAccountIsMadeByAOneTimeLink(t *testing.T) {
	i, _ := open(t)
	a := setUp(t, i)
	require.Equal(t, "admin@lab.example", a.Login)
	require.True(t, a.Has(fab.RoleCoordinator))
	token, err := i.SetupLink(t.Context())
	require.NoError(t, err)
	require.Empty(t, token)
}

func TestSignInOpensASessionThatEnds(t *testing.T) {
	i, _ := open(t)
	setUp(t, i)
	token, a, err := i.SignIn(t.Context(), "ADMIN@lab.example", password, "10.0.0.1")
	require.NoError(t, err)
	back, err := i.Account(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, a.ID, back.ID)
	require.NoError(t, i.SignOut(t.Context(), token))
	_, err = i.Account(t.Context(), token)
	require.Equal(t, fab.Unauthorised, fab.ClassOf(err))
}

// Ensure that an unknown login and a wrong password get the same answer, and that guessing is slowed down.
func TestGuessingIsRefusedAlikeAndSlowed(t *testing.T) {
	i, _ := open(t)
	setUp(t, i)
	_, _, unknown := i.SignIn(t.Context(), "nobody", password, "10.0.0.2")
	_, _, wrong := i.SignIn(t.Context(), "admin@lab.example", "not the password", "10.0.0.2")
	require.Equal(t, unknown, wrong)
	var last error
	for range 8 {
		_, _, last = i.SignIn(t.Context(), "admin@lab.example", "not the password", "10.0.0.2")
	}
	require.Equal(t, fab.TooMany, fab.ClassOf(last))
	_, _, err := i.SignIn(t.Context(), "admin@lab.example", password, "10.0.0.3")
	require.NoError(t, err, "another address is not punished")
}

func TestPasswordsAreStoredAsArgon2id(t *testing.T) {
	i, s := open(t)
	a := setUp(t, i)
	require.True(t, strings.HasPrefix(a.PasswordHash, "$argon2id$"), a.PasswordHash)
	_, err := i.Create(t.Context(), identity.NewAccount{Login: "x", Name: "X", Password: "short"})
	require.Equal(t, "password", must(fab.RefusalsOf(err))[0].Field)
	_, err = i.Create(t.Context(), identity.NewAccount{Login: "admin@lab.example", Name: "X", Password: password})
	require.Equal(t, "login_taken", must(fab.RefusalsOf(err))[0].Code)
	require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
		accounts, err := tx.Accounts()
		require.Len(t, accounts, 1)
		return err
	}))
}

func must(e fab.Errors, ok bool) fab.Errors {
	if !ok {
		panic("not a refusal")
	}
	return e
}

// Ensure that an agent joins once per code, with printers the lab knows, and that a revoked one is nobody.
func TestAnAgentJoinsOnceAndCanBeShutOut(t *testing.T) {
	i, _ := open(t)
	m, err := i.AddMaker(t.Context(), identity.NewMaker{Name: "Maison pour tous", Town: "Quend", Steps: []string{"sew"}})
	require.NoError(t, err)
	secret, err := i.NewEnrolment(t.Context(), m.ID)
	require.NoError(t, err)
	known := func(model string) bool { return model == "ender-3" }
	join := identity.Joining{Secret: hex.EncodeToString(secret[:]), Units: []identity.Unit{{Key: "Tortue", Model: "ender-3"}}}
	_, _, err = i.Enrol(t.Context(), join, known)
	require.Equal(t, "printer_key_wrong", must(fab.RefusalsOf(err))[0].Code)
	join.Units = []identity.Unit{{Key: "tortue", Model: "unknown"}}
	_, _, err = i.Enrol(t.Context(), join, known)
	require.Equal(t, "printer_model_unknown", must(fab.RefusalsOf(err))[0].Code)
	join.Units[0].Model = "ender-3"
	a, token, err := i.Enrol(t.Context(), join, known)
	require.NoError(t, err, "a refusal does not use the code up")
	_, _, err = i.Enrol(t.Context(), join, known)
	require.Equal(t, fab.Conflict, fab.ClassOf(err))
	_, err = i.Agent(t.Context(), token)
	require.NoError(t, err)
	_, err = i.Revoke(t.Context(), a.ID)
	require.NoError(t, err)
	_, err = i.Agent(t.Context(), token)
	require.Equal(t, fab.Unauthorised, fab.ClassOf(err))
}

// Ensure that the authority stays the same over restarts and that its server certificates chain to it.
func TestTheAuthorityIsMadeOnceAndSigns(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	first, err := identity.OpenAuthority(dir, "Atelier", now)
	require.NoError(t, err)
	again, err := identity.OpenAuthority(dir, "Atelier", now)
	require.NoError(t, err)
	require.Equal(t, first.Fingerprint(), again.Fingerprint())
	pair, err := again.Server([]string{"lab.example", "127.0.0.1"}, now)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM([]byte(first.PEM())))
	_, err = leaf.Verify(x509.VerifyOptions{DNSName: "lab.example", Roots: roots})
	require.NoError(t, err)
	block, _ := pem.Decode([]byte(first.PEM()))
	require.Equal(t, "CERTIFICATE", block.Type)
}

// Ensure that no set-up link is a way in once there is an account, also one that an earlier start printed and nobody used.
func TestOlderSetUpLinksEndWithTheFirstAccount(t *testing.T) {
	i, _ := open(t)
	first, err := i.SetupLink(t.Context())
	require.NoError(t, err)
	setUp(t, i)
	require.Equal(t, fab.NotFound, fab.ClassOf(i.CheckSetup(t.Context(), first)))
	_, err = i.FinishSetup(t.Context(), first, identity.NewAccount{Login: "intruder", Name: "Intruder", Password: password})
	require.Equal(t, fab.Conflict, fab.ClassOf(err))
}

// Ensure that a key that others may have read is not used to sign for the lab.
func TestAnExposedKeyIsRefused(t *testing.T) {
	dir := t.TempDir()
	_, err := identity.OpenAuthority(dir, "Atelier", time.Now())
	require.NoError(t, err)
	path := filepath.Join(dir, "ca-key.pem")
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077)
	require.NoError(t, os.Chmod(path, 0o644))
	_, err = identity.OpenAuthority(dir, "Atelier", time.Now())
	require.ErrorContains(t, err, "chmod 600")
}

// Ensure that sign-ins cannot be made to cost more by what is typed: a login longer than any is nobody's.
func TestHugeLoginsAreNobodys(t *testing.T) {
	i, _ := open(t)
	setUp(t, i)
	_, _, err := i.SignIn(t.Context(), strings.Repeat("a", 60_000), strings.Repeat("b", 60_000), "10.0.0.9")
	require.Equal(t, "sign_in_wrong", must(fab.RefusalsOf(err))[0].Code)
}

// Ensure that a machine slices for the lab by a key that is shown once and can be revoked, and that the lab knows when it
// was here.
func TestASlicingMachineHasAKey(t *testing.T) {
	i, _ := open(t)
	ctx := t.Context()
	s, key, err := i.AddSlicer(ctx, " Tour du fond ")
	require.NoError(t, err)
	require.Equal(t, "Tour du fond", s.Name)
	require.NotContains(t, s.KeyHash, key)
	_, _, err = i.AddSlicer(ctx, "Tour du fond")
	require.Equal(t, fab.Invalid, fab.ClassOf(err))
	_, _, err = i.AddSlicer(ctx, " ")
	require.Equal(t, fab.Invalid, fab.ClassOf(err))
	_, err = i.Slicer(ctx, "guess")
	require.Equal(t, fab.Unauthorised, fab.ClassOf(err))
	back, err := i.Slicer(ctx, key)
	require.NoError(t, err)
	require.Equal(t, s.ID, back.ID)
	all, err := i.Slicers(ctx)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.WithinDuration(t, time.Now(), all[0].SeenAt, time.Minute)
	require.NoError(t, i.RevokeSlicer(ctx, s.ID))
	require.NoError(t, i.RevokeSlicer(ctx, s.ID))
	_, err = i.Slicer(ctx, key)
	require.Equal(t, fab.Unauthorised, fab.ClassOf(err))
	_, err = i.Agent(ctx, key)
	require.Equal(t, fab.Unauthorised, fab.ClassOf(err), "it opens nothing else")
	_, _, err = i.AddSlicer(ctx, "Tour du fond")
	require.NoError(t, err, "the name is free again")
}
