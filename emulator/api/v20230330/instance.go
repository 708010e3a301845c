package v20230330

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// InstanceInfo is an instance as the API shows it.
type InstanceInfo struct {
	InstanceID    string `json:"instanceId"`
	VersionID     string `json:"versionId"` // 0 = LATEST
	Qualifier     string `json:"qualifier"`
	Status        string `json:"status"`
	CreatedTimeMs int64  `json:"createdTimeMs"`
}

// InstanceList is the answer of ListInstances.
type InstanceList struct {
	Instances []InstanceInfo `json:"instances"`
	RequestID string         `json:"requestId"`
}

const maxInstances = 1000 // of one list

func showInstance(one emulator.Instance) InstanceInfo {
	version := one.VersionID
	if version == emulator.LatestVersion {
		version = "0"
	}
	return InstanceInfo{InstanceID: one.InstanceID, VersionID: version, Qualifier: one.VersionID, Status: one.Status,
		CreatedTimeMs: api.UnixMs(one.CreatedTime)}
}

// listInstances shows the instances that live: those that ended are not remembered.
func (a *API) listInstances(c *api.Call) error {
	versions, err := a.versions(c)
	if err != nil {
		return err
	}
	ids, err := listParameter[string](c, "instanceIds")
	if err != nil {
		return err
	}
	statuses, err := listParameter[string](c, "instanceStatus")
	if err != nil {
		return err
	}
	limit := maxInstances
	if text := c.Query("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 0 || limit > maxInstances {
			return emulator.InvalidArgument("limit is set to an invalid value (min: 0, max: %d, actual: '%s')", maxInstances, text)
		}
	}
	list := InstanceList{Instances: []InstanceInfo{}, RequestID: c.RequestID}
	if a.Instances == nil {
		return c.JSON(http.StatusOK, &list)
	}
	wanted := func(list []string, text string) bool { return len(list) == 0 || slices.Contains(list, text) }
	for _, one := range a.Instances(c.Request.Context()) {
		if one.Function == name(c) && wanted(versions, one.VersionID) && wanted(ids, one.InstanceID) &&
			wanted(statuses, one.Status) && len(list.Instances) < limit {
			list.Instances = append(list.Instances, showInstance(one))
		}
	}
	return c.JSON(http.StatusOK, &list)
}

// versions are those behind the qualifier; none where all are asked for.
func (a *API) versions(c *api.Call) ([]string, error) {
	ref := reference(c)
	fn, err := a.Catalogue.Resolve(c.Request.Context(), ref)
	if err != nil {
		return nil, err
	}
	all, err := c.Flag("withAllActive")
	switch {
	case err != nil || all || ref.Qualifier == "":
		return nil, err
	case ref.Qualifier == emulator.LatestVersion || emulator.IsVersion(ref.Qualifier):
		return []string{fn.VersionID}, nil
	}
	alias, err := a.Catalogue.Alias(c.Request.Context(), ref.Scope(), ref.Qualifier)
	if err != nil {
		return nil, err
	}
	versions := []string{alias.VersionID}
	for version := range alias.AdditionalVersionWeight {
		versions = append(versions, version)
	}
	return versions, nil
}

// instanceExec is in no client library of this generation; Serverless Devs calls it.
func (a *API) instanceExec(c *api.Call) error {
	if a.Exec == nil {
		return api.PathNotSupported(c.Request, "InstanceExec is not served here")
	}
	return a.Exec(c, reference(c))
}
