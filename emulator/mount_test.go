package emulator

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMountPoints(t *testing.T) {
	points, err := ReadMountPoints(map[string]json.RawMessage{
		"nasConfig":      json.RawMessage(`{"userId":1,"mountPoints":[{"serverAddr":"a:/x","mountDir":"/mnt/a/"},{"serverAddr":"b:/x","mountDir":"/mnt/b"}]}`),
		"ossMountConfig": json.RawMessage(`{"mountPoints":[{"bucketName":"c","mountDir":"/mnt/c","readOnly":true}]}`)})
	if err != nil || len(points) != 3 || points[0].MountDir != "/mnt/a" || points[1].ServerAddr != "b:/x" || !points[2].ReadOnly {
		t.Errorf("%+v, %v", points, err)
	}
	for _, nothing := range []string{"", "null", `"auto"`, "{}"} {
		if points, err := ReadMountPoints(map[string]json.RawMessage{"nasConfig": json.RawMessage(nothing)}); points != nil || err != nil {
			t.Errorf("%q: %v, %v", nothing, points, err)
		}
	}
	many := `{"mountPoints":[` + strings.Repeat(`{"mountDir":"/m"},`, 5) + `{"mountDir":"/m"}]}`
	for raw, want := range map[string]string{
		many: "ossMountConfig.mountPoints contains too many values (max: 5, actual: 6)",
		`{"mountPoints":[{"mountDir":"/code/"}]}`:                     "actual: '/code/')",
		`{"mountPoints":[{"mountDir":"data"}]}`:                       "actual: 'data')",
		`{"mountPoints":[{"mountDir":""}]}`:                           "ossMountConfig.mountDir is set to an invalid value",
		`{"mountPoints":[{"mountDir":"/mnt"},{"mountDir":"/mnt/."}]}`: "'/mnt' is there twice",
	} {
		if _, err := ReadMountPoints(map[string]json.RawMessage{"ossMountConfig": json.RawMessage(raw)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", raw, err)
		}
	}
}
