// Package profiles holds what is known of machines and materials as data: firmware dialects, printers and filaments.
// It loads the TOML files embedded beside it, refuses what it does not understand, and answers questions of capability,
// never of brand.
package profiles
