// Package polling runs go1: the user's own program, which asks for its calls and answers them over
// HTTP, as the official Go library does.
//
// # The runtime API, 2020-11-11
//
// Each instance has a server of its own on loopback, so that a request needs no identity; its
// address is the variable FC_RUNTIME_API.
//
//	GET  /2020-11-11/runtime/invocation/next           held until there is a call; body: the event
//	POST /2020-11-11/runtime/invocation/<id>/response  body: the result
//	POST /2020-11-11/runtime/invocation/<id>/error     body: the error's JSON
//
// To an HTTP handler of FC 2.0 the body is that of the request; its head, and that of the answer, is
// the header x-fc-http-params: base64 of {"method", "path", "requestURI", …} there, of {"status":
// 200, "headersMap": {name: [value]}} here. An answer without it is no HTTP answer.
//
// The library polls again before its handler has finished. It is the platform that lets an instance
// have one call at a time: a poll waits until the call before has been answered. A failed poll makes
// the library ask again at once and without end, so polls are never refused.
package polling
