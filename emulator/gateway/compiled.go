package gateway

import (
	"encoding/json"
	"sync"
)

// maxCompiled is how many configurations are remembered.
const maxCompiled = 512

// compiled remembers configurations by their text, so that a request parses none.
type compiled[T any] struct {
	mu    sync.RWMutex
	known map[string]*T
}

func (k *compiled[T]) get(text json.RawMessage, parse func(json.RawMessage) (*T, error)) (*T, error) {
	k.mu.RLock()
	found, ok := k.known[string(text)]
	k.mu.RUnlock()
	if ok {
		return found, nil
	}
	made, err := parse(text)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= maxCompiled {
		k.known = map[string]*T{}
	}
	k.known[string(text)] = made
	return made, nil
}
