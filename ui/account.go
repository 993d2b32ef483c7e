package ui

// SignIn asks who is there.
//
//	GET  /signin?next=/desk
//	POST /signin   FieldLogin, FieldPassword, next
//	POST /signout
//
// Refuse with one Error without a field, the same for an unknown login and a wrong
// password.
type SignIn struct {
	Frame
	Form Form
	Next string // path to go to afterwards; "" is the account's own first page
}

func (SignIn) view() string { return "signin" }

// Setup makes the first account, once.
//
//	GET  /setup/{token}
//	POST /setup/{token}   FieldName, FieldLogin, FieldPassword
type Setup struct {
	Frame
	Token string
	Form  Form
}

func (Setup) view() string { return "setup" }

// Problem is the page of a request that cannot be answered. It needs no database.
type Problem struct {
	Frame
	Status    int    // 403, 404, 410, 429, 500 or 503; any other shows the page of 500
	Reference string // what to say on the phone, of an internal fault; "" otherwise
}

func (Problem) view() string { return "problem" }

// Kind names the sentences: problem.<Kind>_title and problem.<Kind>_text.
func (p Problem) Kind() string {
	switch p.Status {
	case 400, 403, 404, 409, 410, 429, 503:
		return map[int]string{400: "bad", 403: "forbidden", 404: "lost", 409: "changed", 410: "gone", 429: "slow", 503: "away"}[p.Status]
	}
	return "fault"
}
