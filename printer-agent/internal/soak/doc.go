// Package soak prints whole files on simulated boards over bad cables, and judges each run by what the board executed. A
// run is drawn from its seed alone and lives on a virtual clock (testing/synctest), so that a thousand take minutes and a
// failure can be repeated to the byte.
package soak
