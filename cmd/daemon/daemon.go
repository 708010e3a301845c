package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/front"
)

// How long an end may take: calls in flight get the first, all else the rest of five seconds.
const (
	drainTime = 3 * time.Second
	closeTime = 1500 * time.Millisecond
)

// Daemon is one running emulator.
type Daemon struct {
	Endpoint      string // http://host:port
	HTTPSEndpoint string // https://host:port; empty without HTTPS
	DataDir       string
	Started       time.Time

	options Options
	parts   *parts
	server  *front.Server
	lock    *folderLock
	address string // file that tells the endpoint; empty until Announce
	cleanUp func()

	cancelRequests context.CancelCauseFunc // ends calls in flight
	cancelStreams  context.CancelFunc      // ends log followers
	front          *errgroup.Group         // listener and dispatcher: end first
	stopFront      context.CancelFunc
	back           *errgroup.Group // journal and instances: end last
	stopBack       context.CancelFunc

	stopAsked chan struct{}
	askOnce   sync.Once
	stopOnce  sync.Once
	stopErr   error
}

// Start starts an emulator; it accepts requests when Start returns. The error is one clear line.
func Start(ctx context.Context, options Options) (*Daemon, error) {
	d := &Daemon{options: options, Started: time.Now(), stopAsked: make(chan struct{}), cleanUp: func() {}}
	if err := d.open(ctx); err != nil {
		d.release()
		return nil, err
	}
	return d, nil
}

// open goes in the order of a restart: lock, store, recovery, dispatcher, listener last.
func (d *Daemon) open(ctx context.Context) (err error) {
	if d.cleanUp, err = d.options.openFolder(); err != nil {
		return fmt.Errorf("the data folder cannot be made: %w; choose another with --data-dir", err)
	}
	d.DataDir = d.options.DataDir
	if d.lock, err = lockFolder(d.DataDir); err != nil {
		return err
	}
	listener, err := listen(d.options.Host, d.options.Port, "--port")
	if err != nil {
		return err
	}
	d.Endpoint = "http://" + reachable(listener)
	if d.parts, err = openParts(ctx, d.options); err != nil {
		_ = listener.Close()
		return err
	}
	if err = d.parts.queue.Recover(ctx); err != nil {
		_ = listener.Close()
		return err
	}
	if err = d.parts.catalogue.RestoreSessions(ctx); err != nil {
		_ = listener.Close()
		return err
	}
	if err = d.parts.triggers.Load(ctx); err != nil {
		_ = listener.Close()
		return err
	}
	secure, err := d.listenHTTPS()
	if err != nil {
		_ = listener.Close()
		return err
	}
	d.run(listener, secure)
	return d.lock.tell(d.Endpoint)
}

// run starts every long-lived goroutine of the emulator. secure may be nil.
func (d *Daemon) run(listener, secure net.Listener) {
	requests, cancelRequests := context.WithCancelCause(context.Background())
	streams, cancelStreams := context.WithCancel(context.Background())
	d.cancelRequests, d.cancelStreams = cancelRequests, cancelStreams
	d.server = server(withoutHTTP2(d.handler(streams), d.options.Notice), requests, serverLog(d.options.Notice))

	front, stopFront := context.WithCancel(context.Background())
	back, stopBack := context.WithCancel(context.Background())
	d.front, d.back, d.stopFront, d.stopBack = &errgroup.Group{}, &errgroup.Group{}, stopFront, stopBack
	d.back.Go(func() error { return d.parts.journal.Run(back) })
	d.back.Go(func() error { return d.parts.requests.Run(back) })
	d.back.Go(func() error { return d.parts.pool.Serve(back) })
	d.back.Go(func() error { return d.parts.store.Run(back) })
	d.front.Go(func() error { return d.parts.queue.Run(front) })
	d.parts.keeper.Look() // before the first call, which may have to do with provisioned instances
	d.front.Go(func() error { return d.parts.keeper.Run(front) })
	d.front.Go(func() error { return d.parts.triggers.Run(front) })
	d.front.Go(func() error { return d.serve(listener) })
	if secure != nil {
		d.front.Go(func() error { return d.serve(secure) })
	}
}

func (d *Daemon) serve(listener net.Listener) error {
	err := d.server.Serve(listener)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	d.AskStop()
	return err
}

// Announce writes the endpoint where other commands look for it, and into file where one is given.
func (d *Daemon) Announce(file string) error {
	d.address = filepath.Join(d.DataDir, AddressFile)
	if err := writeAddress(d.address, d.Endpoint); err != nil {
		return err
	}
	d.parts.ready.Store(true)
	go d.parts.expectAll()
	if file == "" {
		return nil
	}
	if err := writeAddress(file, d.Endpoint); err != nil {
		return fmt.Errorf("the address file cannot be written: %w; choose another with --address-file", err)
	}
	return nil
}

// writeAddress is atomic: a reader sees the whole address or none.
func writeAddress(file, endpoint string) error {
	draft := file + ".new"
	if err := os.WriteFile(draft, []byte(endpoint+"\n"), 0o644); err != nil {
		return err
	}
	return os.Rename(draft, file)
}

// Names are the account and the region in the names of resources.
func (d *Daemon) Names() (account, region string) { return d.options.Account, d.options.Region }

// AskStop asks whoever waits on StopAsked to stop the emulator.
func (d *Daemon) AskStop() { d.askOnce.Do(func() { close(d.stopAsked) }) }

// StopAsked is closed when the API was asked to stop the emulator, or the listener broke.
func (d *Daemon) StopAsked() <-chan struct{} { return d.stopAsked }

// Stop ends the emulator within five seconds: no new calls, calls in flight get a moment, then
// everything ends. No process of a function survives it.
func (d *Daemon) Stop() error {
	d.stopOnce.Do(func() { d.stopErr = d.stop() })
	return d.stopErr
}

func (d *Daemon) stop() error {
	if d.address != "" {
		_ = os.Remove(d.address)
	}
	d.stopFront()
	d.cancelStreams()
	drain, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if d.server.Shutdown(drain) != nil {
		d.cancelRequests(emulator.ErrShutdown)
		last, cancel := context.WithTimeout(context.Background(), closeTime)
		defer cancel()
		if d.server.Shutdown(last) != nil {
			_ = d.server.Close()
		}
	}
	err := d.front.Wait()
	d.parts.pool.Close()
	d.stopBack()
	err = errors.Join(err, d.back.Wait(), d.sweepCode(context.Background()))
	d.release()
	return err
}

// release closes what is open, in the reverse order of open.
func (d *Daemon) release() {
	if d.parts != nil {
		d.parts.close()
	}
	d.cleanUp()
	if d.lock != nil {
		d.lock.release()
	}
}
