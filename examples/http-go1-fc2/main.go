// A feed of an RSS reader as an HTTP handler of FC 2.0 for the runtime go1, with the official library.
package main

import (
	"context"
	"encoding/xml"
	"net/http"
	"os"
	"strings"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
)

type item struct {
	Title string `xml:"title"`
}

type feed struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Title   string   `xml:"channel>title"`
	Items   []item   `xml:"channel>item"`
}

var topics []string

func handle(_ context.Context, w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return nil
	}
	about := strings.Trim(r.URL.Path, "/")
	news := feed{Version: "2.0", Title: "News about " + about}
	for _, topic := range topics {
		if about == "" || strings.HasPrefix(topic, about) {
			news.Items = append(news.Items, item{topic})
		}
	}
	if len(news.Items) == 0 {
		w.WriteHeader(http.StatusNotFound)
		return nil
	}
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	w.WriteHeader(http.StatusOK) // go1 sends no answer that was not begun
	return xml.NewEncoder(w).Encode(news)
}

func main() {
	fc.RegisterInitializerFunction(func(context.Context) { topics = strings.Split(os.Getenv("TOPICS"), ",") })
	fc.StartHttp(handle)
}
