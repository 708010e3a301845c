package cmd_test

import (
	"slices"
	"strings"
)

// The platform's own words.
const (
	exited   = `^{"errorMessage":"Process exited unexpectedly before completing request \(duration: \d+ms, maxMemoryUsage: \d+MB\)"}$`
	timedOut = `^{"errorMessage":"Function time out after \d seconds \(maxMemoryUsage: [0-9.]+MB\)"}$`
)

func badLanguages() []badLanguage {
	return []badLanguage{badPython(), badNode(), badPHP(), badJava(), badDotnet(), badGo(), badServers()}
}

// calls are events of one function, and what each is answered; "" is fine.
func calls(kind string, timeout int, answers map[string]string) (list []badProgram) {
	for event, text := range answers {
		list = append(list, badProgram{kind: kind, timeout: timeout, event: event, text: text, leaves: strings.HasPrefix(event, "exit") && text == ""})
	}
	slices.SortFunc(list, func(a, b badProgram) int {
		if a.event < b.event {
			return -1
		}
		return 1
	})
	return list
}

// unusable are functions that can never be called.
func unusable(timeout int, answers map[string]string) (list []badProgram) {
	for kind, text := range answers {
		list = append(list, badProgram{kind: kind, timeout: timeout, event: "x", text: text, broken: true})
	}
	return list
}

func badPython() badLanguage {
	return badLanguage{runtime: "python3.10", folder: "python", needs: []string{"python3"}, programs: slices.Concat(
		calls("index.handler", 30, map[string]string{
			"print_much": "", "close_stdout": exited, "close_stream": exited, "close_line": exited, "answer_another_call": "", "spoil_line": exited, "fork_twice": "",
			"daemon": "", "daemon_and_exit": exited, "exit_later": "", "exit_from_thread": exited, "recurse": "RecursionError",
			"interrupted": `(?s)"by hand".*"KeyboardInterrupt"`, "unspeakable": `"errorMessage": "Unspeakable\(\)"`,
			"no_json": "Object of type object is not JSON serializable", "surrogate": "UnicodeEncodeError",
			"hog": exited, "stubborn": "",
		}),
		calls("index.handler", 1, map[string]string{"loop": timedOut}),
		unusable(30, map[string]string{
			"index.one_argument": "takes 1 positional argument but 2 were given", "index.number": "'int' object is not callable",
			"circle_a.handler": `(?s)Unable to import module 'circle_a'.*"ImportModuleError"`, "leaves.handler": exited,
			"index.coroutine": "coroutine is not JSON serializable", "index.generator": "generator is not JSON serializable",
		}))}
}

func badNode() badLanguage {
	return badLanguage{runtime: "nodejs20", folder: "node", needs: []string{"node"}, programs: slices.Concat(
		calls("index.handler", 30, map[string]string{
			"printMuch": "", "logMuch": "", "closeLine": exited, "answerAnotherCall": "", "spoilLine": exited,
			"daemon": "", "daemonAndExit": exited, "exitLater": "", "throwLater": "out of nowhere", "rejectLater": "nobody listens",
			"recurse": "RangeError", "throwNull": `"errorMessage":"null"`, "throwUndefined": `"errorMessage":"undefined"`, "throwSymbol": `Symbol\(s\)`,
			"throwProxy": `"errorMessage":"no"`, "unspeakable": "no words", "circular": "Converting circular structure to JSON",
			"ignoreSigterm": "", "abort": exited, "hog": exited, "hogHeap": exited, "throwAfterwards": "",
		}),
		calls("index.handler", 29, map[string]string{"closeStdout": "", "endStdout": "", "destroyStdout": ""}),
		calls("index.handler", 1, map[string]string{"never": timedOut, "loop": timedOut}),
		unusable(30, map[string]string{
			"index.number": "Handler 'number' is missing on module 'index'", "circle_a.handler": "a.f is not a function",
			"leaves.handler": exited, "nothing.handler": `"errorMessage":"null"`, "syntax.handler": "UserCodeSyntaxError",
		}))}
}

func badPHP() badLanguage {
	return badLanguage{runtime: "php7.2", folder: "php", needs: []string{"php"}, programs: slices.Concat(
		calls("index.handler", 30, map[string]string{
			"printMuch": "", "closeStdout": exited, "leaveBuffer": "", "answerAnotherCall": "", "spoilLine": exited, "forkTwice": "", "daemon": "",
			"daemonAndExit": exited, "fatal": `Class .*NoSuchClass.* not found`, "exhaust": exited, "noUtf8": "has no JSON form", "throwNoUtf8": `"errorMessage":"caf\x{fffd}"`, "deadline": exited,
			"hog": exited, "stubborn": "", "recurse": exited,
		}),
		calls("index.handler", 1, map[string]string{"loop": timedOut}),
		unusable(30, map[string]string{
			"index.threeArguments": `Too few arguments to function threeArguments\(\), 2 passed in /var/fc/`, "circle_a.handler": exited,
			"syntax.handler": `"ParseError".*"file":"/code/syntax.php"`, "leaves.handler": exited,
		}))}
}

func badJava() badLanguage {
	return badLanguage{runtime: "java11", folder: "java", needs: []string{"java", "javac", "mvn"}, build: compileJava, programs: slices.Concat(
		calls("bad.Bad::handleRequest", 30, map[string]string{
			"printMuch": "", "closeStdout": "", "daemon": "", "daemonAndExit": exited, "exitLater": "",
			"assertion": "java.lang.AssertionError", "unspeakable": `"errorMessage" : null`,
			"recurse": "StackOverflowError", "hog": "OutOfMemoryError", "hogOutside": exited, "stubborn": "", "throwElsewhere": "",
			"interrupt": "",
		}),
		calls("bad.Bad::handleRequest", 29, map[string]string{"noOut": "without streams", "brokenOut": ""}),
		calls("bad.Bad::handleRequest", 2, map[string]string{"loop": timedOut}),
		unusable(30, map[string]string{
			"bad.Bad$Shape::handleRequest": "implements neither StreamRequestHandler nor", "bad.Bad$Static::handleRequest": "java.lang.(NumberFormatException|NoClassDefFoundError)",
			"bad.Bad$Private::handleRequest": "NoSuchMethodException", "bad.Bad$Circle::handleRequest": "java.lang.(NullPointerException|NoClassDefFoundError)",
			"bad.None::handleRequest": "ClassNotFoundException", "bad.Bad::none": "the method is called handleRequest",
		}))}
}

func badDotnet() badLanguage {
	return badLanguage{runtime: "dotnetcore3.1", folder: "dotnet", build: compileDotnet, programs: slices.Concat(
		calls("Code::Bad.Program::Handle", 30, map[string]string{
			"printMuch": "", "closeStdout": "", "daemon": "", "daemonAndExit": exited, "exitLater": "", "throwElsewhere": exited, "forgotten": "",
			"recurse": exited, "failFast": exited, "unspeakable": `"errorMessage":null`,
			"hog": exited, "stubborn": "",
		}),
		calls("Code::Bad.Program::Handle", 29, map[string]string{"brokenOut": "without streams"}),
		calls("Code::Bad.Program::Handle", 2, map[string]string{"loop": timedOut}),
		unusable(30, map[string]string{
			"Code::Bad.Static::Handle": "System.FormatException", "Code::Bad.Private::Handle": "no public constructor",
			"Code::Bad.Shape::Handle": "is abstract or has no public constructor", "Code::Bad.Leaves::Handle": exited, "Code::Bad.Program::NoJson": "JsonException",
			"Code::Bad.None::Handle": "has no class Bad.None",
		}))}
}

func badGo() badLanguage {
	return badLanguage{runtime: "go1", folder: "go1", needs: []string{"go"}, build: buildGo, quoted: true, handler: "main", programs: slices.Concat(
		calls("", 30, map[string]string{
			"printMuch": "", "closeStdout": "", "daemon": "", "daemonAndExit": exited, "exitLater": "", "panicElsewhere": exited,
			"noJSON": "json: unsupported type", "hog": exited, "stubborn": "", "recurse": exited,
		}),
		calls("", 2, map[string]string{"goexit": timedOut}),
		unusable(2, map[string]string{
			"shape": "handlers may not take more than two arguments", "number": "handler kind int is not func", "leaves": exited, "silent": timedOut,
		}))}
}

func badServers() badLanguage {
	const bad = "^{\"errorMessage\":\"bad answer of the function: "
	return badLanguage{runtime: "custom.debian12", folder: "custom", needs: []string{"python3"}, handler: "h", programs: slices.Concat(
		calls("", 30, map[string]string{
			"half": exited, "half_chunk": exited, "half_head": exited, "reset": exited, "garbage": bad, "long_head": bad, "twice": "",
			"exit_later": "", "print_much": "", "close_stdout": "", "daemon": "", "daemon_and_exit": exited, "hog": exited, "hang_up": exited, "stop_listening": "",
		}),
		calls("", 1, map[string]string{"silence": timedOut}),
		calls("late", 30, map[string]string{"fine": ""}), calls("again", 30, map[string]string{"fine": ""}), calls("stubborn", 30, map[string]string{"fine": ""}),
	)}
}
