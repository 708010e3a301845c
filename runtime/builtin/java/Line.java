package fcemu;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;

/** The pipes to the emulator. One call is under way at a time. */
final class Line {
    private static final int CALLS = 3;
    private static final int REPLIES = 4;
    private static final int HEAD = 9; // bytes: length, kind and number

    private final DataInputStream in;
    private final FileOutputStream out;
    private int number; // of the call under way

    Line() throws Exception {
        in = new DataInputStream(new BufferedInputStream(new FileInputStream(inherited(CALLS)), 1 << 16));
        out = new FileOutputStream(inherited(REPLIES));
    }

    /**
     * There is no public way to a descriptor that was inherited. Programs that the function starts do
     * not get it: Java closes all but the first three.
     */
    private static FileDescriptor inherited(int value) throws Exception {
        FileDescriptor descriptor = new FileDescriptor();
        Field field = FileDescriptor.class.getDeclaredField("fd");
        field.setAccessible(true);
        field.setInt(descriptor, value);
        return descriptor;
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
        number = in.readInt();
        byte[] body = new byte[size - (HEAD - 4)];
        in.readFully(body);
        return new Frame(kind, body);
    }

    void reply(int status, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(HEAD + payload.length);
        frame.putInt(HEAD - 4 + payload.length).put((byte) status).putInt(number).put(payload);
        out.write(frame.array());
    }
}
