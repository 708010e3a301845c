package service

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// InstanceList is the answer of ListInstances.
type InstanceList struct {
	Instances []any `json:"instances"`
}

const maxInstances = 1000 // of one list; there are no further pages

// Limits of ListInstances begin at 0, unlike those of all other lists.
func instanceLimit(c *api.Call) (int, error) {
	text := c.Query("limit")
	if text == "" {
		return maxInstances, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 0 || limit > maxInstances {
		return 0, emulator.InvalidArgument("limit is set to an invalid value (min: 0, max: %d, actual: '%s')", maxInstances, text)
	}
	return limit, nil
}

// wantedInstances reads instanceIds.1, instanceIds.2 and so on; none means all.
func wantedInstances(c *api.Call) (ids []string) {
	ids = append(ids, c.Request.URL.Query()["instanceIds"]...)
	for i := 1; ; i++ {
		id := c.Query("instanceIds." + strconv.Itoa(i))
		if id == "" {
			return ids
		}
		ids = append(ids, id)
	}
}

// versionsOf are the versions behind a qualifier: an alias may have several.
func (a *API) versionsOf(c *api.Call, ref emulator.Reference) ([]string, error) {
	fn, err := a.Catalogue.Resolve(c.Request.Context(), ref)
	if err != nil {
		return nil, err
	}
	versions := []string{fn.VersionID}
	if ref.Qualifier == "" || ref.Qualifier == emulator.LatestVersion || emulator.IsVersion(ref.Qualifier) {
		return versions, nil
	}
	alias, err := a.Catalogue.Alias(c.Request.Context(), ref.Scope(), ref.Qualifier)
	if err != nil {
		return nil, err
	}
	versions = append(versions, alias.VersionID)
	for version := range alias.AdditionalVersionWeight {
		versions = append(versions, version)
	}
	return versions, nil
}

func (a *API) listInstances(c *api.Call) error {
	limit, err := instanceLimit(c)
	if err != nil {
		return err
	}
	ref := a.Dialect.Reference(c)
	versions, err := a.versionsOf(c, ref)
	if err != nil {
		return err
	}
	ids := wantedInstances(c)
	list := InstanceList{Instances: []any{}}
	for _, one := range a.Instances(c.Request.Context()) {
		if len(list.Instances) == limit {
			break
		}
		if one.Function == ref.Name && slices.Contains(versions, one.VersionID) && (len(ids) == 0 || slices.Contains(ids, one.InstanceID)) {
			list.Instances = append(list.Instances, a.Dialect.Instance(one.InstanceID, one.VersionID))
		}
	}
	return c.JSON(http.StatusOK, &list)
}

func (a *API) instanceExec(c *api.Call) error {
	if a.Exec == nil {
		return api.PathNotSupported(c.Request, "InstanceExec is not served here")
	}
	return a.Exec(c, a.Dialect.Reference(c))
}
