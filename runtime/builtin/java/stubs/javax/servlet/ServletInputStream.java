package javax.servlet;

/** What BodyIn is compiled against. At run time the class is that of the function's own library. */
public abstract class ServletInputStream extends java.io.InputStream {
    public abstract boolean isFinished();

    public abstract boolean isReady();

    public abstract void setReadListener(ReadListener listener);
}
