package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/fcemu/fcemu/emulator"
)

// Resolve returns the version of a function that a reference means; of an alias with an additional
// version, the main one. After the first call it is a look-up in memory.
func (c *Catalogue) Resolve(ctx context.Context, ref emulator.Reference) (*emulator.Function, error) {
	found, err := c.lead(ctx, ref)
	return found.function, err
}

// Choose is Resolve for a call that is to be made now: of an alias with an additional version it is
// one of the two, by chance or by what traffic (which may be nil) holds.
func (c *Catalogue) Choose(ctx context.Context, ref emulator.Reference, traffic emulator.Traffic) (*emulator.Function, error) {
	found, err := c.lead(ctx, ref)
	if err != nil {
		return nil, err
	}
	return found.choose(c.random, traffic), nil
}

// Chosen is Resolve for a call that was given a version earlier: the alias still leads to it, or
// else it is the main one.
func (c *Catalogue) Chosen(ctx context.Context, ref emulator.Reference, version string) (*emulator.Function, error) {
	found, err := c.lead(ctx, ref)
	if found.other != nil && found.other.VersionID == version {
		return found.other, err
	}
	return found.function, err
}

// lead returns all that a reference may lead to.
func (c *Catalogue) lead(ctx context.Context, ref emulator.Reference) (target, error) {
	known, _, generation := c.cache.lookup(ref.Name)
	if ref.Qualifier == "" || ref.Qualifier == emulator.LatestVersion {
		if known.function != nil {
			return target{function: known.function}, nil
		}
		fn, err := c.load(ctx, ref.Name)
		if err != nil {
			return target{}, err
		}
		c.cache.learn(ref.Name, generation, func(e *entry) { e.function = fn })
		return target{function: fn}, nil
	}
	found, ok := known.targets[ref.Qualifier]
	if !ok {
		var err error
		if found, err = c.target(ctx, ref); err != nil {
			return target{}, err
		}
		c.cache.learn(ref.Name, generation, func(e *entry) {
			targets := map[string]target{ref.Qualifier: found}
			maps.Copy(targets, e.targets)
			e.targets = targets
		})
	}
	return found, nil
}

// target reads what a version or alias of a function leads to.
func (c *Catalogue) target(ctx context.Context, ref emulator.Reference) (target, error) {
	version, alias, err := c.versionOf(ctx, ref.Scope(), ref.Qualifier)
	if err != nil {
		// An unknown function is said before an unknown version of it.
		if _, missing := c.load(ctx, ref.Name); missing != nil {
			err = missing
		}
		return target{}, err
	}
	found := target{}
	if found.function, err = c.published(ctx, ref, version); err != nil {
		return target{}, err
	}
	if alias == nil {
		return found, nil
	}
	if found.policy, err = alias.Route(); err != nil {
		return target{}, fmt.Errorf("the stored alias %q is damaged: %w", alias.AliasName, err)
	}
	for other, share := range alias.AdditionalVersionWeight {
		found.share = share
		if found.other, err = c.published(ctx, ref, other); err != nil {
			return target{}, err
		}
	}
	return found, nil
}

// published reads one version of a function, with what the reference's qualifier adds to it.
func (c *Catalogue) published(ctx context.Context, ref emulator.Reference, version string) (*emulator.Function, error) {
	if version == emulator.LatestVersion {
		fn := &emulator.Function{}
		if _, err := c.readFunction(ctx, ref.Name, fn); err != nil {
			return nil, err
		}
		return c.completeFor(ctx, fn, ref.Qualifier, nil)
	}
	fn := &emulator.Function{}
	if _, err := c.read(ctx, snapshotKey(ref.Scope(), version, ref.Function), fn, emulator.FunctionNotFound(ref.Name)); err != nil {
		return nil, err
	}
	return fn, c.attach(ctx, fn, ref.Qualifier)
}

// load reads the latest state of a function, in the form in which it is run and shown.
func (c *Catalogue) load(ctx context.Context, name emulator.Name) (*emulator.Function, error) {
	fn := &emulator.Function{}
	if _, err := c.readFunction(ctx, name, fn); err != nil {
		return nil, err
	}
	return c.complete(ctx, fn, nil)
}

// readFunction reads the record of a function as it is.
func (c *Catalogue) readFunction(ctx context.Context, name emulator.Name, fn *emulator.Function) (emulator.Record, error) {
	record, err := c.read(ctx, functionKey(name), fn, emulator.FunctionNotFound(name))
	if err != nil && name.Service != "" {
		if missing := c.serviceExists(ctx, name.Service); missing != nil {
			err = missing
		}
	}
	return record, err
}

// complete turns the stored form of the latest state into the one that is run and shown. services,
// which may be nil, remembers those that were read.
func (c *Catalogue) complete(ctx context.Context, fn *emulator.Function, services map[string]*emulator.Service) (*emulator.Function, error) {
	return c.completeFor(ctx, fn, emulator.LatestVersion, services)
}

func (c *Catalogue) completeFor(ctx context.Context, fn *emulator.Function, qualifier string, services map[string]*emulator.Service) (*emulator.Function, error) {
	if fn.Service != "" {
		service, known := services[fn.Service]
		if !known {
			var err error
			if service, err = c.Service(ctx, fn.Service, ""); err != nil && !isRefusal(err) {
				return nil, err
			}
			if services != nil {
				services[fn.Service] = service
			}
		}
		inherit(fn, service)
	}
	if fn.InternetAccess == nil {
		yes := true
		fn.InternetAccess = &yes
	}
	if fn.CPU == 0 {
		fn.CPU = cpuFor(fn.MemorySize)
	}
	return fn, c.attach(ctx, fn, qualifier)
}

// inherit gives a function of FC 2.0 what its service says and it does not say itself.
func inherit(fn *emulator.Function, service *emulator.Service) {
	if service == nil {
		return
	}
	fn.Revision += "/" + service.Revision // a change of the service is one of its functions
	orElse(&fn.Role, service.Role)
	if fn.LogConfig == nil {
		fn.LogConfig = service.LogConfig
	}
	if fn.InternetAccess == nil {
		fn.InternetAccess = service.InternetAccess
	}
	if len(service.Stored) > 0 {
		stored := map[string]json.RawMessage{}
		maps.Copy(stored, service.Stored)
		maps.Copy(stored, fn.Stored)
		fn.Stored = stored
	}
}

// attach adds what other records say about a function under a qualifier.
func (c *Catalogue) attach(ctx context.Context, fn *emulator.Function, qualifier string) error {
	latest := emulator.Reference{Name: fn.Name(), Qualifier: emulator.LatestVersion}
	restriction := &emulator.InvocationRestriction{}
	if found, err := c.maybe(ctx, settingKey(emulator.RecordRestriction, latest), restriction); err != nil {
		return err
	} else if found {
		fn.InvocationRestriction = restriction
	}
	var reserved emulator.ConcurrencyConfig
	if found, err := c.maybe(ctx, settingKey(emulator.RecordConcurrency, latest), &reserved); err != nil {
		return err
	} else if found {
		fn.InstanceLimit = &reserved.ReservedConcurrency
	}
	var demand emulator.OnDemandConfig
	asked := emulator.Reference{Name: fn.Name(), Qualifier: qualifier}
	if found, err := c.maybe(ctx, settingKey(emulator.RecordOnDemand, asked), &demand); err != nil {
		return err
	} else if found {
		fn.OnDemandLimit = &demand.MaximumInstanceCount
	}
	var elastic emulator.ScalingConfig
	if _, err := c.maybe(ctx, settingKey(emulator.RecordScaling, asked), &elastic); err != nil {
		return err
	}
	if isFalse(elastic.Stored["enableOnDemandScaling"]) || isTrue(fn.Stored["disableOndemand"]) {
		fn.OnDemandLimit = new(int)
	}
	fn.Affinity, fn.Isolation, _ = readAffinity(fn) // it was checked, if not by this release
	for _, arn := range fn.Layers {
		name, number, ok := emulator.ParseLayerARN(arn)
		layer := &emulator.LayerVersion{}
		if !ok {
			continue
		}
		if found, err := c.maybe(ctx, layerVersionKey(name, number), layer); err != nil {
			return err
		} else if found {
			fn.LayerCode = append(fn.LayerCode, layer)
			fn.Revision += "/" + layer.Code.Digest // the layer may come, or be another one, after the function
		}
	}
	return nil
}

// maybe reads a record that need not be there.
func (c *Catalogue) maybe(ctx context.Context, key emulator.RecordKey, noun any) (bool, error) {
	record, err := c.store.Get(ctx, key)
	if errors.Is(err, emulator.ErrRecordNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, decode(record, noun)
}

// isRefusal tells FC's errors from those of the emulator.
func isRefusal(err error) bool {
	var refusal *emulator.Error
	return errors.As(err, &refusal)
}
