package service

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Layer is a version of a layer as the API shows it.
type Layer struct {
	LayerName         string       `json:"layerName"`
	Version           int          `json:"version"`
	Description       string       `json:"description"`
	Code              CodeLocation `json:"code"`
	CodeSize          int64        `json:"codeSize"` // bytes
	CodeChecksum      string       `json:"codeChecksum"`
	CreateTime        string       `json:"createTime"`
	ACL               int          `json:"acl"` // 1 = public
	CompatibleRuntime []string     `json:"compatibleRuntime"`
	License           string       `json:"license,omitempty"`
	Arn               string       `json:"arn"`
	ArnV2             string       `json:"arnV2"`
}

// CodeLocation says where the files of a layer can be had.
type CodeLocation struct {
	RepositoryType string `json:"repositoryType"`
	Location       string `json:"location"`
}

// PublishLayerInput is the body of PublishLayerVersion, or CreateLayerVersion.
type PublishLayerInput struct {
	Code              *api.Code `json:"code"`
	CompatibleRuntime []string  `json:"compatibleRuntime"`
	Description       string    `json:"description"`
	License           string    `json:"license"`
}

// publishedLayer is a layer with the size of its code once more: the model of 2021-04-06 spells it
// in lower case in the answer of CreateLayerVersion, and only there.
type publishedLayer struct {
	*Layer
	Codesize int64 `json:"codesize"` // bytes
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

func (a *API) showLayer(l *emulator.LayerVersion) *Layer {
	shown := &Layer{
		LayerName:         l.LayerName,
		Version:           l.Version,
		Description:       l.Description,
		Code:              CodeLocation{RepositoryType: "OSS", Location: api.LayerURL(a.Endpoint(), l)},
		CodeSize:          l.Code.Size,
		CodeChecksum:      l.Code.Checksum,
		CreateTime:        api.Time(l.CreateTime),
		CompatibleRuntime: l.CompatibleRuntime,
		License:           l.License,
		Arn:               l.OldARN(a.Account),
		ArnV2:             l.ARN(a.Account, a.Region),
	}
	if l.Public {
		shown.ACL = 1
	}
	return shown
}

func (a *API) showLayers(found []*emulator.LayerVersion) []*Layer {
	list := []*Layer{}
	for _, l := range found {
		list = append(list, a.showLayer(l))
	}
	return list
}

func (a *API) publishLayer(c *api.Call) error {
	var in PublishLayerInput
	if err := c.Decode(api.MaxCodeJSON, &in); err != nil {
		return err
	}
	zip, err := in.Code.Read(c.Request.Context(), a.Objects)
	if err != nil {
		return err
	}
	layer, err := a.Catalogue.PublishLayer(c.Request.Context(), &emulator.LayerVersion{
		LayerName:         c.Path("layer"),
		Description:       in.Description,
		CompatibleRuntime: in.CompatibleRuntime,
		License:           in.License,
	}, zip)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, &publishedLayer{Layer: a.showLayer(layer), Codesize: layer.Code.Size})
}

func (a *API) getLayer(c *api.Call) error {
	version, err := c.LayerVersion("version")
	if err != nil {
		return err
	}
	return a.answerLayer(c, c.Path("layer"), version)
}

func (a *API) getLayerByArn(c *api.Call) error {
	arn := c.Path("arn")
	layer, version, ok := emulator.ParseLayerARN(arn)
	if !ok {
		// One client escapes the ARN twice.
		if once, err := url.PathUnescape(arn); err == nil {
			layer, version, ok = emulator.ParseLayerARN(once)
		}
	}
	if !ok {
		return emulator.InvalidArgument("the layer ARN '%s' is invalid", arn)
	}
	return a.answerLayer(c, layer, version)
}

func (a *API) answerLayer(c *api.Call, layer string, version int) error {
	found, err := a.Catalogue.Layer(c.Request.Context(), layer, version)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, a.showLayer(found))
}

func (a *API) deleteLayer(c *api.Call) error {
	version, err := c.LayerVersion("version")
	if err != nil {
		return err
	}
	return done(c, http.StatusNoContent, a.Catalogue.DeleteLayer(c.Request.Context(), c.Path("layer"), version))
}

func (a *API) listLayers(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	query := emulator.LayerQuery{Prefix: c.Query("prefix")}
	for name, field := range map[string]**bool{"public": &query.Public, "official": &query.Official} {
		if c.Query(name) == "" {
			continue
		}
		flag, err := c.Flag(name)
		if err != nil {
			return err
		}
		*field = &flag
	}
	found, next, err := a.Catalogue.Layers(c.Request.Context(), query, from, limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, &LayerList{Layers: a.showLayers(found), NextToken: next})
}

func (a *API) listLayerVersions(c *api.Call) error {
	limit, err := c.Limit(defaultPage, maxPage)
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

func (a *API) putLayerACL(c *api.Call) error {
	public, err := c.Flag("public")
	if err != nil {
		return err
	}
	return done(c, http.StatusOK, a.Catalogue.SetLayerPublic(c.Request.Context(), c.Path("layer"), public))
}
