package fcemu;

import java.io.IOException;
import java.io.OutputStream;
import javax.servlet.ServletOutputStream;
import javax.servlet.WriteListener;

/** The body of an answer. It is loaded beside the function's own library; see Servlets.java. */
public final class BodyOut extends ServletOutputStream {
    private final OutputStream body;

    public BodyOut(OutputStream body) {
        this.body = body;
    }

    @Override
    public void write(int part) throws IOException {
        body.write(part);
    }

    @Override
    public void write(byte[] from, int start, int length) throws IOException {
        body.write(from, start, length);
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        throw new IllegalStateException("the request is not asynchronous");
    }
}
