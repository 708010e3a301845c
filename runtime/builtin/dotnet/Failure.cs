using System;
using System.Collections.Generic;
using System.Text;

namespace Fcemu
{
    /// <summary>Describes a failed call: the body of the answer.</summary>
    internal static class Failure
    {
        public static byte[] Describe(Exception error)
        {
            var text = new StringBuilder("{\"errorMessage\":");
            Quote(text, Said(() => error.Message));
            text.Append(",\"errorType\":");
            Quote(text, error.GetType().FullName);
            text.Append(",\"stackTrace\":[");
            string comma = "";
            foreach (string line in Frames(Said(() => error.StackTrace)))
            {
                Quote(text.Append(comma), line);
                comma = ",";
            }
            return new UTF8Encoding(false).GetBytes(text.Append("]}").ToString());
        }

        /// <summary>The error with those that it came from, for the log.</summary>
        public static string Whole(Exception error)
        {
            var text = new StringBuilder();
            for (Exception one = error; one != null; one = one.InnerException)
            {
                text.Append(one == error ? "" : "\n ---> ").Append(one.GetType().FullName).Append(": ").Append(Said(() => one.Message));
                foreach (string line in Frames(Said(() => one.StackTrace)))
                {
                    text.Append('\n').Append(line);
                }
            }
            return text.ToString();
        }

        /// <summary>What an error of the user's own says, which may fail itself.</summary>
        private static string Said(Func<string> words)
        {
            try
            {
                return words();
            }
            catch (Exception)
            {
                return null;
            }
        }

        /// <summary>The user's frames: none of ours, nor those by which we called.</summary>
        private static List<string> Frames(string trace)
        {
            var frames = new List<string>();
            foreach (string line in (trace ?? "").Split('\n'))
            {
                string frame = line.TrimEnd('\r');
                if (frame.StartsWith("   at Fcemu.", StringComparison.Ordinal))
                {
                    break;
                }
                if (frame.StartsWith("   ", StringComparison.Ordinal))
                {
                    frames.Add(frame);
                }
            }
            while (frames.Count > 0 && Reflection(frames[frames.Count - 1]))
            {
                frames.RemoveAt(frames.Count - 1);
            }
            return frames;
        }

        private static bool Reflection(string frame) =>
            frame.StartsWith("   at System.Reflection.", StringComparison.Ordinal) || frame.StartsWith("   at System.RuntimeMethodHandle.", StringComparison.Ordinal)
            || frame.StartsWith("   at InvokeStub_", StringComparison.Ordinal) || frame.StartsWith("   at System.Runtime.CompilerServices.TaskAwaiter", StringComparison.Ordinal);

        private static void Quote(StringBuilder to, string text)
        {
            if (text == null)
            {
                to.Append("null");
                return;
            }
            to.Append('"');
            foreach (char c in text)
            {
                if (c == '"' || c == '\\')
                {
                    to.Append('\\').Append(c);
                }
                else if (c == '\n')
                {
                    to.Append("\\n");
                }
                else if (c < ' ')
                {
                    to.Append("\\u").Append(((int)c).ToString("x4"));
                }
                else
                {
                    to.Append(c);
                }
            }
            to.Append('"');
        }
    }
}
