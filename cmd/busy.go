package cmd

import (
	"sync"
	"time"
)

// busy tells on a terminal what takes long, and for how long it has, until done is called; a second time it does nothing.
func (a *app) busy(what string) (done func()) {
	const patience = 500 * time.Millisecond // what is over sooner needs no words
	if !a.term.Interactive {
		return func() {}
	}
	start, over := time.Now(), make(chan struct{})
	var telling sync.WaitGroup
	telling.Go(func() {
		shown := false
		for wait := patience; ; wait = time.Second {
			select {
			case <-over:
				if shown {
					a.live("")
				}
				return
			case <-time.After(wait):
				shown = true
				a.live(what + ", " + time.Since(start).Round(time.Second).String())
			}
		}
	})
	return sync.OnceFunc(func() { close(over); telling.Wait() })
}
