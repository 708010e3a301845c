package service

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Tagged is a resource with its tags: the body of TagResource and the answer of GetResourceTags.
type Tagged struct {
	RequestID   string            `json:"requestId,omitempty"`
	ResourceArn string            `json:"resourceArn"`
	Tags        map[string]string `json:"tags"`
}

// UntagInput is the body of UntagResource.
type UntagInput struct {
	ResourceArn string   `json:"resourceArn"`
	TagKeys     []string `json:"tagKeys"`
	All         bool     `json:"all"`
}

// TaggedList is the answer of ListTaggedResources.
type TaggedList struct {
	Resources []Tagged `json:"resources"`
	NextToken string   `json:"nextToken,omitempty"`
}

func showTags(tags []emulator.Tag) map[string]string {
	shown := map[string]string{}
	for _, tag := range tags {
		shown[tag.Key] = tag.Value
	}
	return shown
}

func readTags(given map[string]string) (tags []emulator.Tag) {
	for _, key := range slices.Sorted(maps.Keys(given)) {
		tags = append(tags, emulator.Tag{Key: key, Value: given[key]})
	}
	return tags
}

// tagsChanged is the answer of TagResource and UntagResource: a client reads JSON there.
type tagsChanged struct {
	RequestID string `json:"requestId"`
}

func answerTags(c *api.Call, err error) error {
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, &tagsChanged{c.RequestID})
}

// resource is the service, or function, that an ARN means; the part from "services" on is enough.
func resource(arn string) (emulator.Name, error) {
	if arn == "" {
		return emulator.Name{}, emulator.InvalidArgument("ResourceArn is not specified")
	}
	if !strings.HasPrefix(arn, "acs:") {
		arn = "acs:fc:::" + arn
	}
	ref, err := emulator.ParseARN(arn)
	return ref.Name, err
}

func (a *API) tagResource(c *api.Call) error {
	var in Tagged
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	of, err := resource(in.ResourceArn)
	if err != nil {
		return err
	}
	return answerTags(c, a.Catalogue.TagResources(c.Request.Context(), []emulator.Name{of}, readTags(in.Tags)))
}

// UntagResource takes tags off a resource. The generations call it by different methods.
func (a *API) UntagResource(c *api.Call) error {
	var in UntagInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	of, err := resource(in.ResourceArn)
	if err != nil {
		return err
	}
	return answerTags(c, a.Catalogue.UntagResources(c.Request.Context(), []emulator.Name{of}, in.TagKeys, in.All))
}

func (a *API) getResourceTags(c *api.Call) error {
	of, err := resource(c.Query("resourceArn"))
	if err != nil {
		return err
	}
	tags, err := a.Catalogue.Tags(c.Request.Context(), of)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, &Tagged{RequestID: c.RequestID, ResourceArn: of.ARN(a.Account, a.Region), Tags: showTags(tags)})
}

// ListTaggedResources lists what has tags, but for the functions of FC 3.0.
func (a *API) ListTaggedResources(c *api.Call) error {
	from, limit, err := opaquePage(c)
	if err != nil {
		return err
	}
	found, next, err := a.Catalogue.TaggedResources(c.Request.Context(), func(of emulator.Name, tags []emulator.Tag) bool {
		return of.Service != "" && len(tags) > 0
	}, from, limit)
	if err != nil {
		return err
	}
	list := TaggedList{Resources: []Tagged{}, NextToken: api.Token(next)}
	for _, one := range found {
		list.Resources = append(list.Resources, Tagged{ResourceArn: one.ARN(a.Account, a.Region), Tags: showTags(one.Tags)})
	}
	return c.JSON(http.StatusOK, &list)
}
