package destination

import (
	"context"
	"sync"

	"github.com/fcemu/fcemu/emulator"
)

// Router is the sink of what has no local service: the first route that fits takes an outcome, else
// the inbox.
type Router struct {
	routes  []Route
	inbox   *Inbox
	account string
	webhook *webhook
	files   sync.Mutex // one line at a time
}

// NewRouter returns a router. account stands in the events of EventBridge. The routes have passed
// Route.Check.
func NewRouter(routes []Route, inbox *Inbox, account string) *Router {
	return &Router{routes: routes, inbox: inbox, account: account, webhook: newWebhook(webhookTime)}
}

// Sinks are a router for all that has no local service. A sink for functions is to be added.
func (r *Router) Sinks() Sinks {
	return Sinks{Queue: r, Topic: r, EventBus: r, RocketMQ: r}
}

// Send brings an outcome to a file, a webhook or the inbox. The error is temporary.
func (r *Router) Send(ctx context.Context, target Target, d *emulator.Delivery) error {
	body, contentType, err := messageFor(target, d, r.account)
	if err != nil {
		return err
	}
	switch route := r.route(target.ARN); {
	case route.File != "":
		r.files.Lock()
		defer r.files.Unlock()
		return appendLine(route.File, body)
	case route.Webhook != "":
		return r.webhook.post(ctx, route.Webhook, contentType, body, d)
	}
	return r.inbox.receive(ctx, d, body)
}

// route returns the first route that fits, or none.
func (r *Router) route(arn string) Route {
	for _, route := range r.routes {
		if matches(route.Pattern, arn) {
			return route
		}
	}
	return Route{}
}

// Describe tells what sort of resource an ARN names and where its outcomes go on this machine.
func (r *Router) Describe(arn string) (kind Kind, delivery string) {
	target, err := Parse(arn)
	if err != nil {
		return "", "nowhere"
	}
	if target.Kind == Function {
		return Function, "function"
	}
	switch route := r.route(arn); {
	case route.File != "":
		return target.Kind, "file " + route.File
	case route.Webhook != "":
		return target.Kind, "webhook " + route.Webhook
	}
	return target.Kind, "inbox"
}
