package v20230330

import (
	"net/http"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Layer is a version of a layer as the API shows it.
type Layer struct {
	LayerName         string             `json:"layerName"`
	Version           int                `json:"version"`
	LayerVersionArn   string             `json:"layerVersionArn"`
	ACL               string             `json:"acl"` // 0 or 1: private or public
	Code              OutputCodeLocation `json:"code"`
	CodeSize          int64              `json:"codeSize"` // bytes
	CodeChecksum      string             `json:"codeChecksum"`
	CompatibleRuntime []string           `json:"compatibleRuntime"`
	CreateTime        string             `json:"createTime"`
	Description       string             `json:"description"`
	License           string             `json:"license"`
}

// OutputCodeLocation says where a code package can be had.
type OutputCodeLocation struct {
	RepositoryType string `json:"repositoryType"`
	Location       string `json:"location"`
}

// CreateLayerVersionInput is the body of CreateLayerVersion.
type CreateLayerVersionInput struct {
	Code              *api.Code `json:"code,omitempty"`
	CompatibleRuntime []string  `json:"compatibleRuntime,omitempty"`
	Description       string    `json:"description,omitempty"`
	License           string    `json:"license,omitempty"`
}

// LayerList is the answer of ListLayers.
type LayerList struct {
	Layers    []*Layer `json:"layers"`
	NextToken string   `json:"nextToken,omitempty"`
}

// LayerVersionList is the answer of ListLayerVersions.
type LayerVersionList struct {
	Layers      []*Layer `json:"layers"`
	NextVersion int      `json:"nextVersion,omitempty"`
}

func (a *API) showLayer(layer *emulator.LayerVersion) *Layer {
	shown := &Layer{LayerName: layer.LayerName, Version: layer.Version, LayerVersionArn: layer.ARN(a.Account, a.Region), ACL: "0",
		Code:     OutputCodeLocation{RepositoryType: "OSS", Location: api.LayerURL(a.Endpoint(), layer)},
		CodeSize: layer.Code.Size, CodeChecksum: layer.Code.Checksum, CompatibleRuntime: layer.CompatibleRuntime,
		CreateTime: api.Time(layer.CreateTime), Description: layer.Description, License: layer.License}
	if layer.Public {
		shown.ACL = "1"
	}
	return shown
}

func (a *API) showLayers(layers []*emulator.LayerVersion) []*Layer {
	shown := []*Layer{}
	for _, layer := range layers {
		shown = append(shown, a.showLayer(layer))
	}
	return shown
}

func (a *API) createLayerVersion(c *api.Call) error {
	var in CreateLayerVersionInput
	if err := c.Decode(api.MaxCodeJSON, &in); err != nil {
		return err
	}
	zip, err := in.Code.Read(c.Request.Context(), a.Objects)
	if err != nil {
		return err
	}
	layer := &emulator.LayerVersion{LayerName: c.Path("layer"), CompatibleRuntime: in.CompatibleRuntime, Description: in.Description, License: in.License}
	if in.Code != nil {
		layer.Code.Checksum = in.Code.Checksum
	}
	created, err := a.Catalogue.PublishLayer(c.Request.Context(), layer, zip)
	return show(c, created, err, a.showLayer)
}

func (a *API) getLayerVersion(c *api.Call) error {
	version, err := c.LayerVersion("version")
	if err != nil {
		return err
	}
	layer, err := a.Catalogue.Layer(c.Request.Context(), c.Path("layer"), version)
	return show(c, layer, err, a.showLayer)
}

func (a *API) getLayerVersionByArn(c *api.Call) error {
	name, version, ok := emulator.ParseLayerARN(c.Path("arn"))
	if !ok {
		return emulator.InvalidArgument("the layer ARN '%s' is invalid", c.Path("arn"))
	}
	layer, err := a.Catalogue.Layer(c.Request.Context(), name, version)
	return show(c, layer, err, a.showLayer)
}

func (a *API) deleteLayerVersion(c *api.Call) error {
	version, err := c.LayerVersion("version")
	if err != nil {
		return err
	}
	return removed(c, a.Catalogue.DeleteLayer(c.Request.Context(), c.Path("layer"), version))
}

// flag reads a yes-or-no parameter of the query; nil where it is not given.
func flag(c *api.Call, name string) (*bool, error) {
	if c.Query(name) == "" {
		return nil, nil
	}
	value, err := c.Flag(name)
	return &value, err
}

func (a *API) listLayers(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	query := emulator.LayerQuery{Prefix: c.Query("prefix")}
	if query.Public, err = flag(c, "public"); err != nil {
		return err
	}
	if query.Official, err = flag(c, "official"); err != nil {
		return err
	}
	found, next, err := a.Catalogue.Layers(c.Request.Context(), query, from, limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, &LayerList{Layers: a.showLayers(found), NextToken: api.Token(next)})
}

func (a *API) listLayerVersions(c *api.Call) error {
	limit, err := c.Limit(20, 100)
	if err != nil {
		return err
	}
	start := 0
	if text := c.Query("startVersion"); text != "" {
		if start, err = strconv.Atoi(text); err != nil || start < 0 {
			return emulator.InvalidArgument("startVersion is set to an invalid value (expected: a number, actual: '%s')", text)
		}
	}
	found, next, err := a.Catalogue.LayerVersions(c.Request.Context(), c.Path("layer"), start, limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, &LayerVersionList{Layers: a.showLayers(found), NextVersion: next})
}

// putLayerACL takes acl, or public as older clients say it.
func (a *API) putLayerACL(c *api.Call) error {
	public, err := c.Flag("public")
	if err != nil {
		return err
	}
	switch acl := c.Query("acl"); acl {
	case "":
	case "0", "1":
		public = acl == "1"
	default:
		return emulator.InvalidArgument("acl is set to an invalid value (allowed: 0 | 1, actual: '%s')", acl)
	}
	return done(c, http.StatusOK, a.Catalogue.SetLayerPublic(c.Request.Context(), c.Path("layer"), public))
}
