package control

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/schedule"
)

// Ranges of provisioned instances. Source: FC 3.0 PutProvisionConfig.
const (
	maxProvision = 10000
	maxPolicies  = 100
)

func provisions() setting[emulator.ProvisionConfig] {
	return setting[emulator.ProvisionConfig]{
		kind:    emulator.RecordProvision,
		missing: settingMissing("ProvisionConfigNotFound", "provision config"),
		etag:    func(config *emulator.ProvisionConfig) *string { return &config.Etag },
	}
}

func scalings() setting[emulator.ScalingConfig] {
	return setting[emulator.ScalingConfig]{
		kind:    emulator.RecordScaling,
		missing: settingMissing("ScalingConfigNotFound", "scaling config"),
		etag:    func(config *emulator.ScalingConfig) *string { return &config.Etag },
	}
}

// Provisioned keeps instances started as the configurations say.
type Provisioned interface {
	// Look is called after a configuration or a function has changed.
	Look()
	// State returns the wanted and the ready instances of a function and qualifier, and why there
	// are fewer.
	State(ctx context.Context, ref emulator.Reference) (target, current int, failure string)
}

// PutProvision says how many instances of a function and qualifier should be ready.
func (c *Catalogue) PutProvision(ctx context.Context, ref emulator.Reference, config *emulator.ProvisionConfig) (*emulator.ProvisionConfig, error) {
	if err := checkProvision(config); err != nil {
		return nil, err
	}
	config, err := provisions().put(ctx, c, ref, config, "")
	c.look()
	return c.reached(ctx, ref, config, err)
}

func (c *Catalogue) look() {
	if c.provisioned != nil {
		c.provisioned.Look()
	}
}

func (c *Catalogue) reached(ctx context.Context, ref emulator.Reference, config *emulator.ProvisionConfig, err error) (*emulator.ProvisionConfig, error) {
	if err != nil {
		return nil, err
	}
	if c.provisioned == nil {
		config.Current = config.Target
		return config, nil
	}
	_, config.Current, config.CurrentError = c.provisioned.State(ctx, ref)
	return config, nil
}

// Provision returns the configuration of a function and qualifier.
func (c *Catalogue) Provision(ctx context.Context, ref emulator.Reference) (*emulator.ProvisionConfig, error) {
	config, err := provisions().get(ctx, c, ref)
	return c.reached(ctx, ref, config, err)
}

// DeleteProvision removes the configuration of a function and qualifier.
func (c *Catalogue) DeleteProvision(ctx context.Context, ref emulator.Reference) error {
	defer c.look()
	return provisions().remove(ctx, c, ref, "")
}

// Provisions lists the configurations of all functions and qualifiers that admit lets through.
func (c *Catalogue) Provisions(ctx context.Context, admit func(emulator.Reference) bool, from string, limit int) ([]emulator.Configured[emulator.ProvisionConfig], string, error) {
	list, next, err := provisions().list(ctx, c, admit, from, limit)
	for _, one := range list {
		_, _ = c.reached(ctx, one.Reference, one.Config, nil)
	}
	return list, next, err
}

func checkProvision(config *emulator.ProvisionConfig) error {
	err := firstError(
		checkRange("Target", 0, maxProvision, config.Target),
		checkCount("ScheduledActions", maxPolicies, len(config.ScheduledActions)),
		checkCount("TargetTrackingPolicies", maxPolicies, len(config.TargetTrackingPolicies)),
	)
	if err != nil {
		return err
	}
	var names []string
	for _, action := range config.ScheduledActions {
		if err := checkAction(action); err != nil {
			return err
		}
		names = append(names, action.Name)
	}
	for _, policy := range config.TargetTrackingPolicies {
		if err := checkPolicy(policy); err != nil {
			return err
		}
		names = append(names, policy.Name)
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) < len(names) {
		return emulator.InvalidArgument("the names of ScheduledActions and TargetTrackingPolicies must be distinct")
	}
	return nil
}

func checkAction(action emulator.ScheduledAction) error {
	const field = "ScheduledActions."
	if action.Name == "" {
		return emulator.InvalidArgument("%sName is not specified", field)
	}
	if _, err := schedule.Parse(action.ScheduleExpression, action.TimeZone); err != nil {
		return emulator.InvalidArgument(field+"ScheduleExpression is set to an invalid value (%v)", err)
	}
	return firstError(
		checkRange(field+"Target", 0, maxProvision, action.Target),
		checkPeriod(field, action.StartTime, action.EndTime, action.TimeZone),
	)
}

func checkPolicy(policy emulator.TargetTrackingPolicy) error {
	const field = "TargetTrackingPolicies."
	if policy.Name == "" {
		return emulator.InvalidArgument("%sName is not specified", field)
	}
	allowed := []string{"ProvisionedConcurrencyUtilization", "CPUUtilization", "GPUMemUtilization", "GPUSmUtilization", "GPUDecoderUtilization", "GPUEncoderUtilization"}
	if !slices.Contains(allowed, policy.MetricType) {
		return invalidChoice(field+"MetricType", allowed, shorten(policy.MetricType))
	}
	if !(policy.MetricTarget > 0 && policy.MetricTarget <= 1) {
		return invalidValue(field+"MetricTarget", "more than 0, at most 1", strconv.FormatFloat(policy.MetricTarget, 'g', -1, 64))
	}
	if policy.MinCapacity > policy.MaxCapacity {
		return emulator.InvalidArgument("%sMinCapacity is greater than MaxCapacity", field)
	}
	return firstError(
		checkRange(field+"MinCapacity", 0, maxProvision, policy.MinCapacity),
		checkRange(field+"MaxCapacity", 0, maxProvision, policy.MaxCapacity),
		checkPeriod(field, policy.StartTime, policy.EndTime, policy.TimeZone),
	)
}

// checkPeriod holds the form of start and end: UTC with a "Z" where no time zone is given.
func checkPeriod(field, start, end, zone string) error {
	for _, text := range []string{start, end} {
		if text == "" {
			continue
		}
		form := time.RFC3339
		if zone != "" {
			form = "2006-01-02T15:04:05"
		}
		if _, err := time.Parse(form, text); err != nil || zone == "" && !strings.HasSuffix(text, "Z") {
			return invalidValue(field+"StartTime and EndTime", "a time such as 2023-04-01T08:15:27Z, without Z where a time zone is given", shorten(text))
		}
	}
	return nil
}
