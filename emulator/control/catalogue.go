// Package control holds the rules of the catalogue: what services, functions, versions, triggers
// and configurations may look like, their defaults, how they change, and the fast look-ups that an
// invocation needs.
package control

import (
	"context"
	cryptorand "crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Store keeps the catalogue's records. Errors are emulator.ErrRecord…; List is ascending by name
// (then parent) and from is an inclusive start name; a nil parent means any.
type Store interface {
	Get(ctx context.Context, key emulator.RecordKey) (emulator.Record, error)
	Insert(ctx context.Context, record emulator.Record) error
	Replace(ctx context.Context, record emulator.Record, etag string) error
	Delete(ctx context.Context, key emulator.RecordKey, childrenOf string) error
	List(ctx context.Context, kind emulator.RecordKind, parent *string, prefix, from string, limit int) ([]emulator.Record, error)
}

// Blobs keeps code packages. Put refuses a bad zip with an *emulator.Error.
type Blobs interface {
	Put(ctx context.Context, zip []byte) (emulator.Code, error)
}

// Catalogue applies the rules of the control plane. It is safe for concurrent use.
// What it returns is shared with its cache: callers only read it.
type Catalogue struct {
	store       Store
	blobs       Blobs
	ids         *emulator.IDs
	clock       emulator.Clock
	onChange    func(emulator.Reference)
	onTrigger   func(of emulator.Name, name string, now *emulator.Trigger)
	destination func(arn string) error
	random      func() float64
	sessions    emulator.Sessions
	provisioned Provisioned

	// children makes "look, then write" on what belongs to a function or service one step: a
	// function cannot go while a trigger is being added to it, nor two HTTP triggers land on one
	// qualifier, nor two publications get one number.
	children sync.Mutex
	cache    cache
}

// Option changes how a Catalogue works.
type Option func(*Catalogue)

// WithDestinations sets the check that a destination's ARN must pass, as the package that delivers
// knows it. Without it every non-empty ARN passes.
func WithDestinations(check func(arn string) error) Option {
	return func(c *Catalogue) { c.destination = check }
}

// WithTriggers sets who is told, before the answer and in the order of the changes, how a trigger is
// now; nil when it is gone. It must not call the catalogue to change anything.
func WithTriggers(onTrigger func(of emulator.Name, name string, now *emulator.Trigger)) Option {
	return func(c *Catalogue) { c.onTrigger = onTrigger }
}

// WithRandom sets where the choice between the versions of an alias comes from: numbers from 0 up
// to 1. It is called from many goroutines.
func WithRandom(random func() float64) Option {
	return func(c *Catalogue) { c.random = random }
}

// WithSessions sets who holds sessions on instances. Without it they are only kept.
func WithSessions(sessions emulator.Sessions) Option {
	return func(c *Catalogue) { c.sessions = sessions }
}

// WithProvisioned sets who keeps instances started. Without it every target counts as reached.
func WithProvisioned(provisioned Provisioned) Option {
	return func(c *Catalogue) { c.provisioned = provisioned }
}

// New returns a catalogue over the store. onChange, which may be nil, is called after a version of a
// function was created or updated (LATEST) or deleted, so that instances can be got ready or go. Without
// a qualifier it means all versions.
func New(store Store, blobs Blobs, ids *emulator.IDs, clock emulator.Clock, onChange func(emulator.Reference), options ...Option) *Catalogue {
	c := &Catalogue{store: store, blobs: blobs, ids: ids, clock: clock, onChange: onChange, random: rand.Float64,
		onTrigger: func(emulator.Name, string, *emulator.Trigger) {}}
	c.cache.entries = map[emulator.Name]*entry{}
	for _, option := range options {
		option(c)
	}
	if c.sessions == nil {
		c.sessions = noSessions{}
	}
	return c
}

// changed forgets what is known of the function, and tells whoever runs it which version is another
// now; no qualifier means all.
func (c *Catalogue) changed(ref emulator.Reference) {
	c.cache.forget(ref.Name)
	if c.onChange != nil {
		c.onChange(ref)
	}
}

func (c *Catalogue) newRevision() string { return c.ids.Request(c.clock.Now()) }

// newUUID returns a random UUID (version 4), the form of FC's functionId and triggerId.
func newUUID() string {
	var b [16]byte
	_, _ = cryptorand.Read(b[:]) // never fails, see crypto/rand
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// document turns a noun into the JSON of its record.
func document(noun any) ([]byte, error) {
	text, err := json.Marshal(noun)
	if err != nil {
		return nil, fmt.Errorf("encode a catalogue record: %w", err)
	}
	return text, nil
}

// read gets one record and decodes it into noun. missing is returned where there is none.
func (c *Catalogue) read(ctx context.Context, key emulator.RecordKey, noun any, missing *emulator.Error) (emulator.Record, error) {
	record, err := c.store.Get(ctx, key)
	if errors.Is(err, emulator.ErrRecordNotFound) {
		return record, missing
	}
	if err != nil {
		return record, err
	}
	return record, decode(record, noun)
}

func decode(record emulator.Record, noun any) error {
	if err := json.Unmarshal(record.Document, noun); err != nil {
		return fmt.Errorf("the stored %s %q is damaged: %w", record.Kind, record.Name, err)
	}
	return nil
}

// save writes a record that other requests cannot change at the same time, because children is held.
func (c *Catalogue) save(ctx context.Context, record emulator.Record) error {
	err := c.store.Insert(ctx, record)
	if errors.Is(err, emulator.ErrRecordExists) {
		return c.store.Replace(ctx, record, "")
	}
	return err
}

// record makes the record of a noun, with an etag of its own.
func (c *Catalogue) record(key emulator.RecordKey, created, modified time.Time, noun any) (emulator.Record, error) {
	text, err := document(noun)
	return emulator.Record{RecordKey: key, Etag: c.newRevision(), Created: created, Modified: modified, Document: text}, err
}

// now is the time of a change, as it is stored.
func (c *Catalogue) now() time.Time { return c.clock.Now().UTC() }

// remove deletes one record. missing is returned where there is none.
func (c *Catalogue) remove(ctx context.Context, key emulator.RecordKey, childrenOf string, missing *emulator.Error) error {
	err := c.store.Delete(ctx, key, childrenOf)
	if errors.Is(err, emulator.ErrRecordNotFound) {
		return missing
	}
	return err
}

// conflict turns a lost race on a record into FC's error.
func conflict(err error, noun string) error {
	if errors.Is(err, emulator.ErrRecordChanged) {
		return emulator.Refuse(409, "ConcurrentUpdateError", "%s was changed by another request at the same time", noun)
	}
	return err
}
