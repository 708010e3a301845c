package example;

import com.aliyun.fc.runtime.Context;
import com.aliyun.fc.runtime.Credentials;
import com.aliyun.fc.runtime.FunctionInitializer;
import com.aliyun.fc.runtime.FunctionParam;
import com.aliyun.fc.runtime.PreStopHandler;
import com.aliyun.fc.runtime.Service;
import com.aliyun.fc.runtime.StreamRequestHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program of the Java runtimes, see ../README.md. */
public class Conform implements StreamRequestHandler, FunctionInitializer, PreStopHandler {
    private int initialized;

    public void initialize(Context context) {
        initialized++;
        System.out.println("initialize ran");
    }

    public void preStop(Context context) {
        System.out.println("preStop ran");
    }

    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
        byte[] event = read(in);
        String text = new String(event, "UTF-8");
        String answer = text.startsWith("{") ? answer(text, context) : null;
        out.write(answer == null ? event : answer.getBytes("UTF-8"));
    }

    /** null is the event itself. */
    private String answer(String event, Context context) {
        switch (member(event, "do", "http")) {
            case "echo": return null;
            case "who": return member(event, "id", "") + " " + context.getRequestId();
            case "facts": return facts(context);
            case "env": return environment();
            case "ready": return initialized == 1 ? "yes" : "no: " + initialized;
            case "log":
                System.out.println("one line");
                System.err.println("an error line");
                context.getLogger().info("a record");
                System.out.print("no line end");
                return "ok";
            case "much":
                char[] line = new char[99];
                Arrays.fill(line, 'x');
                for (int n = 0; n < 200; n++) {
                    System.out.println(line);
                }
                return "ok";
            case "throw": throw new IllegalStateException("thrown on purpose");
            case "exit": System.exit(3);
            case "sleep": sleep();
            case "hog": hog();
            default: return http(event);
        }
    }

    private static String facts(Context c) {
        FunctionParam f = c.getFunctionParam();
        Service s = c.getService();
        Credentials k = c.getExecutionCredentials();
        return object("requestId", c.getRequestId(), "function", f.getFunctionName(), "handler", f.getFunctionHandler(),
                "memory", "" + f.getMemoryLimitInMB(), "timeout", "" + f.getExecTimeLimitInMillis() / 1000, "retryCount", "" + c.getRetryCount(),
                "service", s.getName(), "logProject", s.getLogProject(), "logStore", s.getLogStore(), "qualifier", s.getQualifier(),
                "version", s.getVersionId(), "cwd", System.getProperty("user.dir")).replaceFirst("}$", ",\"keys\":["
                + quoted(k.getAccessKeyId()) + "," + quoted(k.getAccessKeySecret()) + "," + quoted(k.getSecurityToken()) + "]}");
    }

    private static String environment() {
        List<String> pairs = new ArrayList<>();
        for (Map.Entry<String, String> entry : System.getenv().entrySet()) {
            if (entry.getKey().matches("(_?FC_|ALIBABA_CLOUD_|accessKey|securityToken|GREETING).*")) {
                pairs.add(entry.getKey());
                pairs.add(entry.getValue());
            }
        }
        return object(pairs.toArray(new String[0]));
    }

    private static void sleep() {
        try {
            Thread.sleep(60_000);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The heap has a limit of its own, below that of the instance, and so there is more behind it. */
    private static void hog() {
        List<Object> kept = new ArrayList<>();
        try {
            for (;;) {
                byte[] more = new byte[1 << 20];
                Arrays.fill(more, (byte) 'x');
                kept.add(more);
            }
        } catch (OutOfMemoryError e) {
            for (;;) {
                ByteBuffer more = ByteBuffer.allocateDirect(1 << 20);
                while (more.hasRemaining()) {
                    more.putLong(1);
                }
                kept.add(more);
            }
        }
    }

    private static String http(String event) {
        switch (member(event, "rawPath", "")) {
            case "/throw": throw new IllegalStateException("thrown on purpose");
            case "/bare": return "bare";
            case "/bytes":
                byte[] all = new byte[256];
                for (int n = 0; n < all.length; n++) {
                    all[n] = (byte) n;
                }
                return "{\"statusCode\":200,\"headers\":{\"Content-Type\":\"image/png\"},\"isBase64Encoded\":true,\"body\":\""
                        + Base64.getEncoder().encodeToString(all) + "\"}";
            default:
                return "{\"statusCode\":201,\"headers\":{\"X-Conform\":\"yes\",\"Content-Type\":\"text/plain\"},\"body\":" + quoted(event) + "}";
        }
    }

    /** A member of the event whose text needs no escapes; the language has no JSON of its own. */
    private static String member(String event, String name, String otherwise) {
        Matcher found = Pattern.compile("\"" + name + "\" *: *\"([^\"]*)\"").matcher(event);
        return found.find() ? found.group(1) : otherwise;
    }

    private static String object(String... pairs) {
        StringBuilder out = new StringBuilder("{");
        for (int n = 0; n < pairs.length; n += 2) {
            out.append(n == 0 ? "" : ",").append(quoted(pairs[n])).append(':').append(quoted(pairs[n + 1]));
        }
        return out.append('}').toString();
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    private static byte[] read(InputStream in) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int n; (n = in.read(buffer)) > 0; ) {
            all.write(buffer, 0, n);
        }
        return all.toByteArray();
    }
}
