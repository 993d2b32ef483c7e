// Package fab is the domain of a fab lab at work: facilities, requests, designs, jobs, lots, stock, runs and the pure
// rules between them. It imports the standard library only; its structs are the rows of the database, and the tags on
// them are column names, nothing more.
//
// Units: quantities are int64 in pieces or milligrams, lengths µm, durations milliseconds or seconds as named.
// Times are UTC cut to microseconds (see Now), because PostgreSQL keeps no more.
package fab
