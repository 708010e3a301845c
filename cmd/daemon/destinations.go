package daemon

import (
	"context"
	"iter"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/destination"
)

// outcomes joins the pieces that know where outcomes go.
type outcomes struct {
	router    *destination.Router
	inbox     *destination.Inbox
	catalogue destination.Configs
}

func (o outcomes) Uses(ctx context.Context) ([]emulator.DestinationUse, error) {
	return o.router.Uses(ctx, o.catalogue)
}

func (o outcomes) Inbox(ctx context.Context, query emulator.InboxQuery, follow bool) iter.Seq2[emulator.InboxMessage, error] {
	return o.inbox.Read(ctx, query, follow)
}

// openDestinations makes the sinks of everything but functions.
func (p *parts) openDestinations(o Options) destination.Sinks {
	inbox := destination.NewInbox(p.store, p.clock)
	router := destination.NewRouter(o.Destinations, inbox, o.Account)
	p.outcomes = outcomes{router: router, inbox: inbox, catalogue: p.catalogue}
	return router.Sinks()
}
