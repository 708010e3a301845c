package control

import (
	"context"

	"github.com/fcemu/fcemu/emulator"
)

// maxInstances is the most that a limit may say. Source: the account's quota is below it everywhere.
const maxInstances = 100000

func onDemands() setting[emulator.OnDemandConfig] {
	return setting[emulator.OnDemandConfig]{
		kind:    emulator.RecordOnDemand,
		missing: settingMissing("OnDemandConfigNotFound", "on-demand config"),
		etag:    func(config *emulator.OnDemandConfig) *string { return &config.Etag },
	}
}

// concurrencies: FC 3.0 answers a missing one with the code of FC 2.0's on-demand config.
func concurrencies() setting[emulator.ConcurrencyConfig] {
	return setting[emulator.ConcurrencyConfig]{
		kind:    emulator.RecordConcurrency,
		missing: settingMissing("OnDemandConfigNotFound", "concurrency config"),
		etag:    func(config *emulator.ConcurrencyConfig) *string { return &config.Etag },
	}
}

// PutOnDemand limits the instances of a function and qualifier.
func (c *Catalogue) PutOnDemand(ctx context.Context, ref emulator.Reference, config *emulator.OnDemandConfig, ifMatch string) (*emulator.OnDemandConfig, error) {
	if err := checkRange("MaximumInstanceCount", 0, maxInstances, config.MaximumInstanceCount); err != nil {
		return nil, err
	}
	return onDemands().put(ctx, c, ref, config, ifMatch)
}

// OnDemand returns the limit of a function and qualifier.
func (c *Catalogue) OnDemand(ctx context.Context, ref emulator.Reference) (*emulator.OnDemandConfig, error) {
	return onDemands().get(ctx, c, ref)
}

// DeleteOnDemand removes the limit of a function and qualifier.
func (c *Catalogue) DeleteOnDemand(ctx context.Context, ref emulator.Reference, ifMatch string) error {
	return onDemands().remove(ctx, c, ref, ifMatch)
}

// OnDemands lists the limits of all functions and qualifiers that admit lets through.
func (c *Catalogue) OnDemands(ctx context.Context, admit func(emulator.Reference) bool, from string, limit int) ([]emulator.Configured[emulator.OnDemandConfig], string, error) {
	return onDemands().list(ctx, c, admit, from, limit)
}

// PutConcurrency limits the instances of a function, whatever the qualifier.
func (c *Catalogue) PutConcurrency(ctx context.Context, name emulator.Name, config *emulator.ConcurrencyConfig) (*emulator.ConcurrencyConfig, error) {
	if err := checkRange("ReservedConcurrency", 0, maxInstances, config.ReservedConcurrency); err != nil {
		return nil, err
	}
	return concurrencies().put(ctx, c, emulator.Reference{Name: name}, config, "")
}

// Concurrency returns the limit of a function.
func (c *Catalogue) Concurrency(ctx context.Context, name emulator.Name) (*emulator.ConcurrencyConfig, error) {
	return concurrencies().get(ctx, c, emulator.Reference{Name: name})
}

// DeleteConcurrency removes the limit of a function.
func (c *Catalogue) DeleteConcurrency(ctx context.Context, name emulator.Name) error {
	return concurrencies().remove(ctx, c, emulator.Reference{Name: name}, "")
}

// Concurrencies lists the limits of all functions that admit lets through.
func (c *Catalogue) Concurrencies(ctx context.Context, admit func(emulator.Reference) bool, from string, limit int) ([]emulator.Configured[emulator.ConcurrencyConfig], string, error) {
	return concurrencies().list(ctx, c, admit, from, limit)
}

func restrictionKey(name emulator.Name) emulator.RecordKey {
	return settingKey(emulator.RecordRestriction, emulator.Reference{Name: name, Qualifier: emulator.LatestVersion})
}

// DisableInvocation refuses all further invocations of a function. Those under way end by themselves.
func (c *Catalogue) DisableInvocation(ctx context.Context, name emulator.Name, reason string) error {
	if err := checkRange("length of Reason", 0, maxDescription, len([]rune(reason))); err != nil {
		return err
	}
	return c.restrict(ctx, name, true, reason)
}

// EnableInvocation lets invocations of a function in again.
func (c *Catalogue) EnableInvocation(ctx context.Context, name emulator.Name) error {
	return c.restrict(ctx, name, false, "")
}

func (c *Catalogue) restrict(ctx context.Context, name emulator.Name, disable bool, reason string) error {
	c.children.Lock()
	defer c.children.Unlock()
	if _, err := c.qualified(ctx, emulator.Reference{Name: name}); err != nil {
		return err
	}
	now := c.now()
	record, err := c.record(restrictionKey(name), now, now,
		&emulator.InvocationRestriction{Disable: disable, Reason: reason, LastModifiedTime: now})
	if err != nil {
		return err
	}
	if err := c.save(ctx, record); err != nil {
		return err
	}
	if disable {
		c.changed(emulator.Reference{Name: name}) // instances go with the invocations
		return nil
	}
	c.cache.forget(name)
	return nil
}
