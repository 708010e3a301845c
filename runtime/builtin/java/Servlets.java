package fcemu;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The servlet classes of the function's own library. Its interfaces are answered by proxies; the two
 * streams are classes there, so ours are loaded by a loader that sees the library's.
 */
final class Servlets extends ClassLoader {
    Servlets(ClassLoader library) {
        super(library);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (!name.equals("fcemu.BodyIn") && !name.equals("fcemu.BodyOut")) {
            throw new ClassNotFoundException(name);
        }
        try (InputStream file = Main.class.getResourceAsStream(name.substring("fcemu.".length()) + ".class")) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            byte[] part = new byte[4096];
            for (int n = file.read(part); n >= 0; n = file.read(part)) {
                text.write(part, 0, n);
            }
            return defineClass(name, text.toByteArray(), 0, text.size());
        } catch (IOException broken) {
            throw new ClassNotFoundException(name, broken);
        }
    }

    Object in(InputStream body) throws ReflectiveOperationException {
        return loadClass("fcemu.BodyIn").getConstructor(InputStream.class).newInstance(body);
    }

    Object out(OutputStream body) throws ReflectiveOperationException {
        return loadClass("fcemu.BodyOut").getConstructor(OutputStream.class).newInstance(body);
    }

    Object session() throws ReflectiveOperationException {
        return Facts.proxy(loadClass("javax.servlet.http.HttpSession"), new Facade(new Facade.Methods(Session.class, Session.EMPTY), new Session()));
    }

    /** Makes an array of the library's cookies of what the headers say. */
    Object cookies(List<String> headers) throws ReflectiveOperationException {
        Class<?> type = loadClass("javax.servlet.http.Cookie");
        List<Object> cookies = new ArrayList<>();
        for (String pair : String.join(";", headers).split(";")) {
            String[] parts = pair.trim().split("=", 2);
            if (parts.length == 2 && !parts[0].startsWith("$")) {
                try {
                    cookies.add(type.getConstructor(String.class, String.class).newInstance(parts[0], parts[1]));
                } catch (InvocationTargetException badName) {
                    continue;
                }
            }
        }
        return cookies.isEmpty() ? null : cookies.toArray((Object[]) Array.newInstance(type, 0));
    }

    /** What Set-Cookie says of one of the library's cookies. */
    String cookie(Object cookie, Function<Long, String> date) throws ReflectiveOperationException {
        StringBuilder text = new StringBuilder(get(cookie, "getName") + "=" + get(cookie, "getValue"));
        int age = (int) get(cookie, "getMaxAge");
        if (age >= 0) {
            text.append("; Max-Age=").append(age).append("; Expires=").append(date.apply(age == 0 ? 0 : System.currentTimeMillis() + age * 1000L));
        }
        for (String part : new String[] {"Domain", "Path"}) {
            if (get(cookie, "get" + part) != null) {
                text.append("; ").append(part).append('=').append(get(cookie, "get" + part));
            }
        }
        return text + ((boolean) get(cookie, "getSecure") ? "; Secure" : "") + ((boolean) get(cookie, "isHttpOnly") ? "; HttpOnly" : "");
    }

    private static Object get(Object cookie, String getter) throws ReflectiveOperationException {
        return cookie.getClass().getMethod(getter).invoke(cookie);
    }
}
