package fab

import (
	"net/mail"
	"regexp"
	"unicode/utf8"
)

// phoneForm is how people write a number, with whatever they put between the digits.
var phoneForm = regexp.MustCompile(`^\+?[0-9][0-9 .()/-]{5,24}$`)

// ValidPhone reports whether a text could be dialled.
func ValidPhone(s string) bool { return phoneForm.MatchString(s) }

// ValidEmail reports whether a text is one bare address, of the length that mail servers take (RFC 5321, 4.5.3.1.3).
func ValidEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254
}

// CheckReach refuses, by field, a number and an address that are wrong. Both may be empty.
func CheckReach(phone, phoneField, email, emailField string) (errs Errors) {
	if phone != "" && !ValidPhone(phone) {
		errs = append(errs, Refuse(Invalid, "phone_wrong", phoneField))
	}
	if email != "" && !ValidEmail(email) {
		errs = append(errs, Refuse(Invalid, "email_wrong", emailField))
	}
	return errs
}

// CheckLength refuses, by field, a text of too many characters, and an empty one with the code missing, unless that is empty.
func CheckLength(field, value string, most int, missing string) Errors {
	switch {
	case value == "" && missing != "":
		return Errors{Refuse(Invalid, missing, field)}
	case utf8.RuneCountInString(value) > most:
		return Errors{Refuse(Invalid, "too_long", field, "max", most)}
	}
	return nil
}
