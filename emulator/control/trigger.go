package control

import (
	"context"
	"errors"

	"github.com/fcemu/fcemu/emulator"
)

// maxTriggers is how many triggers a function may have. Source: FC 3.0 "Limits".
const maxTriggers = 50

func triggerKey(name emulator.Name, trigger string) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordTrigger, Parent: name.Wire(), Name: trigger}
}

// PutTrigger adds a trigger to a function. No qualifier means LATEST.
func (c *Catalogue) PutTrigger(ctx context.Context, name emulator.Name, trigger *emulator.Trigger) (*emulator.Trigger, error) {
	c.children.Lock()
	defer c.children.Unlock()
	next := *trigger
	if err := c.checkTrigger(ctx, name, &next); err != nil {
		return nil, err
	}
	others, err := c.triggersOf(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := checkNeighbours(name, &next, others); err != nil {
		return nil, err
	}
	now := c.now()
	next.TriggerID, next.CreatedTime, next.LastModifiedTime = newUUID(), now, now
	record, err := c.triggerRecord(name, &next)
	if err != nil {
		return nil, err
	}
	err = c.store.Insert(ctx, record)
	if errors.Is(err, emulator.ErrRecordExists) {
		return nil, triggerExists(next.TriggerName)
	}
	if err != nil {
		return nil, err
	}
	next.Etag = record.Etag
	c.cache.forget(name)
	c.onTrigger(name, next.TriggerName, &next)
	return &next, nil
}

// checkTrigger holds the rules about one trigger, and completes it.
func (c *Catalogue) checkTrigger(ctx context.Context, name emulator.Name, trigger *emulator.Trigger) error {
	orElse(&trigger.Qualifier, emulator.LatestVersion)
	if _, err := c.Resolve(ctx, emulator.Reference{Name: name, Qualifier: trigger.Qualifier}); err != nil {
		return err
	}
	return completeTrigger(trigger)
}

// checkNeighbours holds the rules about the triggers of a function together: distinct names, one
// HTTP trigger a qualifier.
func checkNeighbours(name emulator.Name, trigger *emulator.Trigger, others []*emulator.Trigger) error {
	count := 1
	for _, other := range others {
		if other.TriggerID == trigger.TriggerID {
			continue
		}
		count++
		if other.TriggerName == trigger.TriggerName {
			return triggerExists(trigger.TriggerName)
		}
		if trigger.TriggerType == emulator.TriggerHTTP && other.TriggerType == emulator.TriggerHTTP && other.Qualifier == trigger.Qualifier {
			return emulator.InvalidArgument("function '%s' already has HTTP trigger '%s' for qualifier '%s'; only one is allowed",
				name.Function, other.TriggerName, other.Qualifier)
		}
	}
	if count > maxTriggers {
		return emulator.Refuse(400, "LimitExceeded", "function '%s' already has %d triggers, the maximum", name.Function, maxTriggers)
	}
	return nil
}

func triggerExists(trigger string) *emulator.Error {
	return emulator.Refuse(409, "TriggerAlreadyExists", "trigger '%s' already exists", trigger)
}

func (c *Catalogue) triggerRecord(name emulator.Name, trigger *emulator.Trigger) (emulator.Record, error) {
	return c.record(triggerKey(name, trigger.TriggerName), trigger.CreatedTime, trigger.LastModifiedTime, trigger)
}

// UpdateTrigger changes a trigger; its name and type stay.
func (c *Catalogue) UpdateTrigger(ctx context.Context, name emulator.Name, trigger string, change func(*emulator.Trigger) error) (*emulator.Trigger, error) {
	c.children.Lock()
	defer c.children.Unlock()
	present, err := c.Trigger(ctx, name, trigger)
	if err != nil {
		return nil, err
	}
	next := *present
	if err := change(&next); err != nil {
		return nil, err
	}
	next.TriggerName, next.TriggerID, next.TriggerType = present.TriggerName, present.TriggerID, present.TriggerType
	next.CreatedTime, next.LastModifiedTime = present.CreatedTime, c.now()
	if err := c.checkTrigger(ctx, name, &next); err != nil {
		return nil, err
	}
	others, err := c.triggersOf(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := checkNeighbours(name, &next, others); err != nil {
		return nil, err
	}
	record, err := c.triggerRecord(name, &next)
	if err != nil {
		return nil, err
	}
	if err := c.replace(ctx, record, "", emulator.TriggerNotFound(name, trigger)); err != nil {
		return nil, err
	}
	next.Etag = record.Etag
	c.cache.forget(name)
	c.onTrigger(name, trigger, &next)
	return &next, nil
}

// Trigger returns one trigger of a function.
func (c *Catalogue) Trigger(ctx context.Context, name emulator.Name, trigger string) (*emulator.Trigger, error) {
	if _, err := c.Resolve(ctx, emulator.Reference{Name: name}); err != nil {
		return nil, err
	}
	found := &emulator.Trigger{}
	record, err := c.read(ctx, triggerKey(name, trigger), found, emulator.TriggerNotFound(name, trigger))
	if err != nil {
		return nil, err
	}
	found.Etag = record.Etag
	return found, nil
}

// DeleteTrigger removes a trigger of a function.
func (c *Catalogue) DeleteTrigger(ctx context.Context, name emulator.Name, trigger, ifMatch string) error {
	c.children.Lock()
	defer c.children.Unlock()
	present, err := c.Trigger(ctx, name, trigger)
	if err != nil {
		return err
	}
	if err := emulator.IfMatch(ifMatch, present.Etag); err != nil {
		return err
	}
	if err := c.remove(ctx, triggerKey(name, trigger), "", emulator.TriggerNotFound(name, trigger)); err != nil {
		return err
	}
	c.cache.forget(name)
	c.onTrigger(name, trigger, nil)
	fired := emulator.RecordKey{Kind: emulator.RecordTimer, Parent: name.Wire(), Name: trigger}
	if err := c.store.Delete(ctx, fired, ""); err != nil && !errors.Is(err, emulator.ErrRecordNotFound) {
		return err
	}
	return nil
}

// Triggers lists the triggers of a function, or of all functions where name is nil, by ascending
// name. from is "" or the next of the page before.
func (c *Catalogue) Triggers(ctx context.Context, name *emulator.Name, prefix, from string, limit int) (list []emulator.FunctionTrigger, next string, err error) {
	parent, err := c.parent(ctx, name)
	if err != nil {
		return nil, "", err
	}
	records, next, err := c.page(ctx, emulator.RecordTrigger, parent, prefix, from, limit)
	if err != nil {
		return nil, "", err
	}
	for _, record := range records {
		trigger := &emulator.Trigger{}
		if err := decode(record, trigger); err != nil {
			return nil, "", err
		}
		trigger.Etag = record.Etag
		list = append(list, emulator.FunctionTrigger{Function: emulator.ParseName(record.Parent), Trigger: trigger})
	}
	return list, next, nil
}

// parent is the Parent of a function's records; nil stands for those of all functions.
func (c *Catalogue) parent(ctx context.Context, name *emulator.Name) (*string, error) {
	if name == nil {
		return nil, nil
	}
	if _, err := c.Resolve(ctx, emulator.Reference{Name: *name}); err != nil {
		return nil, err
	}
	wire := name.Wire()
	return &wire, nil
}

// triggersOf returns all triggers of a function.
func (c *Catalogue) triggersOf(ctx context.Context, name emulator.Name) ([]*emulator.Trigger, error) {
	parent := name.Wire()
	records, err := c.store.List(ctx, emulator.RecordTrigger, &parent, "", "", maxTriggers+1)
	if err != nil {
		return nil, err
	}
	triggers := make([]*emulator.Trigger, len(records))
	for i, record := range records {
		triggers[i] = &emulator.Trigger{}
		if err := decode(record, triggers[i]); err != nil {
			return nil, err
		}
	}
	return triggers, nil
}

// HTTPTrigger returns the HTTP trigger that serves a qualifier, with its configuration. After the
// first call it is a look-up in memory.
func (c *Catalogue) HTTPTrigger(ctx context.Context, ref emulator.Reference) (*emulator.Trigger, emulator.HTTPTrigger, error) {
	orElse(&ref.Qualifier, emulator.LatestVersion)
	known, ok, generation := c.cache.lookup(ref.Name)
	found, learned := known.triggers[ref.Qualifier]
	if !ok || !learned {
		if _, err := c.Resolve(ctx, ref); err != nil {
			return nil, emulator.HTTPTrigger{}, err
		}
		triggers, err := c.httpTriggers(ctx, ref)
		if err != nil {
			return nil, emulator.HTTPTrigger{}, err
		}
		c.cache.learn(ref.Name, generation, func(e *entry) { e.triggers = triggers })
		found = triggers[ref.Qualifier]
	}
	if found.trigger == nil {
		return nil, emulator.HTTPTrigger{}, emulator.Refuse(404, "TriggerNotFound",
			"function '%s' has no HTTP trigger for qualifier '%s'", ref.Name, ref.Qualifier)
	}
	return found.trigger, found.config, nil
}

// httpTriggers reads the HTTP triggers of a function by qualifier. The qualifier that was asked for
// has an entry in any case.
func (c *Catalogue) httpTriggers(ctx context.Context, ref emulator.Reference) (map[string]httpTrigger, error) {
	all, err := c.triggersOf(ctx, ref.Name)
	if err != nil {
		return nil, err
	}
	triggers := map[string]httpTrigger{ref.Qualifier: {}}
	for _, trigger := range all {
		if trigger.TriggerType != emulator.TriggerHTTP {
			continue
		}
		config, err := trigger.HTTP()
		if err != nil {
			return nil, err
		}
		triggers[trigger.Qualifier] = httpTrigger{trigger: trigger, config: config}
	}
	return triggers, nil
}
