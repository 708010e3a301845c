package fcemu;

import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;

/** Runs the handlers of one Java function: takes calls from descriptor 3, answers on 4; see protocol.go. */
public final class Main {
    private static final int CREDENTIALS = 253, SETUP = 255; // kinds of frames
    private static final int SUCCEEDED = 0, UNHANDLED = 2, ANSWERED = 3; // Java has no handled errors

    private final Line line;
    private final Setup setup;
    private final Handlers handlers;
    private final Log log;

    private Main(Line line, Setup setup) throws Exception {
        this.line = line;
        this.setup = setup;
        ClassLoader loader = setup.loader();
        Thread.currentThread().setContextClassLoader(loader);
        this.handlers = new Handlers(setup, loader);
        this.log = new Log();
    }

    public static void main(String[] arguments) throws Exception {
        Line line = new Line();
        Line.Frame first = line.receive();
        if (first == null || first.kind != SETUP) {
            return;
        }
        Setup setup = new Setup(first);
        Main main = new Main(line, setup);
        for (Line.Frame frame = line.receive(); frame != null; frame = line.receive()) {
            if (frame.kind == CREDENTIALS) {
                setup.renew(frame);
            } else {
                main.serve(frame);
            }
        }
        System.exit(0); // whatever threads the function has left
    }

    private void serve(Line.Frame frame) throws Exception {
        int status;
        byte[] payload;
        Call call = new Call(setup, log, frame);
        log.requestId = call.requestId;
        try {
            payload = handlers.find(call).run(call);
            status = call.head == null ? SUCCEEDED : ANSWERED;
        } catch (Throwable error) {
            status = UNHANDLED;
            String body = Failure.describe(cause(error));
            payload = body.getBytes(StandardCharsets.UTF_8);
            log.write("ERROR", body);
        }
        flush(System.out);
        flush(System.err);
        Thread.interrupted(); // this is the next call's thread, too
        line.reply(status, payload);
    }

    /** The streams may be the function's own: nothing, or something that throws. */
    private static void flush(PrintStream stream) {
        try {
            stream.flush();
        } catch (RuntimeException broken) {
            return;
        }
    }

    private static Throwable cause(Throwable error) {
        boolean ours = error instanceof InvocationTargetException || error instanceof ExceptionInInitializerError;
        return ours && error.getCause() != null ? error.getCause() : error;
    }
}
