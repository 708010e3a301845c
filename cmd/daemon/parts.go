package daemon

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/async"
	"github.com/fcemu/fcemu/emulator/clock"
	"github.com/fcemu/fcemu/emulator/control"
	"github.com/fcemu/fcemu/emulator/destination"
	"github.com/fcemu/fcemu/emulator/gateway"
	"github.com/fcemu/fcemu/emulator/invoke"
	"github.com/fcemu/fcemu/emulator/journal"
	"github.com/fcemu/fcemu/emulator/metrics"
	"github.com/fcemu/fcemu/emulator/oss"
	"github.com/fcemu/fcemu/emulator/scaling"
	"github.com/fcemu/fcemu/emulator/trigger"
	"github.com/fcemu/fcemu/runtime"
	"github.com/fcemu/fcemu/runtime/image"
	"github.com/fcemu/fcemu/runtime/process"
	"github.com/fcemu/fcemu/store"
	"github.com/fcemu/fcemu/store/blob"
)

// parts are the joined pieces of one emulator.
type parts struct {
	store     *store.Store
	blobs     *blob.Store
	objects   *oss.Store
	journal   *journal.Journal
	requests  *journal.Journal // one line a request
	observe   func(*emulator.RequestRecord)
	launcher  process.Launcher
	images    *image.Store
	pool      *runtime.Pool
	keeper    keeper
	catalogue *control.Catalogue
	engine    *invoke.Engine
	queue     *async.Queue
	triggers  *trigger.Sources
	metrics   *metrics.Book
	gateway   *gateway.Gateway
	outcomes  outcomes

	roles *runtime.Roles // whose credentials functions get

	ids   *emulator.IDs
	clock *clock.Clock
	ready atomic.Bool // what the start had to deploy is there
}

// openParts opens and joins everything. Nothing runs yet.
func openParts(ctx context.Context, o Options) (p *parts, err error) {
	p = &parts{ids: emulator.NewIDs()}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	if err = p.openFiles(ctx, o); err != nil {
		return p, err
	}
	if err = p.openRuntime(ctx, o); err != nil {
		return p, err
	}
	p.catalogue = control.New(p.store, p.blobs, p.ids, p.clock, p.changed, control.WithDestinations(checkDestination),
		control.WithRandom(randomOf(o.Seed)), control.WithSessions(p.pool), control.WithProvisioned(&p.keeper),
		control.WithTriggers(func(of emulator.Name, name string, now *emulator.Trigger) { p.triggers.Changed(of, name, now) }))
	p.keeper.Keeper = scaling.New(p.catalogue, p.pool, p.clock)
	p.metrics = metrics.New()
	p.engine = invoke.New(p.pool, p.record)
	p.openQueue(o)
	p.triggers = trigger.New(p.catalogue, p.queue, p.store, trigger.Options{
		Account: o.Account, Region: o.Region, Clock: p.clock, Log: p.journal.Append})
	p.clock.Follow(p.triggers.Due, p.triggers.Replan)
	p.gateway = gateway.New(gateway.Options{
		Catalogue: p.catalogue, Engine: p.engine, Queue: p.queue, IDs: p.ids, Clock: p.clock,
		Account: o.Account, Region: o.Region, Notice: noticeOf(o.Notice), Observe: p.observe,
		Signed:      p.signedTriggers(o),
		AllowInline: o.AllowInline, AllowRedirects: o.AllowRedirects, RefuseAPK: o.RefuseAPK,
	})
	return p, nil
}

// keeper stands for the scaling.Keeper, which needs the catalogue that needs it.
type keeper struct{ *scaling.Keeper }

// changed lets the instances of an older state of a function go.
func (p *parts) changed(ref emulator.Reference) {
	p.pool.Retire(ref)
	p.keeper.Look() // before the next call, which may have to do with provisioned ones
	if p.ready.Load() && ref.Qualifier != "" {
		go p.expect(ref)
	}
}

// expect has what a function needs at its next call started ahead.
func (p *parts) expect(ref emulator.Reference) {
	if fn, err := p.catalogue.Resolve(context.Background(), ref); err == nil {
		p.pool.Expect(fn)
	}
}

// expectAll does so for the functions that are there, as far as spares are kept for so many.
func (p *parts) expectAll() {
	list, _, err := p.catalogue.Functions(context.Background(), "", "", 20)
	if err != nil {
		return
	}
	for _, fn := range list {
		p.expect(emulator.Reference{Name: fn.Name(), Qualifier: emulator.LatestVersion})
	}
}

func (p *parts) openFiles(ctx context.Context, o Options) (err error) {
	if p.store, err = store.Open(ctx, filepath.Join(o.DataDir, "state.db")); err != nil {
		return err
	}
	if p.clock, err = clock.Open(ctx, p.store); err != nil {
		return err
	}
	if p.blobs, err = blob.Open(filepath.Join(o.DataDir, "blobs")); err != nil {
		return err
	}
	buckets := oss.Options{Account: o.Account, Region: o.Region, Clock: emulator.RealClock{}, IDs: p.ids, // as the times of its files
		Notify: func(ctx context.Context, e *emulator.ObjectEvent) { p.triggers.Object(ctx, e) }}
	if p.objects, err = oss.Open(filepath.Join(o.DataDir, "oss"), buckets); err != nil {
		return err
	}
	logs := filepath.Join(o.DataDir, "logs")
	if err = os.MkdirAll(logs, 0o755); err != nil {
		return err
	}
	if p.journal, err = journal.Open(logs, journal.Options{}); err != nil {
		return err
	}
	requests := filepath.Join(logs, "requests")
	if err = os.MkdirAll(requests, 0o755); err != nil {
		return err
	}
	p.requests, err = journal.Open(requests, journal.Options{Segments: 4, SegmentBytes: 8 << 20, MemoryBytes: 1 << 20, PendingBytes: 1 << 20})
	if err == nil {
		p.observe = metrics.NewRequestLog(p.requests.Append).Observe
	}
	return err
}

// record counts an invocation. One that nobody waits for is in the request log by itself.
func (p *parts) record(r emulator.InvocationRecord) {
	p.metrics.Record(r)
	if r.Invocation.Async {
		p.observe(&emulator.RequestRecord{Operation: emulator.OperationAttempt, RequestID: r.Invocation.RequestID,
			Invocation: r.Invocation, Outcome: r.Outcome, Began: r.Began, Took: time.Since(r.Began)})
	}
}

func (p *parts) openRuntime(ctx context.Context, o Options) (err error) {
	p.launcher, err = process.New(process.Options{Isolation: o.Isolation, Notice: o.Notice, StateDir: o.DataDir})
	if err != nil {
		return err
	}
	if warmer, ok := p.launcher.(process.Warmer); ok && insists(o.Isolation) {
		if err = warmer.Warm(ctx); err != nil {
			return err
		}
	}
	p.images = image.Open(filepath.Join(o.DataDir, "images"), o.Images, o.Notice)
	p.roles = runtime.NewRoles(p.clock, o.Credentials)
	storage := &runtime.Storage{Dir: filepath.Join(o.DataDir, "mounts"), Folders: o.Mounts}
	p.pool = runtime.New(runtime.Options{
		Kinds: kinds(o, p.images), Launcher: p.launcher, CodeDir: p.blobs.Dir, Mounts: storage.Binds, Lend: storage.Lend, ShareTmp: o.ShareTmp, EnforceCPU: o.EnforceCPU,
		Log: p.journal.Append, Notice: noticeOf(o.Notice),
		IDs: p.ids, Clock: p.clock, Account: o.Account, Region: o.Region,
		Roles: p.roles, NoTimeout: o.NoTimeout, MaxInstances: o.MaxInstances, Idle: o.IdleTimeout, Spares: o.Spares,
	})
	return nil
}

// insists tells whether the emulator is not to start where the machine does not allow that much.
func insists(isolation string) bool {
	return isolation == process.IsolationFull || isolation == process.IsolationPorts
}

func (p *parts) openQueue(o Options) {
	sinks := p.openDestinations(o)
	p.queue = async.New(p.store, p.engine, p.catalogue, sinks, p.clock, p.ids, async.Options{
		Workers: o.AsyncWorkers, Account: o.Account, Region: o.Region, Log: p.journal.Append, Grace: drainTime, Observer: p.metrics})
	sinks[destination.Function] = destination.Submit(p.queue.Submit)
}

func checkDestination(arn string) error {
	_, err := destination.Parse(arn)
	return err
}

func noticeOf(notice func(string)) func(function, text string) {
	return func(function, text string) { notice(function + ": " + text) }
}

// close is the mirror of openParts, as far as that came.
func (p *parts) close() {
	if p.images != nil {
		p.images.Close() // a start may wait for one
	}
	if p.pool != nil {
		p.pool.Close()
	}
	if p.launcher != nil {
		_ = p.launcher.Close() // the emulator ends: there is nobody left to tell
	}
	if p.objects != nil {
		_ = p.objects.Close()
	}
	if p.store != nil {
		_ = p.store.Close()
	}
}
