package bad;

import com.aliyun.fc.runtime.Context;
import com.aliyun.fc.runtime.StreamRequestHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

public class Bad implements StreamRequestHandler {
    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
        byte[] event = new byte[64];
        int n = in.read(event);
        switch (new String(event, 0, n)) {
            case "printMuch":
                char[] line = new char[1023];
                Arrays.fill(line, 'x');
                for (int i = 0; i < 100 * 1024; i++) {
                    System.out.println(line);
                }
                break;
            case "closeStdout":
                System.out.close();
                System.err.close();
                System.out.println("x");
                break;
            case "daemon": daemon(); break;
            case "daemonAndExit":
                daemon();
                System.exit(4);
            case "exitLater": new Thread(() -> { pause(50); Runtime.getRuntime().halt(7); }).start(); break;
            case "loop": for (;;) { }
            case "recurse": recurse(0); break;
            case "hog":
                for (java.util.List<byte[]> kept = new java.util.ArrayList<>(); ; ) {
                    kept.add(new byte[16 << 20]);
                }
            case "hogOutside":
                for (java.util.List<java.nio.ByteBuffer> kept = new java.util.ArrayList<>(); ; ) {
                    kept.add(java.nio.ByteBuffer.allocateDirect(16 << 20));
                }
            case "stubborn": Runtime.getRuntime().addShutdownHook(new Thread(() -> pause(1000000))); break;
            case "throwElsewhere": new Thread(() -> { throw new IllegalStateException("out of nowhere"); }).start(); break;
            case "interrupt": Thread.currentThread().interrupt(); break;
            case "noOut":
                System.setOut(null);
                System.setErr(null);
                throw new IllegalStateException("without streams");
            case "brokenOut":
                System.setOut(new java.io.PrintStream(out) {
                    public void flush() { throw new IllegalStateException("no"); }
                });
                break;
            case "assertion": throw new AssertionError("by hand");
            case "unspeakable": throw new RuntimeException() {
                public String getMessage() { throw new IllegalStateException("no words"); }
            };
            default: pause(1);
        }
        out.write("fine".getBytes());
    }

    private static int recurse(int depth) { return recurse(depth + 1) + 1; }

    private static void daemon() throws IOException {
        new ProcessBuilder("setsid", "sh", "-c", "trap '' TERM HUP INT; sleep 1000 & sleep 1000").inheritIO().start();
    }

    static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Implements nothing. */
    public static class Shape {
        public String handleRequest(String in) { return in; }
    }

    /** Cannot be loaded. */
    public static class Static extends Bad {
        static final int ONE = Integer.parseInt("one");
    }

    /** Cannot be made. */
    public static class Private extends Bad {
        private Private(int number) { }
    }

    /** Two classes that need each other. */
    public static class Circle extends Bad {
        static final String NAME = Other.NAME.trim();
    }

    static class Other {
        static final String NAME = Circle.NAME.trim();
    }
}
