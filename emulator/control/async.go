package control

import (
	"context"
	"errors"

	"github.com/fcemu/fcemu/emulator"
)

// Ranges of an asynchronous configuration. Source: FC 3.0 PutAsyncInvokeConfig.
const (
	maxRetryAttempts = 8
	maxEventAge      = 604800 // seconds
)

func asyncKey(ref emulator.Reference) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordAsyncConfig, Parent: ref.Wire(), Name: ref.Qualifier}
}

// qualified resolves the reference and names its qualifier, LATEST by default.
func (c *Catalogue) qualified(ctx context.Context, ref emulator.Reference) (emulator.Reference, error) {
	orElse(&ref.Qualifier, emulator.LatestVersion)
	_, err := c.Resolve(ctx, ref)
	return ref, err
}

// PutAsyncConfig sets the members of config that are not nil; the others stay.
func (c *Catalogue) PutAsyncConfig(ctx context.Context, ref emulator.Reference, config *emulator.AsyncConfig) (*emulator.AsyncConfig, error) {
	c.children.Lock()
	defer c.children.Unlock()
	ref, err := c.qualified(ctx, ref)
	if err != nil {
		return nil, err
	}
	if err := c.checkAsync(config); err != nil {
		return nil, err
	}
	now := c.now()
	next := &emulator.AsyncConfig{CreatedTime: now}
	var missing *emulator.Error
	if _, err := c.read(ctx, asyncKey(ref), next, asyncConfigMissing(ref)); err != nil && !errors.As(err, &missing) {
		return nil, err
	}
	mergeAsync(next, config)
	next.LastModifiedTime = now
	record, err := c.record(asyncKey(ref), next.CreatedTime, now, next)
	if err != nil {
		return nil, err
	}
	if err := c.save(ctx, record); err != nil {
		return nil, err
	}
	c.cache.forget(ref.Name)
	return next, nil
}

func mergeAsync(into, given *emulator.AsyncConfig) {
	if given.AsyncTask != nil {
		into.AsyncTask = given.AsyncTask
	}
	if given.MaxAsyncRetryAttempts != nil {
		into.MaxAsyncRetryAttempts = given.MaxAsyncRetryAttempts
	}
	if given.MaxAsyncEventAgeInSeconds != nil {
		into.MaxAsyncEventAgeInSeconds = given.MaxAsyncEventAgeInSeconds
	}
	if given.DestinationConfig != nil {
		into.DestinationConfig = given.DestinationConfig
	}
}

func (c *Catalogue) checkAsync(config *emulator.AsyncConfig) error {
	if n := config.MaxAsyncRetryAttempts; n != nil {
		if err := checkRange("MaxAsyncRetryAttempts", 0, maxRetryAttempts, *n); err != nil {
			return err
		}
	}
	if n := config.MaxAsyncEventAgeInSeconds; n != nil {
		if err := checkRange("MaxAsyncEventAgeInSeconds", 1, maxEventAge, *n); err != nil {
			return err
		}
	}
	if config.DestinationConfig == nil {
		return nil
	}
	return firstError(
		c.checkDestination("OnSuccess", config.DestinationConfig.OnSuccess),
		c.checkDestination("OnFailure", config.DestinationConfig.OnFailure),
	)
}

// checkDestination lets an empty destination through: it means none.
func (c *Catalogue) checkDestination(field string, to *emulator.Destination) error {
	if to == nil || to.Destination == "" || c.destination == nil {
		return nil
	}
	err := c.destination(to.Destination)
	var refused *emulator.Error
	if err == nil || errors.As(err, &refused) {
		return err
	}
	return emulator.InvalidArgument("DestinationConfig.%s is set to an invalid value (%v, actual: '%s')", field, err, shorten(to.Destination))
}

func asyncConfigMissing(ref emulator.Reference) *emulator.Error {
	return emulator.Refuse(404, "AsyncConfigNotExists", "async invoke config of function '%s' with qualifier '%s' does not exist", ref.Name, ref.Qualifier)
}

// AsyncConfig returns the asynchronous configuration of a function and qualifier.
func (c *Catalogue) AsyncConfig(ctx context.Context, ref emulator.Reference) (*emulator.AsyncConfig, error) {
	ref, err := c.qualified(ctx, ref)
	if err != nil {
		return nil, err
	}
	config := &emulator.AsyncConfig{}
	if _, err := c.read(ctx, asyncKey(ref), config, asyncConfigMissing(ref)); err != nil {
		return nil, err
	}
	return config, nil
}

// DeleteAsyncConfig removes the asynchronous configuration of a function and qualifier.
func (c *Catalogue) DeleteAsyncConfig(ctx context.Context, ref emulator.Reference) error {
	c.children.Lock()
	defer c.children.Unlock()
	ref, err := c.qualified(ctx, ref)
	if err != nil {
		return err
	}
	if err := c.remove(ctx, asyncKey(ref), "", asyncConfigMissing(ref)); err != nil {
		return err
	}
	c.cache.forget(ref.Name)
	return nil
}

// AsyncConfigs lists the asynchronous configurations of a function, or of all functions where name
// is nil. from is "" or the next of the page before.
func (c *Catalogue) AsyncConfigs(ctx context.Context, name *emulator.Name, from string, limit int) (list []emulator.FunctionAsyncConfig, next string, err error) {
	parent, err := c.parent(ctx, name)
	if err != nil {
		return nil, "", err
	}
	records, next, err := c.page(ctx, emulator.RecordAsyncConfig, parent, "", from, limit)
	if err != nil {
		return nil, "", err
	}
	for _, record := range records {
		config := &emulator.AsyncConfig{}
		if err := decode(record, config); err != nil {
			return nil, "", err
		}
		ref := emulator.Reference{Name: emulator.ParseName(record.Parent), Qualifier: record.Name}
		list = append(list, emulator.FunctionAsyncConfig{Reference: ref, AsyncConfig: config})
	}
	return list, next, nil
}

// AsyncPolicy returns the configuration in force for a function and qualifier, defaults filled in.
// A qualifier without one of its own has the defaults. While invocations of the function are
// disabled it is FC's refusal. After the first call it is a look-up in memory.
func (c *Catalogue) AsyncPolicy(ctx context.Context, ref emulator.Reference) (emulator.AsyncPolicy, error) {
	orElse(&ref.Qualifier, emulator.LatestVersion)
	known, _, generation := c.cache.lookup(ref.Name)
	if policy, ok := known.policies[ref.Qualifier]; ok {
		return policy, nil
	}
	fn, err := c.Resolve(ctx, ref)
	if err != nil {
		return emulator.AsyncPolicy{}, err
	}
	if refusal := fn.Admit(); refusal != nil {
		return emulator.AsyncPolicy{}, refusal // never cached, so that what is cached is admitted
	}
	config, err := c.AsyncConfig(ctx, ref)
	var missing *emulator.Error
	if err != nil && !errors.As(err, &missing) {
		return emulator.AsyncPolicy{}, err
	}
	policy := config.Policy()
	c.cache.learn(ref.Name, generation, func(e *entry) {
		policies := map[string]emulator.AsyncPolicy{ref.Qualifier: policy}
		for qualifier, other := range e.policies {
			if qualifier != ref.Qualifier {
				policies[qualifier] = other
			}
		}
		e.policies = policies
	})
	return policy, nil
}
