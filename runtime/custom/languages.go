package custom

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
	"github.com/fcemu/fcemu/runtime/process"
)

// languageRoot is where the platform has interpreters on board, each in a folder with bin, by the id of a
// built-in runtime.
const languageRoot = "/var/fc/lang/"

// scriptSize is how much of a start script is looked at.
const scriptSize = 64 << 10

// Languages finds the folder that the interpreter of a built-in runtime's id came in, and what is to be told
// of one that only stands in.
type Languages func(id string) (home, notice string, err error)

// onBoard lists what a custom runtime has there. Source: FC 3.0 Custom Runtime.
func onBoard(id string) []string {
	switch id {
	case "custom.debian10":
		return []string{"nodejs20", "nodejs18", "python3.10"}
	case "custom.debian11":
		return []string{"python3.12"}
	}
	return nil
}

// showLanguages puts interpreters of this machine where the function looks for them: at their place, or its
// real one into its command and variables. It returns the command, and what is to be told.
func (k *Kind) showLanguages(fn *emulator.Function, place *runtime.Place, command []string) ([]string, string) {
	var notices []string
	text := ""
	for _, id := range onBoard(fn.Runtime) {
		if text == "" {
			text = whatStarts(place, command)
		}
		folder := languageRoot + id
		if !strings.Contains(text, folder) {
			continue
		}
		home, notice, err := k.languages(id)
		if err != nil {
			notice = err.Error()
		}
		if notice != "" {
			notices = append(notices, folder+": "+notice)
		}
		switch {
		case err != nil:
		case place.Mounts != nil:
			place.Mounts.Binds = append(place.Mounts.Binds, process.Bind{Source: home, Target: folder, ReadOnly: true})
		default:
			command, place.Env = replaced(command, folder, home), replaced(place.Env, folder, home)
		}
	}
	return command, strings.Join(notices, "; ")
}

// whatStarts is the text in which a start may name an interpreter: command, variables, and the scripts among
// the command's words.
func whatStarts(place *runtime.Place, command []string) string {
	text := strings.Join(command, "\n") + "\n" + strings.Join(place.Env, "\n")
	for _, word := range command {
		if !filepath.IsAbs(word) {
			word = filepath.Join(place.CodeDir, word)
		}
		if strings.HasPrefix(word, place.CodeDir) {
			text += "\n" + script(place.OnHost(word))
		}
	}
	return text
}

// script is the beginning of a file, empty where there is none or it is a program of the machine.
func script(path string) string {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	head, _ := io.ReadAll(io.LimitReader(file, scriptSize))
	if strings.HasPrefix(string(head), "\x7fELF") {
		return ""
	}
	return string(head)
}

func replaced(list []string, folder, home string) []string {
	var changed []string
	for _, text := range list {
		changed = append(changed, strings.ReplaceAll(text, folder, home))
	}
	return changed
}
