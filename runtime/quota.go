package runtime

import (
	"fmt"
	"sync"

	"github.com/fcemu/fcemu/emulator"
)

// quota counts the instances of a function, over all its versions and qualifiers.
type quota struct {
	mu       sync.Mutex
	total    int
	onDemand map[string]int // by the qualifier that they were started for
}

// quota returns the counts of a function. It is called with groupsMu held.
func (p *Pool) quota(name emulator.Name) *quota {
	q := p.quotas[name]
	if q == nil {
		q = &quota{onDemand: map[string]int{}}
		p.quotas[name] = q
	}
	return q
}

// take counts one more instance that a call under a qualifier asks for, within the limits of the
// function as it was resolved for that call: a change of them changes no revision. crowded tells
// that instances of other versions stand in the way.
// Sources: FC 3.0 PutConcurrencyConfig, FC 2.0 PutFunctionOnDemandConfig.
func (q *quota) take(fn *emulator.Function, qualifier string, most int) (within, crowded bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if fn.InstanceLimit != nil {
		most = min(most, *fn.InstanceLimit)
	}
	if fn.OnDemandLimit != nil && qualifier != "" && q.onDemand[qualifier] >= *fn.OnDemandLimit {
		return false, false
	}
	if q.total >= most {
		return false, true
	}
	q.total++
	if qualifier != "" {
		q.onDemand[qualifier]++
	}
	return true, false
}

func (q *quota) give(qualifier string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.total--
	if qualifier == "" {
		return
	}
	if q.onDemand[qualifier]--; q.onDemand[qualifier] == 0 {
		delete(q.onDemand, qualifier)
	}
}

// makeRoom ends an idle instance of another version of the function: only those in use count.
func (p *Pool) makeRoom(wanted *group) bool {
	for _, g := range p.allGroups() {
		if g != wanted && g.fn.Name() == wanted.fn.Name() && g.yield() {
			return true
		}
	}
	return false
}

func (g *group) yield() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for inst := range g.instances {
		if inst.used == 0 && inst.visitors == 0 && inst.sessions == 0 && len(g.instances) > g.provision.target {
			g.drop(inst)
			go inst.retire()
			return true
		}
	}
	return false
}

// noticeLimit tells the user which limit refuses calls: FC's own message does not.
func (p *Pool) noticeLimit(fn *emulator.Function) {
	limit := fmt.Sprintf("--max-instances %d", p.options.MaxInstances)
	if fn.InstanceLimit != nil && *fn.InstanceLimit <= p.options.MaxInstances {
		limit = fmt.Sprintf("reservedConcurrency %d", *fn.InstanceLimit)
	}
	switch {
	case fn.OnDemandLimit == nil:
	case *fn.OnDemandLimit == 0:
		limit += ", none on demand: only provisioned ones serve"
	default:
		limit += fmt.Sprintf(", maximumInstanceCount %d", *fn.OnDemandLimit)
	}
	p.notice(fn, "calls are refused with 429: its instances, or the requests of a session, are at their limit ("+limit+")")
}
