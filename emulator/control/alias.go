package control

import (
	"context"
	"errors"
	"maps"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
)

// maxWeights is how many other versions may share an alias. Source: GetAlias shows one at most.
const maxWeights = 1

func aliasKey(scope emulator.Scope, alias string) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordAlias, Parent: string(scope), Name: alias}
}

func (c *Catalogue) readAlias(ctx context.Context, scope emulator.Scope, name string) (*emulator.Alias, error) {
	alias := &emulator.Alias{}
	record, err := c.read(ctx, aliasKey(scope, name), alias, emulator.AliasNotFound(scope, name))
	if err != nil {
		return nil, err
	}
	alias.Etag = record.Etag
	return alias, nil
}

// CreateAlias adds an alias to a scope.
func (c *Catalogue) CreateAlias(ctx context.Context, scope emulator.Scope, alias *emulator.Alias) (*emulator.Alias, error) {
	c.children.Lock()
	defer c.children.Unlock()
	if err := c.scopeExists(ctx, scope); err != nil {
		return nil, err
	}
	next := *alias
	if err := c.checkAlias(ctx, scope, &next); err != nil {
		return nil, err
	}
	now := c.now()
	next.CreatedTime, next.LastModifiedTime = now, now
	record, err := c.record(aliasKey(scope, next.AliasName), now, now, &next)
	if err != nil {
		return nil, err
	}
	err = c.store.Insert(ctx, record)
	if errors.Is(err, emulator.ErrRecordExists) {
		return nil, emulator.Refuse(409, "AliasAlreadyExists", "alias '%s' already exists", next.AliasName)
	}
	if err != nil {
		return nil, err
	}
	next.Etag = record.Etag
	return &next, nil
}

// checkAlias holds the rules about an alias: it and its weights name versions that exist.
func (c *Catalogue) checkAlias(ctx context.Context, scope emulator.Scope, alias *emulator.Alias) error {
	if err := firstError(checkName("AliasName", alias.AliasName), checkDescription(alias.Description)); err != nil {
		return err
	}
	if alias.AliasName == emulator.LatestVersion {
		return invalidValue("AliasName", "any other name than LATEST", alias.AliasName)
	}
	if alias.VersionID == "" {
		return emulator.InvalidArgument("VersionId is not specified")
	}
	if err := c.checkVersion(ctx, scope, "VersionId", alias.VersionID); err != nil {
		return err
	}
	if err := checkResolve(alias); err != nil {
		return err
	}
	return c.checkWeights(ctx, scope, alias)
}

// checkResolve refuses a choice by content that says nothing. What an alias keeps that chooses by
// weight is not looked at.
func checkResolve(alias *emulator.Alias) error {
	switch alias.ResolvePolicy {
	case "", emulator.ResolveRandom:
		return nil
	case emulator.ResolveContent:
	default:
		return invalidChoice("ResolvePolicy", []string{emulator.ResolveRandom, emulator.ResolveContent}, shorten(alias.ResolvePolicy))
	}
	policy, err := alias.Route()
	if err != nil {
		return invalidValue("RoutePolicy", "an object of condition and policyItems", shorten(string(alias.RoutePolicy)))
	}
	if refusal := policy.Check(); refusal != nil {
		return refusal
	}
	return nil
}

func (c *Catalogue) checkWeights(ctx context.Context, scope emulator.Scope, alias *emulator.Alias) error {
	if err := checkCount("AdditionalVersionWeight", maxWeights, len(alias.AdditionalVersionWeight)); err != nil {
		return err
	}
	for version, weight := range alias.AdditionalVersionWeight {
		if version == alias.VersionID {
			return invalidValue("AdditionalVersionWeight", "another version than VersionId", shorten(version))
		}
		if err := c.checkVersion(ctx, scope, "AdditionalVersionWeight", version); err != nil {
			return err
		}
		if !(weight >= 0 && weight <= 1) { // so that NaN fails too
			return invalidValue("AdditionalVersionWeight", "a weight of 0 to 1", strconv.FormatFloat(weight, 'g', -1, 64))
		}
	}
	return nil
}

func (c *Catalogue) checkVersion(ctx context.Context, scope emulator.Scope, field, version string) error {
	if version == emulator.LatestVersion {
		return nil
	}
	if !emulator.IsVersion(version) {
		return invalidValue(field, "the number of a version", shorten(version))
	}
	_, _, err := c.versionOf(ctx, scope, version)
	return err
}

// Alias returns one alias of a scope.
func (c *Catalogue) Alias(ctx context.Context, scope emulator.Scope, alias string) (*emulator.Alias, error) {
	if err := c.scopeExists(ctx, scope); err != nil {
		return nil, err
	}
	return c.readAlias(ctx, scope, alias)
}

// UpdateAlias changes an alias; its name stays.
func (c *Catalogue) UpdateAlias(ctx context.Context, scope emulator.Scope, alias string, change func(*emulator.Alias) error) (*emulator.Alias, error) {
	c.children.Lock()
	defer c.children.Unlock()
	present, err := c.Alias(ctx, scope, alias)
	if err != nil {
		return nil, err
	}
	next := *present
	next.AdditionalVersionWeight = maps.Clone(present.AdditionalVersionWeight)
	if err := change(&next); err != nil {
		return nil, err
	}
	next.AliasName, next.CreatedTime, next.LastModifiedTime = present.AliasName, present.CreatedTime, c.now()
	if err := c.checkAlias(ctx, scope, &next); err != nil {
		return nil, err
	}
	record, err := c.record(aliasKey(scope, alias), next.CreatedTime, next.LastModifiedTime, &next)
	if err != nil {
		return nil, err
	}
	if err := c.replace(ctx, record, "", emulator.AliasNotFound(scope, alias)); err != nil {
		return nil, err
	}
	c.cache.forgetScope(scope)
	next.Etag = record.Etag
	return &next, nil
}

// DeleteAlias removes an alias. What was configured for it stays, and serves an alias of that name
// again.
func (c *Catalogue) DeleteAlias(ctx context.Context, scope emulator.Scope, alias, ifMatch string) error {
	c.children.Lock()
	defer c.children.Unlock()
	present, err := c.Alias(ctx, scope, alias)
	if err != nil {
		return err
	}
	if err := emulator.IfMatch(ifMatch, present.Etag); err != nil {
		return err
	}
	if err := c.remove(ctx, aliasKey(scope, alias), "", emulator.AliasNotFound(scope, alias)); err != nil {
		return err
	}
	c.cache.forgetScope(scope)
	return nil
}

// Aliases lists the aliases of a scope by ascending name. from is the first name to show.
func (c *Catalogue) Aliases(ctx context.Context, scope emulator.Scope, prefix, from string, limit int) (list []*emulator.Alias, next string, err error) {
	if err := c.scopeExists(ctx, scope); err != nil {
		return nil, "", err
	}
	parent := string(scope)
	records, next, err := c.page(ctx, emulator.RecordAlias, &parent, prefix, from, limit)
	if err != nil {
		return nil, "", err
	}
	for _, record := range records {
		alias := &emulator.Alias{}
		if err := decode(record, alias); err != nil {
			return nil, "", err
		}
		alias.Etag = record.Etag
		list = append(list, alias)
	}
	return list, next, nil
}

func (c *Catalogue) aliasesOf(ctx context.Context, scope emulator.Scope) ([]*emulator.Alias, error) {
	list, _, err := c.Aliases(ctx, scope, "", "", everything)
	return list, err
}
