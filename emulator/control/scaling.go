package control

import (
	"context"
	"encoding/json"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// EachProvision calls yield with every configuration of instances that are started ahead of calls,
// and with when it was made: provisionConfig, and scalingConfig in its form.
func (c *Catalogue) EachProvision(ctx context.Context, yield func(emulator.Reference, *emulator.ProvisionConfig, time.Time)) error {
	err := eachRecord(ctx, c, emulator.RecordProvision, func(ref emulator.Reference, config *emulator.ProvisionConfig, at time.Time) {
		yield(ref, config, at)
	})
	if err != nil {
		return err
	}
	return eachRecord(ctx, c, emulator.RecordScaling, func(ref emulator.Reference, config *emulator.ScalingConfig, at time.Time) {
		provision, _ := provisionOf(config) // it was checked
		yield(ref, provision, at)
	})
}

// eachRecord reads all configurations of a kind.
func eachRecord[T any](ctx context.Context, c *Catalogue, kind emulator.RecordKind, yield func(emulator.Reference, *T, time.Time)) error {
	for from := ""; ; {
		records, next, err := c.page(ctx, kind, nil, "", from, 100)
		if err != nil {
			return err
		}
		for _, record := range records {
			config := new(T)
			if err := decode(record, config); err != nil {
				return err
			}
			yield(emulator.Reference{Name: emulator.ParseName(record.Parent), Qualifier: record.Name}, config, record.Modified)
		}
		if from = next; from == "" {
			return nil
		}
	}
}

// provisionOf reads a scaling config as a provision config. Its instances hibernate while they are
// idle. Source: FC 3.0 PutScalingConfig.
func provisionOf(config *emulator.ScalingConfig) (*emulator.ProvisionConfig, error) {
	asleep := false
	out := &emulator.ProvisionConfig{Target: config.MinInstances, AlwaysAllocateCPU: &asleep}
	if raw := config.Stored["scheduledPolicies"]; meaningful(raw) && json.Unmarshal(raw, &out.ScheduledActions) != nil {
		return nil, invalidValue("ScheduledPolicies", "a list of policies", shorten(string(raw)))
	}
	var policies []struct {
		emulator.TargetTrackingPolicy
		MinInstances, MaxInstances int
	}
	if raw := config.Stored["horizontalScalingPolicies"]; meaningful(raw) && json.Unmarshal(raw, &policies) != nil {
		return nil, invalidValue("HorizontalScalingPolicies", "a list of policies", shorten(string(raw)))
	}
	for _, one := range policies {
		one.MinCapacity, one.MaxCapacity = one.MinCapacity+one.MinInstances, one.MaxCapacity+one.MaxInstances
		out.TargetTrackingPolicies = append(out.TargetTrackingPolicies, one.TargetTrackingPolicy)
	}
	return out, checkProvision(out)
}

// PutScaling sets the elastic configuration of a function and qualifier.
func (c *Catalogue) PutScaling(ctx context.Context, ref emulator.Reference, config *emulator.ScalingConfig) (*emulator.ScalingConfig, error) {
	if err := checkRange("MinInstances", 0, maxProvision, config.MinInstances); err != nil {
		return nil, err
	}
	for name, value := range config.Stored {
		if !json.Valid(value) {
			return nil, emulator.InvalidArgument("%s is not valid JSON", shorten(name))
		}
	}
	if err := checkTruth("EnableOnDemandScaling", config.Stored["enableOnDemandScaling"]); err != nil {
		return nil, err
	}
	if _, err := provisionOf(config); err != nil {
		return nil, err
	}
	config, err := scalings().put(ctx, c, ref, config, "")
	c.look()
	return c.scaled(ctx, ref, config, err)
}

// scaled adds what is reached of a configuration.
func (c *Catalogue) scaled(ctx context.Context, ref emulator.Reference, config *emulator.ScalingConfig, err error) (*emulator.ScalingConfig, error) {
	if err != nil {
		return nil, err
	}
	config.Target, config.Current = config.MinInstances, config.MinInstances
	if c.provisioned != nil {
		config.Target, config.Current, config.CurrentError = c.provisioned.State(ctx, ref)
	}
	return config, nil
}

// Scaling returns the elastic configuration of a function and qualifier.
func (c *Catalogue) Scaling(ctx context.Context, ref emulator.Reference) (*emulator.ScalingConfig, error) {
	config, err := scalings().get(ctx, c, ref)
	return c.scaled(ctx, ref, config, err)
}

// DeleteScaling removes the elastic configuration of a function and qualifier.
func (c *Catalogue) DeleteScaling(ctx context.Context, ref emulator.Reference) error {
	defer c.look()
	return scalings().remove(ctx, c, ref, "")
}

// Scalings lists the elastic configurations of all functions and qualifiers that admit lets through.
func (c *Catalogue) Scalings(ctx context.Context, admit func(emulator.Reference) bool, from string, limit int) ([]emulator.Configured[emulator.ScalingConfig], string, error) {
	list, next, err := scalings().list(ctx, c, admit, from, limit)
	for _, one := range list {
		_, _ = c.scaled(ctx, one.Reference, one.Config, nil)
	}
	return list, next, err
}
