package builtin

import "path/filepath"

// Library is a package that the cloud's runtimes have on board and this machine need not have.
type Library struct {
	Package string // as its registry names it
	Version string // the cloud's; empty = not documented
	Module  string // as code imports it
}

// Spec is the package as npm and pip want it named.
func (l Library) Spec(language string) string {
	switch {
	case l.Version == "":
		return l.Package
	case language == "Node.js":
		return l.Package + "@" + l.Version
	}
	return l.Package + "==" + l.Version
}

// Libraries lists what the platform has on board for a language, as Found names it. Source: FC 3.0
// Node.js environment; for Python what public functions import without shipping it.
func Libraries(language string) []Library {
	switch language {
	case "Node.js":
		return []Library{
			{"co", "4.6.0", "co"}, {"gm", "1.25.0", "gm"}, {"ali-oss", "6.19.0", "ali-oss"},
			{"aliyun-sdk", "1.12.10", "aliyun-sdk"}, {"@alicloud/fc2", "2.6.6", "@alicloud/fc2"},
			{"tablestore", "5.4.1", "tablestore"}, {"body", "5.1.0", "body"}, {"raw-body", "2.5.2", "raw-body"},
			{"ali-mns", "2.6.8", "ali-mns"}, {"@alicloud/pop-core", "1.7.13", "@alicloud/pop-core"},
		}
	case "Python":
		return []Library{
			{"oss2", "", "oss2"}, {"tablestore", "", "tablestore"}, {"aliyun-fc2", "", "fc2"},
			{"aliyun-python-sdk-core", "", "aliyunsdkcore"},
		}
	}
	return nil
}

// LibraryFolder is where the platform's libraries for an interpreter lie below root: one folder for
// all versions of Node.js, one for each minor version of Python, whose packages have compiled parts.
func LibraryFolder(root string, found Found) string {
	if found.Language == "Python" {
		return filepath.Join(root, "python"+found.version().short(2))
	}
	return filepath.Join(root, "nodejs")
}
