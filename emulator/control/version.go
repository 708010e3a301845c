package control

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// publication is the document of a version. Service is the service as it was, in FC 2.0; the
// functions are records of their own.
type publication struct {
	emulator.Version
	Service *emulator.Service `json:"service,omitempty"`
}

// padded makes numbers sort by value.
func padded(version string) string { return fmt.Sprintf("%012s", version) }

func versionKey(scope emulator.Scope, version string) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordVersion, Parent: string(scope), Name: padded(version)}
}

func snapshotKey(scope emulator.Scope, version, function string) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordSnapshot, Parent: string(scope), Name: padded(version) + "/" + function}
}

// snapshotOf is the function and version that a record of snapshotKey belongs to.
func snapshotOf(scope emulator.Scope, record emulator.Record) emulator.Reference {
	version, function, _ := strings.Cut(record.Name, "/")
	return emulator.Reference{Name: emulator.Name{Service: scope.Service(), Function: function}, Qualifier: strings.TrimLeft(version, "0")}
}

// versionOf returns the version that a qualifier means, and the alias where it is one. Of an alias
// with a weight it is the main version.
func (c *Catalogue) versionOf(ctx context.Context, scope emulator.Scope, qualifier string) (string, *emulator.Alias, error) {
	switch {
	case qualifier == "" || qualifier == emulator.LatestVersion:
		return emulator.LatestVersion, nil, nil
	case emulator.IsVersion(qualifier):
		_, err := c.read(ctx, versionKey(scope, qualifier), &publication{}, emulator.VersionNotFound(scope, qualifier))
		return qualifier, nil, err
	}
	alias, err := c.readAlias(ctx, scope, qualifier)
	if err != nil {
		return "", nil, err
	}
	return alias.VersionID, alias, nil
}

// scopeExists refuses a scope whose service or function is not there.
func (c *Catalogue) scopeExists(ctx context.Context, scope emulator.Scope) error {
	if service := scope.Service(); service != "" {
		return c.serviceExists(ctx, service)
	}
	_, err := c.readFunction(ctx, emulator.Name{Function: scope.Function()}, &emulator.Function{})
	return err
}

// PublishVersion makes the present state of a scope a version of it. Its code and configuration
// never change; triggers and other configurations are not part of it. Numbers are never given twice.
func (c *Catalogue) PublishVersion(ctx context.Context, scope emulator.Scope, description, ifMatch string) (*emulator.Version, error) {
	c.children.Lock()
	defer c.children.Unlock()
	if err := checkDescription(description); err != nil {
		return nil, err
	}
	service, functions, err := c.present(ctx, scope, ifMatch)
	if err != nil {
		return nil, err
	}
	number, err := c.nextNumber(ctx, emulator.RecordKey{Kind: emulator.RecordCounter, Parent: string(scope), Name: "version"})
	if err != nil {
		return nil, err
	}
	// The version is written last: what a crash leaves before that is a number that is not used
	// again and snapshots that nobody can ask for.
	version, now := strconv.Itoa(number), c.now()
	for _, fn := range functions {
		fn.VersionID, fn.Revision = version, c.newRevision()
		record, err := c.record(snapshotKey(scope, version, fn.FunctionName), fn.CreatedTime, fn.LastModifiedTime, fn)
		if err != nil {
			return nil, err
		}
		if err := c.save(ctx, record); err != nil {
			return nil, err
		}
	}
	if service != nil {
		service.VersionID = version
	}
	stored := &publication{Service: service,
		Version: emulator.Version{VersionID: version, Description: description, CreatedTime: now, LastModifiedTime: now}}
	record, err := c.record(versionKey(scope, version), now, now, stored)
	if err != nil {
		return nil, err
	}
	if err := c.store.Insert(ctx, record); err != nil {
		return nil, err
	}
	stored.Etag = record.Etag
	return &stored.Version, nil
}

// present reads what a publication would hold, in copies of its own.
func (c *Catalogue) present(ctx context.Context, scope emulator.Scope, ifMatch string) (*emulator.Service, []*emulator.Function, error) {
	name := scope.Service()
	if name == "" {
		fn, err := c.load(ctx, emulator.Name{Function: scope.Function()})
		if err != nil {
			return nil, nil, err
		}
		return nil, []*emulator.Function{fn}, emulator.IfMatch(ifMatch, fn.Etag())
	}
	service, err := c.Service(ctx, name, "")
	if err != nil {
		return nil, nil, err
	}
	if err := emulator.IfMatch(ifMatch, service.Etag); err != nil {
		return nil, nil, err
	}
	functions, _, err := c.functions(ctx, &name, "", "", everything)
	return service, functions, err
}

// everything is a page size that holds all functions of a service or all versions of a scope.
const everything = 1 << 30

// nextNumber counts on. The new number is stored before it is used.
func (c *Catalogue) nextNumber(ctx context.Context, key emulator.RecordKey) (int, error) {
	var counter struct {
		Last int `json:"last"`
	}
	if _, err := c.maybe(ctx, key, &counter); err != nil {
		return 0, err
	}
	counter.Last++
	now := c.now()
	record, err := c.record(key, now, now, &counter)
	if err != nil {
		return 0, err
	}
	return counter.Last, c.save(ctx, record)
}

// Versions lists the versions of a scope, from a number on: the oldest first, or the newest first
// with backward.
func (c *Catalogue) Versions(ctx context.Context, scope emulator.Scope, from string, limit int, backward bool) (list []*emulator.Version, next string, err error) {
	if err := c.scopeExists(ctx, scope); err != nil {
		return nil, "", err
	}
	if from != "" && !emulator.IsVersion(from) {
		return nil, "", emulator.InvalidArgument("nextToken is set to an invalid value (actual: '%s')", shorten(from))
	}
	parent, start := string(scope), ""
	if from != "" && !backward {
		start = padded(from)
	}
	room := limit
	if backward {
		room = everything - 1 // the store goes one way only; a scope has few versions
	}
	records, next, err := c.page(ctx, emulator.RecordVersion, &parent, "", start, room)
	if err != nil {
		return nil, "", err
	}
	if backward {
		slices.Reverse(records)
		for from != "" && len(records) > 0 && records[0].Name > padded(from) {
			records = records[1:]
		}
		if next = ""; len(records) > limit {
			records, next = records[:limit], records[limit].Name
		}
	}
	for _, record := range records {
		stored := &publication{}
		if err := decode(record, stored); err != nil {
			return nil, "", err
		}
		stored.Etag = record.Etag
		list = append(list, &stored.Version)
	}
	return list, strings.TrimLeft(next, "0"), nil
}

// DeleteVersion removes a version that no alias names.
func (c *Catalogue) DeleteVersion(ctx context.Context, scope emulator.Scope, version string) error {
	c.children.Lock()
	defer c.children.Unlock()
	if err := c.scopeExists(ctx, scope); err != nil {
		return err
	}
	if !emulator.IsVersion(version) {
		return invalidValue("VersionId", "the number of a version", shorten(version))
	}
	aliases, err := c.aliasesOf(ctx, scope)
	if err != nil {
		return err
	}
	for _, alias := range aliases {
		if _, weighted := alias.AdditionalVersionWeight[version]; weighted || alias.VersionID == version {
			return emulator.Refuse(409, "VersionInUse", "version '%s' is used by alias '%s'", version, alias.AliasName)
		}
	}
	if err := c.remove(ctx, versionKey(scope, version), "", emulator.VersionNotFound(scope, version)); err != nil {
		return err
	}
	c.cache.forgetScope(scope)
	parent := string(scope)
	records, err := c.store.List(ctx, emulator.RecordSnapshot, &parent, padded(version)+"/", "", 0)
	for _, record := range records {
		c.changed(snapshotOf(scope, record))
		if gone := c.store.Delete(ctx, record.RecordKey, ""); gone != nil && !errors.Is(gone, emulator.ErrRecordNotFound) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

// publishedFunctions lists the functions of a version of a service.
func (c *Catalogue) publishedFunctions(ctx context.Context, scope emulator.Scope, version, prefix, from string, limit int) (list []*emulator.Function, next string, err error) {
	parent, folder := string(scope), padded(version)+"/"
	records, next, err := c.page(ctx, emulator.RecordSnapshot, &parent, folder+prefix, folder+from, limit)
	if err != nil {
		return nil, "", err
	}
	for _, record := range records {
		fn := &emulator.Function{}
		if err := decode(record, fn); err != nil {
			return nil, "", err
		}
		if err := c.attach(ctx, fn, version); err != nil {
			return nil, "", err
		}
		list = append(list, fn)
	}
	return list, strings.TrimPrefix(next, folder), nil
}
