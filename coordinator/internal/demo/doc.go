// Package demo plays a sample lab on one machine: simulated printers and real agents as child processes, and actors who
// use the pages as people do. It knows the coordinator by its addresses only, so that all history comes from the forms
// and messages that a real lab would use.
package demo
