package metrics

import (
	"sort"

	"github.com/fcemu/fcemu/emulator"
)

// Function is what is known of one function at one moment. Counts are since the emulator started.
type Function struct {
	Name string `json:"functionName"` // as people type it

	Enqueued           int64     `json:"enqueued"`      // asynchronous invocations accepted
	Processed          int64     `json:"processed"`     // of those, ended in any way
	Backlog            int64     `json:"backlog"`       // now: accepted, and waiting for a run
	InProcess          int64     `json:"inProcess"`     // now: running or being stopped
	OldestDue          int64     `json:"oldestDueTime"` // of the backlog, Unix ms; 0 = nothing waits
	Delay              Histogram `json:"delay"`         // from due to start
	Retries            int64     `json:"retries"`       // runs after the first one
	Expired            int64     `json:"expired"`
	DestinationSuccess int64     `json:"destinationSuccess"`
	DestinationError   int64     `json:"destinationError"` // outcomes that were given up

	Invocations map[string]int64 `json:"invocations"` // runs by outcome; those that occurred, and success
	Duration    Histogram        `json:"duration"`
	ColdStarts  int64            `json:"coldStarts"`
	Throttles   int64            `json:"throttles"`
	Instances   int              `json:"instances"` // now
	MemoryPeak  int64            `json:"memoryPeakBytes"`
}

// Functions reads the book, with what only others know: what waits in the store and how many
// instances there are. A function is listed when any of the three knows it, in the order of names.
func (b *Book) Functions(backlog []emulator.Backlog, instances map[emulator.Name]int) []Function {
	found := map[emulator.Name]*Function{}
	at := func(name emulator.Name) *Function {
		if found[name] == nil {
			found[name] = b.fresh().read(name)
		}
		return found[name]
	}
	b.pages.Range(func(key, value any) bool {
		name := key.(emulator.Name)
		found[name] = value.(*page).read(name)
		return true
	})
	for _, one := range backlog {
		f := at(one.Function)
		f.Backlog, f.InProcess = one.Waiting, one.Running
		if one.Waiting > 0 {
			f.OldestDue = one.OldestDue.UnixMilli()
		}
	}
	for name, count := range instances {
		at(name).Instances = count
	}
	list := make([]Function, 0, len(found))
	for _, f := range found {
		list = append(list, *f)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

func (p *page) read(name emulator.Name) *Function {
	f := &Function{
		Name:     name.String(),
		Enqueued: p.enqueued.Load(), Processed: p.processed.Load(), Delay: p.delay.read(),
		Retries: p.retries.Load(), Expired: p.expired.Load(),
		DestinationSuccess: p.delivered.Load(), DestinationError: p.undelivered.Load(),
		Invocations: map[string]int64{succeeded.String(): 0}, Duration: p.duration.read(),
		ColdStarts: p.coldStart.Load(), Throttles: p.outcomes[throttled].Load(), MemoryPeak: p.peakBytes.Load(),
	}
	for i := range p.outcomes {
		if count := p.outcomes[i].Load(); count > 0 {
			f.Invocations[outcome(i).String()] = count
		}
	}
	return f
}
