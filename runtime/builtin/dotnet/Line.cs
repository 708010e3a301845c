using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Fcemu
{
    /// <summary>The pipes to the emulator. One call is under way at a time.</summary>
    internal sealed class Line
    {
        private const int Calls = 3, Replies = 4;
        private const int HeadSize = 9; // bytes: length, kind and number

        private readonly Stream input, output;
        private readonly byte[] head = new byte[HeadSize];
        private int number; // of the call under way

        public Line()
        {
            input = new FileStream(Inherited(Calls), FileAccess.Read, 1 << 16);
            output = new FileStream(Inherited(Replies), FileAccess.Write, 1);
        }

        /// <summary>Keeps the descriptor from programs that the function starts.</summary>
        private static SafeFileHandle Inherited(int descriptor)
        {
            ioctl(descriptor, (UIntPtr)0x5451); // FIOCLEX of Linux, which macOS does not know
            ioctl(descriptor, (UIntPtr)0x20006601); // and the other way round
            return new SafeFileHandle((IntPtr)descriptor, true);
        }

        [DllImport("libc")]
        private static extern int ioctl(int descriptor, UIntPtr request);

        /// <summary>Returns the next frame, null at the end.</summary>
        public Frame Receive()
        {
            if (!Fill(head))
            {
                return null;
            }
            number = Frame.Int(head, 5);
            var body = new byte[Frame.Int(head, 0) - (HeadSize - 4)];
            return Fill(body) ? new Frame(head[4], body) : null;
        }

        private bool Fill(byte[] bytes)
        {
            for (int have = 0; have < bytes.Length;)
            {
                int more = input.Read(bytes, have, bytes.Length - have);
                if (more == 0)
                {
                    return false;
                }
                have += more;
            }
            return true;
        }

        public void Reply(int status, byte[] payload)
        {
            var frame = new byte[HeadSize + payload.Length];
            Frame.Put(frame, 0, HeadSize - 4 + payload.Length);
            frame[4] = (byte)status;
            Frame.Put(frame, 5, number);
            payload.CopyTo(frame, HeadSize);
            output.Write(frame, 0, frame.Length);
            output.Flush();
        }
    }

    /// <summary>A frame: its kind and its body, which is read from the front.</summary>
    internal sealed class Frame
    {
        public readonly int Kind;
        private readonly byte[] body;
        private int at;

        public Frame(int kind, byte[] body)
        {
            Kind = kind;
            this.body = body;
        }

        public bool More => at < body.Length;

        public int Byte() => body[at++];

        public int Int()
        {
            at += 4;
            return Int(body, at - 4);
        }

        /// <summary>Reads a number, its first byte being the highest.</summary>
        public static int Int(byte[] from, int at) => from[at] << 24 | from[at + 1] << 16 | from[at + 2] << 8 | from[at + 3];

        public static void Put(byte[] to, int at, int number)
        {
            for (int i = 3; i >= 0; i--, number >>= 8)
            {
                to[at + i] = (byte)number;
            }
        }

        public string Text(int length)
        {
            at += length;
            return System.Text.Encoding.UTF8.GetString(body, at - length, length);
        }

        public ArraySegment<byte> Rest() => new ArraySegment<byte>(body, at, body.Length - at);
    }
}
