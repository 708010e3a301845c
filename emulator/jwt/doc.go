// Package jwt holds the rules of authType jwt: the key set, where a token is looked for, how it is
// judged, and which of its claims go to the function. It neither reads requests nor changes them.
// Source: "Configure JWT authentication for an HTTP trigger", RFC 7517 to 7519.
package jwt
