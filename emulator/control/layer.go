package control

import (
	"context"
	"slices"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
)

// maxLayerVersions is how many versions a layer may have. Source: FC 3.0 "Limits".
const maxLayerVersions = 100

// maxLayerNumber is the greatest number of a version that has one of a layer in the cloud.
const maxLayerNumber = 1_000_000_000

// shelf is the document of a layer: what its versions have in common, and the newest of them.
type shelf struct {
	Last   int                    `json:"last"` // the last number that was given out
	Public bool                   `json:"public"`
	Newest *emulator.LayerVersion `json:"newest,omitempty"` // nil when all versions were deleted
}

func layerKey(layer string) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordLayer, Name: layer}
}

// layerParent keeps the versions of a layer apart from what belongs to a function of the same name.
func layerParent(layer string) string { return "layer/" + layer }

func layerVersionKey(layer string, version int) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordLayerOf, Parent: layerParent(layer), Name: padded(strconv.Itoa(version))}
}

// PublishLayer adds a version to a layer, and the layer where it is new. Version 0 is the next one; any
// other is that of a layer in the cloud, for which this one stands.
func (c *Catalogue) PublishLayer(ctx context.Context, layer *emulator.LayerVersion, zip []byte) (*emulator.LayerVersion, error) {
	next := *layer
	if err := checkLayer(&next, zip); err != nil {
		return nil, err
	}
	named := next.Code.Checksum
	code, err := c.blobs.Put(ctx, zip)
	if err != nil {
		return nil, err
	}
	if named != "" && named != code.Checksum {
		return nil, emulator.InvalidArgument("Code checksum is set to an invalid value (expected: '%s', actual: '%s')", code.Checksum, named)
	}
	c.children.Lock()
	defer c.children.Unlock()
	held, err := c.store.List(ctx, emulator.RecordLayerOf, ptr(layerParent(next.LayerName)), "", "", maxLayerVersions)
	if err != nil {
		return nil, err
	}
	if len(held) == maxLayerVersions {
		return nil, emulator.Refuse(400, "LimitExceeded", "layer '%s' already has %d versions, the maximum", next.LayerName, maxLayerVersions)
	}
	all := &shelf{}
	if _, err := c.maybe(ctx, layerKey(next.LayerName), all); err != nil {
		return nil, err
	}
	if err := all.number(&next, held); err != nil {
		return nil, err
	}
	next.Code, next.Public, next.CreateTime = code, all.Public, c.now()
	if all.Newest == nil || all.Newest.Version < next.Version {
		all.Newest = &next
	}
	// The shelf first: what a crash leaves then is a number that is not used again.
	if err := c.writeShelf(ctx, next.LayerName, all); err != nil {
		return nil, err
	}
	record, err := c.record(layerVersionKey(next.LayerName, next.Version), next.CreateTime, next.CreateTime, &next)
	if err != nil {
		return nil, err
	}
	if err := c.save(ctx, record); err != nil {
		return nil, err
	}
	c.relayered() // a function may have named this version before it was there
	return &next, nil
}

// relayered lets functions that name a layer run with what there is of it now.
func (c *Catalogue) relayered() {
	c.cache.forgetAll()
	c.look()
}

// number gives a version its number.
func (s *shelf) number(layer *emulator.LayerVersion, held []emulator.Record) error {
	if layer.Version == 0 {
		layer.Version = s.Last + 1
	}
	if err := checkRange("Version", 1, maxLayerNumber, layer.Version); err != nil {
		return err
	}
	name := padded(strconv.Itoa(layer.Version))
	if slices.ContainsFunc(held, func(r emulator.Record) bool { return r.Name == name }) {
		return emulator.Refuse(409, "LayerVersionAlreadyExists", "version '%d' of layer '%s' already exists", layer.Version, layer.LayerName)
	}
	s.Last = max(s.Last, layer.Version)
	return nil
}

func checkLayer(layer *emulator.LayerVersion, zip []byte) error {
	if zip == nil {
		return emulator.InvalidArgument("Code is not specified: code.zipFile is required")
	}
	if err := firstError(checkName("LayerName", layer.LayerName), checkDescription(layer.Description)); err != nil {
		return err
	}
	if len(layer.CompatibleRuntime) == 0 {
		return emulator.InvalidArgument("CompatibleRuntime is not specified")
	}
	for _, runtime := range layer.CompatibleRuntime {
		if !slices.Contains(Runtimes(), runtime) {
			return invalidChoice("CompatibleRuntime", Runtimes(), shorten(runtime))
		}
	}
	return nil
}

func ptr[T any](value T) *T { return &value }

func (c *Catalogue) writeShelf(ctx context.Context, layer string, all *shelf) error {
	now := c.now()
	record, err := c.record(layerKey(layer), now, now, all)
	if err != nil {
		return err
	}
	return c.save(ctx, record)
}

// readShelf reads a layer that has versions.
func (c *Catalogue) readShelf(ctx context.Context, layer string) (*shelf, error) {
	all := &shelf{}
	if _, err := c.read(ctx, layerKey(layer), all, emulator.LayerNotFound(layer)); err != nil {
		return nil, err
	}
	if all.Newest == nil {
		return nil, emulator.LayerNotFound(layer)
	}
	return all, nil
}

// Layer returns one version of a layer.
func (c *Catalogue) Layer(ctx context.Context, layer string, version int) (*emulator.LayerVersion, error) {
	all, err := c.readShelf(ctx, layer)
	if err != nil {
		return nil, err
	}
	found := &emulator.LayerVersion{}
	if _, err := c.read(ctx, layerVersionKey(layer, version), found, emulator.LayerVersionNotFound(layer, version)); err != nil {
		return nil, err
	}
	found.Public = all.Public
	return found, nil
}

// DeleteLayer removes one version of a layer. Its number is not used again.
func (c *Catalogue) DeleteLayer(ctx context.Context, layer string, version int) error {
	c.children.Lock()
	defer c.children.Unlock()
	all, err := c.readShelf(ctx, layer)
	if err != nil {
		return err
	}
	if err := c.remove(ctx, layerVersionKey(layer, version), "", emulator.LayerVersionNotFound(layer, version)); err != nil {
		return err
	}
	defer c.relayered()
	if all.Newest.Version != version {
		return nil
	}
	rest, err := c.store.List(ctx, emulator.RecordLayerOf, ptr(layerParent(layer)), "", "", 0)
	if err != nil {
		return err
	}
	all.Newest = nil
	if len(rest) > 0 {
		all.Newest = &emulator.LayerVersion{}
		if err := decode(rest[len(rest)-1], all.Newest); err != nil {
			return err
		}
	}
	return c.writeShelf(ctx, layer, all)
}

// Layers lists the newest version of each layer by ascending name. from is the first name to show.
func (c *Catalogue) Layers(ctx context.Context, query emulator.LayerQuery, from string, limit int) (list []*emulator.LayerVersion, next string, err error) {
	if query.Official != nil && *query.Official {
		return nil, "", nil
	}
	top := ""
	for next = from; ; {
		records, after, err := c.page(ctx, emulator.RecordLayer, &top, query.Prefix, next, limit-len(list))
		if err != nil {
			return nil, "", err
		}
		for _, record := range records {
			all := &shelf{}
			if err := decode(record, all); err != nil {
				return nil, "", err
			}
			if all.Newest == nil || query.Public != nil && *query.Public != all.Public {
				continue
			}
			all.Newest.Public = all.Public
			list = append(list, all.Newest)
		}
		if next = after; next == "" || len(list) == limit {
			return list, next, nil
		}
	}
}

// LayerVersions lists the versions of a layer from a number on; next is 0 at the end.
func (c *Catalogue) LayerVersions(ctx context.Context, layer string, start, limit int) (list []*emulator.LayerVersion, next int, err error) {
	all, err := c.readShelf(ctx, layer)
	if err != nil {
		return nil, 0, err
	}
	from := ""
	if start > 0 {
		from = padded(strconv.Itoa(start))
	}
	records, after, err := c.page(ctx, emulator.RecordLayerOf, ptr(layerParent(layer)), "", from, limit)
	if err != nil {
		return nil, 0, err
	}
	for _, record := range records {
		version := &emulator.LayerVersion{}
		if err := decode(record, version); err != nil {
			return nil, 0, err
		}
		version.Public = all.Public
		list = append(list, version)
	}
	if after != "" {
		next, err = strconv.Atoi(after)
	}
	return list, next, err
}

// SetLayerPublic says who may use a layer. There is one account here, so it only shows.
func (c *Catalogue) SetLayerPublic(ctx context.Context, layer string, public bool) error {
	c.children.Lock()
	defer c.children.Unlock()
	all, err := c.readShelf(ctx, layer)
	if err != nil {
		return err
	}
	all.Public = public
	return c.writeShelf(ctx, layer, all)
}
