// Package gateway is the data plane: it serves the HTTP triggers of functions.
//
// There is no mux in it, because paths belong to the functions: they are passed on as the client
// wrote them, with double slashes, dot segments and percent-encoding.
package gateway
