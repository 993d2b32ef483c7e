package production

const (
	photoSide  = 1280    // pixels kept along the longer side
	photoBytes = 2 << 20 // kept at most
	fieldPhoto = "photo"
)
