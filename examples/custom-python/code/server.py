"""A web server on port 9000, which is what Function Compute expects of a custom runtime."""

import http.server
import json
import time
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # the platform keeps the connection open

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/events":
            self.stream(int(query.get("count", "5")), float(query.get("every", "1")))
        else:
            self.answer({"method": "GET", "path": url.path, "query": query})

    do_HEAD = do_GET

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/invoke":  # an event: from `fcemu invoke`, an SDK, the task queue
            self.log(f"event of {len(body)} bytes")
            self.answer({"event": body.decode("utf-8", "replace")})
        else:
            self.answer({"method": "POST", "path": self.path, "body": body.decode("utf-8", "replace")})

    def stream(self, count, every):
        """Sends events as they happen; each reaches the client at once."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if self.command == "HEAD":
            return
        for number in range(1, count + 1):
            self.chunk(f"id: {number}\ndata: {json.dumps({'number': number})}\n\n")
            if number < count:
                time.sleep(every)
        self.chunk("")

    def chunk(self, text):
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def answer(self, value):
        data = json.dumps(value).encode() + b"\n"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log(self, text):
        print(f"{self.headers.get('x-fc-request-id')} {text}", flush=True)

    def log_message(self, format, *args):
        self.log(format % args)


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("0.0.0.0", 9000), Handler).serve_forever()
