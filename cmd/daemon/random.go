package daemon

import (
	"math/rand/v2"
	"sync"
)

// randomOf returns numbers from 0 up to 1, safe for concurrent use. With a seed they are the same, in
// the same order, at every start.
func randomOf(seed *int64) func() float64 {
	if seed == nil {
		return rand.Float64
	}
	var mu sync.Mutex
	source := rand.New(rand.NewPCG(uint64(*seed), 0))
	return func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return source.Float64()
	}
}
