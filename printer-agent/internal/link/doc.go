// Package link speaks a firmware's streaming protocol over one connection: it greets the printer, streams a job with
// line numbers and checksums, and survives noise, lost acknowledgements and resend requests. What differs between
// firmwares comes from a profiles.Dialect; nothing in here knows a brand, a file system, a network or a clock to wait for.
//
// A Link is made by New, served by Run, and used from any goroutine: Print blocks until the attempt has ended, Send
// passes one command between the lines of a job, Pause, Resume and Cancel steer the job, Stop is the emergency stop and
// passes everything else by. Snapshot and Changed never block the stream, however slow their reader is.
package link
