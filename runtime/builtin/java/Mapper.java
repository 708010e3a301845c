package fcemu;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;

/** Turns JSON into objects of the function and back: with the function's own Jackson, else with ours. */
interface Mapper {
    Object read(byte[] json, Type type) throws Exception;

    byte[] write(Object value) throws Exception;

    static Mapper of(ClassLoader loader) throws ReflectiveOperationException {
        Class<?> jackson;
        try {
            jackson = Class.forName("com.fasterxml.jackson.databind.ObjectMapper", true, loader);
        } catch (ClassNotFoundException none) {
            return new Own();
        }
        return new Jackson(jackson);
    }

    /** Reads and writes by reflection. */
    final class Own implements Mapper {
        @Override
        public Object read(byte[] json, Type type) throws Exception {
            return json.length == 0 ? null : Beans.read(Json.read(new String(json, StandardCharsets.UTF_8)), type);
        }

        @Override
        public byte[] write(Object value) throws Exception {
            return Json.write(Beans.plain(value, 0)).getBytes(StandardCharsets.UTF_8);
        }
    }

    /** The function's own Jackson, so that its annotations count. */
    final class Jackson implements Mapper {
        private final Object mapper, types;
        private final Method construct, read, write;

        Jackson(Class<?> type) throws ReflectiveOperationException {
            mapper = type.getDeclaredConstructor().newInstance();
            types = type.getMethod("getTypeFactory").invoke(mapper);
            construct = types.getClass().getMethod("constructType", Type.class);
            read = type.getMethod("readValue", byte[].class, construct.getReturnType());
            write = type.getMethod("writeValueAsBytes", Object.class);
        }

        @Override
        public Object read(byte[] json, Type type) throws Exception {
            return json.length == 0 ? null : read.invoke(mapper, json, construct.invoke(types, type));
        }

        @Override
        public byte[] write(Object value) throws Exception {
            return (byte[]) write.invoke(mapper, value);
        }
    }
}
