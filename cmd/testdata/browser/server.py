import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

asked = threading.Semaphore(0)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        if self.path.split("?")[0] == "/events":
            return self.events()
        if self.path.split("?")[0] == "/next":
            asked.release()
        length = len(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        body = ("%s user %s%s" % (self.command, self.headers.get("X-User"), ", %d bytes" % length if length else "")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-E", "e")
        self.send_header("X-F", "f")
        self.end_headers()
        self.wfile.write(body)

    def events(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for name in ("one", "two", "three"):
            text = "data: %s\n\n" % name
            self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text.encode()))
            self.wfile.flush()
            if name != "three":
                asked.acquire()
        self.wfile.write(b"0\r\n\r\n")

    do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer

    def log_message(self, *args):
        pass


ThreadingHTTPServer(("0.0.0.0", 9000), Handler).serve_forever()
