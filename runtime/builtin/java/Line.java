package fcemu;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;

/** The socket to the emulator. One call is under way at a time. */
final class Line {
    private static final int DESCRIPTOR = 3;
    private static final int HEAD = 5; // length and kind

    private final DataInputStream in;
    private final FileOutputStream out;

    Line() throws Exception {
        // There is no public way to a descriptor that was inherited. Programs that the function
        // starts do not get it: Java closes all but the first three.
        FileDescriptor descriptor = new FileDescriptor();
        Field number = FileDescriptor.class.getDeclaredField("fd");
        number.setAccessible(true);
        number.setInt(descriptor, DESCRIPTOR);
        in = new DataInputStream(new BufferedInputStream(new FileInputStream(descriptor), 1 << 16));
        out = new FileOutputStream(descriptor);
    }

    /** A frame: its kind and its body. */
    static final class Frame {
        final int kind;
        final byte[] body;

        Frame(int kind, byte[] body) {
            this.kind = kind;
            this.body = body;
        }
    }

    /** Returns the next frame, null at the end. */
    Frame receive() throws IOException {
        int size;
        try {
            size = in.readInt();
        } catch (EOFException end) {
            return null;
        }
        int kind = in.readUnsignedByte();
        byte[] body = new byte[size - 1];
        in.readFully(body);
        return new Frame(kind, body);
    }

    void reply(int status, byte[] payload) throws IOException {
        byte[] frame = new byte[HEAD + payload.length];
        int size = 1 + payload.length;
        for (int i = 0; i < 4; i++) {
            frame[i] = (byte) (size >>> (24 - 8 * i));
        }
        frame[4] = (byte) status;
        System.arraycopy(payload, 0, frame, HEAD, payload.length);
        out.write(frame);
    }
}
