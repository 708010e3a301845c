package service

import (
	"encoding/json"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Trigger is what both generations show of a trigger. They differ in the form of its configuration
// and in where an HTTP trigger's addresses stand.
type Trigger struct {
	TriggerID        string `json:"triggerId"`
	TriggerName      string `json:"triggerName"`
	TriggerType      string `json:"triggerType"` // one client fails without it
	Qualifier        string `json:"qualifier"`
	SourceArn        string `json:"sourceArn"`
	InvocationRole   string `json:"invocationRole"`
	Description      string `json:"description"`
	CreatedTime      string `json:"createdTime"`
	LastModifiedTime string `json:"lastModifiedTime"`
}

// CreateTriggerInput is the body of CreateTrigger.
type CreateTriggerInput struct {
	TriggerName string `json:"triggerName"`
	TriggerType string `json:"triggerType"`
	SourceArn   string `json:"sourceArn,omitempty"`
	UpdateTriggerInput
}

// UpdateTriggerInput is the body of UpdateTrigger; what is nil stays.
type UpdateTriggerInput struct {
	TriggerConfig  *api.Object `json:"triggerConfig,omitempty"`
	InvocationRole *string     `json:"invocationRole,omitempty"`
	Qualifier      *string     `json:"qualifier,omitempty"`
	Description    *string     `json:"description,omitempty"`
}

// TriggerList is the answer of ListTriggers.
type TriggerList struct {
	Triggers  []any  `json:"triggers"`
	NextToken string `json:"nextToken,omitempty"`
}

func (a *API) showTrigger(of emulator.Name, t *emulator.Trigger) any {
	address := ""
	if t.TriggerType == emulator.TriggerHTTP {
		address = api.TriggerURL(a.Endpoint(), emulator.Reference{Name: of, Qualifier: t.Qualifier})
	}
	return a.Dialect.Trigger(Trigger{
		TriggerID:        t.TriggerID,
		TriggerName:      t.TriggerName,
		TriggerType:      t.TriggerType,
		Qualifier:        t.Qualifier,
		SourceArn:        t.SourceArn,
		InvocationRole:   t.InvocationRole,
		Description:      t.Description,
		CreatedTime:      api.Time(t.CreatedTime),
		LastModifiedTime: api.Time(t.LastModifiedTime),
	}, t.TriggerConfig, address)
}

func (in *UpdateTriggerInput) apply(t *emulator.Trigger) {
	if in.TriggerConfig != nil {
		t.TriggerConfig = json.RawMessage(*in.TriggerConfig)
	}
	api.Set(&t.InvocationRole, in.InvocationRole)
	api.Set(&t.Qualifier, in.Qualifier)
	api.Set(&t.Description, in.Description)
}

func (a *API) createTrigger(c *api.Call) error {
	var in CreateTriggerInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	of := name(c)
	trigger := &emulator.Trigger{TriggerName: in.TriggerName, TriggerType: in.TriggerType, SourceArn: in.SourceArn}
	in.apply(trigger)
	created, err := a.Catalogue.PutTrigger(c.Request.Context(), of, trigger)
	if err != nil {
		return err
	}
	return a.answerTrigger(c, of, created)
}

func (a *API) getTrigger(c *api.Call) error {
	of := name(c)
	trigger, err := a.Catalogue.Trigger(c.Request.Context(), of, c.Path("trigger"))
	if err != nil {
		return err
	}
	return a.answerTrigger(c, of, trigger)
}

func (a *API) answerTrigger(c *api.Call, of emulator.Name, trigger *emulator.Trigger) error {
	return answer(c, trigger.Etag, a.showTrigger(of, trigger))
}

func (a *API) updateTrigger(c *api.Call) error {
	var in UpdateTriggerInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	of := name(c)
	updated, err := a.Catalogue.UpdateTrigger(c.Request.Context(), of, c.Path("trigger"), func(t *emulator.Trigger) error {
		if err := emulator.IfMatch(ifMatch(c), t.Etag); err != nil {
			return err
		}
		in.apply(t)
		return nil
	})
	if err != nil {
		return err
	}
	return a.answerTrigger(c, of, updated)
}

func (a *API) deleteTrigger(c *api.Call) error {
	of := name(c)
	return done(c, http.StatusNoContent, a.Catalogue.DeleteTrigger(c.Request.Context(), of, c.Path("trigger"), ifMatch(c)))
}

func (a *API) listTriggers(c *api.Call) error {
	from, limit, err := page(c)
	if err != nil {
		return err
	}
	of := name(c)
	found, next, err := a.Catalogue.Triggers(c.Request.Context(), &of, c.Query("prefix"), from, limit)
	if err != nil {
		return err
	}
	list := TriggerList{Triggers: []any{}, NextToken: next}
	for _, trigger := range found {
		list.Triggers = append(list.Triggers, a.showTrigger(of, trigger.Trigger))
	}
	return c.JSON(http.StatusOK, &list)
}
