package control_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/crc64"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/control"
	"github.com/fcemu/fcemu/store"
)

// fixture is a catalogue on a real store, with what it told and asked.
type fixture struct {
	*control.Catalogue
	store *countingStore

	mu      sync.Mutex
	changed []emulator.Reference
}

// countingStore tells whether the catalogue went to the store.
type countingStore struct {
	*store.Store
	reads atomic.Int64
	// between, when set, runs once before the next Replace: another writer at the worst moment.
	between func()
}

func (s *countingStore) Get(ctx context.Context, key emulator.RecordKey) (emulator.Record, error) {
	s.reads.Add(1)
	return s.Store.Get(ctx, key)
}

func (s *countingStore) List(ctx context.Context, kind emulator.RecordKind, parent *string, prefix, from string, limit int) ([]emulator.Record, error) {
	s.reads.Add(1)
	return s.Store.List(ctx, kind, parent, prefix, from, limit)
}

func (s *countingStore) Replace(ctx context.Context, record emulator.Record, etag string) error {
	if between := s.between; between != nil {
		s.between = nil
		between()
	}
	return s.Store.Replace(ctx, record, etag)
}

// zipStore stands for the blob store: it names code by its content, as that does.
type zipStore struct{}

func (zipStore) Put(_ context.Context, zip []byte) (emulator.Code, error) {
	if len(zip) == 0 {
		return emulator.Code{}, emulator.InvalidArgument("the code package is empty")
	}
	sum := sha256.Sum256(zip)
	crc := crc64.Checksum(zip, crc64.MakeTable(crc64.ECMA))
	return emulator.Code{Digest: hex.EncodeToString(sum[:]), Size: int64(len(zip)), Checksum: strconv.FormatUint(crc, 10)}, nil
}

func newFixture(t testing.TB, options ...control.Option) *fixture {
	t.Helper()
	opened, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	f := &fixture{store: &countingStore{Store: opened}}
	f.Catalogue = control.New(f.store, zipStore{}, emulator.NewIDs(), emulator.RealClock{}, func(ref emulator.Reference) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.changed = append(f.changed, ref)
	}, append(options, control.WithDestinations(func(arn string) error {
		if arn != "acs:fc:cn-hangzhou:123:functions/after" {
			return errors.New("not an ARN that can be delivered to")
		}
		return nil
	}))...)
	return f
}

func (f *fixture) create(t testing.TB, name string) *emulator.Function {
	t.Helper()
	parsed := emulator.ParseName(name)
	if parsed.Service != "" {
		if err := f.EnsureService(t.Context(), parsed.Service); err != nil {
			t.Fatal(err)
		}
	}
	fn, err := f.Create(t.Context(), &emulator.Function{Service: parsed.Service, FunctionName: parsed.Function,
		Runtime: "python3.10", Handler: "index.handler"}, []byte("zip"))
	if err != nil {
		t.Fatal(err)
	}
	return fn
}

// wantCode fails unless err is FC's error of that status and code.
func wantCode(t testing.TB, err error, status int, code string) {
	t.Helper()
	var refusal *emulator.Error
	if !errors.As(err, &refusal) || refusal.Status != status || refusal.Code != code {
		t.Fatalf("got %v, want %d %s", err, status, code)
	}
}

func ref(name string) emulator.Reference { return emulator.Reference{Name: emulator.ParseName(name)} }
