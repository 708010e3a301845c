// Package journal keeps the log lines of functions: it takes them without ever making the writer
// wait, holds the newest in memory, writes all to bounded segment files, reads them back and
// follows them.
//
// A line is readable from the moment Append returns. Memory covers what the disk does not have
// yet; both together are one sequence without holes.
package journal
