package javax.servlet;

/** What BodyOut is compiled against. At run time the class is that of the function's own library. */
public abstract class ServletOutputStream extends java.io.OutputStream {
    public abstract boolean isReady();

    public abstract void setWriteListener(WriteListener listener);
}
