// Package scaling decides how many instances are kept started ahead of calls: provisionConfig and
// scalingConfig with their schedules and their target tracking, on the emulator's clock.
package scaling

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Catalogue knows the configurations and what their qualifiers mean.
type Catalogue interface {
	// EachProvision calls yield with every configuration, and when it was made.
	EachProvision(ctx context.Context, yield func(ref emulator.Reference, config *emulator.ProvisionConfig, since time.Time)) error
	Resolve(ctx context.Context, ref emulator.Reference) (*emulator.Function, error)
	Alias(ctx context.Context, scope emulator.Scope, alias string) (*emulator.Alias, error)
}

// Instances are those that run.
type Instances interface {
	// Provision keeps so many instances of a version started.
	Provision(fn *emulator.Function, target int, freeze bool) (ready int, failure string)
	Provisioned(fn *emulator.Function) (ready int, failure string)
	// Load returns the most requests at a time since it was last asked, and how many one instance takes.
	Load(fn *emulator.Function) (peak, each int)
}

// Keeper keeps instances started as the configurations say.
type Keeper struct {
	catalogue Catalogue
	instances Instances
	clock     emulator.Clock
	nudge     chan struct{}

	mu      sync.Mutex
	goals   map[emulator.Reference]*goal
	kept    map[version]*emulator.Function
	tracked map[policy]int // what target tracking wants
	last    time.Time      // tracking was looked at
}

type version struct {
	emulator.Name
	id string
}

type policy struct {
	emulator.Reference
	name  string
	since time.Time // another configuration begins anew
}

// goal is what a function and qualifier shall have.
type goal struct {
	target int
	freeze bool
	shares map[string]int // of each version
}

// New returns a keeper. It keeps nothing before Run or Look.
func New(catalogue Catalogue, instances Instances, clock emulator.Clock) *Keeper {
	return &Keeper{catalogue: catalogue, instances: instances, clock: clock, nudge: make(chan struct{}, 1),
		goals: map[emulator.Reference]*goal{}, kept: map[version]*emulator.Function{}, tracked: map[policy]int{}}
}

// Run looks every minute of the clock, until ctx ends. Without configurations it sleeps.
func (k *Keeper) Run(ctx context.Context) error {
	timer := k.clock.NewTimer(k.clock.Now())
	defer timer.Stop()
	for {
		k.look(ctx)
		if k.idle() {
			timer.Stop()
		} else {
			timer.Reset(k.clock.Now().Truncate(time.Minute).Add(time.Minute))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C():
		case <-k.nudge:
		}
	}
}

func (k *Keeper) idle() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.goals) == 0
}

// wake makes Run look again soon.
func (k *Keeper) wake() {
	select {
	case k.nudge <- struct{}{}:
	default:
	}
}

// Look looks at once: a configuration or a function has changed.
func (k *Keeper) Look() {
	k.look(context.Background())
	k.wake() // for the timer
}

// State tells what a function and qualifier shall have and what they have.
func (k *Keeper) State(ctx context.Context, ref emulator.Reference) (target, current int, failure string) {
	if ref.Qualifier == "" {
		ref.Qualifier = emulator.LatestVersion
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	g := k.goals[ref]
	if g == nil {
		return 0, 0, ""
	}
	for id, share := range g.shares {
		fn, err := k.catalogue.Resolve(ctx, emulator.Reference{Name: ref.Name, Qualifier: id})
		if err != nil {
			failure = err.Error()
			continue
		}
		ready, why := k.instances.Provisioned(fn)
		current += min(ready, share)
		if why != "" {
			failure = why
		}
	}
	return g.target, current, failure
}

// look brings the instances to what the configurations say at this moment.
func (k *Keeper) look(ctx context.Context) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock.Now()
	minutes := int(now.Sub(k.last) / time.Minute)
	goals, wanted := map[emulator.Reference]*goal{}, map[policy]int{}
	err := k.catalogue.EachProvision(ctx, func(ref emulator.Reference, config *emulator.ProvisionConfig, since time.Time) {
		target := max(config.Target, scheduled(config.ScheduledActions, since, now), k.track(ctx, ref, config, since, now, minutes, wanted))
		g := goals[ref]
		if g == nil {
			g = &goal{}
			goals[ref] = g
		}
		if target >= g.target {
			g.target, g.freeze = target, config.AlwaysAllocateCPU != nil && !*config.AlwaysAllocateCPU
		}
	})
	if err != nil {
		return // the store is closing, or the next look finds it well
	}
	if minutes > 0 || k.last.IsZero() {
		k.last = now
	}
	k.goals, k.tracked = goals, wanted
	k.apply(ctx)
}

// track is what the policies of target tracking want: out at once, in by one instance a minute.
// Only the concurrency is tracked; a policy of another metric holds its lower bound.
func (k *Keeper) track(ctx context.Context, ref emulator.Reference, config *emulator.ProvisionConfig, since, now time.Time, minutes int, wanted map[policy]int) (most int) {
	peak, each, known := 0, 1, false
	for _, one := range config.TargetTrackingPolicies {
		if !active(one.StartTime, one.EndTime, one.TimeZone, now) {
			continue
		}
		key := policy{ref, one.Name, since}
		before, seen := k.tracked[key]
		target := max(before, one.MinCapacity)
		if one.MetricType == "ProvisionedConcurrencyUtilization" && (minutes > 0 || !seen) {
			if !known {
				peak, each = k.load(ctx, ref)
				known = true
			}
			need := int(math.Ceil(float64(peak) / (one.MetricTarget * float64(max(each, 1)))))
			target = max(need, before-minutes)
		}
		wanted[key] = min(max(target, one.MinCapacity), one.MaxCapacity)
		most = max(most, wanted[key])
	}
	return most
}

// load is that of all versions behind a qualifier.
func (k *Keeper) load(ctx context.Context, ref emulator.Reference) (peak, each int) {
	for id := range k.shares(ctx, ref, 1) {
		if fn, err := k.catalogue.Resolve(ctx, emulator.Reference{Name: ref.Name, Qualifier: id}); err == nil {
			n, size := k.instances.Load(fn)
			peak, each = peak+n, size
		}
	}
	return peak, each
}

// shares splits a target between the versions behind a qualifier.
func (k *Keeper) shares(ctx context.Context, ref emulator.Reference, target int) map[string]int {
	if ref.Qualifier == emulator.LatestVersion || emulator.IsVersion(ref.Qualifier) {
		return map[string]int{ref.Qualifier: target}
	}
	alias, err := k.catalogue.Alias(ctx, ref.Scope(), ref.Qualifier)
	if err != nil {
		return nil
	}
	shares := map[string]int{alias.VersionID: target}
	for other, weight := range alias.AdditionalVersionWeight {
		n := int(math.Ceil(weight * float64(target)))
		shares[alias.VersionID] -= n
		shares[other] += n
	}
	return shares
}

// apply starts what the goals ask for and lets go what no goal asks for any more.
func (k *Keeper) apply(ctx context.Context) {
	type want struct {
		fn     *emulator.Function
		n      int
		freeze bool
	}
	wants := map[version]*want{}
	for ref, g := range k.goals {
		g.shares = k.shares(ctx, ref, g.target)
		for id, n := range g.shares {
			fn, err := k.catalogue.Resolve(ctx, emulator.Reference{Name: ref.Name, Qualifier: id})
			if err != nil {
				continue // it was deleted meanwhile
			}
			key := version{ref.Name, fn.VersionID}
			if wants[key] == nil {
				wants[key] = &want{fn: fn, freeze: true}
			}
			wants[key].n += n
			wants[key].freeze = wants[key].freeze && g.freeze
		}
	}
	for key, fn := range k.kept {
		if wants[key] == nil {
			k.instances.Provision(fn, 0, false)
			delete(k.kept, key)
		}
	}
	for key, w := range wants {
		k.instances.Provision(w.fn, w.n, w.freeze)
		k.kept[key] = w.fn
	}
}
