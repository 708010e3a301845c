package javax.servlet;

/** A name in a signature. */
public interface ReadListener {}
