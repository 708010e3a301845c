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
}

// entry is what is known of one function. Its maps are by qualifier and are replaced, never
// changed, because readers use them without the lock.
type entry struct {
	function *emulator.Function
	triggers map[string]httpTrigger
	policies map[string]emulator.AsyncPolicy
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
