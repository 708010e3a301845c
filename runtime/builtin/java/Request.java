package fcemu;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.UnsupportedEncodingException;
import java.net.URLDecoder;
import java.nio.charset.Charset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A request: the methods of HttpServletRequest. */
final class Request {
    /** What nobody logged in, no earlier session and no servlet container have. */
    static final List<String> EMPTY = Arrays.asList("getAuthType", "getPathTranslated", "getRemoteUser", "isUserInRole",
            "getUserPrincipal", "getRequestedSessionId", "isRequestedSessionIdValid", "isRequestedSessionIdFromCookie",
            "isRequestedSessionIdFromURL", "isRequestedSessionIdFromUrl", "isSecure", "getRequestDispatcher", "getRealPath",
            "getRemotePort", "getLocalName", "getLocalAddr", "getLocalPort", "getServletContext", "isAsyncStarted", "isAsyncSupported");

    private final Servlets servlets;
    private final byte[] body;
    private final String method, path, uri, query, host;
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, Object> attributes = new LinkedHashMap<>();
    private Map<String, String[]> parameters; // once they are asked for
    private String charset;
    private Object session, stream;
    private BufferedReader reader;

    /** @param head the JSON of protocol.go */
    @SuppressWarnings("unchecked")
    Request(Servlets servlets, String head, byte[] body) {
        this.servlets = servlets;
        this.body = body;
        Map<String, Object> facts = (Map<String, Object>) Json.read(head);
        method = (String) facts.get("method");
        path = (String) facts.get("path");
        host = (String) facts.get("host");
        headers.put("Host", Collections.singletonList(host));
        headers.putAll((Map<String, List<String>>) facts.get("headersMap"));
        String target = (String) facts.get("requestURI");
        int question = target.indexOf('?');
        uri = question < 0 ? target : target.substring(0, question);
        query = question < 0 ? null : target.substring(question + 1);
        charset = charsetOf(getContentType());
        attributes.put("FC_REQUEST_PATH", path);
        attributes.put("FC_REQUEST_URI", target);
        attributes.put("FC_REQUEST_CLIENT_IP", facts.get("clientIP"));
    }

    /** The charset that a content type names, or null. */
    static String charsetOf(String type) {
        for (String part : type == null ? new String[0] : type.split(";")) {
            String[] pair = part.trim().split("=", 2);
            if (pair.length == 2 && pair[0].trim().equalsIgnoreCase("charset")) {
                return pair[1].trim().replace("\"", "");
            }
        }
        return null;
    }

    String getMethod() { return method; }

    String getRequestURI() { return uri; }

    StringBuffer getRequestURL() { return new StringBuffer("http://" + host + uri); }

    String getQueryString() { return query; }

    String getContextPath() { return ""; }

    String getServletPath() { return ""; }

    String getPathInfo() { return path; }

    String getProtocol() { return "HTTP/1.1"; }

    String getScheme() { return "http"; }

    String getServerName() { return host.substring(0, port() < 0 ? host.length() : port()); }

    int getServerPort() { return port() < 0 ? 80 : Integer.parseInt(host.substring(port() + 1)); }

    /** Where the colon before the port is. */
    private int port() {
        int colon = host.lastIndexOf(':');
        return colon < host.lastIndexOf(']') || !host.substring(colon + 1).matches("[0-9]{1,5}") ? -1 : colon;
    }

    String getRemoteAddr() { return (String) attributes.get("FC_REQUEST_CLIENT_IP"); }

    String getRemoteHost() { return getRemoteAddr(); }

    Object getDispatcherType() throws ReflectiveOperationException {
        return servlets.loadClass("javax.servlet.DispatcherType").getField("REQUEST").get(null);
    }

    String getHeader(String name) {
        List<String> values = headers.get(name);
        return values == null ? null : values.get(0);
    }

    Enumeration<String> getHeaders(String name) {
        return Collections.enumeration(headers.getOrDefault(name, Collections.emptyList()));
    }

    Enumeration<String> getHeaderNames() { return Collections.enumeration(headers.keySet()); }

    int getIntHeader(String name) {
        String value = getHeader(name);
        return value == null ? -1 : Integer.parseInt(value);
    }

    long getDateHeader(String name) {
        String value = getHeader(name);
        try {
            return value == null ? -1 : ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant().toEpochMilli();
        } catch (DateTimeParseException bad) {
            throw new IllegalArgumentException(value);
        }
    }

    Object getCookies() throws ReflectiveOperationException {
        return servlets.cookies(headers.getOrDefault("Cookie", Collections.emptyList()));
    }

    Locale getLocale() { return locales().get(0); }

    Enumeration<Locale> getLocales() { return Collections.enumeration(locales()); }

    private List<Locale> locales() {
        List<Locale> wanted = new ArrayList<>();
        try {
            for (Locale.LanguageRange range : Locale.LanguageRange.parse(String.valueOf(getHeader("Accept-Language")))) {
                wanted.add(Locale.forLanguageTag(range.getRange()));
            }
        } catch (IllegalArgumentException unreadable) {
            wanted.clear();
        }
        return getHeader("Accept-Language") == null || wanted.isEmpty() ? Collections.singletonList(Locale.getDefault()) : wanted;
    }

    String getContentType() { return getHeader("Content-Type"); }

    int getContentLength() { return body.length; }

    long getContentLengthLong() { return body.length; }

    String getCharacterEncoding() { return charset; }

    void setCharacterEncoding(String name) throws UnsupportedEncodingException {
        "".getBytes(name); // or the exception that the interface names
        charset = name;
    }

    private String encoding() { return charset == null ? "ISO-8859-1" : charset; }

    Object getInputStream() throws ReflectiveOperationException {
        if (reader != null) {
            throw new IllegalStateException("getReader has been called for this request");
        }
        stream = stream == null ? servlets.in(new ByteArrayInputStream(body)) : stream;
        return stream;
    }

    BufferedReader getReader() throws UnsupportedEncodingException {
        if (stream != null) {
            throw new IllegalStateException("getInputStream has been called for this request");
        }
        reader = reader == null ? new BufferedReader(new InputStreamReader(new ByteArrayInputStream(body), encoding())) : reader;
        return reader;
    }

    String getParameter(String name) {
        String[] values = getParameterMap().get(name);
        return values == null ? null : values[0];
    }

    String[] getParameterValues(String name) { return getParameterMap().get(name); }

    Enumeration<String> getParameterNames() { return Collections.enumeration(getParameterMap().keySet()); }

    /** Those of the query go before those of a form. */
    Map<String, String[]> getParameterMap() {
        if (parameters == null) {
            Map<String, String[]> all = new LinkedHashMap<>();
            read(all, query == null ? "" : query, "UTF-8");
            String type = String.valueOf(getContentType()).split(";")[0].trim();
            if (method.equals("POST") && type.equalsIgnoreCase("application/x-www-form-urlencoded")) {
                read(all, new String(body, Charset.forName("ISO-8859-1")), encoding());
            }
            parameters = Collections.unmodifiableMap(all);
        }
        return parameters;
    }

    private static void read(Map<String, String[]> to, String text, String charset) {
        for (String pair : text.split("&")) {
            String[] parts = pair.split("=", 2);
            try {
                String name = URLDecoder.decode(parts[0], charset);
                String[] values = to.getOrDefault(name, new String[0]);
                values = Arrays.copyOf(values, values.length + 1);
                values[values.length - 1] = parts.length < 2 ? "" : URLDecoder.decode(parts[1], charset);
                if (!name.isEmpty()) {
                    to.put(name, values);
                }
            } catch (IllegalArgumentException | UnsupportedEncodingException unreadable) {
                continue; // that pair is left out, as containers do
            }
        }
    }

    Object getAttribute(String name) { return attributes.get(name); }

    Enumeration<String> getAttributeNames() { return Collections.enumeration(new ArrayList<>(attributes.keySet())); }

    void setAttribute(String name, Object value) {
        if (value == null) {
            attributes.remove(name);
        } else {
            attributes.put(name, value);
        }
    }

    void removeAttribute(String name) { attributes.remove(name); }

    Object getSession(boolean create) throws ReflectiveOperationException {
        if (session == null && create) {
            session = servlets.session();
        }
        return session;
    }

    Object getSession() throws ReflectiveOperationException { return getSession(true); }
}
