package control

import (
	"context"
	"errors"
	"maps"

	"github.com/fcemu/fcemu/emulator"
)

const maxDescription = 256 // characters

func serviceKey(service string) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordService, Name: service}
}

// serviceExists refuses a service that is not there; "" is none, as in FC 3.0.
func (c *Catalogue) serviceExists(ctx context.Context, service string) error {
	if service == "" {
		return nil
	}
	_, err := c.store.Get(ctx, serviceKey(service))
	if errors.Is(err, emulator.ErrRecordNotFound) {
		return emulator.ServiceNotFound(service)
	}
	return err
}

// CreateService adds a service.
func (c *Catalogue) CreateService(ctx context.Context, service *emulator.Service) (*emulator.Service, error) {
	next := *service
	if err := checkService(&next); err != nil {
		return nil, err
	}
	now := c.now()
	next.ServiceID, next.VersionID, next.Revision = newUUID(), emulator.LatestVersion, c.newRevision()
	next.CreatedTime, next.LastModifiedTime = now, now
	record, err := c.record(serviceKey(next.ServiceName), now, now, &next)
	if err != nil {
		return nil, err
	}
	err = c.store.Insert(ctx, record)
	if errors.Is(err, emulator.ErrRecordExists) {
		return nil, emulator.Refuse(409, "ServiceAlreadyExists", "service '%s' already exists", next.ServiceName)
	}
	if err != nil {
		return nil, err
	}
	c.cache.forgetScope(emulator.ServiceScope(next.ServiceName))
	next.Etag = record.Etag
	return &next, nil
}

// EnsureService makes a plain service where there is none: the 2023-03-30 API and s.yaml name a
// service with its function and do not create it first.
func (c *Catalogue) EnsureService(ctx context.Context, service string) error {
	err := c.serviceExists(ctx, service)
	if err == nil || !isRefusal(err) {
		return err
	}
	_, err = c.CreateService(ctx, &emulator.Service{ServiceName: service})
	var refusal *emulator.Error
	if errors.As(err, &refusal) && refusal.Status == 409 {
		return nil // somebody else was first
	}
	return err
}

// checkService holds the rules about a service by itself, and fills its defaults.
func checkService(service *emulator.Service) error {
	if service.InternetAccess == nil {
		yes := true
		service.InternetAccess = &yes
	}
	return firstError(
		checkName("ServiceName", service.ServiceName),
		checkDescription(service.Description),
		checkTags(service.Tags),
		checkLogConfig(service.LogConfig),
		checkMounts(service.Stored),
	)
}

func checkDescription(text string) error {
	return checkRange("length of Description", 0, maxDescription, len([]rune(text)))
}

// checkLogConfig: a project and a logstore go together.
func checkLogConfig(config *emulator.LogConfig) error {
	if config == nil {
		return nil
	}
	if (config.Project == "") != (config.Logstore == "") {
		return emulator.InvalidArgument("LogConfig is set to an invalid value (project and logstore must be set together)")
	}
	if allowed := []string{"None", "DefaultRegex"}; config.LogBeginRule != "" && config.LogBeginRule != allowed[0] && config.LogBeginRule != allowed[1] {
		return invalidChoice("LogConfig.LogBeginRule", allowed, shorten(config.LogBeginRule))
	}
	return nil
}

// Service returns a service; with a version or alias, as it was when that was published.
func (c *Catalogue) Service(ctx context.Context, service, qualifier string) (*emulator.Service, error) {
	if qualifier != "" && qualifier != emulator.LatestVersion {
		return c.publishedService(ctx, service, qualifier)
	}
	found := &emulator.Service{}
	record, err := c.read(ctx, serviceKey(service), found, emulator.ServiceNotFound(service))
	if err != nil {
		return nil, err
	}
	found.Etag = record.Etag
	return found, nil
}

func (c *Catalogue) publishedService(ctx context.Context, service, qualifier string) (*emulator.Service, error) {
	scope := emulator.ServiceScope(service)
	if err := c.serviceExists(ctx, service); err != nil {
		return nil, err
	}
	version, _, err := c.versionOf(ctx, scope, qualifier)
	if err != nil {
		return nil, err
	}
	if version == emulator.LatestVersion {
		return c.Service(ctx, service, "")
	}
	stored := &publication{}
	record, err := c.read(ctx, versionKey(scope, version), stored, emulator.VersionNotFound(scope, version))
	if err != nil {
		return nil, err
	}
	if stored.Service == nil {
		return nil, emulator.VersionNotFound(scope, version)
	}
	stored.Service.Etag = record.Etag
	return stored.Service, nil
}

// UpdateService changes a service and so what its functions inherit; versions stay as they are.
func (c *Catalogue) UpdateService(ctx context.Context, service string, change func(*emulator.Service) error) (*emulator.Service, error) {
	c.children.Lock()
	defer c.children.Unlock()
	present, err := c.Service(ctx, service, "")
	if err != nil {
		return nil, err
	}
	next := *present
	next.Stored = maps.Clone(present.Stored)
	if err := change(&next); err != nil {
		return nil, err
	}
	next.ServiceName, next.ServiceID, next.VersionID = present.ServiceName, present.ServiceID, present.VersionID
	next.CreatedTime, next.LastModifiedTime = present.CreatedTime, c.now()
	next.Revision = c.newRevision()
	if err := checkService(&next); err != nil {
		return nil, err
	}
	if err := c.writeService(ctx, &next); err != nil {
		return nil, err
	}
	return &next, c.changedService(ctx, service)
}

func (c *Catalogue) writeService(ctx context.Context, service *emulator.Service) error {
	record, err := c.record(serviceKey(service.ServiceName), service.CreatedTime, service.LastModifiedTime, service)
	if err != nil {
		return err
	}
	service.Etag = record.Etag
	return c.replace(ctx, record, "", emulator.ServiceNotFound(service.ServiceName))
}

// changedService forgets the functions of a service, and tells whoever runs them.
func (c *Catalogue) changedService(ctx context.Context, service string) error {
	c.cache.forgetScope(emulator.ServiceScope(service))
	if c.onChange == nil {
		return nil
	}
	records, err := c.store.List(ctx, emulator.RecordFunction, &service, "", "", 0)
	for _, record := range records {
		name := emulator.Name{Service: service, Function: record.Name}
		c.onChange(emulator.Reference{Name: name, Qualifier: emulator.LatestVersion})
	}
	return err
}

// DeleteService removes a service with its versions and aliases. A service that still has functions
// stays: 409 ServiceNotEmpty.
func (c *Catalogue) DeleteService(ctx context.Context, service, ifMatch string) error {
	c.children.Lock()
	defer c.children.Unlock()
	present, err := c.Service(ctx, service, "")
	if err != nil {
		return err
	}
	if err := emulator.IfMatch(ifMatch, present.Etag); err != nil {
		return err
	}
	functions, err := c.store.List(ctx, emulator.RecordFunction, &service, "", "", 1)
	if err != nil {
		return err
	}
	if len(functions) > 0 {
		return emulator.Refuse(409, "ServiceNotEmpty", "service '%s' has active functions", service)
	}
	scope := emulator.ServiceScope(service)
	parent := string(scope)
	snapshots, err := c.store.List(ctx, emulator.RecordSnapshot, &parent, "", "", 0)
	if err != nil {
		return err
	}
	if err := c.remove(ctx, serviceKey(service), string(scope), emulator.ServiceNotFound(service)); err != nil {
		return err
	}
	c.cache.forgetScope(scope)
	for _, record := range snapshots {
		c.changed(snapshotOf(scope, record))
	}
	return nil
}

// Services lists services by ascending name. from is the first name to show.
func (c *Catalogue) Services(ctx context.Context, prefix, from string, limit int) (list []*emulator.Service, next string, err error) {
	top := ""
	records, next, err := c.page(ctx, emulator.RecordService, &top, prefix, from, limit)
	for _, record := range records {
		service := &emulator.Service{}
		if err := decode(record, service); err != nil {
			return nil, "", err
		}
		service.Etag = record.Etag
		list = append(list, service)
	}
	return list, next, err
}

// FunctionsOf lists the functions of an FC 2.0 service, with a qualifier those of that version.
// from is the first name to show.
func (c *Catalogue) FunctionsOf(ctx context.Context, service, qualifier, prefix, from string, limit int) (list []*emulator.Function, next string, err error) {
	if err := c.serviceExists(ctx, service); err != nil {
		return nil, "", err
	}
	version := emulator.LatestVersion
	scope := emulator.ServiceScope(service)
	if qualifier != "" && qualifier != emulator.LatestVersion {
		if version, _, err = c.versionOf(ctx, scope, qualifier); err != nil {
			return nil, "", err
		}
	}
	if version == emulator.LatestVersion {
		return c.functions(ctx, &service, prefix, from, limit)
	}
	return c.publishedFunctions(ctx, scope, version, prefix, from, limit)
}
