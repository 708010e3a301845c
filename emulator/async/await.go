package async

import (
	"context"
	"slices"
	"sync"

	"github.com/fcemu/fcemu/emulator"
)

// Await returns the task when it has ended, or the error of ctx.
func (q *Queue) Await(ctx context.Context, key emulator.TaskKey) (*emulator.Task, error) {
	ended := q.waiters.add(key)
	defer q.waiters.remove(key, ended)
	for {
		task, err := q.store.Task(ctx, key)
		if err != nil || task.Status.Terminal() {
			return task, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-ended:
		}
	}
}

// waiters are those who want to know of the end of a task.
type waiters struct {
	mu     sync.Mutex
	byTask map[emulator.TaskKey][]chan struct{}
}

func (w *waiters) add(key emulator.TaskKey) chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	ended := make(chan struct{}, 1)
	w.byTask[key] = append(w.byTask[key], ended)
	return ended
}

func (w *waiters) remove(key emulator.TaskKey, ended chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	left := slices.DeleteFunc(w.byTask[key], func(c chan struct{}) bool { return c == ended })
	if len(left) == 0 {
		delete(w.byTask, key)
		return
	}
	w.byTask[key] = left
}

// wake is called after the end of the task was committed, so that a reader finds it.
func (w *waiters) wake(key emulator.TaskKey) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ended := range w.byTask[key] {
		select {
		case ended <- struct{}{}:
		default:
		}
	}
}
