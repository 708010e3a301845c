package cmd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"github.com/fcemu/fcemu/emulator/destination"
)

// destinationRoutes are those under destinations in the nearest fcemu.yaml, then those of the user's
// own. They are read here and not with the other settings, because ARNs tell capitals apart and
// because the first one that fits counts.
func destinationRoutes() ([]destination.Route, error) {
	var files []string
	if file := nearest("fcemu.yaml"); file != "" {
		files = append(files, file)
	}
	if folder, err := os.UserConfigDir(); err == nil {
		files = append(files, filepath.Join(folder, "fcemu", "fcemu.yaml"))
	}
	var routes []destination.Route
	for _, file := range files {
		found, err := readRoutes(file)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
			continue
		}
		if err != nil {
			return nil, usageError("%s: %w", file, err)
		}
		routes = append(routes, found...)
	}
	return routes, nil
}

func readRoutes(file string) ([]destination.Route, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var settings struct{ Destinations yaml.Node }
	if err := yaml.Unmarshal(text, &settings); err != nil {
		return nil, err
	}
	node := settings.Destinations
	if node.IsZero() || node.Tag == "!!null" {
		return nil, nil
	}
	if node.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: destinations is not of the form ARN: {file: PATH} or ARN: {webhook: URL}", node.Line)
	}
	var routes []destination.Route
	for i := 0; i+1 < len(node.Content); i += 2 {
		route, err := readRoute(filepath.Dir(file), node.Content[i].Value, node.Content[i+1])
		if err != nil {
			return nil, fmt.Errorf("line %d: destinations: %w", node.Content[i].Line, err)
		}
		routes = append(routes, route)
	}
	return routes, nil
}

// readRoute reads one entry. A relative path counts from the folder of the settings file.
func readRoute(folder, pattern string, node *yaml.Node) (destination.Route, error) {
	var target map[string]string
	if err := node.Decode(&target); err != nil {
		return destination.Route{}, fmt.Errorf("%q needs either {file: PATH} or {webhook: URL}", pattern)
	}
	for key := range target {
		if key != "file" && key != "webhook" {
			return destination.Route{}, fmt.Errorf("%q: %q is not known; use file or webhook", pattern, key)
		}
	}
	route := destination.Route{Pattern: pattern, File: target["file"], Webhook: target["webhook"]}
	if route.File != "" && !filepath.IsAbs(route.File) {
		route.File = filepath.Join(folder, route.File)
	}
	if err := route.Check(); err != nil || route.File == "" {
		return route, err
	}
	return route, checkOutput(route.File)
}

// checkOutput tells at the start what would otherwise fail with the first outcome.
func checkOutput(file string) error {
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return fmt.Errorf("file %s is a folder", file)
	}
	if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
		return fmt.Errorf("file %s: its folder does not exist", file)
	}
	return nil
}
