package project

import (
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// codeSource is where a function's code is said to be.
type codeSource struct {
	name   string     // of the member, in the words of the generation
	node   *yaml.Node // nil where nothing is said
	path   string
	remote bool // in OSS
}

// code reads where the code is: a path, or a mapping with src or with an object in OSS.
func (l *loader) code(o *object) codeSource {
	name, also := l.words("code", "codeUri")
	code := codeSource{name: name}
	if one := o.find(name, also); one != nil {
		code.node = one.value // even when faulty: that is told already
	}
	node := o.take(name, also)
	if bucket := o.soft("ossBucket"); node == nil && bucket != "" {
		code.remote, code.node = true, o.given("ossBucket").value
	}
	o.soft("ossKey")
	if node == nil {
		return code
	}
	code.node = node
	if node.Kind != yaml.MappingNode {
		if code.path = node.Value; node.Kind != yaml.ScalarNode {
			l.fail(node, name+" is "+kindName(node)+" where a path belongs", "name a folder, a zip or a jar")
		}
		return code
	}
	inner := l.object(o.scope, node, name)
	code.path = inner.text("src", "codeUri")
	code.remote = code.path == ""
	inner.soft("ossBucketName")
	inner.soft("ossObjectName")
	inner.unknown("src", "ossBucketName", "ossObjectName")
	return code
}

// codePath checks that the code is there.
func (l *loader) codePath(code codeSource) string {
	if code.path == "" {
		if len(l.errors) == 0 {
			l.fail(code.node, code.name+" is empty", "name the folder with the source")
		}
		return ""
	}
	path := l.source.absolute(code.path)
	info, err := os.Stat(path)
	switch {
	case err != nil:
		l.fail(code.node, code.name+" names "+code.path+", but "+reason(err),
			"build or create it, or correct the path, which counts from "+filepath.Base(l.project.File)+"'s folder")
	case !info.IsDir() && !info.Mode().IsRegular():
		l.fail(code.node, code.name+" names "+code.path+", which is neither a folder nor a file", "name a folder, a zip or a jar")
	}
	return path
}
