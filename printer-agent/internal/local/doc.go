// Package local serves the agent's own page and API, so that a maker can use a printer without any coordinator: own
// files, heating, moves, console, stop, and the calls by which slicers send to OctoPrint. It knows printers by small
// interfaces only, decides nothing about them, and lets in nobody who does not hold the agent's key.
package local
