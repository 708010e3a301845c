package fcemu;

import java.io.ByteArrayOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UnsupportedEncodingException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** An answer: the methods of HttpServletResponse. It is sent whole, when the handler has returned. */
final class Response {
    /** The platform tells the length itself, and there is no buffer whose size could matter. */
    static final List<String> EMPTY = Arrays.asList("setContentLength", "setContentLengthLong", "setBufferSize", "getBufferSize", "flushBuffer");

    private static final String TYPE = "Content-Type", DATE = "EEE, dd MMM yyyy HH:mm:ss 'GMT'";

    private final Servlets servlets;
    private final Body body = new Body();
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private int status = 200;
    private boolean ended; // by an error or a redirect: what follows is left out
    private String charset;
    private Object stream;
    private PrintWriter writer;

    Response(Servlets servlets) {
        this.servlets = servlets;
    }

    /** The body so far. */
    private final class Body extends ByteArrayOutputStream {
        @Override
        public synchronized void write(int part) {
            if (!ended) {
                super.write(part);
            }
        }

        @Override
        public synchronized void write(byte[] from, int start, int length) {
            if (!ended) {
                super.write(from, start, length);
            }
        }

        byte[] behind(byte[] head) {
            ByteBuffer whole = ByteBuffer.allocate(4 + head.length + count);
            whole.putInt(head.length).put(head).put(buf, 0, count);
            return whole.array();
        }
    }

    /** Returns head and body as protocol.go has them. */
    byte[] whole() {
        if (writer != null) {
            writer.flush();
        }
        Map<String, Object> head = new LinkedHashMap<>();
        head.put("status", status);
        head.put("headersMap", headers);
        return body.behind(Json.write(head).getBytes(StandardCharsets.UTF_8));
    }

    int getStatus() { return status; }

    void setStatus(int code) {
        if (!ended) {
            status = code;
        }
    }

    void setStatus(int code, String message) { setStatus(code); }

    void sendError(int code) { sendError(code, ""); }

    void sendError(int code, String message) {
        resetBuffer();
        setStatus(code);
        charset = "UTF-8";
        setContentType("text/plain");
        byte[] text = String.valueOf(message).getBytes(StandardCharsets.UTF_8);
        body.write(text, 0, text.length);
        ended = true;
    }

    void sendRedirect(String location) {
        resetBuffer();
        setStatus(302);
        setHeader("Location", location);
        ended = true;
    }

    boolean isCommitted() { return ended; }

    void reset() {
        resetBuffer();
        headers.clear();
        status = 200;
    }

    void resetBuffer() {
        if (ended) {
            throw new IllegalStateException("the answer has been sent");
        }
        if (writer != null) {
            writer.flush();
        }
        body.reset();
    }

    boolean containsHeader(String name) { return headers.containsKey(name); }

    String getHeader(String name) {
        List<String> values = headers.get(name);
        return values == null ? null : values.get(0);
    }

    Collection<String> getHeaders(String name) { return new ArrayList<>(headers.getOrDefault(name, Collections.emptyList())); }

    Collection<String> getHeaderNames() { return new ArrayList<>(headers.keySet()); }

    void setHeader(String name, String value) { put(name, value, false); }

    void addHeader(String name, String value) { put(name, value, true); }

    void setIntHeader(String name, int value) { put(name, String.valueOf(value), false); }

    void addIntHeader(String name, int value) { put(name, String.valueOf(value), true); }

    void setDateHeader(String name, long time) { put(name, date(time), false); }

    void addDateHeader(String name, long time) { put(name, date(time), true); }

    private void put(String name, String value, boolean more) {
        if (ended || name == null || name.isEmpty() || value == null) {
            return;
        }
        if (name.equalsIgnoreCase(TYPE)) {
            setContentType(value);
            return;
        }
        List<String> values = more ? headers.getOrDefault(name, new ArrayList<>()) : new ArrayList<>();
        values.add(value);
        headers.put(name, values);
    }

    private static String date(long time) {
        return DateTimeFormatter.ofPattern(DATE, Locale.ENGLISH).withZone(ZoneOffset.UTC).format(Instant.ofEpochMilli(time));
    }

    void addCookie(Object cookie) throws ReflectiveOperationException { addHeader("Set-Cookie", servlets.cookie(cookie, Response::date)); }

    String encodeURL(String address) { return address; }

    String encodeRedirectURL(String address) { return address; }

    String encodeUrl(String address) { return address; }

    String encodeRedirectUrl(String address) { return address; }

    String getContentType() { return getHeader(TYPE); }

    /** The charset counts until the writer is there. */
    void setContentType(String type) {
        if (ended || type == null) {
            return;
        }
        String named = Request.charsetOf(type);
        if (named == null) {
            headers.put(TYPE, Collections.singletonList(charset == null ? type : type + ";charset=" + charset));
            return;
        }
        if (writer == null) {
            charset = named;
        }
        headers.put(TYPE, Collections.singletonList(named.equals(charset) ? type : bare(type) + ";charset=" + charset));
    }

    private static String bare(String type) { return type.split(";")[0].trim(); }

    String getCharacterEncoding() { return charset == null ? "ISO-8859-1" : charset; }

    void setCharacterEncoding(String name) {
        if (writer == null && !ended) {
            charset = name;
            if (getContentType() != null) {
                setContentType(bare(getContentType()));
            }
        }
    }

    void setLocale(Locale locale) { setHeader("Content-Language", locale.toLanguageTag()); }

    Locale getLocale() { return Locale.getDefault(); }

    Object getOutputStream() throws ReflectiveOperationException {
        if (writer != null) {
            throw new IllegalStateException("getWriter has been called for this answer");
        }
        stream = stream == null ? servlets.out(body) : stream;
        return stream;
    }

    PrintWriter getWriter() throws UnsupportedEncodingException {
        if (stream != null) {
            throw new IllegalStateException("getOutputStream has been called for this answer");
        }
        if (writer == null) {
            OutputStreamWriter encoded = new OutputStreamWriter(body, getCharacterEncoding());
            setCharacterEncoding(getCharacterEncoding());
            writer = new PrintWriter(encoded);
        }
        return writer;
    }
}
