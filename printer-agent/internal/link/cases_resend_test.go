package link

import "testing"

// Case 1: the ok behind a resend request belongs to no line.
func TestCase01OkBehindAResendIsNoLine(t *testing.T) {
	wireCase{
		dialect: "marlin2", inFlight: 1, first: 71, file: "G1 X1\nG1 X2\n", resends: 1,
		wire: `
			x N71 G1 X1
			< Error:checksum mismatch, Last Line: 70
			< Resend: 71
			= 490ms
			< ok
			> N71 G1 X1
			= 400ms
			< ok
			> N72 G1 X2
			< ok`,
	}.check(t)
}
