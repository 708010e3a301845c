package v20230330

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// The operations on tags spell their fields with capitals.

// TagResourcesInput is the body of TagResources.
type TagResourcesInput struct {
	ResourceType string   `json:"ResourceType"`
	ResourceID   []string `json:"ResourceId"` // ARNs
	Tag          []Tag    `json:"Tag"`
}

// TagResource is one tag of one resource.
type TagResource struct {
	ResourceID   string `json:"ResourceId"`
	ResourceType string `json:"ResourceType"`
	TagKey       string `json:"TagKey"`
	TagValue     string `json:"TagValue"`
}

// TagResourceList is the answer of ListTagResources.
type TagResourceList struct {
	RequestID    string        `json:"RequestId"`
	NextToken    string        `json:"NextToken,omitempty"`
	TagResources []TagResource `json:"TagResources"`
}

// checkResourceType takes the type of functions in both its spellings.
func checkResourceType(text string) error {
	if short := strings.TrimPrefix(strings.ToUpper(text), "ALIYUN::FC::"); short == "FUNCTION" {
		return nil
	}
	return emulator.InvalidArgument("ResourceType is set to an invalid value (allowed: function | ALIYUN::FC::FUNCTION, actual: '%s')", text)
}

// resources reads ARNs; a plain name of a function is understood too.
func resources(ids []string) ([]emulator.Name, error) {
	var names []emulator.Name
	for _, id := range ids {
		ref := emulator.Reference{Name: emulator.ParseName(id)}
		if strings.HasPrefix(id, "acs:") {
			var err error
			if ref, err = emulator.ParseARN(id); err != nil {
				return nil, err
			}
		}
		names = append(names, ref.Name)
	}
	return names, nil
}

// listParameter reads a parameter that is a JSON list; no such parameter is an empty list.
func listParameter[T any](c *api.Call, name string) (list []T, err error) {
	text := c.Query(name)
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, emulator.InvalidArgument("%s is set to an invalid value: it is not a JSON list (%v)", name, err)
	}
	return list, nil
}

func (a *API) tagResources(c *api.Call) error {
	var in TagResourcesInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	if err := checkResourceType(in.ResourceType); err != nil {
		return err
	}
	names, err := resources(in.ResourceID)
	if err != nil {
		return err
	}
	var tags []emulator.Tag
	for _, tag := range in.Tag {
		tags = append(tags, emulator.Tag(tag))
	}
	return done(c, http.StatusOK, a.Catalogue.TagResources(c.Request.Context(), names, tags))
}

func (a *API) untagResources(c *api.Call) error {
	if err := checkResourceType(c.Query("ResourceType")); err != nil {
		return err
	}
	names, err := resourceParameter(c)
	if err != nil {
		return err
	}
	keys, err := listParameter[string](c, "TagKey")
	if err != nil {
		return err
	}
	all, err := c.Flag("All")
	if err != nil {
		return err
	}
	return done(c, http.StatusNoContent, a.Catalogue.UntagResources(c.Request.Context(), names, keys, all))
}

func resourceParameter(c *api.Call) ([]emulator.Name, error) {
	ids, err := listParameter[string](c, "ResourceId")
	if err != nil {
		return nil, err
	}
	return resources(ids)
}

func (a *API) listTagResources(c *api.Call) error {
	if err := checkResourceType(c.Query("ResourceType")); err != nil {
		return err
	}
	names, err := resourceParameter(c)
	if err != nil {
		return err
	}
	wanted, err := listParameter[Tag](c, "Tag")
	if err != nil {
		return err
	}
	var found []emulator.TaggedResource
	var next string
	if len(names) > 0 {
		found, err = a.tagsOf(c, names, wanted)
	} else {
		found, next, err = a.tagged(c, wanted)
	}
	if err != nil {
		return err
	}
	list := TagResourceList{RequestID: c.RequestID, NextToken: api.Token(next), TagResources: []TagResource{}}
	for _, resource := range found {
		for _, tag := range resource.Tags {
			list.TagResources = append(list.TagResources, TagResource{ResourceID: resource.ARN(a.Account, a.Region),
				ResourceType: "function", TagKey: tag.Key, TagValue: tag.Value})
		}
	}
	return c.JSON(http.StatusOK, &list)
}

// tagsOf reads the tags of the resources that the call names.
func (a *API) tagsOf(c *api.Call, names []emulator.Name, wanted []Tag) (found []emulator.TaggedResource, err error) {
	for _, name := range names {
		tags, err := a.Catalogue.Tags(c.Request.Context(), name)
		if err != nil {
			return nil, err
		}
		if haveAll(wanted, tags) {
			found = append(found, emulator.TaggedResource{Name: name, Tags: tags})
		}
	}
	return found, nil
}

// tagged reads a page of the functions that have tags.
func (a *API) tagged(c *api.Call, wanted []Tag) ([]emulator.TaggedResource, string, error) {
	limit := 20
	if text := c.Query("Limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > 100 {
			return nil, "", emulator.InvalidArgument("Limit is set to an invalid value (min: 1, max: 100, actual: '%s')", text)
		}
	}
	from, err := c.Position("NextToken")
	if err != nil {
		return nil, "", err
	}
	return a.Catalogue.TaggedResources(c.Request.Context(), func(name emulator.Name, tags []emulator.Tag) bool {
		return name.Function != "" && haveAll(wanted, tags)
	}, from, limit)
}

func haveAll(wanted []Tag, tags []emulator.Tag) bool {
	for _, tag := range wanted {
		if !tag.in(tags) {
			return false
		}
	}
	return true
}
