package fab

import (
	"slices"
	"time"
)

// Roles of an account.
const (
	RoleMaker       = "maker"
	RoleCoordinator = "coordinator"
	RoleAdmin       = "administrator"
)

// Account is a person who signs in. PasswordHash is argon2id in PHC form.
type Account struct {
	ID           AccountID `bun:"id,pk"`
	Login        string    `bun:"login"` // an e-mail address, or a name the lab gave; lower case
	Name         string    `bun:"name"`
	Roles        []string  `bun:"roles,type:text"`
	MakerID      MakerID   `bun:"maker_id,nullzero"`
	PasswordHash string    `bun:"password_hash"`
	Lang         string    `bun:"lang"`
	Disabled     bool      `bun:"disabled"`
	CreatedAt    time.Time `bun:"created_at"`
}

// Has reports whether the account has the role. An administrator may do what a coordinator may.
func (a Account) Has(role string) bool {
	return slices.Contains(a.Roles, role) || role == RoleCoordinator && slices.Contains(a.Roles, RoleAdmin)
}

// Session is a signed-in browser; the cookie holds the token, the row its SHA-256.
type Session struct {
	TokenHash string    `bun:"token_hash,pk"`
	AccountID AccountID `bun:"account_id"`
	ExpiresAt time.Time `bun:"expires_at"`
	CreatedAt time.Time `bun:"created_at"`
}

// Kinds of capability link.
const (
	LinkRequest  = "request"  // the tracking page of a request
	LinkDonation = "donation" // the page of a gift
	LinkRun      = "run"      // the driver's page
	LinkSetup    = "setup"    // the first administrator, once
	LinkEnrol    = "enrol"    // an agent joins, once
	LinkInvite   = "invite"   // somebody joins without being approved, once
	LinkTester   = "tester"   // the answer of one tester
	LinkEnter    = "enter"    // a maker signs in without a password, once
	LinkRecall   = "recall"   // the letter of one recipient of a recall
	LinkRelay    = "relay"    // the answer of another lab that is asked to make a part of a batch
)

// Link is a capability: whoever holds the token may do what Kind allows on Subject. Only the SHA-256 is stored.
type Link struct {
	ID        LinkID    `bun:"id,pk"`
	TokenHash string    `bun:"token_hash"`
	Kind      string    `bun:"kind"`
	Subject   string    `bun:"subject"`
	ExpiresAt time.Time `bun:"expires_at,nullzero"` // zero: never
	UsedAt    time.Time `bun:"used_at,nullzero"`    // links that serve once
	CreatedAt time.Time `bun:"created_at"`
}

// Slicer is a program on another machine that slices for the lab. Its key is kept as SHA-256.
type Slicer struct {
	ID        SlicerID  `bun:"id,pk"`
	Name      string    `bun:"name"`
	KeyHash   string    `bun:"key_hash"`
	Revoked   bool      `bun:"revoked"`
	SeenAt    time.Time `bun:"seen_at,nullzero"`
	CreatedAt time.Time `bun:"created_at"`
}
