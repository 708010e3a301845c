package local

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
)

// Trigger is a trigger with its function and, of an HTTP trigger, its address.
type Trigger struct {
	FunctionName  string          `json:"functionName"` // as people type it
	TriggerName   string          `json:"triggerName"`
	TriggerType   string          `json:"triggerType"`
	Qualifier     string          `json:"qualifier"`
	TriggerConfig json.RawMessage `json:"triggerConfig"`
	URL           string          `json:"url,omitempty"`
	CreatedTime   time.Time       `json:"createdTime"`
}

// listTriggers shows the triggers of all functions, or of one.
func (a *API) listTriggers(c *api.Call) error {
	list := []Trigger{}
	for from := ""; ; {
		found, next, err := a.Catalogue.Triggers(c.Request.Context(), function(c), c.Query("prefix"), from, 500)
		if err != nil {
			return err
		}
		for _, trigger := range found {
			list = append(list, a.showTrigger(trigger))
		}
		if from = next; from == "" {
			break
		}
	}
	return c.JSON(http.StatusOK, map[string][]Trigger{"triggers": list})
}

func (a *API) showTrigger(t emulator.FunctionTrigger) Trigger {
	shown := Trigger{
		FunctionName:  t.Function.String(),
		TriggerName:   t.TriggerName,
		TriggerType:   t.TriggerType,
		Qualifier:     t.Qualifier,
		TriggerConfig: t.TriggerConfig,
		CreatedTime:   t.CreatedTime,
	}
	if t.TriggerType == emulator.TriggerHTTP {
		shown.URL = api.TriggerURL(a.Endpoint(), emulator.Reference{Name: t.Function, Qualifier: t.Qualifier})
	}
	return shown
}
