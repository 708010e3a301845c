package fcemu;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Function;

/** An object of an interface of the function's own library: its getters answer from a table. */
final class Facts implements InvocationHandler {
    private final Function<String, Object> table;

    private Facts(Function<String, Object> table) {
        this.table = table;
    }

    static Object of(Class<?> type, Function<String, Object> table) {
        return proxy(type, new Facts(table));
    }

    static Object proxy(Class<?> type, InvocationHandler handler) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
    }

    @Override
    @SuppressWarnings("unchecked")
    public Object invoke(Object self, Method method, Object[] arguments) {
        if (method.getDeclaringClass() == Object.class) {
            return ofObject(self, method, arguments);
        }
        Class<?> wanted = method.getReturnType();
        Object value = table.apply(method.getName());
        if (value instanceof Log) {
            return ((Log) value).as(wanted);
        }
        if (value instanceof Map && wanted != Map.class) {
            return of(wanted, ((Map<String, Object>) value)::get);
        }
        if (value == null && wanted == int.class) {
            return 0;
        }
        return value;
    }

    static Object ofObject(Object self, Method method, Object[] arguments) {
        switch (method.getName()) {
            case "equals": return self == arguments[0];
            case "hashCode": return System.identityHashCode(self);
            default: return self.getClass().getInterfaces()[0].getSimpleName() + "@" + Integer.toHexString(System.identityHashCode(self));
        }
    }
}
