package fab

import "time"

// RequestStatus is where a request stands as a whole; what each line has reached is counted, never stored (see Progress).
type RequestStatus string

// The statuses of a request.
const (
	RequestReceived  RequestStatus = "received"
	RequestApproved  RequestStatus = "approved"
	RequestRefused   RequestStatus = "refused"
	RequestCancelled RequestStatus = "cancelled"
	RequestDelivered RequestStatus = "delivered"
)

// RequestTable is the state table of Request.Status.
var RequestTable = Table[RequestStatus]{
	RequestReceived: {RequestApproved, RequestRefused, RequestCancelled},
	RequestApproved: {RequestDelivered, RequestCancelled},
}

// Channels by which a request comes in.
const (
	ChannelWeb   = "web"
	ChannelPhone = "phone"
	ChannelTrial = "trial" // the lab sends pieces to a tester
)

// Request is what a facility asks for. Ref is spoken on the phone; the capability link to the tracking page is a Link.
type Request struct {
	ID          RequestID     `bun:"id,pk"`
	Ref         string        `bun:"ref"`
	FacilityID  FacilityID    `bun:"facility_id"`
	SiteID      SiteID        `bun:"site_id,nullzero"` // where it is to be brought; zero is the facility's own address
	Channel     string        `bun:"channel"`
	NeedBy      time.Time     `bun:"need_by"` // midnight UTC of the day
	Note        string        `bun:"note"`
	Status      RequestStatus `bun:"status"`
	WhyCode     string        `bun:"why_code"`   // why it was refused or cancelled
	SubmitKey   string        `bun:"submit_key"` // unique: the same form sent twice makes one request
	CreatedAt   time.Time     `bun:"created_at"`
	ApprovedAt  time.Time     `bun:"approved_at,nullzero"`
	ClosedAt    time.Time     `bun:"closed_at,nullzero"`
	ReceiptAt   time.Time     `bun:"receipt_at,nullzero"`   // when the requester confirmed receipt
	TrialID     TrialID       `bun:"trial_id,nullzero"`     // the trial whose pieces it brings to a tester
	ConfirmedAt time.Time     `bun:"confirmed_at,nullzero"` // when somebody last said that it is still needed

	// The window that was told first after it was approved, see Tell.
	ToldFrom time.Time `bun:"told_from,nullzero"`
	ToldTo   time.Time `bun:"told_to,nullzero"`
	ToldAt   time.Time `bun:"told_at,nullzero"`
}

// FreshFor is for how long a request is believed. What nobody has begun by then is asked about once more before it is
// printed: in a crisis, needs are gone within days.
const FreshFor = 5 * 24 * time.Hour

// Stale reports whether somebody should say once more that the request still stands.
func (r Request) Stale(now time.Time) bool {
	return now.Sub(r.CreatedAt) > FreshFor && (r.ConfirmedAt.IsZero() || now.Sub(r.ConfirmedAt) > FreshFor)
}

// RequestLine is one product of a request.
type RequestLine struct {
	ID        RequestLineID `bun:"id,pk"`
	RequestID RequestID     `bun:"request_id"`
	Product   string        `bun:"product"`
	Asked     int64         `bun:"asked"`
	Promised  int64         `bun:"promised"`
	Supplied  []string      `bun:"supplied,type:text"` // codes of materials that who asked adds: no kit of it takes any
}

// Progress holds the five quantities of one line, in pieces of product. They are disjoint past Promised:
// InProduction counts what is promised and neither in transit nor delivered.
type Progress struct {
	Product      string `bun:"product"`
	Asked        int64  `bun:"asked"`
	Promised     int64  `bun:"promised"`
	InProduction int64  `bun:"in_production"`
	InTransit    int64  `bun:"in_transit"`
	Delivered    int64  `bun:"delivered"`
}

// MaxAsked bounds one line of a request: more than any lab of 2020 made for one place.
const MaxAsked = 20_000

// FarthestDue is how far ahead something may be asked for, or a batch be due.
const FarthestDue = 365 * 24 * time.Hour
