import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/** What the suites of both generations share: expectations, code packages and plain HTTP. */
final class Check {
    /** An echo that can also fail, take its time, and tell which configuration it runs with. */
    static final String HANDLER = String.join("\n",
            "import json, os, time",
            "def handler(event, context):",
            "    print('event', event)",
            "    if event == b'fail':",
            "        raise ValueError('as asked')",
            "    if event == b'sleep':",
            "        time.sleep(60)",
            "    if event == b'revision':",
            "        return os.environ['REVISION']",
            "    return event",
            "def web(event, context):", // FC 3.0's form of HTTP requests
            "    query = json.loads(event)['queryParameters']",
            "    return {'statusCode': 201, 'body': 'web b=' + query['b']}",
            "");

    /** A web server, as FC 2.0's custom runtimes run it. */
    static final String BOOTSTRAP = String.join("\n",
            "#!/usr/bin/env python3",
            "import http.server, os",
            "class Web(http.server.BaseHTTPRequestHandler):",
            "    def do_GET(self):",
            "        body = b'web ' + self.path.partition('?')[2].encode()",
            "        self.send_response(201)",
            "        self.send_header('Content-Length', str(len(body)))",
            "        self.end_headers()",
            "        self.wfile.write(body)",
            "http.server.HTTPServer(('0.0.0.0', int(os.environ['FC_SERVER_PORT'])), Web).serve_forever()",
            "");

    private static final HttpClient HTTP;

    static {
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
        HTTP = HttpClient.newHttpClient();
    }

    private Check() {}

    /** A call that may be refused. */
    interface Call {
        void run() throws Exception;
    }

    static void equal(Object want, Object got, String what) {
        that(Objects.equals(want, got), what + ": want " + want + ", got " + got);
    }

    static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** index.py as a code package. */
    static byte[] zip(String source) throws IOException {
        return zip("index.py", source);
    }

    /** One executable file as a code package. */
    static byte[] zip(String name, String text) throws IOException {
        Path folder = Files.createTempDirectory("fcemu-java-");
        Path archive = folder.resolve("code.zip");
        Map<String, ?> options = Map.of("create", "true", "enablePosixFileAttributes", "true");
        try (FileSystem zip = FileSystems.newFileSystem(archive, options)) {
            Files.writeString(zip.getPath(name), text);
            Files.setPosixFilePermissions(zip.getPath(name), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        try {
            return Files.readAllBytes(archive);
        } finally {
            Files.delete(archive);
            Files.delete(folder);
        }
    }

    /** Reads again until what was read is wanted; half a minute is more than any of it takes. */
    static <T> T await(String what, Callable<T> read, Predicate<T> wanted) throws Exception {
        long deadline = System.nanoTime() + 30_000_000_000L;
        for (;;) {
            T value = read.call();
            if (wanted.test(value)) {
                return value;
            }
            that(System.nanoTime() < deadline, "waited in vain for " + what);
            Thread.sleep(20);
        }
    }

    /** Java asks the name service for *.localhost, which seldom knows it; so the name goes into Host alone. */
    static HttpResponse<byte[]> get(String url) throws Exception {
        URI uri = URI.create(url);
        URI loopback = new URI("http", null, "127.0.0.1", uri.getPort(), uri.getPath(), uri.getQuery(), null);
        HttpRequest request = HttpRequest.newBuilder(loopback).header("Host", uri.getAuthority()).build();
        return HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
