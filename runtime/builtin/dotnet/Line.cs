using System;
using System.Buffers.Binary;
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
            bool linux = RuntimeInformation.IsOSPlatform(OSPlatform.Linux);
            ioctl(descriptor, (UIntPtr)(linux ? 0x5451u : 0x20006601u)); // FIOCLEX
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
            number = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5));
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head) - (HeadSize - 4)];
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
            BinaryPrimitives.WriteInt32BigEndian(frame, HeadSize - 4 + payload.Length);
            frame[4] = (byte)status;
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), number);
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
            return BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at - 4));
        }

        public string Text(int length)
        {
            at += length;
            return System.Text.Encoding.UTF8.GetString(body, at - length, length);
        }

        public ArraySegment<byte> Rest() => new ArraySegment<byte>(body, at, body.Length - at);
    }
}
