// Package invoke makes one invocation, from a resolved function to its outcome, and speaks the
// control headers that every way in has in common: the API, HTTP triggers and the command line.
//
// Header maps have canonical MIME keys, as net/textproto makes them.
package invoke
