package control

import (
	"encoding/json"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Limits and defaults of session affinity. Source: FC 3.0 Session affinity; the default count is
// that of its sample.
const (
	maxSessions     = 200
	defaultSessions = 20
	isolationCPU    = 2 // cores that an isolated function needs
)

// affinityConfig is sessionAffinityConfig, a JSON text in a JSON string.
type affinityConfig struct {
	AffinityHeaderFieldName       string `json:"affinityHeaderFieldName"`
	SSEEndpointPath               string `json:"sseEndpointPath"`
	SessionConcurrencyPerInstance *int   `json:"sessionConcurrencyPerInstance"`
	SessionTTLInSeconds           *int   `json:"sessionTTLInSeconds"`
	SessionIdleTimeoutInSeconds   *int   `json:"sessionIdleTimeoutInSeconds"`
	DisableSessionIDReuse         bool   `json:"disableSessionIdReuse"`
}

func checkAffinity(fn *emulator.Function) error {
	_, _, err := readAffinity(fn)
	return err
}

// readAffinity reads what a function says about sessions and isolation; nil is no affinity.
func readAffinity(fn *emulator.Function) (*emulator.Affinity, emulator.Isolation, error) {
	isolation, err := readIsolation(fn)
	if err != nil {
		return nil, isolation, err
	}
	affinity, err := readSessionAffinity(fn)
	switch {
	case err != nil:
		return nil, isolation, err
	case isolation == emulator.IsolateRequests && affinity != nil:
		return nil, isolation, emulator.InvalidArgument("InstanceIsolationMode %s cannot go with SessionAffinity", isolation)
	case isolation == emulator.IsolateSessions && affinity == nil:
		return nil, isolation, emulator.InvalidArgument("InstanceIsolationMode %s needs a SessionAffinity", isolation)
	case affinity == nil:
		return nil, isolation, nil
	}
	if isolation == emulator.IsolateSessions || !serves(fn) {
		affinity.Sessions = 1
	}
	return affinity, isolation, nil
}

func readIsolation(fn *emulator.Function) (emulator.Isolation, error) {
	var mode emulator.Isolation
	allowed := []emulator.Isolation{emulator.IsolateNothing, emulator.IsolateSessions, emulator.IsolateRequests}
	if raw := fn.Stored["instanceIsolationMode"]; meaningful(raw) {
		if json.Unmarshal(raw, &mode) != nil || !slices.Contains(allowed, mode) {
			return mode, invalidChoice("InstanceIsolationMode", []string{string(allowed[0]), string(allowed[1]), string(allowed[2])}, shorten(string(raw)))
		}
	}
	cores := fn.CPU
	if cores == 0 {
		cores = cpuFor(fn.MemorySize)
	}
	if mode != "" && mode != emulator.IsolateNothing && cores < isolationCPU {
		return mode, emulator.InvalidArgument("InstanceIsolationMode %s needs a CPU of at least %d (actual: %g)", mode, isolationCPU, cores)
	}
	return mode, nil
}

func readSessionAffinity(fn *emulator.Function) (*emulator.Affinity, error) {
	raw := fn.Stored["sessionAffinity"]
	if !meaningful(raw) {
		return nil, nil
	}
	a := &emulator.Affinity{}
	allowed := []emulator.AffinityType{emulator.AffinitySSE, emulator.AffinityCookie, emulator.AffinityHeader, emulator.MCPStreamable}
	if json.Unmarshal(raw, &a.Type) != nil || !slices.Contains(allowed, a.Type) {
		return nil, invalidChoice("SessionAffinity", []string{"NONE", "MCP_SSE", "GENERATED_COOKIE", "HEADER_FIELD", "MCP_STREAMABLE"}, shorten(string(raw)))
	}
	if a.Type == emulator.AffinitySSE && !serves(fn) {
		return nil, emulator.InvalidArgument("SessionAffinity MCP_SSE cannot go with the built-in runtime '%s'", fn.Runtime)
	}
	config, err := readAffinityConfig(fn.Stored["sessionAffinityConfig"])
	if err != nil {
		return nil, err
	}
	return a, config.apply(a)
}

// readAffinityConfig takes the JSON text that the API has, and the object that s.yaml may have.
func readAffinityConfig(raw json.RawMessage) (config affinityConfig, err error) {
	if !meaningful(raw) {
		return config, nil
	}
	text := ""
	if json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	if len(raw) > 0 && json.Unmarshal(raw, &config) != nil {
		return config, invalidValue("SessionAffinityConfig", "a JSON object as a string", shorten(string(raw)))
	}
	return config, nil
}

func (config *affinityConfig) apply(a *emulator.Affinity) error {
	const field = "SessionAffinityConfig."
	ttl := or(config.SessionTTLInSeconds, defaultSessionTTL)
	idle := or(config.SessionIdleTimeoutInSeconds, min(defaultSessionIdle, ttl))
	a.Sessions = or(config.SessionConcurrencyPerInstance, defaultSessions)
	a.TTL, a.Idle = time.Duration(ttl)*time.Second, time.Duration(idle)*time.Second
	a.NoReuse = config.DisableSessionIDReuse
	err := firstError(
		checkRange(field+"SessionConcurrencyPerInstance", 1, maxSessions, a.Sessions),
		checkRange(field+"SessionTTLInSeconds", 1, maxSessionTime, ttl),
		checkRange(field+"SessionIdleTimeoutInSeconds", 0, maxSessionTime, idle),
	)
	switch {
	case err != nil:
		return err
	case idle > ttl:
		return emulator.InvalidArgument(field+"SessionIdleTimeoutInSeconds is greater than SessionTTLInSeconds (%d > %d)", idle, ttl)
	}
	switch a.Type {
	case emulator.AffinityHeader:
		if !isAffinityHeader(config.AffinityHeaderFieldName) {
			return invalidValue(field+"AffinityHeaderFieldName",
				"5 to 40 letters, digits, '-' or '_', beginning with a letter and not with x-fc-", shorten(config.AffinityHeaderFieldName))
		}
		a.Header = textproto.CanonicalMIMEHeaderKey(config.AffinityHeaderFieldName)
	case emulator.MCPStreamable:
		a.Header = "Mcp-Session-Id"
	case emulator.AffinitySSE:
		if a.SSEPath = config.SSEEndpointPath; !strings.HasPrefix(a.SSEPath, "/") {
			return invalidValue(field+"SseEndpointPath", "a path such as /sse", shorten(a.SSEPath))
		}
	}
	return nil
}

func isAffinityHeader(name string) bool {
	if len(name) < 5 || len(name) > 40 || strings.HasPrefix(strings.ToLower(name), "x-fc-") {
		return false
	}
	first := name[0] | 0x20
	return first >= 'a' && first <= 'z' && isName(name)
}

func or(value *int, fallback int) int {
	if value == nil {
		return fallback
	}
	return *value
}
