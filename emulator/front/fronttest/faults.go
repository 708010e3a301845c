package fronttest

import "sync"

// Faults are what an API told of itself. The zero value is ready to use, also by several connections.
type Faults struct {
	mu   sync.Mutex
	list []error
}

// Add is an api.Options.Fault.
func (f *Faults) Add(_ string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, err)
}

// All are those so far.
func (f *Faults) All() []error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.list
}
