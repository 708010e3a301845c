package control_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/control"
)

// fill creates many functions; they share transactions because they come at the same time.
func (f *fixture) fill(b *testing.B, count int) {
	b.Helper()
	var group sync.WaitGroup
	next := make(chan int)
	for range 256 {
		group.Go(func() {
			for i := range next {
				_, err := f.Create(b.Context(), &emulator.Function{FunctionName: fmt.Sprintf("f%06d", i), Runtime: "python3.10", Handler: "index.handler"}, []byte("zip"))
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := range count {
		next <- i
	}
	close(next)
	group.Wait()
}

// BenchmarkControl shows that the operations cost the same with 10^3 and with 10^5 functions.
func BenchmarkControl(b *testing.B) {
	for _, count := range []int{1000, 100000} {
		f := newFixture(b)
		f.fill(b, count)
		middle := fmt.Sprintf("f%06d", count/2)
		b.Run(fmt.Sprintf("list=%d", count), func(b *testing.B) {
			for b.Loop() {
				list, _, err := f.Functions(b.Context(), "", middle, 20)
				if err != nil || len(list) != 20 {
					b.Fatal(len(list), err)
				}
			}
		})
		b.Run(fmt.Sprintf("get=%d", count), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				// Each from a catalogue that knows nothing yet.
				fresh := control.New(f.store, zipStore{}, emulator.NewIDs(), emulator.RealClock{}, nil)
				if _, err := fresh.Resolve(b.Context(), ref(fmt.Sprintf("f%06d", i%count))); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("create=%d", count), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				_, err := f.Create(b.Context(), &emulator.Function{FunctionName: fmt.Sprintf("n%d-%d", b.N, i), Runtime: "python3.10", Handler: "index.handler"}, []byte("zip"))
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
