package emulator

import (
	"net/url"
	"time"
)

// AffinityType is how requests name the session that they belong to. Source: FC 3.0 sessionAffinity.
type AffinityType string

// Types of session affinity. MCPStreamable is inferred: no source prints it.
const (
	AffinityHeader AffinityType = "HEADER_FIELD"
	AffinityCookie AffinityType = "GENERATED_COOKIE"
	AffinitySSE    AffinityType = "MCP_SSE"
	MCPStreamable  AffinityType = "MCP_STREAMABLE"
)

// Isolation says with whom a request shares its instance. Source: FC 3.0 instanceIsolationMode.
type Isolation string

// Isolation modes. IsolateRequests is inferred: no source prints it.
const (
	IsolateNothing  Isolation = "SHARE"
	IsolateSessions Isolation = "SESSION_EXCLUSIVE"
	IsolateRequests Isolation = "REQUEST_EXCLUSIVE"
)

// AffinityConcurrency is how many requests at a time an instance of a custom runtime takes when its
// function has session affinity, whatever instanceConcurrency says. Source: FC 3.0 Session affinity.
const AffinityConcurrency = 200

// Affinity is a function's session affinity, read and checked.
type Affinity struct {
	Type     AffinityType
	Header   string // of AffinityHeader and MCPStreamable, in canonical form
	SSEPath  string // of AffinitySSE: where a stream, and with it a session, begins
	Sessions int    // that one instance may hold
	TTL      time.Duration
	Idle     time.Duration // 0 = only TTL ends a session
	NoReuse  bool          // the id of a session that has ended cannot begin another
}

// SessionUse is what one request has to do with a session: where its function has affinity, whoever
// takes the request fills it in, and the runner finds or makes the session.
type SessionUse struct {
	ID    string // as the client gave it or as it was made; empty: the function's answer names it, or nothing does
	Fresh bool   // the id was made for this request, and the client has to be told
	Begin bool   // a session begins even without an id
	End   bool   // the session ends with this request
}

// Sessions are the sessions that are held on instances. Times are the emulator's clock's.
type Sessions interface {
	// Hold begins or changes a session. Where fn is not nil it is bound to an instance of it.
	Hold(name Name, fn *Function, session *Session) (instanceID string, refused *Error)
	// Held returns the sessions of a function.
	Held(name Name) []HeldSession
	// Drop ends a session; false means that there was none.
	Drop(name Name, id string) bool
}

// HeldSession is a session as its runner knows it.
type HeldSession struct {
	ID, Qualifier, InstanceID string // InstanceID is empty until a request needs one
	TTL, Idle                 time.Duration
	Created, LastUsed         time.Time
	Over                      bool // its time is over
}

// SessionOfQuery is the session in the address to which an MCP client posts its messages, or "": the
// TypeScript, Java and Python servers differ in its name.
func SessionOfQuery(query string) string {
	values, _ := url.ParseQuery(query) // what can be read of it
	for _, name := range []string{"sessionId", "session_id", "sessionid"} {
		if id := values.Get(name); id != "" && len(id) <= MaxLearntID {
			return id
		}
	}
	return ""
}

// MaxLearntID bounds the ids that functions choose, in bytes.
const MaxLearntID = 256
