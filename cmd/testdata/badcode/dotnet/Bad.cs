using System;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Bad
{
    /// <summary>Functions that misbehave, see ../README.md.</summary>
    public class Program
    {
        public async Task<Stream> Handle(Stream input)
        {
            string word = await new StreamReader(input).ReadToEndAsync();
            switch (word)
            {
                case "printMuch":
                    for (int n = 0; n < 100_000; n++)
                    {
                        Console.WriteLine(new string('x', 99));
                    }
                    break;
                case "closeStdout": Console.OpenStandardOutput().Dispose(); Console.Out.Dispose(); Console.Error.Dispose(); break;
                case "daemon": Daemon(); break;
                case "daemonAndExit":
                    Daemon();
                    Environment.Exit(0);
                    break;
                case "exitLater": ExitLater(); break;
                case "throwElsewhere":
                    new Thread(() => throw new InvalidOperationException("out of nowhere")).Start();
                    Thread.Sleep(-1);
                    break;
                case "forgotten": _ = Task.Run(() => throw new InvalidOperationException("nobody listens")); break;
                case "recurse": return Recurse(0) > 0 ? input : null;
                case "failFast": Environment.FailFast("that is it"); break;
                case "unspeakable": throw new Unspeakable();
                case "hog":
                    for (var kept = new System.Collections.Generic.List<IntPtr>(); ;)
                    {
                        kept.Add(System.Runtime.InteropServices.Marshal.AllocHGlobal(64 << 20));
                        for (int n = 0; n < 64 << 20; n += 4096)
                        {
                            System.Runtime.InteropServices.Marshal.WriteByte(kept[^1], n, 1);
                        }
                    }
                case "brokenOut":
                    Console.SetOut(new Broken());
                    Console.SetError(new Broken());
                    throw new InvalidOperationException("without streams");
                case "stubborn": AppDomain.CurrentDomain.ProcessExit += (_, __) => Thread.Sleep(-1); break;
                case "loop":
                    while (true)
                    {
                    }
            }
            return new MemoryStream(System.Text.Encoding.UTF8.GetBytes("fine"));
        }

        public Loop NoJson(Stream input) => new Loop();

        private static void Daemon() => Process.Start("sh", "-c \"setsid sleep 1000 >/dev/null 2>&1 &\"").WaitForExit();

        private static void ExitLater() => new Thread(() =>
        {
            Thread.Sleep(100);
            Environment.Exit(1);
        }).Start();

        private static int Recurse(int depth) => Recurse(depth + 1) + 1;
    }

    public class Broken : StringWriter
    {
        public override void Flush() => throw new InvalidOperationException("no");

        public override void WriteLine(string text) => throw new InvalidOperationException("no");
    }

    public class Unspeakable : Exception
    {
        public override string Message => throw new InvalidOperationException("no words");

        public override string StackTrace => throw new InvalidOperationException("no trace");
    }

    /// <summary>Has no end in JSON.</summary>
    public class Loop
    {
        public Loop Next => this;
    }

    public class Static
    {
        private static readonly int Number = int.Parse("x");

        public string Handle(Stream input) => "" + Number;
    }

    public class Private
    {
        private Private()
        {
        }

        public string Handle(Stream input) => "";
    }

    public abstract class Shape
    {
        public string Handle(Stream input) => "";
    }

    public class Leaves
    {
        public Leaves() => Environment.Exit(0);

        public string Handle(Stream input) => "";
    }
}
