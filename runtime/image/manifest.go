package image

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
)

// parts are the files of one image in an archive.
type parts struct {
	config string
	layers []string // lowest first
}

// parts finds the image of that name: in what `docker save` writes, else in an OCI layout. Where
// there is one image only, the name does not matter.
func (a *archive) parts(name string) (parts, error) {
	text, err := a.text("manifest.json")
	if err == nil {
		return savedParts(text, name)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return parts{}, err
	}
	var top ociIndex
	if err := a.json("index.json", &top); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = errors.New("it has neither the manifest.json of docker save nor the index.json of an OCI layout")
		}
		return parts{}, err
	}
	return a.ociParts(top.Manifests, name, 0)
}

func savedParts(text []byte, name string) (parts, error) {
	var images []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	if err := json.Unmarshal(text, &images); err != nil {
		return parts{}, fmt.Errorf("its manifest.json cannot be read: %w", err)
	}
	var names []string
	for _, one := range images {
		for _, tag := range one.RepoTags {
			if len(images) == 1 || sameImage(tag, name) {
				return parts{one.Config, one.Layers}, nil
			}
		}
		names = append(names, one.RepoTags...)
	}
	if len(images) == 1 {
		return parts{images[0].Config, images[0].Layers}, nil
	}
	return parts{}, fmt.Errorf("it has %d images, but none of that name: %s", len(images), strings.Join(names, ", "))
}

// sameImage tells whether two names mean one image: the registry that nobody writes, and the tag.
func sameImage(a, b string) bool {
	full := func(name string) string {
		name = strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/")
		if !strings.Contains(name[strings.LastIndex(name, "/")+1:], ":") {
			name += ":latest"
		}
		return name
	}
	return full(a) == full(b)
}

// Forms of OCI.
type (
	ociIndex struct {
		Manifests []ociEntry `json:"manifests"`
	}
	ociEntry struct {
		MediaType string `json:"mediaType"`
		Digest    string `json:"digest"`
		Platform  *struct {
			Architecture string `json:"architecture"`
			OS           string `json:"os"`
		} `json:"platform"`
		Annotations map[string]string `json:"annotations"`
	}
	ociManifest struct {
		Manifests []ociEntry `json:"manifests"` // of an index
		Config    ociEntry   `json:"config"`
		Layers    []ociEntry `json:"layers"`
	}
)

// ociParts goes from an index to the manifest for this machine, through other indexes.
func (a *archive) ociParts(entries []ociEntry, name string, depth int) (parts, error) {
	chosen, err := choose(entries, name, depth)
	if err != nil {
		return parts{}, err
	}
	var manifest ociManifest
	if err := a.json(blob(chosen.Digest), &manifest); err != nil {
		return parts{}, err
	}
	if len(manifest.Manifests) > 0 && depth < 4 {
		return a.ociParts(manifest.Manifests, name, depth+1)
	}
	found := parts{config: blob(manifest.Config.Digest)}
	for _, layer := range manifest.Layers {
		found.layers = append(found.layers, blob(layer.Digest))
	}
	return found, nil
}

// choose takes the only image for this machine, or the one of that name. An index inside of another is
// one image, in forms for several processors: of those that fit, the first.
func choose(entries []ociEntry, name string, depth int) (*ociEntry, error) {
	var fitting []*ociEntry
	for i := range entries {
		p := entries[i].Platform
		if p == nil || p.OS == "" || p.OS == "linux" && p.Architecture == runtime.GOARCH {
			fitting = append(fitting, &entries[i])
		}
	}
	if len(fitting) == 1 || len(fitting) > 1 && depth > 0 {
		return fitting[0], nil
	}
	for _, one := range fitting {
		for _, key := range []string{"io.containerd.image.name", "org.opencontainers.image.ref.name"} {
			if text := one.Annotations[key]; text != "" && (sameImage(text, name) || strings.HasSuffix(name, ":"+text)) {
				return one, nil
			}
		}
	}
	return nil, fmt.Errorf("it has %d images, of which %d are for linux/%s, and none of that name", len(entries), len(fitting), runtime.GOARCH)
}

// blob is the file of a digest.
func blob(digest string) string { return "blobs/" + strings.Replace(digest, ":", "/", 1) }

func (a *archive) json(name string, into any) error {
	text, err := a.text(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("its %s cannot be read: %w", name, err)
	}
	return nil
}
