package fcemu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The session of one request, which ends with it: the methods of HttpSession. Pages ask for one by default. */
final class Session {
    static final List<String> EMPTY = Arrays.asList("getServletContext", "getMaxInactiveInterval", "setMaxInactiveInterval");

    private final Map<String, Object> attributes = new LinkedHashMap<>();
    private final String id = UUID.randomUUID().toString();
    private final long created = System.currentTimeMillis();

    String getId() { return id; }

    boolean isNew() { return true; }

    long getCreationTime() { return created; }

    long getLastAccessedTime() { return created; }

    Object getAttribute(String name) { return attributes.get(name); }

    Enumeration<String> getAttributeNames() { return Collections.enumeration(new ArrayList<>(attributes.keySet())); }

    void setAttribute(String name, Object value) { attributes.put(name, value); }

    void removeAttribute(String name) { attributes.remove(name); }

    void invalidate() { attributes.clear(); }
}
