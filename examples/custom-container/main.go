// A web server as an image: it counts visits in a file, and tells where it runs.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"
)

const file = "/data/visits"

func main() {
	port := os.Getenv("FC_SERVER_PORT") // customContainerConfig.port, where it is set
	if port == "" {
		port = "9000"
	}
	var mu sync.Mutex
	http.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		text, _ := os.ReadFile(file)
		visits, _ := strconv.Atoi(string(text))
		visits++
		if err := os.WriteFile(file, []byte(strconv.Itoa(visits)), 0o644); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "%s, visitor %d\n", os.Getenv("GREETING"), visits)
	})
	http.HandleFunc("GET /health", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("POST /invoke", func(w http.ResponseWriter, r *http.Request) {
		event, _ := io.ReadAll(r.Body)
		folder, _ := os.Getwd()
		entries, _ := os.ReadDir("/")
		var names []string
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		log.Printf("an event of %d bytes", len(event))
		_ = json.NewEncoder(w).Encode(map[string]any{"event": string(event), "uid": os.Getuid(), "gid": os.Getgid(),
			"folder": folder, "arguments": os.Args[1:], "greeting": os.Getenv("GREETING"), "root": names})
	})
	log.Printf("listening on port %s", port)
	log.Fatal(http.ListenAndServe(":"+port, nil))
}
