// Package bench measures hosts of G-code against simulated printers in real time, each program in a process of its own. Every
// figure comes from what the simulated board executed and from what the kernel accounted to the host; a run that the board did
// not execute line by line, once and in order, is an error and no figure.
package bench
