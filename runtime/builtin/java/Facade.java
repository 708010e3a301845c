package fcemu;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Answers the methods of an interface by those of an object of ours that have the same name. */
final class Facade implements InvocationHandler {
    private final Methods methods;
    private final Object object;

    Facade(Methods methods, Object object) {
        this.methods = methods;
        this.object = object;
    }

    /** The methods of one of our classes, by name and number of parameters. */
    static final class Methods {
        private final Map<String, Method> named = new HashMap<>();
        private final List<String> empty;

        /** @param empty names of methods that answer null, false or 0; whatever else lacks is refused */
        Methods(Class<?> type, List<String> empty) {
            this.empty = empty;
            for (Method method : type.getDeclaredMethods()) {
                if (!Modifier.isPrivate(method.getModifiers()) && !method.isSynthetic()) {
                    named.put(key(method), method);
                }
            }
        }

        private static String key(Method method) {
            return method.getName() + method.getParameterTypes().length;
        }
    }

    @Override
    public Object invoke(Object self, Method method, Object[] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return Facts.ofObject(self, method, arguments);
        }
        Method ours = methods.named.get(Methods.key(method));
        if (ours != null) {
            try {
                return ours.invoke(object, arguments);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        }
        if (method.isDefault() || methods.empty.contains(method.getName())) {
            return nothing(method.getReturnType());
        }
        throw new UnsupportedOperationException(method.getDeclaringClass().getSimpleName() + "." + method.getName()
                + " is not there for HTTP handlers");
    }

    private static Object nothing(Class<?> type) {
        return type == boolean.class ? (Object) false : type == int.class ? (Object) 0 : null;
    }
}
