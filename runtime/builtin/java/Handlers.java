package fcemu;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds what a handler string names. The interfaces are those of the function's own library, found
 * by name: a second copy of ours would not be the same interface.
 */
final class Handlers {
    private static final String LIBRARY = "com.aliyun.fc.runtime.";
    private static final byte[] NOTHING = {};

    private final Setup setup;
    private final ClassLoader loader;
    private final Map<String, Object> objects = new HashMap<>(); // by class: hooks share it with the handler
    private final Runner[] found = new Runner[4]; // by hook
    private Runner servlet; // the HTTP handler

    Handlers(Setup setup, ClassLoader loader) {
        this.setup = setup;
        this.loader = loader;
    }

    /** Answers a call. */
    interface Runner {
        byte[] run(Call call) throws Throwable;
    }

    /** A failed load is tried again at the next call. */
    Runner find(Call call) throws Throwable {
        if (call.head != null) {
            servlet = servlet == null ? load(call, setup.handlers[0]) : servlet;
            return servlet;
        }
        if (found[call.hook] == null) {
            found[call.hook] = load(call, setup.handlers[call.hook]);
        }
        return found[call.hook];
    }

    private Runner load(Call call, String handler) throws Throwable {
        int split = handler.lastIndexOf("::");
        if (split <= 0 || split + 2 == handler.length()) {
            throw new IllegalArgumentException("Invalid handler '" + handler + "': expected package.Class::method");
        }
        Object object = object(handler.substring(0, split));
        String method = handler.substring(split + 2);
        switch (call.hook) {
            case 1: return hook(object, "FunctionInitializer", "initialize", method);
            case 2: return hook(object, "PreStopHandler", "preStop", method);
            case 3: return hook(object, "PreFreezeHandler", "preFreeze", method);
            default: return call.head == null ? handler(object, method) : servlet(object, method);
        }
    }

    private Object object(String name) throws Throwable {
        Object object = objects.get(name);
        if (object == null) {
            Constructor<?> constructor = Class.forName(name, true, loader).getDeclaredConstructor();
            constructor.setAccessible(true);
            object = constructor.newInstance();
            objects.put(name, object);
        }
        return object;
    }

    private static Runner handler(Object object, String name) throws ReflectiveOperationException {
        expect(object, name, "handleRequest");
        Class<?> stream = library(object.getClass(), "StreamRequestHandler");
        if (stream != null) {
            return stream(object, method(stream, "handleRequest"));
        }
        Class<?> pojo = library(object.getClass(), "PojoRequestHandler");
        if (pojo != null) {
            return pojo(object, method(pojo, "handleRequest"));
        }
        throw new ClassCastException(object.getClass().getName() + " implements neither StreamRequestHandler nor PojoRequestHandler");
    }

    /** The interfaces of servlets are those that the library's method names. */
    private static Runner servlet(Object object, String name) throws ReflectiveOperationException {
        expect(object, name, "handleRequest");
        Method method = method(implemented(object, "HttpRequestHandler"), "handleRequest");
        Class<?>[] types = method.getParameterTypes();
        Servlets servlets = new Servlets(types[0].getClassLoader());
        Facade.Methods request = new Facade.Methods(Request.class, Request.EMPTY);
        Facade.Methods response = new Facade.Methods(Response.class, Response.EMPTY);
        return call -> {
            Response answer = new Response(servlets);
            method.invoke(object, Facts.proxy(types[0], new Facade(request, new Request(servlets, call.head, call.event))),
                    Facts.proxy(types[1], new Facade(response, answer)), call.context(types[2]));
            return answer.whole();
        };
    }

    private static Runner stream(Object object, Method method) {
        Class<?> context = method.getParameterTypes()[2];
        return call -> {
            InputStream in = new ByteArrayInputStream(call.event);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            method.invoke(object, in, (OutputStream) out, call.context(context));
            return out.toByteArray();
        };
    }

    private static Runner pojo(Object object, Method method) throws ReflectiveOperationException {
        Class<?> context = method.getParameterTypes()[1];
        Type input = inputOf(object.getClass(), context);
        Mapper mapper = Mapper.of(object.getClass().getClassLoader());
        return call -> mapper.write(method.invoke(object, mapper.read(call.event, input), call.context(context)));
    }

    /** The type that the class itself gives its parameter; the interface's own is erased. */
    private static Type inputOf(Class<?> type, Class<?> context) {
        for (Method method : type.getMethods()) {
            Class<?>[] parameters = method.getParameterTypes();
            if (method.getName().equals("handleRequest") && !method.isBridge() && parameters.length == 2 && parameters[1] == context) {
                return method.getGenericParameterTypes()[0];
            }
        }
        return Object.class;
    }

    private static Runner hook(Object object, String type, String wanted, String name) throws ReflectiveOperationException {
        expect(object, name, wanted);
        Method method = method(implemented(object, type), wanted);
        Class<?> context = method.getParameterTypes()[0];
        return call -> {
            method.invoke(object, call.context(context));
            return NOTHING;
        };
    }

    private static Class<?> implemented(Object object, String type) {
        Class<?> library = library(object.getClass(), type);
        if (library == null) {
            throw new ClassCastException(object.getClass().getName() + " does not implement " + type);
        }
        return library;
    }

    private static void expect(Object object, String name, String wanted) throws NoSuchMethodException {
        if (!name.equals(wanted)) {
            throw new NoSuchMethodException(object.getClass().getName() + "::" + name + ": the method is called " + wanted);
        }
    }

    private static Method method(Class<?> type, String name) throws NoSuchMethodException {
        for (Method method : type.getMethods()) {
            if (method.getName().equals(name)) {
                method.setAccessible(true);
                return method;
            }
        }
        throw new NoSuchMethodException(type.getName() + "." + name);
    }

    /** Finds an interface of the library among those of a class and its parents. */
    private static Class<?> library(Class<?> type, String name) {
        if (type == null || type.getName().equals(LIBRARY + name)) {
            return type;
        }
        for (Class<?> parent : type.getInterfaces()) {
            Class<?> found = library(parent, name);
            if (found != null) {
                return found;
            }
        }
        return library(type.getSuperclass(), name);
    }
}
