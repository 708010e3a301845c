package control

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

func functionKey(name emulator.Name) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordFunction, Parent: name.Service, Name: name.Function}
}

// Create adds a function. Fields that are zero get FC's defaults. zip is its code; a container
// function has none. A fn.Code.Checksum that is set must be the zip's.
func (c *Catalogue) Create(ctx context.Context, fn *emulator.Function, zip []byte) (*emulator.Function, error) {
	next := *fn
	fillDefaults(&next)
	if err := checkFunction(&next); err != nil {
		return nil, err
	}
	name := next.Name()
	if err := c.checkVacant(ctx, name); err != nil {
		return nil, err
	}
	if zip == nil && !container(&next) {
		return nil, emulator.InvalidArgument("Code is not specified: code.zipFile is required for runtime '%s'", next.Runtime)
	}
	if err := c.storeCode(ctx, &next, emulator.Code{}, zip); err != nil {
		return nil, err
	}
	now := c.now()
	next.FunctionID, next.VersionID, next.Revision = newUUID(), emulator.LatestVersion, c.newRevision()
	next.CreatedTime, next.LastModifiedTime = now, now
	record, err := functionRecord(&next)
	if err != nil {
		return nil, err
	}
	if err := c.insertFunction(ctx, record); err != nil {
		return nil, err
	}
	c.changed(emulator.Reference{Name: name, Qualifier: emulator.LatestVersion})
	return c.complete(ctx, &next, nil)
}

// checkVacant says early what would fail in the end, before code is unpacked.
func (c *Catalogue) checkVacant(ctx context.Context, name emulator.Name) error {
	if err := c.serviceExists(ctx, name.Service); err != nil {
		return err
	}
	_, err := c.store.Get(ctx, functionKey(name))
	switch {
	case err == nil:
		return functionExists(name)
	case errors.Is(err, emulator.ErrRecordNotFound):
		return nil
	}
	return err
}

// insertFunction adds the record while its service cannot go away.
func (c *Catalogue) insertFunction(ctx context.Context, record emulator.Record) error {
	if record.Parent != "" {
		c.children.Lock()
		defer c.children.Unlock()
		if err := c.serviceExists(ctx, record.Parent); err != nil {
			return err
		}
	}
	err := c.store.Insert(ctx, record)
	if errors.Is(err, emulator.ErrRecordExists) {
		return functionExists(emulator.Name{Service: record.Parent, Function: record.Name})
	}
	return err
}

func functionExists(name emulator.Name) *emulator.Error {
	if name.Service != "" {
		return emulator.Refuse(409, "FunctionAlreadyExists", "function '%s' already exists in service '%s'", name.Function, name.Service)
	}
	return emulator.Refuse(409, "FunctionAlreadyExists", "function '%s' already exists", name.Function)
}

// storeCode puts the zip away and sets fn.Code, or keeps old where no zip is given. The checksum
// that the caller named in fn.Code must be that of the zip.
func (c *Catalogue) storeCode(ctx context.Context, fn *emulator.Function, old emulator.Code, zip []byte) error {
	named := fn.Code.Checksum
	fn.Code = old
	if zip == nil {
		return nil
	}
	code, err := c.blobs.Put(ctx, zip)
	if err != nil {
		return err
	}
	if named != "" && named != code.Checksum {
		return emulator.InvalidArgument("Code checksum is set to an invalid value (expected: '%s', actual: '%s')", code.Checksum, named)
	}
	fn.Code = code
	return nil
}

// functionRecord has the revision for an etag, unless another change than one of the code or the
// configuration (tags) gave it a later one.
func functionRecord(fn *emulator.Function) (emulator.Record, error) {
	text, err := document(fn)
	return emulator.Record{
		RecordKey: functionKey(fn.Name()),
		Etag:      fn.Revision,
		Created:   fn.CreatedTime,
		Modified:  fn.LastModifiedTime,
		Document:  text,
	}, err
}

// updateTries bounds how often an update is done again because another came between.
const updateTries = 5

// Update changes a function. change gets the present state to alter, and may be called again when
// another update comes between; it sees an empty Code, in which it may name the checksum of zip.
// zip nil keeps the code. An update that changes nothing keeps the revision, and so the instances.
func (c *Catalogue) Update(ctx context.Context, name emulator.Name, change func(*emulator.Function) error, zip []byte) (*emulator.Function, error) {
	var err error
	for range updateTries {
		var fn *emulator.Function
		if fn, err = c.update(ctx, name, change, zip); !errors.Is(err, emulator.ErrRecordChanged) {
			return fn, err
		}
	}
	return nil, conflict(err, "function '"+name.Function+"'")
}

func (c *Catalogue) update(ctx context.Context, name emulator.Name, change func(*emulator.Function) error, zip []byte) (*emulator.Function, error) {
	fn := &emulator.Function{}
	record, err := c.readFunction(ctx, name, fn)
	if err != nil {
		return nil, err
	}
	fixed := *fn
	fn.Code = emulator.Code{}
	if err := change(fn); err != nil {
		return nil, err
	}
	// What an update cannot change.
	fn.Service, fn.FunctionName, fn.FunctionID, fn.VersionID = fixed.Service, fixed.FunctionName, fixed.FunctionID, fixed.VersionID
	fn.Revision, fn.CreatedTime, fn.LastModifiedTime = fixed.Revision, fixed.CreatedTime, fixed.LastModifiedTime
	fillParts(fn) // all else was filled at the creation: a zero now was given, and is judged
	if err := checkFunction(fn); err != nil {
		return nil, err
	}
	if err := c.storeCode(ctx, fn, fixed.Code, zip); err != nil {
		return nil, err
	}
	if same, err := document(fn); err != nil || bytes.Equal(same, record.Document) && !named(fn) {
		return c.finish(ctx, fn, err)
	}
	fn.Revision, fn.LastModifiedTime = c.newRevision(), c.now()
	next, err := functionRecord(fn)
	if err != nil {
		return nil, err
	}
	if err := c.replace(ctx, next, record.Etag, emulator.FunctionNotFound(name)); err != nil {
		return nil, err
	}
	c.changed(emulator.Reference{Name: name, Qualifier: emulator.LatestVersion})
	return c.complete(ctx, fn, nil)
}

// named tells whether the function is an image of a name, which may stand for another image by now: so
// each update is one.
func named(fn *emulator.Function) bool {
	config, err := fn.Container()
	return err == nil && config != nil && !strings.HasPrefix(config.Image, "/")
}

func (c *Catalogue) finish(ctx context.Context, fn *emulator.Function, err error) (*emulator.Function, error) {
	if err != nil {
		return nil, err
	}
	return c.complete(ctx, fn, nil)
}

// replace overwrites a record that still has the etag. missing is returned where it is gone.
func (c *Catalogue) replace(ctx context.Context, record emulator.Record, etag string, missing *emulator.Error) error {
	err := c.store.Replace(ctx, record, etag)
	if errors.Is(err, emulator.ErrRecordNotFound) {
		return missing
	}
	return err
}

// Delete removes a function and what belongs to it; an FC 3.0 function with its versions and
// aliases. As in the cloud, a function that still has triggers stays: 409 FunctionNotEmpty.
func (c *Catalogue) Delete(ctx context.Context, name emulator.Name, ifMatch string) error {
	c.children.Lock()
	defer c.children.Unlock()
	fn, parent := &emulator.Function{}, name.Wire()
	if _, err := c.readFunction(ctx, name, fn); err != nil {
		return err
	}
	if err := emulator.IfMatch(ifMatch, fn.Etag()); err != nil {
		return err
	}
	triggers, err := c.store.List(ctx, emulator.RecordTrigger, &parent, "", "", 1)
	if err != nil {
		return err
	}
	if len(triggers) > 0 {
		return emulator.Refuse(409, "FunctionNotEmpty", "function '%s' has active triggers", name.Function)
	}
	if err := c.remove(ctx, functionKey(name), parent, emulator.FunctionNotFound(name)); err != nil {
		return err
	}
	for _, session := range c.sessions.Held(name) {
		c.sessions.Drop(name, session.ID)
	}
	gone := emulator.Reference{Name: name}
	if name.Service != "" {
		gone.Qualifier = emulator.LatestVersion // the versions of its service keep theirs
	}
	c.changed(gone)
	return nil
}

// Functions lists functions by ascending name. prefix is of the function's name; "service$prefix"
// lists the functions of one FC 2.0 service. from is "" or the next of the page before.
func (c *Catalogue) Functions(ctx context.Context, prefix, from string, limit int) (list []*emulator.Function, next string, err error) {
	var parent *string
	if name := emulator.ParseName(prefix); name.Service != "" {
		parent, prefix = &name.Service, name.Function
	}
	return c.functions(ctx, parent, prefix, from, limit)
}

func (c *Catalogue) functions(ctx context.Context, parent *string, prefix, from string, limit int) (list []*emulator.Function, next string, err error) {
	records, next, err := c.page(ctx, emulator.RecordFunction, parent, prefix, from, limit)
	if err != nil {
		return nil, "", err
	}
	services := map[string]*emulator.Service{}
	for _, record := range records {
		fn := &emulator.Function{}
		if err := decode(record, fn); err != nil {
			return nil, "", err
		}
		if fn, err = c.complete(ctx, fn, services); err != nil {
			return nil, "", err
		}
		list = append(list, fn)
	}
	return list, next, nil
}
