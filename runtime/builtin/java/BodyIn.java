package fcemu;

import java.io.IOException;
import java.io.InputStream;
import javax.servlet.ReadListener;
import javax.servlet.ServletInputStream;

/** The body of a request. It is loaded beside the function's own library; see Servlets.java. */
public final class BodyIn extends ServletInputStream {
    private final InputStream body;

    public BodyIn(InputStream body) {
        this.body = body;
    }

    @Override
    public int read() throws IOException {
        return body.read();
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
        return body.read(to, from, length);
    }

    @Override
    public int available() throws IOException {
        return body.available();
    }

    @Override
    public boolean isFinished() {
        try {
            return body.available() == 0;
        } catch (IOException closed) {
            return true;
        }
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
        throw new IllegalStateException("the request is not asynchronous");
    }
}
