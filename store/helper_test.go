package store_test

import (
	"context"
	"fmt"
	"os"
	"sync"

	"github.com/fcemu/fcemu/store"
)

// helperFile names the variable that turns the test binary into a process that may be killed: it
// holds the database's path.
const helperFile = "STORE_TEST_HELPER_FILE"

// helper enqueues and claims until it is killed, if this process is meant for that. It prints
// each id only after the store has accepted the task.
func helper() bool {
	path := os.Getenv(helperFile)
	if path == "" {
		return false
	}
	ctx := context.Background()
	s, err := store.Open(ctx, path)
	if err != nil {
		fmt.Println("failed", err)
		return true
	}
	go func() { _ = s.Run(ctx) }()
	var out sync.Mutex
	var group sync.WaitGroup
	for caller := range 8 {
		group.Go(func() {
			for i := 0; ; i++ {
				task := newTask(fmt.Sprintf("%d-%d-%d", os.Getpid(), caller, i))
				task.Payload = make([]byte, 3000*(i%3))
				if err := s.Enqueue(ctx, task); err != nil {
					fmt.Println("failed", err)
					return
				}
				out.Lock()
				fmt.Println(task.Key.ID)
				out.Unlock()
				if i%5 == 0 {
					_, _ = s.Claim(ctx, base(), 1)
				}
			}
		})
	}
	group.Wait()
	return true
}
