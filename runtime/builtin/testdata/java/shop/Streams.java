package shop;

import com.aliyun.fc.runtime.Context;
import com.aliyun.fc.runtime.FunctionComputeLogger;
import com.aliyun.fc.runtime.FunctionInitializer;
import com.aliyun.fc.runtime.PreFreezeHandler;
import com.aliyun.fc.runtime.PreStopHandler;
import com.aliyun.fc.runtime.StreamRequestHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

public class Streams implements StreamRequestHandler, FunctionInitializer, PreStopHandler, PreFreezeHandler {
    private boolean initialized;

    public void initialize(Context context) {
        initialized = true;
        context.getLogger().info("initialize " + context.getFunctionParam().getFunctionHandler());
    }

    public void preStop(Context context) {
        System.out.println("bye");
    }

    public void preFreeze(Context context) throws IOException {
        throw new IOException("too cold");
    }

    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int n; (n = in.read(buffer)) > 0; ) {
            read.write(buffer, 0, n);
        }
        byte[] event = read.toByteArray();
        String word = event.length > 20 ? "" : new String(event, "UTF-8");
        switch (word) {
            case "context": out.write(show(context).getBytes("UTF-8")); break;
            case "log": log(context); break;
            case "fail": throw new IllegalStateException("bad value", new IOException("the cause"));
            case "recurse": recurse(1); break;
            case "exit": System.exit(3); break;
            case "initialized": out.write(String.valueOf(initialized).getBytes()); break;
            case "loader": out.write((getClass().getClassLoader() == Thread.currentThread().getContextClassLoader()) ? 'y' : 'n'); break;
            case "children": out.write(children()); break;
            default: out.write(event);
        }
    }

    private static int recurse(int depth) {
        return recurse(depth + 1) + 1;
    }

    private static int children() throws IOException {
        try {
            return new ProcessBuilder("sh", "-c", "test -e /proc/self/fd/3").start().waitFor() == 0 ? 'y' : 'n';
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void log(Context context) {
        System.out.println("printed é");
        System.err.print("no newline");
        FunctionComputeLogger logger = context.getLogger();
        logger.debug("one");
        logger.setLogLevel(FunctionComputeLogger.Level.WARN);
        logger.info("hidden");
        logger.error("two");
    }

    private static String show(Context c) {
        return String.join(",", c.getRequestId(), c.getExecutionCredentials().getAccessKeyId(),
                c.getExecutionCredentials().getAccessKeySecret(), c.getExecutionCredentials().getSecurityToken(),
                c.getFunctionParam().getFunctionName(), c.getFunctionParam().getFunctionHandler(),
                "" + c.getFunctionParam().getExecTimeLimitInMillis(), "" + c.getFunctionParam().getMemoryLimitInMB(),
                c.getService().getLogProject(), c.getService().getLogStore(), c.getService().getQualifier(),
                c.getService().getVersionId(), "" + c.getRetryCount(), "" + c.getTracing().getSpanBaggages());
    }
}
