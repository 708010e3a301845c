package control

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// Limits of one request about tags. Source: FC 3.0 TagResources, UntagResources.
const (
	maxTaggedAtOnce   = 50
	maxUntaggedAtOnce = 50
)

// TagResources sets tags of functions and services (names without a function). Tags are not part of
// a version, and instances don't end over them.
func (c *Catalogue) TagResources(ctx context.Context, resources []emulator.Name, tags []emulator.Tag) error {
	if len(tags) == 0 {
		return emulator.InvalidArgument("Tag is not specified")
	}
	if err := checkTags(tags); err != nil {
		return err
	}
	return c.eachTagged(ctx, resources, func(present []emulator.Tag) []emulator.Tag {
		for _, tag := range tags {
			at := slices.IndexFunc(present, func(other emulator.Tag) bool { return other.Key == tag.Key })
			if at < 0 {
				present = append(present, tag)
			} else {
				present[at] = tag
			}
		}
		return present
	})
}

// UntagResources removes the tags of these keys, or all.
func (c *Catalogue) UntagResources(ctx context.Context, resources []emulator.Name, keys []string, all bool) error {
	if len(keys) == 0 && !all {
		return emulator.InvalidArgument("TagKey is not specified")
	}
	if err := checkCount("TagKey", maxUntaggedAtOnce, len(keys)); err != nil {
		return err
	}
	return c.eachTagged(ctx, resources, func(present []emulator.Tag) []emulator.Tag {
		return slices.DeleteFunc(present, func(tag emulator.Tag) bool { return all || slices.Contains(keys, tag.Key) })
	})
}

// eachTagged changes the tags of resources, after it has seen that all are there.
func (c *Catalogue) eachTagged(ctx context.Context, resources []emulator.Name, change func([]emulator.Tag) []emulator.Tag) error {
	if len(resources) == 0 {
		return emulator.InvalidArgument("ResourceId is not specified")
	}
	if err := checkCount("ResourceId", maxTaggedAtOnce, len(resources)); err != nil {
		return err
	}
	for _, resource := range resources {
		present, err := c.Tags(ctx, resource)
		if err != nil {
			return err
		}
		if err := checkTags(change(slices.Clone(present))); err != nil {
			return err
		}
	}
	for _, resource := range resources {
		if err := c.retag(ctx, resource, change); err != nil {
			return err
		}
	}
	return nil
}

func (c *Catalogue) retag(ctx context.Context, resource emulator.Name, change func([]emulator.Tag) []emulator.Tag) error {
	if resource.Function == "" {
		c.children.Lock()
		defer c.children.Unlock()
		service, err := c.Service(ctx, resource.Service, "")
		if err != nil {
			return err
		}
		service.Tags = change(service.Tags)
		return c.writeService(ctx, service)
	}
	var err error
	for range updateTries {
		fn := &emulator.Function{}
		record, missing := c.readFunction(ctx, resource, fn)
		if missing != nil {
			return missing
		}
		present := record.Etag
		fn.Tags = change(fn.Tags)
		if record, err = functionRecord(fn); err != nil {
			return err
		}
		record.Etag = c.newRevision() // the revision stays, but whoever read before must read again
		if err = c.replace(ctx, record, present, emulator.FunctionNotFound(resource)); err == nil {
			c.cache.forget(resource)
		}
		if !errors.Is(err, emulator.ErrRecordChanged) {
			return err
		}
	}
	return conflict(err, "function '"+resource.Function+"'")
}

// Tags returns the tags of a function, or of a service.
func (c *Catalogue) Tags(ctx context.Context, resource emulator.Name) ([]emulator.Tag, error) {
	if resource.Function == "" {
		service, err := c.Service(ctx, resource.Service, "")
		if err != nil {
			return nil, err
		}
		return service.Tags, nil
	}
	fn := &emulator.Function{}
	_, err := c.readFunction(ctx, resource, fn)
	return fn.Tags, err
}

// Positions in the list of tagged resources: services come before functions.
const (
	inServices  = "service" + positionSeparator
	inFunctions = "function" + positionSeparator
)

// TaggedResources lists the services and functions that have tags and that admit, which may be nil,
// lets through. from is "" or the next of the page before.
func (c *Catalogue) TaggedResources(ctx context.Context, admit func(emulator.Name, []emulator.Tag) bool, from string, limit int) (list []emulator.TaggedResource, next string, err error) {
	keep := func(name emulator.Name, tags []emulator.Tag) {
		if len(tags) > 0 && (admit == nil || admit(name, tags)) {
			list = append(list, emulator.TaggedResource{Name: name, Tags: tags})
		}
	}
	position, functions := strings.CutPrefix(from, inFunctions)
	if !functions {
		for position = strings.TrimPrefix(from, inServices); ; {
			services, after, err := c.Services(ctx, "", position, limit-len(list))
			if err != nil {
				return nil, "", err
			}
			for _, service := range services {
				keep(emulator.Name{Service: service.ServiceName}, service.Tags)
			}
			if position = after; len(list) == limit && after != "" {
				return list, inServices + after, nil
			}
			if after == "" {
				break
			}
		}
		if len(list) == limit {
			return list, inFunctions, nil
		}
	}
	for {
		records, after, err := c.page(ctx, emulator.RecordFunction, nil, "", position, limit-len(list))
		if err != nil {
			return nil, "", err
		}
		for _, record := range records {
			var fn struct {
				Tags []emulator.Tag `json:"tags"`
			}
			if err := decode(record, &fn); err != nil {
				return nil, "", err
			}
			keep(emulator.Name{Service: record.Parent, Function: record.Name}, fn.Tags)
		}
		if after == "" {
			return list, "", nil
		}
		if position = after; len(list) == limit {
			return list, inFunctions + after, nil
		}
	}
}
