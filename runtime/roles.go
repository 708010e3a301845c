package runtime

import (
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// CredentialsLife is how long the temporary credentials of a role hold. Source: FC context.
const CredentialsLife = 36 * time.Hour

// Credentials are those of a function's role, as the platform injects them.
type Credentials struct {
	AccessKeyID     string
	AccessKeySecret string
	SecurityToken   string // empty: a key that is not temporary
}

// Roles give functions the credentials of their roles: made-up ones, which open this emulator alone
// and are others after CredentialsLife, or those that the user lends. It is safe for concurrent use.
type Roles struct {
	clock emulator.Clock
	lent  *Credentials

	mu     sync.RWMutex
	issued map[string]*issued // by role
}

// issued are the credentials that a role has now.
type issued struct {
	Credentials
	since time.Time
}

// holds tells whether the credentials are not too old. A clock that went back does not make them young.
func (i *issued) holds(now time.Time) bool { return now.Sub(i.since).Abs() < CredentialsLife }

// NewRoles returns the credentials of all roles on that clock: lent, if that is not nil.
func NewRoles(clock emulator.Clock, lent *Credentials) *Roles {
	return &Roles{clock: clock, lent: lent, issued: map[string]*issued{}}
}

// Of returns the credentials that functions of a role have now, and the same pointer until they are
// others. Nil without a role: such functions have none, as in the cloud.
func (r *Roles) Of(role string) *Credentials {
	switch {
	case role == "":
		return nil
	case r.lent != nil:
		return r.lent
	}
	now := r.clock.Now()
	r.mu.RLock()
	held := r.issued[role]
	r.mu.RUnlock()
	if held == nil || !held.holds(now) {
		held = r.issue(role, now)
	}
	return &held.Credentials
}

func (r *Roles) issue(role string, now time.Time) *issued {
	r.mu.Lock()
	defer r.mu.Unlock()
	held := r.issued[role]
	if held == nil || !held.holds(now) {
		held = &issued{makeUp(), now}
		r.issued[role] = held
	}
	return held
}

// Valid lists the credentials that functions may call the emulator with.
func (r *Roles) Valid() []Credentials {
	if r.lent != nil {
		return []Credentials{*r.lent}
	}
	now := r.clock.Now()
	r.mu.RLock()
	defer r.mu.RUnlock()
	var list []Credentials
	for _, held := range r.issued {
		if held.holds(now) {
			list = append(list, held.Credentials)
		}
	}
	return list
}

// makeUp returns what looks like a role's temporary credentials.
func makeUp() Credentials {
	var raw [24]byte
	_, _ = rand.Read(raw[:]) // never fails, see crypto/rand
	text := hex.EncodeToString(raw[:])
	return Credentials{
		AccessKeyID: "STS.fcemu" + text[:16], AccessKeySecret: "fcemu" + text[16:32], SecurityToken: "fcemu-token-" + text[32:],
	}
}
