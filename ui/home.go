package ui

// Home is the front page: what the lab makes, and the ways in.
//
//	GET /
type Home struct {
	Frame
	Products       []Offered
	Delivered      int64       // pieces delivered since the beginning; zero hides the sentence
	DeliveredTowns int64       // to so many towns
	Appeal         []AppealRow // what the public is asked for
}

func (Home) view() string { return "home" }

// Offered is a product that can be asked for.
type Offered struct {
	Code    string // visor
	Name    string // in the page's language
	Blurb   string
	Picture string   // hash of a PNG; "" shows our drawing
	Stock   int64    // ready to leave
	Days    int64    // about how many days until more are made; zero when it cannot be told
	Takes   []Choice // materials that a place may add itself
}
