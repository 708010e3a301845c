package v20230330

import (
	"context"

	"github.com/fcemu/fcemu/emulator"
)

// Functions is what the API asks of the catalogue about functions.
type Functions interface {
	Resolve(ctx context.Context, ref emulator.Reference) (*emulator.Function, error)
	Choose(ctx context.Context, ref emulator.Reference, traffic emulator.Traffic) (*emulator.Function, error)
	Create(ctx context.Context, fn *emulator.Function, zip []byte) (*emulator.Function, error)
	Update(ctx context.Context, name emulator.Name, change func(*emulator.Function) error, zip []byte) (*emulator.Function, error)
	EnsureService(ctx context.Context, service string) error
	Delete(ctx context.Context, name emulator.Name, ifMatch string) error
	Functions(ctx context.Context, prefix, from string, limit int) ([]*emulator.Function, string, error)
	DisableInvocation(ctx context.Context, name emulator.Name, reason string) error
	EnableInvocation(ctx context.Context, name emulator.Name) error
}

// Versions is what the API asks of the catalogue about versions and aliases.
type Versions interface {
	PublishVersion(ctx context.Context, scope emulator.Scope, description, ifMatch string) (*emulator.Version, error)
	Versions(ctx context.Context, scope emulator.Scope, from string, limit int, backward bool) ([]*emulator.Version, string, error)
	DeleteVersion(ctx context.Context, scope emulator.Scope, version string) error
	CreateAlias(ctx context.Context, scope emulator.Scope, alias *emulator.Alias) (*emulator.Alias, error)
	Alias(ctx context.Context, scope emulator.Scope, alias string) (*emulator.Alias, error)
	UpdateAlias(ctx context.Context, scope emulator.Scope, alias string, change func(*emulator.Alias) error) (*emulator.Alias, error)
	DeleteAlias(ctx context.Context, scope emulator.Scope, alias, ifMatch string) error
	Aliases(ctx context.Context, scope emulator.Scope, prefix, from string, limit int) ([]*emulator.Alias, string, error)
}

// Triggers is what the API asks of the catalogue about triggers.
type Triggers interface {
	PutTrigger(ctx context.Context, name emulator.Name, trigger *emulator.Trigger) (*emulator.Trigger, error)
	UpdateTrigger(ctx context.Context, name emulator.Name, trigger string, change func(*emulator.Trigger) error) (*emulator.Trigger, error)
	Trigger(ctx context.Context, name emulator.Name, trigger string) (*emulator.Trigger, error)
	DeleteTrigger(ctx context.Context, name emulator.Name, trigger, ifMatch string) error
	Triggers(ctx context.Context, name *emulator.Name, prefix, from string, limit int) ([]emulator.FunctionTrigger, string, error)
}

// AsyncConfigs is what the API asks of the catalogue about asynchronous configurations.
type AsyncConfigs interface {
	PutAsyncConfig(ctx context.Context, ref emulator.Reference, config *emulator.AsyncConfig) (*emulator.AsyncConfig, error)
	AsyncConfig(ctx context.Context, ref emulator.Reference) (*emulator.AsyncConfig, error)
	DeleteAsyncConfig(ctx context.Context, ref emulator.Reference) error
	AsyncConfigs(ctx context.Context, name *emulator.Name, from string, limit int) ([]emulator.FunctionAsyncConfig, string, error)
}

// admit selects functions and qualifiers in a list over several functions; nil admits all.
type admit = func(emulator.Reference) bool

// Settings is what the API asks of the catalogue about instances: how many, and when.
type Settings interface {
	PutConcurrency(ctx context.Context, name emulator.Name, config *emulator.ConcurrencyConfig) (*emulator.ConcurrencyConfig, error)
	Concurrency(ctx context.Context, name emulator.Name) (*emulator.ConcurrencyConfig, error)
	DeleteConcurrency(ctx context.Context, name emulator.Name) error
	Concurrencies(ctx context.Context, admit admit, from string, limit int) ([]emulator.Configured[emulator.ConcurrencyConfig], string, error)
	PutProvision(ctx context.Context, ref emulator.Reference, config *emulator.ProvisionConfig) (*emulator.ProvisionConfig, error)
	Provision(ctx context.Context, ref emulator.Reference) (*emulator.ProvisionConfig, error)
	DeleteProvision(ctx context.Context, ref emulator.Reference) error
	Provisions(ctx context.Context, admit admit, from string, limit int) ([]emulator.Configured[emulator.ProvisionConfig], string, error)
	PutScaling(ctx context.Context, ref emulator.Reference, config *emulator.ScalingConfig) (*emulator.ScalingConfig, error)
	Scaling(ctx context.Context, ref emulator.Reference) (*emulator.ScalingConfig, error)
	DeleteScaling(ctx context.Context, ref emulator.Reference) error
	Scalings(ctx context.Context, admit admit, from string, limit int) ([]emulator.Configured[emulator.ScalingConfig], string, error)
}

// Layers is what the API asks of the catalogue about layers.
type Layers interface {
	PublishLayer(ctx context.Context, layer *emulator.LayerVersion, zip []byte) (*emulator.LayerVersion, error)
	Layer(ctx context.Context, layer string, version int) (*emulator.LayerVersion, error)
	DeleteLayer(ctx context.Context, layer string, version int) error
	Layers(ctx context.Context, query emulator.LayerQuery, from string, limit int) ([]*emulator.LayerVersion, string, error)
	LayerVersions(ctx context.Context, layer string, start, limit int) ([]*emulator.LayerVersion, int, error)
	SetLayerPublic(ctx context.Context, layer string, public bool) error
}

// Domains is what the API asks of the catalogue about custom domains.
type Domains interface {
	CreateDomain(ctx context.Context, domain *emulator.CustomDomain) (*emulator.CustomDomain, error)
	Domain(ctx context.Context, domain string) (*emulator.CustomDomain, error)
	UpdateDomain(ctx context.Context, domain string, change func(*emulator.CustomDomain) error) (*emulator.CustomDomain, error)
	DeleteDomain(ctx context.Context, domain, ifMatch string) error
	Domains(ctx context.Context, prefix, from string, limit int) ([]*emulator.CustomDomain, string, error)
}

// Tags is what the API asks of the catalogue about tags.
type Tags interface {
	TagResources(ctx context.Context, resources []emulator.Name, tags []emulator.Tag) error
	UntagResources(ctx context.Context, resources []emulator.Name, keys []string, all bool) error
	Tags(ctx context.Context, resource emulator.Name) ([]emulator.Tag, error)
	TaggedResources(ctx context.Context, admit func(emulator.Name, []emulator.Tag) bool, from string, limit int) ([]emulator.TaggedResource, string, error)
}

// Bindings is what the API asks of the catalogue about VPC bindings.
type Bindings interface {
	BindVpc(ctx context.Context, scope emulator.Scope, vpc string) error
	Vpcs(ctx context.Context, scope emulator.Scope) ([]string, error)
	UnbindVpc(ctx context.Context, scope emulator.Scope, vpc string) error
}

// Sessions is what the API asks of the catalogue about sessions.
type Sessions interface {
	CreateSession(ctx context.Context, ref emulator.Reference, session *emulator.Session) (*emulator.Session, error)
	Session(ctx context.Context, name emulator.Name, session string) (*emulator.Session, error)
	UpdateSession(ctx context.Context, name emulator.Name, session string, change func(*emulator.Session) error) (*emulator.Session, error)
	PauseSession(ctx context.Context, name emulator.Name, session string) (*emulator.Session, error)
	ResumeSession(ctx context.Context, name emulator.Name, session string) (*emulator.Session, error)
	DeleteSession(ctx context.Context, name emulator.Name, session string) error
	Sessions(ctx context.Context, ref emulator.Reference, status, from string, limit int) ([]*emulator.Session, string, error)
}

// Snapshots is what the API asks of the catalogue about snapshots.
type Snapshots interface {
	CreateSnapshot(ctx context.Context, ref emulator.Reference, description, session string) (*emulator.Snapshot, error)
	Snapshot(ctx context.Context, name emulator.Name, snapshot string) (*emulator.Snapshot, error)
	DeleteSnapshot(ctx context.Context, name emulator.Name, snapshot string) error
	Snapshots(ctx context.Context, query emulator.SnapshotQuery, from string, limit int) ([]*emulator.Snapshot, string, error)
}

// Catalogue is what the API asks of the catalogue.
type Catalogue interface {
	Functions
	Versions
	Triggers
	AsyncConfigs
	Settings
	Layers
	Domains
	Tags
	Bindings
	Sessions
	Snapshots
}
