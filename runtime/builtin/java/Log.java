package fcemu;

import java.io.PrintStream;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.text.SimpleDateFormat;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;

/** Writes the platform's log records: 2017-07-05T05:13:35.920Z <request id> [INFO] message, in UTC. */
final class Log {
    private static final List<String> LEVELS = Arrays.asList("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL");
    private static final int LONGEST = 128 << 10; // characters of one record

    private final PrintStream out = System.out; // whatever the function makes of that
    volatile String requestId = "";
    private volatile int least; // index of the lowest level that is written
    private Object logger; // as the function's library wants it

    synchronized Object as(Class<?> type) {
        if (!type.isInstance(logger)) {
            logger = Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                    (self, method, arguments) -> call(self, method, arguments));
        }
        return logger;
    }

    private Object call(Object self, Method method, Object[] arguments) {
        switch (method.getName()) {
            case "equals": return self == arguments[0];
            case "hashCode": return System.identityHashCode(self);
            case "toString": return "FunctionComputeLogger";
            case "setLogLevel":
                least = LEVELS.indexOf(String.valueOf(arguments[0]));
                return null;
            default:
                write(method.getName().toUpperCase(Locale.ROOT), String.valueOf(arguments[0]));
                return null;
        }
    }

    void write(String level, String message) {
        if (LEVELS.indexOf(level) < least) {
            return;
        }
        SimpleDateFormat format = new SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT);
        format.setTimeZone(TimeZone.getTimeZone("UTC"));
        String record = format.format(new Date()) + " " + requestId + " [" + level + "] " + message;
        out.println(record.length() > LONGEST ? record.substring(0, LONGEST) : record);
    }
}
