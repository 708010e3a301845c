package fcemu;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** One call, and what its context shows. */
final class Call {
    private static final int HTTP = 4;

    final int hook; // also the index of its handler
    final String requestId;
    final String head; // of a request to an HTTP handler, else null
    final byte[] event; // or the body of the request
    private final String qualifier;
    private final int retryCount;
    private final Setup setup;
    private final Log log;

    Call(Setup setup, Log log, Line.Frame frame) {
        this.setup = setup;
        this.log = log;
        hook = frame.kind == HTTP ? 0 : frame.kind;
        ByteBuffer body = ByteBuffer.wrap(frame.body);
        body.getLong(); // the deadline, which no context shows
        retryCount = body.getInt();
        int idLength = body.get() & 255;
        int qualifierLength = body.get() & 255;
        requestId = text(body, idLength);
        qualifier = text(body, qualifierLength);
        head = frame.kind == HTTP ? text(body, body.getInt()) : null;
        event = new byte[body.remaining()];
        body.get(event);
    }

    private static String text(ByteBuffer from, int length) {
        byte[] bytes = new byte[length];
        from.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Makes the context as the interface of the function's own library wants it. */
    Object context(Class<?> type) throws ReflectiveOperationException {
        return Facts.of(type, this::fact);
    }

    private Object fact(String method) {
        switch (method) {
            case "getRequestId": return requestId;
            case "getRetryCount": return retryCount;
            case "getExecutionCredentials": return credentials();
            case "getFunctionParam": return function();
            case "getService": return service();
            case "getLogger": return log;
            case "getTracing": return tracing();
            default: return null;
        }
    }

    private Map<String, Object> credentials() {
        Map<String, Object> facts = new HashMap<>();
        facts.put("getAccessKeyId", setup.key);
        facts.put("getAccessKeySecret", setup.secret);
        facts.put("getSecurityToken", setup.token);
        return facts;
    }

    private Map<String, Object> function() {
        Map<String, Object> facts = new HashMap<>();
        facts.put("getFunctionName", setup.name);
        facts.put("getFunctionHandler", setup.handlers[hook]);
        facts.put("getFunctionInitializer", setup.handlers[1]);
        facts.put("getExecTimeLimitInMillis", setup.timeout * 1000);
        facts.put("getMemoryLimitInMB", setup.memory);
        return facts;
    }

    private Map<String, Object> service() {
        Map<String, Object> facts = new HashMap<>();
        facts.put("getName", setup.service);
        facts.put("getLogProject", setup.logProject);
        facts.put("getLogStore", setup.logStore);
        facts.put("getQualifier", qualifier);
        facts.put("getVersionId", setup.version);
        return facts;
    }

    /** Tracing is not recorded here: the members exist and are empty. */
    private static Map<String, Object> tracing() {
        Map<String, Object> facts = new HashMap<>();
        facts.put("getSpanContext", "");
        facts.put("getSpanBaggages", Collections.emptyMap());
        facts.put("getJaegerEndpoint", "");
        return facts;
    }
}
