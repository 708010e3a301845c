package control

import (
	"context"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

func vpcKey(scope emulator.Scope, vpc string) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordVpcBinding, Parent: string(scope), Name: vpc}
}

// BindVpc notes that only a VPC may call a service or function. It has no effect here.
func (c *Catalogue) BindVpc(ctx context.Context, scope emulator.Scope, vpc string) error {
	c.children.Lock()
	defer c.children.Unlock()
	if err := c.scopeExists(ctx, scope); err != nil {
		return err
	}
	if vpc == "" {
		return emulator.InvalidArgument("VpcId is not specified")
	}
	now := c.now()
	record, err := c.record(vpcKey(scope, vpc), now, now, struct{}{})
	if err != nil {
		return err
	}
	return c.save(ctx, record)
}

// Vpcs lists the VPCs that a service or function is bound to.
func (c *Catalogue) Vpcs(ctx context.Context, scope emulator.Scope) ([]string, error) {
	if err := c.scopeExists(ctx, scope); err != nil {
		return nil, err
	}
	parent := string(scope)
	records, err := c.store.List(ctx, emulator.RecordVpcBinding, &parent, "", "", 0)
	vpcs := make([]string, len(records))
	for i, record := range records {
		vpcs[i] = record.Name
	}
	return vpcs, err
}

// UnbindVpc takes a binding back.
func (c *Catalogue) UnbindVpc(ctx context.Context, scope emulator.Scope, vpc string) error {
	c.children.Lock()
	defer c.children.Unlock()
	if err := c.scopeExists(ctx, scope); err != nil {
		return err
	}
	return c.remove(ctx, vpcKey(scope, vpc), "", emulator.Refuse(404, "VpcBindingNotFound", "vpc binding '%s' does not exist", vpc))
}

func eventSourceKey(ref emulator.Reference, arn string) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordEventSource, Parent: ref.Wire(), Name: ref.Qualifier + "/" + arn}
}

// RegisterEventSource notes an event source of a function and qualifier. It has no effect here.
func (c *Catalogue) RegisterEventSource(ctx context.Context, ref emulator.Reference, sourceArn string) (*emulator.EventSource, error) {
	c.children.Lock()
	defer c.children.Unlock()
	ref, err := c.qualified(ctx, ref)
	if err != nil {
		return nil, err
	}
	if sourceArn == "" {
		return nil, emulator.InvalidArgument("SourceArn is not specified")
	}
	source := &emulator.EventSource{SourceArn: sourceArn, Qualifier: ref.Qualifier, CreatedTime: c.now()}
	record, err := c.record(eventSourceKey(ref, sourceArn), source.CreatedTime, source.CreatedTime, source)
	if err != nil {
		return nil, err
	}
	return source, c.save(ctx, record)
}

// EventSources lists the event sources of a function and qualifier.
func (c *Catalogue) EventSources(ctx context.Context, ref emulator.Reference) ([]*emulator.EventSource, error) {
	ref, err := c.qualified(ctx, ref)
	if err != nil {
		return nil, err
	}
	parent := ref.Wire()
	records, err := c.store.List(ctx, emulator.RecordEventSource, &parent, eventSourceKey(ref, "").Name, "", 0)
	if err != nil {
		return nil, err
	}
	sources := make([]*emulator.EventSource, len(records))
	for i, record := range records {
		sources[i] = &emulator.EventSource{}
		if err := decode(record, sources[i]); err != nil {
			return nil, err
		}
	}
	return sources, nil
}

// DeregisterEventSource takes an event source back.
func (c *Catalogue) DeregisterEventSource(ctx context.Context, ref emulator.Reference, sourceArn string) error {
	c.children.Lock()
	defer c.children.Unlock()
	ref, err := c.qualified(ctx, ref)
	if err != nil {
		return err
	}
	return c.remove(ctx, eventSourceKey(ref, sourceArn), "",
		emulator.Refuse(404, "EventSourceNotFound", "event source '%s' does not exist", shorten(strings.TrimSpace(sourceArn))))
}
