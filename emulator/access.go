package emulator

import "encoding/json"

// Access says who may call a function over HTTP and from which pages: on an HTTP trigger
// (triggerConfig) or on a custom domain (authConfig, corsConfig).
type Access struct {
	AuthType string          // anonymous, function or jwt; empty on a trigger means function
	AuthInfo json.RawMessage // how tokens are checked (authType jwt), a JSON object
	CORS     json.RawMessage // corsConfig, a JSON object; nil = the default of the domain
}
