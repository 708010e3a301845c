package fcemu;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Plain values to beans and back, by setters, getters and public fields. */
final class Beans {
    private static final int DEEPEST = 500;

    private Beans() {}

    static Object read(Object value, Type type) throws ReflectiveOperationException {
        Class<?> target = raw(type);
        if (value == null || target == Object.class) {
            return value;
        }
        if (target == String.class && !(value instanceof Map || value instanceof List)) {
            return value.toString();
        }
        if (value instanceof Number) {
            return number((Number) value, target);
        }
        if (value instanceof Boolean && (target == boolean.class || target == Boolean.class)) {
            return value;
        }
        if (value instanceof String && target.isEnum()) {
            return constant(target, (String) value);
        }
        if (value instanceof String && target == byte[].class) {
            return Base64.getDecoder().decode((String) value);
        }
        if (value instanceof List) {
            return list((List<?>) value, type, target);
        }
        if (value instanceof Map && mayHaveProperties(target)) {
            return Map.class.isAssignableFrom(target) ? map((Map<?, ?>) value, type) : bean((Map<?, ?>) value, target);
        }
        throw mismatch(value, target);
    }

    /** A string has a constructor without arguments, too, and would lose all. */
    private static boolean mayHaveProperties(Class<?> target) {
        return Map.class.isAssignableFrom(target) || !(target.isPrimitive() || target.isEnum() || target.getName().startsWith("java."));
    }

    private static IllegalArgumentException mismatch(Object value, Class<?> target) {
        return new IllegalArgumentException("the event has a " + value.getClass().getSimpleName() + " where "
                + target.getName() + " is wanted");
    }

    private static Class<?> raw(Type type) {
        if (type instanceof ParameterizedType) {
            return (Class<?>) ((ParameterizedType) type).getRawType();
        }
        return type instanceof Class ? (Class<?>) type : Object.class;
    }

    private static Type argument(Type type, int index) {
        return type instanceof ParameterizedType ? ((ParameterizedType) type).getActualTypeArguments()[index] : Object.class;
    }

    private static Object number(Number value, Class<?> target) {
        if (target == int.class || target == Integer.class) {
            return value.intValue();
        } else if (target == long.class || target == Long.class) {
            return value.longValue();
        } else if (target == double.class || target == Double.class) {
            return value.doubleValue();
        } else if (target == float.class || target == Float.class) {
            return value.floatValue();
        } else if (target == short.class || target == Short.class) {
            return value.shortValue();
        } else if (target == byte.class || target == Byte.class) {
            return value.byteValue();
        } else if (target == java.math.BigDecimal.class) {
            return new java.math.BigDecimal(value.toString());
        } else if (target == java.math.BigInteger.class) {
            return new java.math.BigDecimal(value.toString()).toBigInteger();
        } else if (target == Date.class) {
            return new Date(value.longValue());
        } else if (target == Number.class) {
            return value;
        }
        throw mismatch(value, target);
    }

    private static Object constant(Class<?> type, String name) {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(name)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(name + " is no " + type.getName());
    }

    private static Object list(List<?> values, Type type, Class<?> target) throws ReflectiveOperationException {
        if (target.isArray()) {
            Object array = Array.newInstance(target.getComponentType(), values.size());
            for (int i = 0; i < values.size(); i++) {
                Array.set(array, i, read(values.get(i), target.getComponentType()));
            }
            return array;
        }
        Collection<Object> items = target == Set.class ? new LinkedHashSet<>() : new ArrayList<>();
        if (!target.isInstance(items)) {
            throw mismatch(values, target);
        }
        for (Object value : values) {
            items.add(read(value, argument(type, 0)));
        }
        return items;
    }

    private static Object map(Map<?, ?> values, Type type) throws ReflectiveOperationException {
        Map<Object, Object> map = raw(type) == TreeMap.class ? new TreeMap<>() : new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : values.entrySet()) {
            map.put(entry.getKey(), read(entry.getValue(), argument(type, 1)));
        }
        return map;
    }

    /** What the event has and the bean has not is left out. */
    private static Object bean(Map<?, ?> values, Class<?> type) throws ReflectiveOperationException {
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        Object bean = constructor.newInstance();
        for (Method method : type.getMethods()) {
            String name = property(method, "set", 1);
            if (name != null && values.containsKey(name)) {
                method.setAccessible(true);
                method.invoke(bean, read(values.get(name), method.getGenericParameterTypes()[0]));
            }
        }
        for (Field field : type.getFields()) {
            if (values.containsKey(field.getName()) && !Modifier.isStatic(field.getModifiers()) && !Modifier.isFinal(field.getModifiers())) {
                field.set(bean, read(values.get(field.getName()), field.getGenericType()));
            }
        }
        return bean;
    }

    /** The property that a method gets or sets, or null. */
    private static String property(Method method, String prefix, int parameters) {
        String name = method.getName();
        if (!name.startsWith(prefix) || name.length() == prefix.length() || method.getParameterTypes().length != parameters
                || Modifier.isStatic(method.getModifiers()) || method.isBridge() || name.equals("getClass")) {
            return null;
        }
        return Character.toLowerCase(name.charAt(prefix.length())) + name.substring(prefix.length() + 1);
    }

    /** Makes maps, lists and plain values of anything. */
    static Object plain(Object value, int depth) throws ReflectiveOperationException {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("the result is nested too deeply, or refers to itself");
        }
        if (value == null || value instanceof String || value instanceof Number || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Enum || value instanceof Character) {
            return value.toString();
        }
        if (value instanceof Date) {
            return ((Date) value).getTime();
        }
        if (value instanceof byte[]) {
            return Base64.getEncoder().encodeToString((byte[]) value);
        }
        if (value instanceof Map) {
            Map<String, Object> map = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                map.put(String.valueOf(entry.getKey()), plain(entry.getValue(), depth + 1));
            }
            return map;
        }
        List<Object> list = new ArrayList<>();
        if (value instanceof Iterable) {
            for (Object item : (Iterable<?>) value) {
                list.add(plain(item, depth + 1));
            }
            return list;
        }
        if (value.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(value); i++) {
                list.add(plain(Array.get(value, i), depth + 1));
            }
            return list;
        }
        return properties(value, depth);
    }

    private static Map<String, Object> properties(Object bean, int depth) throws ReflectiveOperationException {
        if (bean.getClass().getName().startsWith("java.")) {
            throw new IllegalArgumentException("a " + bean.getClass().getName() + " has no JSON form");
        }
        Map<String, Object> map = new TreeMap<>();
        for (Field field : bean.getClass().getFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                map.put(field.getName(), plain(field.get(bean), depth + 1));
            }
        }
        for (Method method : bean.getClass().getMethods()) {
            String name = property(method, "get", 0);
            if (name == null && method.getReturnType() == boolean.class) {
                name = property(method, "is", 0);
            }
            if (name != null) {
                method.setAccessible(true);
                map.put(name, plain(method.invoke(bean), depth + 1));
            }
        }
        return map;
    }
}
