package runtime

import (
	"context"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

// maxSpareKeys is for how many sorts of program spares are kept: those that were wanted last.
const maxSpareKeys = 4

// refillPause lets the call that has taken a spare go first.
const refillPause = 20 * time.Millisecond

// spare is an interpreter that waits for a function.
type spare struct {
	pool    *Pool
	process process.Process
	session Session
	output  pipes
}

// spares are the programs that were started ahead of calls, by Ahead.Key. Where there is none, an
// instance starts its own.
type spares struct {
	pool *Pool

	mu      sync.Mutex
	waiting map[string][]*spare
	wanted  []*Ahead // at most one of a key; the last is the newest
	filling bool
	closed  bool
}

// take returns a spare that lives; nil when there is none.
func (s *spares) take(key string) *spare {
	s.mu.Lock()
	defer s.mu.Unlock()
	for list := s.waiting[key]; len(list) > 0; list = s.waiting[key] {
		last := list[len(list)-1]
		s.waiting[key] = list[:len(list)-1]
		if !wait(last.process.Done(), 0) {
			return last
		}
		go last.end()
	}
	return nil
}

// want has spares of this sort kept from now on.
func (s *spares) want(ahead *Ahead) {
	if ahead == nil || s.pool.options.Spares <= 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if at := slices.IndexFunc(s.wanted, func(known *Ahead) bool { return known.Key == ahead.Key }); at >= 0 {
		s.wanted = slices.Delete(s.wanted, at, at+1)
	}
	s.wanted = append(s.wanted, ahead)
	if len(s.wanted) > maxSpareKeys {
		s.drop(s.wanted[0].Key)
		s.wanted = slices.Delete(s.wanted, 0, 1)
	}
	if !s.filling {
		s.filling = true
		go s.fill()
	}
}

// drop ends the spares of a sort. It runs under mu.
func (s *spares) drop(key string) {
	for _, one := range s.waiting[key] {
		go one.end()
	}
	delete(s.waiting, key)
}

// fill starts what is missing, one after the other.
func (s *spares) fill() {
	for {
		ahead := s.missing()
		if ahead == nil {
			return
		}
		if wait(s.pool.ctx.Done(), refillPause) {
			continue
		}
		one, err := s.pool.startSpare(ahead)
		s.mu.Lock()
		switch {
		case err != nil: // an instance that starts by itself tells why
			s.wanted = slices.DeleteFunc(s.wanted, func(known *Ahead) bool { return known.Key == ahead.Key })
		case !s.wants(ahead.Key):
			go one.end()
		default:
			if s.waiting == nil {
				s.waiting = map[string][]*spare{}
			}
			s.waiting[ahead.Key] = append(s.waiting[ahead.Key], one)
		}
		s.mu.Unlock()
	}
}

func (s *spares) wants(key string) bool {
	return slices.ContainsFunc(s.wanted, func(known *Ahead) bool { return known.Key == key })
}

// missing is a sort of which there are too few; nil ends the filling.
func (s *spares) missing() *Ahead {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.wanted) - 1; i >= 0 && !s.closed; i-- {
		if ahead := s.wanted[i]; len(s.waiting[ahead.Key]) < s.pool.options.Spares {
			return ahead
		}
	}
	s.filling = false
	return nil
}

// Spares are the process ids of the interpreters that wait for a function.
func (p *Pool) Spares() []int {
	p.spares.mu.Lock()
	defer p.spares.mu.Unlock()
	list := []int{}
	for _, waiting := range p.spares.waiting {
		for _, one := range waiting {
			if !wait(one.process.Done(), 0) {
				list = append(list, one.process.PID())
			}
		}
	}
	sort.Ints(list)
	return list
}

// close ends them all.
func (s *spares) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed, s.wanted = true, nil
	for key := range s.waiting {
		s.drop(key)
	}
}

// startSpare starts a program that waits.
func (p *Pool) startSpare(ahead *Ahead) (*spare, error) {
	plan := ahead.Plan()
	done, err := plan.open()
	if err != nil {
		return nil, err
	}
	defer done()
	read, write, err := openPipes()
	if err != nil {
		return nil, err
	}
	defer write.close()
	plan.Spec.Stdout, plan.Spec.Stderr = write[0], write[1]
	ctx, cancel := context.WithTimeout(p.ctx, p.options.StartLimit)
	defer cancel()
	if !p.track() {
		read.close()
		return nil, context.Canceled
	}
	started, err := p.options.Launcher.Start(ctx, plan.Spec)
	if err != nil {
		read.close()
		p.alive.Done()
		return nil, err
	}
	one := &spare{pool: p, process: started, output: read}
	if one.session, err = plan.Connect(ctx, started); err != nil {
		one.end()
		return nil, err
	}
	return one, nil
}

// end ends a program that became no function's.
func (s *spare) end() {
	defer s.pool.alive.Done()
	s.process.Kill()
	if s.session != nil {
		s.session.Close()
	}
	s.output.close()
}

// claim takes a spare for the instance, if there is one, in place of a start.
func (i *instance) claim(ctx context.Context, plan *Plan) bool {
	if plan.Ahead == nil {
		return false
	}
	one := i.pool.spares.take(plan.Ahead.Key)
	if one == nil {
		return false
	}
	err := plan.Ahead.Tell(one.session)
	if err == nil {
		err = one.process.Mount(ctx, *plan.Spec.Mounts)
	}
	if err == nil {
		one.process.Limit(plan.Spec.Limits)
		err = plan.Ahead.Give(one.session)
	}
	if err != nil {
		go one.end()
		return false
	}
	i.told = plan.Spec.Env
	i.logs.take(one.output, plan.Marks)
	i.runs(one.process)
	i.session = one.session
	_, i.multi = one.session.(Multiplexed)
	i.pool.alive.Done() // of the spare; the instance counts by itself
	return true
}

// Expect has an interpreter started, or an image unpacked, that a function will need at its next call.
func (p *Pool) Expect(fn *emulator.Function) {
	if p.options.Spares <= 0 || !p.track() {
		return
	}
	defer p.alive.Done()
	kind, err := p.options.Kinds(fn.Runtime)
	if err != nil {
		return
	}
	place, err := p.place(p.ctx, fn, "")
	if err != nil {
		return
	}
	plan, err := kind.Prepare(fn, place)
	if err != nil { // the call will tell; of an image, that may be minutes from now
		if fn.Runtime == emulator.ContainerRuntime && p.ctx.Err() == nil {
			p.notice(fn, err.Error())
		}
		return
	}
	p.notice(fn, plan.Notice)
	p.spares.want(plan.Ahead)
}
