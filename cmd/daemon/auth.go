package daemon

import (
	"net/http"
	"slices"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/signature"
)

// verified lets only signed requests of the API through, where the user asked for that.
func (d *Daemon) verified(next http.Handler) http.Handler {
	if len(d.options.AccessKeys) == 0 {
		return next
	}
	p := d.parts
	return signature.Verify(next, func() signature.Keys { return p.acceptedKeys(d.options) }, p.clock, func(w http.ResponseWriter, _ *http.Request, refusal *emulator.Error) {
		api.Refuse(w, p.ids.Request(p.clock.Now()), refusal)
	})
}

// signedTriggers is the check of HTTP triggers, or nil where the user did not ask for it.
func (p *parts) signedTriggers(o Options) func(*http.Request) (bool, *emulator.Error) {
	if len(o.AccessKeys) == 0 {
		return nil
	}
	return func(r *http.Request) (bool, *emulator.Error) {
		if refusal := signature.Check(r, signature.Trigger, p.acceptedKeys(o), p.clock.Now()); refusal != nil {
			return false, refusal
		}
		return signature.HoldBody(r)
	}
}

// acceptedKeys are the user's, and those that functions have now, so that they can call too.
func (p *parts) acceptedKeys(o Options) signature.Keys {
	keys := slices.Clone(o.AccessKeys)
	for _, role := range p.roles.Valid() {
		keys = append(keys, signature.Key{ID: role.AccessKeyID, Secret: role.AccessKeySecret, Token: role.SecurityToken})
	}
	return keys
}
