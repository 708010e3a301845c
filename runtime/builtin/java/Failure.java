package fcemu;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Describes a failed call: the body of the answer. */
final class Failure {
    private Failure() {}

    static String describe(Throwable error) {
        StringBuilder text = new StringBuilder("{\n");
        text.append("  \"errorMessage\" : ").append(quote(said(error::getMessage))).append(",\n");
        text.append("  \"errorType\" : ").append(quote(error.getClass().getName())).append(",\n");
        Throwable cause = error.getCause();
        if (cause != null) {
            text.append("  \"errorCause\" : ").append(quote(said(cause::toString))).append(",\n");
        }
        text.append("  \"stackTrace\" : [ ").append(String.join(", ", frames(error))).append(" ]\n}");
        return text.toString();
    }

    /** What an error of the user's own says, which may fail itself. */
    private static String said(Supplier<String> words) {
        try {
            return words.get();
        } catch (RuntimeException | Error broken) {
            return null;
        }
    }

    private static String quote(String text) {
        return text == null ? "null" : Json.write(text);
    }

    /** The user's frames: none of ours, nor those by which we called. */
    private static List<String> frames(Throwable error) {
        StackTraceElement[] all = error.getStackTrace();
        int start = begin(all);
        int end = start;
        while (end < all.length && !all[end].getClassName().startsWith("fcemu.")) {
            end++;
        }
        while (end > start && end < all.length && reflection(all[end - 1].getClassName())) {
            end--;
        }
        List<String> shown = new ArrayList<>();
        for (int i = start; i < end; i++) {
            shown.add(quote(plain(all[i])));
        }
        return shown;
    }

    /** Where the user's frames begin: behind ours, where it was one of our objects that threw. */
    private static int begin(StackTraceElement[] all) {
        boolean ours = false;
        for (int i = 0; i < all.length; i++) {
            String name = all[i].getClassName();
            ours |= name.startsWith("fcemu.");
            if (!name.startsWith("fcemu.") && !reflection(name) && !name.contains("$Proxy")) {
                return ours ? i : 0;
            }
        }
        return ours ? all.length : 0;
    }

    /** Newer releases put the loader and the module in front. */
    private static String plain(StackTraceElement frame) {
        String text = frame.toString();
        return text.substring(text.lastIndexOf('/', text.indexOf('(') < 0 ? text.length() : text.indexOf('(')) + 1);
    }

    private static boolean reflection(String name) {
        return name.startsWith("java.lang.reflect.") || name.startsWith("jdk.internal.reflect.")
                || name.startsWith("sun.reflect.") || name.startsWith("java.lang.invoke.");
    }
}
