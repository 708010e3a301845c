package gateway

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/invoke"
	"github.com/fcemu/fcemu/emulator/jwt"
)

// Catalogue finds functions, their HTTP triggers and custom domains. It is asked for every request.
type Catalogue interface {
	Choose(ctx context.Context, ref emulator.Reference, traffic emulator.Traffic) (*emulator.Function, error)
	HTTPTrigger(ctx context.Context, ref emulator.Reference) (*emulator.Trigger, emulator.HTTPTrigger, error)
	// DomainOf returns the custom domain of a host name without port, or nil.
	DomainOf(ctx context.Context, host string) (*emulator.CustomDomain, error)
}

// Engine runs an invocation and waits for its end.
type Engine interface {
	Do(ctx context.Context, inv *emulator.Invocation, answer emulator.Answer) *emulator.Outcome
}

// Queue accepts asynchronous invocations; what it has accepted is on the disk.
type Queue interface {
	Accept(ctx context.Context, inv *emulator.Invocation, delay time.Duration) (*emulator.Task, error)
}

// Options are what a gateway works with. Catalogue, Engine and Queue are required.
type Options struct {
	Catalogue Catalogue
	Engine    Engine
	Queue     Queue
	IDs       *emulator.IDs
	Clock     emulator.Clock // of the times in events; the machine's by default
	Account   string
	Region    string

	// Patience is how long the platform waits for more of a body that it reads as a whole; a minute by
	// default. Bodies that stream to a function have the function's own time limit.
	Patience time.Duration

	// Signed refuses requests that are not signed, for triggers that ask for it (authType
	// function). nil: they are let in and the user is told. held: the body is to be read to its end
	// before the function gets any of it, since that may end in an *emulator.Error.
	Signed func(r *http.Request) (held bool, refusal *emulator.Error)

	// Notice tells the user once what this emulator does differently for a function. May be nil.
	Notice func(function, text string)

	// Observe is told of every request when its answer has been given. May be nil.
	Observe func(*emulator.RequestRecord)

	// AllowRedirects lets 3xx answers through on the default domain. The cloud has refused them
	// since April 2025 and passes them on custom domains only.
	AllowRedirects bool
	// AllowInline leaves Content-Disposition to the function on the default domain. The cloud
	// forces "attachment" there, so that a browser downloads instead of showing.
	AllowInline bool
	// RefuseAPK refuses Android packages on the default domain, as the cloud does for triggers made
	// after June 10, 2024.
	RefuseAPK bool
}

// Gateway serves HTTP triggers on their default domains, and custom domains.
type Gateway struct {
	Options
	policies compiled[jwt.Policy]
	cors     compiled[emulator.CORS]
	rewrites compiled[emulator.Rewrite]
	auths    compiled[domainAuth]
	toldMu   sync.Mutex
	told     map[notice]bool
}

// notice is something that a user is told once.
type notice struct {
	function emulator.Name
	kind     string
}

// New returns the handler of all requests that MatchRequest and ServesDomain know.
func New(o Options) *Gateway {
	if o.IDs == nil {
		o.IDs = emulator.NewIDs()
	}
	if o.Clock == nil {
		o.Clock = emulator.RealClock{}
	}
	o.Patience = cmp.Or(o.Patience, invoke.Patience)
	return &Gateway{Options: o, told: map[notice]bool{}}
}

// ServeHTTP answers one request to an HTTP trigger or a custom domain.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{gateway: g, w: w, r: r, now: g.Clock.Now()}
	if g.Observe != nil {
		c.record = emulator.RequestRecord{Operation: emulator.OperationHTTP, Began: time.Now(),
			Method: r.Method, URI: r.RequestURI, ClientIP: emulator.ClientIP(r.RemoteAddr)}
		defer func() { // also when an answer is cut, which is a panic
			if !c.detached {
				c.observe()
			}
		}()
	}
	if refusal := c.serve(); refusal != nil {
		c.refuse(refusal)
		c.drain()
	}
}

// observe hands the call to the request log.
func (c *call) observe() {
	if c.gateway.Observe != nil {
		c.record.RequestID, c.record.Took = c.requestID, time.Since(c.record.Began)
		c.gateway.Observe(&c.record)
	}
}

// writeStatus sends the status line, and keeps it for the request log.
func (c *call) writeStatus(status int) {
	c.record.Status = status
	c.w.WriteHeader(status)
}

// tell gives the user a notice about a function, once for each kind.
func (g *Gateway) tell(function emulator.Name, kind, text string) {
	if g.Notice == nil {
		return
	}
	key := notice{function, kind}
	g.toldMu.Lock()
	told := g.told[key]
	g.told[key] = true
	g.toldMu.Unlock()
	if !told {
		g.Notice(function.String(), text)
	}
}
