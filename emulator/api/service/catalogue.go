package service

import (
	"context"

	"github.com/fcemu/fcemu/emulator"
)

// Catalogue is what the API asks of the catalogue.
type Catalogue interface {
	Services
	Functions
	Releases
	Triggers
	AsyncConfigs
	Settings
	Layers
	Domains
	Attachments
}

// Services is what the API asks of the catalogue about services.
type Services interface {
	CreateService(ctx context.Context, service *emulator.Service) (*emulator.Service, error)
	Service(ctx context.Context, service, qualifier string) (*emulator.Service, error)
	UpdateService(ctx context.Context, service string, change func(*emulator.Service) error) (*emulator.Service, error)
	DeleteService(ctx context.Context, service, ifMatch string) error
	Services(ctx context.Context, prefix, from string, limit int) ([]*emulator.Service, string, error)
}

// Functions is what the API asks of the catalogue about functions.
type Functions interface {
	Resolve(ctx context.Context, ref emulator.Reference) (*emulator.Function, error)
	Choose(ctx context.Context, ref emulator.Reference, traffic emulator.Traffic) (*emulator.Function, error)
	Create(ctx context.Context, fn *emulator.Function, zip []byte) (*emulator.Function, error)
	Update(ctx context.Context, name emulator.Name, change func(*emulator.Function) error, zip []byte) (*emulator.Function, error)
	Delete(ctx context.Context, name emulator.Name, ifMatch string) error
	FunctionsOf(ctx context.Context, service, qualifier, prefix, from string, limit int) ([]*emulator.Function, string, error)
}

// Releases is what the API asks of the catalogue about versions and aliases.
type Releases interface {
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

// Settings is what the API asks of the catalogue about how many instances a qualifier has.
type Settings interface {
	PutProvision(ctx context.Context, ref emulator.Reference, config *emulator.ProvisionConfig) (*emulator.ProvisionConfig, error)
	Provision(ctx context.Context, ref emulator.Reference) (*emulator.ProvisionConfig, error)
	Provisions(ctx context.Context, admit func(emulator.Reference) bool, from string, limit int) ([]emulator.Configured[emulator.ProvisionConfig], string, error)
	PutOnDemand(ctx context.Context, ref emulator.Reference, config *emulator.OnDemandConfig, ifMatch string) (*emulator.OnDemandConfig, error)
	OnDemand(ctx context.Context, ref emulator.Reference) (*emulator.OnDemandConfig, error)
	DeleteOnDemand(ctx context.Context, ref emulator.Reference, ifMatch string) error
	OnDemands(ctx context.Context, admit func(emulator.Reference) bool, from string, limit int) ([]emulator.Configured[emulator.OnDemandConfig], string, error)
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

// Attachments is what the API asks of the catalogue about tags, networks and event sources.
type Attachments interface {
	TagResources(ctx context.Context, resources []emulator.Name, tags []emulator.Tag) error
	UntagResources(ctx context.Context, resources []emulator.Name, keys []string, all bool) error
	Tags(ctx context.Context, resource emulator.Name) ([]emulator.Tag, error)
	TaggedResources(ctx context.Context, admit func(emulator.Name, []emulator.Tag) bool, from string, limit int) ([]emulator.TaggedResource, string, error)
	BindVpc(ctx context.Context, scope emulator.Scope, vpc string) error
	Vpcs(ctx context.Context, scope emulator.Scope) ([]string, error)
	UnbindVpc(ctx context.Context, scope emulator.Scope, vpc string) error
	RegisterEventSource(ctx context.Context, ref emulator.Reference, sourceArn string) (*emulator.EventSource, error)
	EventSources(ctx context.Context, ref emulator.Reference) ([]*emulator.EventSource, error)
	DeregisterEventSource(ctx context.Context, ref emulator.Reference, sourceArn string) error
}
