package control

import (
	"sync"

	"github.com/fcemu/fcemu/emulator"
)

// cache remembers what an invocation asks of the catalogue, so that a warm call touches neither
// SQLite nor JSON. It holds only functions that exist and were asked for.
type cache struct {
	mu         sync.RWMutex
	generation uint64 // grows with every write to the catalogue
	entries    map[emulator.Name]*entry
	domains    map[string]*emulator.CustomDomain // nil = not read yet
}

// entry is what is known of one function. Its maps are by qualifier and are replaced, never
// changed, because readers use them without the lock.
type entry struct {
	function *emulator.Function // LATEST
	targets  map[string]target  // versions and aliases
	triggers map[string]httpTrigger
	policies map[string]emulator.AsyncPolicy
}

// target is what a version or alias leads to: one function, or two with a rule that tells which
// calls are for the second.
type target struct {
	function *emulator.Function
	other    *emulator.Function    // of an alias with an additional version
	share    float64               // of the calls for other, 0…1
	policy   *emulator.RoutePolicy // where the content of a request decides instead
}

// choose picks the function for one call. Only a choice by chance draws a number.
func (t target) choose(random func() float64, traffic emulator.Traffic) *emulator.Function {
	switch {
	case t.other == nil:
		return t.function
	case t.policy != nil:
		if t.policy.Matches(traffic) {
			return t.other
		}
		return t.function
	case random() < t.share:
		return t.other
	}
	return t.function
}

// httpTrigger is the HTTP trigger of a qualifier with its configuration decoded; trigger is nil
// where the qualifier has none.
type httpTrigger struct {
	trigger *emulator.Trigger
	config  emulator.HTTPTrigger
}

// lookup returns the entry, or nil and the generation that a later learn must name.
func (c *cache) lookup(name emulator.Name) (entry, bool, uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if e := c.entries[name]; e != nil {
		return *e, true, c.generation
	}
	return entry{}, false, c.generation
}

// learn notes something that was read from the store at the given generation. It does nothing if
// the catalogue was written to meanwhile, since what was read may be old.
func (c *cache) learn(name emulator.Name, generation uint64, note func(*entry)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation != generation {
		return
	}
	next := entry{}
	if e := c.entries[name]; e != nil {
		next = *e
	}
	note(&next)
	c.entries[name] = &next
}

// forget drops a function. It is called after the write was committed.
func (c *cache) forget(name emulator.Name) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	delete(c.entries, name)
}

// forgetScope drops the functions of a scope.
func (c *cache) forgetScope(scope emulator.Scope) {
	service := scope.Service()
	if service == "" {
		c.forget(emulator.Name{Function: scope.Function()})
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	for name := range c.entries {
		if name.Service == service {
			delete(c.entries, name)
		}
	}
}

// forgetAll drops everything.
func (c *cache) forgetAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	clear(c.entries)
	c.domains = nil
}

// knownDomains returns the custom domains by name in lower case, or nil, and the generation that
// learnDomains must name. The map is never changed.
func (c *cache) knownDomains() (map[string]*emulator.CustomDomain, uint64) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.domains, c.generation
}

func (c *cache) learnDomains(generation uint64, domains map[string]*emulator.CustomDomain) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation == generation {
		c.domains = domains
	}
}

func (c *cache) forgetDomains() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	c.domains = nil
}
