package v20230330

import (
	"encoding/json"
	"net/http"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Trigger is a trigger as the API shows it.
type Trigger struct {
	TriggerID        string          `json:"triggerId"`
	TriggerName      string          `json:"triggerName"`
	TriggerType      string          `json:"triggerType"`
	TriggerConfig    string          `json:"triggerConfig"` // a JSON object as text
	Qualifier        string          `json:"qualifier"`
	SourceArn        string          `json:"sourceArn,omitempty"`
	TargetArn        string          `json:"targetArn"`
	InvocationRole   string          `json:"invocationRole,omitempty"`
	Description      string          `json:"description"`
	Status           string          `json:"status"`
	CreatedTime      string          `json:"createdTime"`
	LastModifiedTime string          `json:"lastModifiedTime"`
	HTTPTrigger      *HTTPTriggerURL `json:"httpTrigger,omitempty"`
}

// HTTPTriggerURL says where an HTTP trigger answers. There is one network here, so both are the same.
type HTTPTriggerURL struct {
	URLInternet string `json:"urlInternet"`
	URLIntranet string `json:"urlIntranet"`
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
	Triggers  []*Trigger `json:"triggers"`
	NextToken string     `json:"nextToken,omitempty"`
}

func (a *API) showTrigger(of emulator.Name, t *emulator.Trigger) *Trigger {
	fn := emulator.Function{Service: of.Service, FunctionName: of.Function, VersionID: t.Qualifier}
	shown := &Trigger{
		TriggerID:        t.TriggerID,
		TriggerName:      t.TriggerName,
		TriggerType:      t.TriggerType,
		TriggerConfig:    string(t.TriggerConfig),
		Qualifier:        t.Qualifier,
		SourceArn:        t.SourceArn,
		TargetArn:        fn.ARN(a.Account, a.Region),
		InvocationRole:   t.InvocationRole,
		Description:      t.Description,
		CreatedTime:      api.Time(t.CreatedTime),
		LastModifiedTime: api.Time(t.LastModifiedTime),
	}
	if t.TriggerType == emulator.TriggerHTTP {
		address := api.TriggerURL(a.Endpoint(), emulator.Reference{Name: of, Qualifier: t.Qualifier})
		shown.HTTPTrigger = &HTTPTriggerURL{URLInternet: address, URLIntranet: address}
	}
	return shown
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
	trigger := &emulator.Trigger{TriggerName: in.TriggerName, TriggerType: in.TriggerType, SourceArn: in.SourceArn}
	in.apply(trigger)
	created, err := a.Catalogue.PutTrigger(c.Request.Context(), name(c), trigger)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, a.showTrigger(name(c), created))
}

func (a *API) updateTrigger(c *api.Call) error {
	var in UpdateTriggerInput
	if err := c.Decode(api.MaxJSON, &in); err != nil {
		return err
	}
	updated, err := a.Catalogue.UpdateTrigger(c.Request.Context(), name(c), c.Path("trigger"), func(t *emulator.Trigger) error {
		in.apply(t)
		return nil
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, a.showTrigger(name(c), updated))
}

func (a *API) getTrigger(c *api.Call) error {
	trigger, err := a.Catalogue.Trigger(c.Request.Context(), name(c), c.Path("trigger"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, a.showTrigger(name(c), trigger))
}

func (a *API) deleteTrigger(c *api.Call) error {
	if err := a.Catalogue.DeleteTrigger(c.Request.Context(), name(c), c.Path("trigger"), ""); err != nil {
		return err
	}
	return c.Empty(http.StatusNoContent)
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
	list := TriggerList{Triggers: []*Trigger{}, NextToken: api.Token(next)}
	for _, trigger := range found {
		list.Triggers = append(list.Triggers, a.showTrigger(of, trigger.Trigger))
	}
	return c.JSON(http.StatusOK, &list)
}
